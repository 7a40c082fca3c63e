package datagram_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"slices"
	"testing"

	"netstream/reader/capture/capturetest"
	"netstream/reader/datagram"
	"netstream/reader/netflow"
)

func captureOf(t *testing.T, list ...[]byte) []byte {
	t.Helper()
	var packets []capturetest.Packet
	for _, p := range list {
		packets = append(packets, capturetest.Packet{Time: 1e18, Data: link(linkEthernet, false, p)})
	}
	var file bytes.Buffer
	if err := capturetest.WritePCAP(&file, capturetest.Options{Interfaces: []capturetest.Interface{{LinkType: linkEthernet}}}, packets); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// kindCase is an input and what it is.
type kindCase struct {
	name  string
	input []byte
	want  datagram.Kind
}

func kindCases(t *testing.T) []kindCase {
	t.Helper()
	five, nine, ten := version5(3, 1), version9(2, 40, 60), ipfix(200, 3)
	text := []byte("time,source,destination\n2024-01-01,192.0.2.1,192.0.2.2\n")
	export, other := udpPacket(t, 4, five), udpPacket(t, 4, text)
	bad := udpPacket(t, 4, append(bytes.Clone(ten), text...)) // to a usual port, but not a whole message
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	zip.Write(five)
	zip.Close()
	unhex := func(text string) []byte {
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	return []kindCase{
		{"version 5", five, datagram.RawExports},
		{"version 9", nine, datagram.RawExports},
		{"IPFIX", ten, datagram.RawExports},
		{"mix", slices.Concat(nine, five, ten), datagram.RawExports},
		{"cut", five[:30], datagram.RawExports},
		{"second one cut", slices.Concat(ten, five[:3]), datagram.RawExports},
		{"garbage behind three", slices.Concat(ten, five, nine[:20], five, text), datagram.RawExports},
		{"garbage behind the first, then more", slices.Concat(ten, text, five, nine, ten), datagram.RawExports},
		{"garbage first", slices.Concat(text, five, nine, ten), datagram.Unknown},
		{"little of much garbage", slices.Concat(ten, bytes.Repeat(text, 10)), datagram.Unknown},
		{"much garbage behind two", slices.Concat(five, ten, bytes.Repeat(text, 1000)), datagram.RawExports},
		{"much garbage behind two, the second of version 9", slices.Concat(ten, nine, bytes.Repeat([]byte{0, 200}, 1000)), datagram.RawExports},
		{"only zeros behind two", slices.Concat(nine, nine, make([]byte, datagram.PrefixLength)), datagram.RawExports},
		{"only zeros behind two, prefix", slices.Concat(nine, nine, make([]byte, datagram.PrefixLength))[:datagram.PrefixLength], datagram.RawExports},
		{"only zeros behind one", slices.Concat(ten, make([]byte, 1000)), datagram.Unknown},
		{"only zeros behind a header of version 9", slices.Concat(ten, nine[:20], make([]byte, 1000)), datagram.Unknown},
		{"only zeros from the middle of a FlowSet on", slices.Concat(ten, nine[:50], make([]byte, 1000)), datagram.RawExports},
		{"garbage behind a header of version 9", slices.Concat(ten, nine[:20], bytes.Repeat([]byte{0, 200}, 500)), datagram.Unknown},
		{"longer than the prefix", slices.Concat(bytes.Repeat(ten, datagram.PrefixLength/200), ten[:100]), datagram.RawExports},
		{"nothing", nil, datagram.Unknown},
		{"one octet", []byte{0}, datagram.Unknown},
		{"version alone", []byte{0, 5}, datagram.Unknown},
		{"text", text, datagram.Unknown},
		{"zeros", make([]byte, 1000), datagram.Unknown},
		{"gzip", zipped.Bytes(), datagram.Unknown},
		{"sFlow", unhex("0000000500000001c0000201000000000000000100000001000000010000000200000001"), datagram.Unknown},
		{"snoop", append([]byte("snoop\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x04"), make([]byte, 60)...), datagram.Unknown},
		{"ERF", unhex("00000000e5f6000002040060000000500000001122334455667788990800450000300000400040060000c0000201"), datagram.Unknown},
		{"TrueType", append(unhex("0001000000110100000400104646544d"), make([]byte, 200)...), datagram.Unknown},
		{"nfcapd, little endian", unhex("0ca50100010000000000000000000000"), datagram.Nfcapd},
		{"nfcapd, big endian", unhex("a50c0001000000000000000000000000"), datagram.Nfcapd},
		{"capture of traffic", captureOf(t, other, other), datagram.Capture},
		{"capture without packets", captureOf(t), datagram.Capture},
		{"start of a capture", captureOf(t, other)[:10], datagram.Capture},
		{"capture of exports", captureOf(t, export, export), datagram.CaptureOfExports},
		{"capture of exports, cut", captureOf(t, export, export)[:300], datagram.CaptureOfExports},
		{"half exports", captureOf(t, export, other, other, export), datagram.CaptureOfExports},
		{"less than half exports", captureOf(t, export, other, other), datagram.Capture},
		{"malformed exports only", captureOf(t, bad, bad), datagram.Capture},
	}
}

func TestLooksLikeExports(t *testing.T) {
	names := make(map[string]bool)
	for _, test := range kindCases(t) {
		t.Run(test.name, func(t *testing.T) {
			if got := datagram.LooksLikeExports(test.input, measure); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if got := datagram.LooksLikeExports(test.input, netflow.Length); got != test.want {
				t.Errorf("measured by package netflow: got %v, want %v", got, test.want)
			}
		})
		names[test.want.String()] = true
	}
	if len(names) != 5 {
		t.Errorf("kinds %v, want all five", names)
	}
}

// TestRandomOctets has octets that are nothing: as they are, behind the number of each
// version, and behind a message. They fill the prefix, as a shorter input may be a
// message that is cut.
func TestRandomOctets(t *testing.T) {
	const inputs = 3000
	random := rand.New(rand.NewPCG(6, 6))
	octets := make([]byte, datagram.PrefixLength+inputs)
	for i := range octets {
		octets[i] = byte(random.Uint32())
	}
	message := ipfix(100, 1)
	for i := range inputs {
		input := octets[i : i+datagram.PrefixLength]
		start := bytes.Clone(input[:len(message)])
		switch i % 3 {
		case 1:
			binary.BigEndian.PutUint16(input, uint16(5+random.IntN(6)))
		case 2:
			copy(input, message)
		}
		if kind := datagram.LooksLikeExports(input, netflow.Length); kind == datagram.RawExports {
			t.Fatalf("input %d is taken for exports: % .40x", i, input)
		}
		copy(input, start)
	}
}
