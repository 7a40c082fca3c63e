package capture_test

import (
	"bytes"
	"io"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/capture/capturetest"
)

// benchFiles gives files of frames of the given captured length.
func benchFiles(t testing.TB, captured, count int) map[string][]byte {
	packets := make([]capturetest.Packet, count)
	for i := range packets {
		packets[i] = capturetest.Packet{Time: flow.Timestamp(1_700_000_000_000_000_000 + int64(i)*1000), Data: make([]byte, captured), Length: 1514}
		packets[i].Data[0] = 1
	}
	flagged := append([]capturetest.Packet(nil), packets...)
	for i := range flagged {
		flagged[i].Options = []capturetest.Option{{Code: 2, Value: []byte{1, 0, 0, 0}}}
	}
	ng := capturetest.Options{Interfaces: []capturetest.Interface{{Name: "eth0", Resolution: 9}}}
	binary := capturetest.Options{Interfaces: []capturetest.Interface{{Name: "eth0", Resolution: 0x9f}}}
	return map[string][]byte{
		"pcap":                  pcapFile(t, capturetest.Options{SnapLen: 65535}, packets),
		"pcapng":                pcapngFile(t, ng, packets),
		"pcapng with flags":     pcapngFile(t, ng, flagged),
		"pcapng, powers of two": pcapngFile(t, binary, packets),
		"pcap, nanoseconds":     pcapFile(t, capturetest.Options{Nanoseconds: true}, packets),
	}
}

func BenchmarkNext(b *testing.B) {
	const count = 200_000
	for name, file := range benchFiles(b, 96, count) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				r, err := capture.NewReader(bytes.NewReader(file))
				var f capture.Frame
				for err == nil {
					err = r.Next(&f)
				}
				if err != io.EOF || f.Number != count {
					b.Fatal(err, f.Number)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/count, "ns/packet")
		})
	}
}

// A frame costs no allocation, whatever the format and its options.
func TestNextDoesNotAllocate(t *testing.T) {
	const count = 5000
	for name, file := range benchFiles(t, 60, count) {
		r, err := capture.NewReaderSize(bytes.NewReader(file), 4096)
		if err != nil {
			t.Fatal(err)
		}
		var f capture.Frame
		next := func() {
			if err := r.Next(&f); err != nil {
				t.Fatal(err)
			}
		}
		next() // the interface description in front of the first frame allocates
		if n := testing.AllocsPerRun(count-2, next); n != 0 {
			t.Errorf("%s: %v allocations a frame", name, n)
		}
	}
}
