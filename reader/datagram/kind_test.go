package datagram_test

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"slices"
	"testing"

	"netstream/reader/capture/capturetest"
	"netstream/reader/datagram"
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
		})
		names[test.want.String()] = true
	}
	if len(names) != 5 {
		t.Errorf("kinds %v, want all five", names)
	}
}
