package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// sample writes n random packets by gopacket and gives, counted beside it, the
// sum of their IP lengths and the number of their 5-tuples.
func sample(t *testing.T, n int) (file []byte, octets uint64, flows int) {
	r := rand.New(rand.NewPCG(1, 2))
	seen := map[[5]int]bool{}
	var out bytes.Buffer
	w := pcapgo.NewWriter(&out)
	if err := w.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		tuple := [5]int{r.IntN(2), r.IntN(3), r.IntN(20), r.IntN(20), r.IntN(50)}
		seen[tuple] = true
		payload := r.IntN(100)
		frame := build(t, tuple, payload, r.IntN(3))
		info := gopacket.CaptureInfo{Timestamp: time.Unix(int64(i), 0), CaptureLength: len(frame), Length: len(frame)}
		if err := w.WritePacket(info, frame); err != nil {
			t.Fatal(err)
		}
		octets += uint64(20+20*tuple[0]) + []uint64{20, 8, 8}[tuple[1]] + uint64(payload)
	}
	return out.Bytes(), octets, len(seen)
}

// build makes a frame of a tuple: IP version, protocol, two hosts, port.
func build(t *testing.T, tuple [5]int, payload, tags int) []byte {
	etherType := []layers.EthernetType{layers.EthernetTypeIPv4, layers.EthernetTypeIPv6}[tuple[0]]
	stack := []gopacket.SerializableLayer{}
	for range tags {
		stack = append(stack, &layers.Dot1Q{VLANIdentifier: 5, Type: layers.EthernetTypeDot1Q})
	}
	ethernet := &layers.Ethernet{SrcMAC: make(net.HardwareAddr, 6), DstMAC: make(net.HardwareAddr, 6), EthernetType: etherType}
	if tags > 0 {
		ethernet.EthernetType = layers.EthernetTypeDot1Q
		stack[tags-1].(*layers.Dot1Q).Type = etherType
	}
	protocol := []layers.IPProtocol{layers.IPProtocolTCP, layers.IPProtocolUDP, layers.IPProtocolICMPv4}[tuple[1]]
	port := tuple[4]
	transport := []gopacket.SerializableLayer{
		&layers.TCP{SrcPort: layers.TCPPort(port), DstPort: 80, DataOffset: 5, SYN: true},
		&layers.UDP{SrcPort: layers.UDPPort(port), DstPort: 53, Length: uint16(8 + payload)},
		&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(uint8(port), 0)},
	}[tuple[1]]
	var ip gopacket.SerializableLayer = &layers.IPv4{
		Version: 4, IHL: 5, Protocol: protocol,
		SrcIP: net.IP{10, 0, 0, byte(tuple[2])}, DstIP: net.IP{10, 0, 1, byte(tuple[3])},
	}
	if tuple[0] == 1 {
		source, destination := make(net.IP, 16), make(net.IP, 16)
		source[15], destination[15] = byte(tuple[2]), byte(tuple[3])
		ip = &layers.IPv6{Version: 6, NextHeader: protocol, SrcIP: source, DstIP: destination}
	}
	stack = append(append([]gopacket.SerializableLayer{ethernet}, stack...), ip, transport, gopacket.Payload(make([]byte, payload)))
	buffer := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{FixLengths: true}, stack...); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func TestMeasure(t *testing.T) {
	const packets = 100_000 // of more flows than the index has room for at first
	file, octets, flows := sample(t, packets)
	if flows < initialEntries/2 {
		t.Fatalf("got a sample of %d flows, want more, so that the table must grow", flows)
	}
	for _, test := range []struct {
		name  string
		input io.Reader
	}{{"whole", bytes.NewReader(file)}, {"in pieces", iotest.HalfReader(bytes.NewReader(file))}} {
		t.Run(test.name, func(t *testing.T) {
			r, err := measure(test.input, 2)
			if err != nil {
				t.Fatal(err)
			}
			if r.Packets != packets || r.Octets != octets || r.Flows != flows || r.Other != 0 {
				t.Errorf("got %+v, want %d packets, %d octets, %d flows, 0 other", r, packets, octets, flows)
			}
		})
	}
	r, err := measure(bytes.NewReader(file), 1)
	if err != nil {
		t.Fatal(err)
	}
	wire := uint64(len(file) - fileHeaderLength - packets*recordHeaderLength)
	if r.Packets != packets || r.WireOctets != wire || r.Flows != 0 {
		t.Errorf("level 1: got %+v, want %d packets, %d octets, no flows", r, packets, wire)
	}
}

// TestFlowCounters looks at the record of one flow.
func TestFlowCounters(t *testing.T) {
	w := newWalker(2)
	frame := build(t, [5]int{0, 0, 1, 2, 3}, 10, 1)
	w.meter(frame, 7)
	w.meter(frame, 9)
	w.meter(frame[:20], 9) // cut within the IP header
	w.flush()
	const synBit = 2
	if len(w.flows.records) != 1 || w.other != 1 {
		t.Fatalf("got %d flows and %d other, want 1 and 1", len(w.flows.records), w.other)
	}
	got := w.flows.records[0]
	if got.packets != 2 || got.octets != 100 || got.first != 7 || got.last != 9 || got.control != synBit {
		t.Errorf("got %+v, want 2 packets, 100 octets, from 7 to 9, SYN", got)
	}
}

// TestShortFrames cuts frames of all kinds at every octet.
func TestShortFrames(t *testing.T) {
	for version := range 2 {
		for protocol := range 3 {
			frame := build(t, [5]int{version, protocol, 1, 2, 3}, 0, 2)
			w := newWalker(2)
			for n := range frame {
				w.meter(frame[:n], 0)
			}
			w.flush()
			headers := 14 + 8 + 20 + 20*version
			if int(w.other) != headers {
				t.Errorf("version %d, protocol %d: got %d frames without IP, want %d", version, protocol, w.other, headers)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	file, _, _ := sample(t, 3)
	changed := func(offset int, value uint32) []byte {
		b := bytes.Clone(file)
		binary.LittleEndian.PutUint32(b[offset:], value)
		return b
	}
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "cannot read pcap header"},
		{"pcapng", changed(0, 0x0a0d0d0a), "want little-endian pcap"},
		{"link type", changed(20, 113), "link type is 113"},
		{"cut", file[:len(file)-1], "ends within a record"},
		{"length", changed(fileHeaderLength+8, 1<<31), "longer than any snapshot length"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := measure(bytes.NewReader(test.file), 2)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestRun(t *testing.T) {
	file, octets, flows := sample(t, 10)
	var out bytes.Buffer
	if err := run([]string{"-"}, bytes.NewReader(file), &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	var r result
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	if r.Packets != 10 || r.Octets != octets || r.Flows != flows {
		t.Errorf("got %+v, want 10 packets, %d octets, %d flows", r, octets, flows)
	}
	for _, arguments := range [][]string{{}, {"a", "b"}, {"-l", "3", "-"}, {"/nonexistent"}, {"--level", "x", "-"}} {
		if err := run(arguments, bytes.NewReader(file), io.Discard, io.Discard); err == nil {
			t.Errorf("arguments %q: got no error", arguments)
		}
	}
}
