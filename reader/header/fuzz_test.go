package header

import (
	"bytes"
	"encoding/binary"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/capture/capturetest"
)

// addFrames gives the first frames of a capture to add; of a file that is none, or
// of what is damaged, nothing.
func addFrames(file []byte, add func(linkType uint16, frame []byte)) {
	frames, err := capture.NewReader(bytes.NewReader(file))
	if err != nil {
		return
	}
	var frame capture.Frame
	for range 8 {
		if frames.Next(&frame) != nil {
			return
		}
		add(frames.Interfaces()[frame.Interface].LinkType, frame.Data)
	}
}

// FuzzDecode decodes any octets as a frame of any link type from 0 to 300. The
// first two octets choose the link type, the third the options, the fourth how
// much longer the frame was on the link.
func FuzzDecode(f *testing.F) {
	add := func(linkType uint16, frame []byte) {
		head := binary.BigEndian.AppendUint16(nil, linkType)
		f.Add(append(append(head, 0, 0), frame...))
	}
	for _, s := range samples() {
		add(s.linkType, s.frame)
	}
	for _, h := range hostileFrames() {
		add(1, h.frame[:min(len(h.frame), 2000)])
	}
	for linkType := range uint16(301) {
		add(linkType, octets(spelledTCP))
	}
	for _, seed := range capturetest.Seeds(f, "../../testdata") {
		addFrames(seed, add)
	}
	add(1, ethernetFrame(0x86dd, ipv6Packet(nextHopByHop, 0, octets("0600 c204 00011170"), tcpHeader())))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 4 {
			return
		}
		linkType := binary.BigEndian.Uint16(b) % 301
		opts := Options{WithMAC: b[2]&1 != 0, FCSLength: int(b[2] >> 1)}
		frame := b[4:]
		length := len(frame) + int(b[3])*int(b[3])

		p, reason, detail := read(t, linkType, opts, frame, length)
		checkProperties(t, &p, reason, detail, length)
		again, reasonAgain, detailAgain := read(t, linkType, opts, append([]byte(nil), frame...), length)
		if reason != reasonAgain || detail != detailAgain || reason == flow.ReasonAccounted && p != again {
			t.Errorf("decoded twice: got %v %d %+v, then %v %d %+v", reason, detail, p, reasonAgain, detailAgain, again)
		}
		d := NewDecoder(linkType, opts)
		if n := allocations(func() { d.Decode(&p, frame, uint32(length)) }); n != 0 {
			t.Errorf("%v allocations, want 0", n)
		}
	})
}

// allocations is how often f allocates, the least of several runs: in a process
// of its own the fuzzer's goroutines allocate now and then as well, and what f
// allocates it does each time.
func allocations(f func()) float64 {
	least := testing.AllocsPerRun(1, f)
	for range 9 {
		if least == 0 {
			break
		}
		least = min(least, testing.AllocsPerRun(1, f))
	}
	return least
}

// checkProperties checks what holds of every packet, whatever the frame.
func checkProperties(t *testing.T, p *flow.Packet, reason flow.Reason, detail uint32, length int) {
	t.Helper()
	switch reason {
	case flow.ReasonNotIP, flow.ReasonUnsupportedLinkType:
		return
	case flow.ReasonTruncatedHeader, flow.ReasonBadIPHeader, flow.ReasonBadIPVersion:
		if detail != 0 {
			t.Errorf("%v has detail %d, want 0", reason, detail)
		}
		return
	case flow.ReasonAccounted:
	default:
		t.Fatalf("reason %v is not the decoder's", reason)
	}
	k, m := &p.Key, &p.Meta
	if detail != 0 {
		t.Errorf("accounted with detail %d", detail)
	}
	if uint64(m.PayloadOctets) > m.Octets {
		t.Errorf("payload of %d octets in a packet of %d", m.PayloadOctets, m.Octets)
	}
	if int64(m.WireOctets) > int64(length) {
		t.Errorf("%d octets on the wire of a frame of %d", m.WireOctets, length)
	}
	shortest := map[uint8]uint64{4: 20, 6: 40}[k.Version]
	if shortest == 0 || m.Octets < shortest {
		t.Errorf("version %d, %d octets", k.Version, m.Octets)
	}
	if k.Version == 4 && (k.Source != flow.MappedIPv4([4]byte(k.Source[12:])) || k.Destination != flow.MappedIPv4([4]byte(k.Destination[12:]))) {
		t.Errorf("addresses %x, %x are not mapped IPv4", k.Source, k.Destination)
	}
	if k.Shape > 1 || k.Shape == 0 && (k.SourcePort != 0 || k.DestinationPort != 0) {
		t.Errorf("has ports %d: %d, %d", k.Shape, k.SourcePort, k.DestinationPort)
	}
	valid := func(mark flow.Mark, zero bool) {
		if m.Marks&mark == 0 && !zero {
			t.Errorf("without mark %b: %+v", mark, *m)
		}
	}
	valid(flow.MarkVLAN, m.VLAN == 0 && m.Marks&flow.MarkInnerVLAN == 0)
	valid(flow.MarkInnerVLAN, m.InnerVLAN == 0)
	valid(flow.MarkMPLS, m.MPLSTop == 0)
	valid(flow.MarkTCP, m.TCPFlags == 0)
	valid(flow.MarkMAC, m.SourceMAC == [6]byte{} && m.DestinationMAC == [6]byte{})
	if m.VLAN > 0xfff || m.InnerVLAN > 0xfff || m.MPLSTop > 0xfffff || m.TCPFlags > 0x1ff {
		t.Errorf("out of range: %+v", *m)
	}
	if m.Marks&flow.MarkLate != 0 {
		t.Errorf("marks %b are not the decoder's", m.Marks)
	}
}
