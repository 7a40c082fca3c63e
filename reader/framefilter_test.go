package reader

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader/capture/capturetest"
	"netstream/reader/filter"
	"netstream/reader/input"
)

// filtered reads a capture through a filter to its end.
func filtered(t *testing.T, content []byte, expression string) (*Account, error) {
	t.Helper()
	parsed, err := filter.Parse(expression)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	hasher, err := flow.NewHasher()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Open(input.Source{Name: name}, nil, Options{Points: flow.NewPoints(), Hasher: hasher, ReorderWindow: time.Second, Filter: parsed})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for {
		switch _, err := p.ReadPackets(make([]flow.Packet, 16)); err {
		case nil:
		case io.EOF:
			return p.Account(), nil
		default:
			return nil, err
		}
	}
}

// interfaces is a capture of an Ethernet interface and of one for USB.
func interfaces(t *testing.T, frames ...int) []byte {
	t.Helper()
	options := capturetest.Options{Interfaces: []capturetest.Interface{{Name: "usb0", LinkType: 189}, {Name: "eth0", LinkType: 1}}}
	ethernet := append(make([]byte, 12), 8, 0, 0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 0, 53, 0, 9, 0, 8, 0, 0)
	var packets []capturetest.Packet
	for i, of := range frames {
		packets = append(packets, capturetest.Packet{Time: flow.Timestamp(i+1) * 1e9, Data: ethernet, Interface: of, Length: 60})
	}
	var file bytes.Buffer
	if err := capturetest.WritePCAPNG(&file, options, packets); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// A rejected frame is in the account, with its lengths, and nowhere else.
func TestFilteredAccount(t *testing.T) {
	a, err := filtered(t, interfaces(t, 1, 1, 1), "udp port 54")
	if err != nil {
		t.Fatal(err)
	}
	outcomes := a.Outcomes()
	if len(outcomes) != 1 || outcomes[0].Reason != flow.ReasonFiltered || outcomes[0].Packets != 3 ||
		outcomes[0].WireOctets != 180 || outcomes[0].CapturedOctets != 3*42 || a.Accounted.Packets != 0 {
		t.Errorf("got %+v", outcomes)
	}
	if a, err = filtered(t, interfaces(t, 1, 1, 1), "udp port 53"); err != nil || a.Accounted.Packets != 3 {
		t.Errorf("got %+v, %v", a, err)
	}
}

// What a link type does not have matters only if there are frames of it.
func TestFilterOfLinkType(t *testing.T) {
	if a, err := filtered(t, interfaces(t, 1, 1), "udp"); err != nil || a.Accounted.Packets != 2 {
		t.Errorf("without frames of the other interface: got %v", err)
	}
	_, err := filtered(t, interfaces(t, 1, 0), "udp")
	var refused *filter.Error
	if !errors.As(err, &refused) || refused.LinkType != "USB_LINUX" || !strings.Contains(err.Error(), "column 1: which protocol a frame carries") {
		t.Errorf("got %v, want a *filter.Error for USB_LINUX", err)
	}
	if a, err := filtered(t, interfaces(t, 1, 0), "link[12:2] = 0x800"); err != nil || a.Accounted.Packets != 1 {
		t.Errorf("octets of all link types: got %v", err)
	}
}

// The address family in front of the packets of OpenBSD's enc interface has the
// byte order of the file.
func TestFilterByteOrder(t *testing.T) {
	packet := []byte{0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1, 0, 53, 0, 9, 0, 8, 0, 0}
	for _, bigEndian := range []bool{false, true} {
		family, order := []byte{2, 0, 0, 0}, capturetest.Order(binary.LittleEndian)
		if bigEndian {
			family, order = []byte{0, 0, 0, 2}, binary.BigEndian
		}
		const enc = 109
		frames := []capturetest.Packet{{Time: 1e9, Data: slices.Concat(family, make([]byte, 8), packet)}}
		var pcap, pcapng bytes.Buffer
		options := capturetest.Options{Order: order, LinkType: enc, Interfaces: []capturetest.Interface{{LinkType: enc}}}
		if err := errors.Join(capturetest.WritePCAP(&pcap, options, frames), capturetest.WritePCAPNG(&pcapng, options, frames)); err != nil {
			t.Fatal(err)
		}
		for _, content := range [][]byte{pcap.Bytes(), pcapng.Bytes()} {
			if a, err := filtered(t, content, "ip and udp port 53"); err != nil || a.Accounted.Packets != 1 {
				t.Errorf("big-endian %v: got %v, want one packet selected", bigEndian, err)
			}
		}
	}
}
