package header

import (
	"testing"

	"netstream/aggregate/flow"
)

func BenchmarkDecode(b *testing.B) {
	const ethernet = "020000000002 020000000001 "
	benchmarks := []struct {
		name     string
		linkType uint16
		opts     Options
		frame    string
	}{
		{"ethernet IPv4 TCP", 1, Options{}, ethernet + "0800" + spelledTCP},
		{"ethernet IPv4 TCP with MAC", 1, Options{WithMAC: true}, ethernet + "0800" + spelledTCP},
		{"ethernet IPv6 UDP", 1, Options{}, ethernet + "86dd" + spelledUDP6},
		{"ethernet VLAN IPv4 TCP", 1, Options{}, ethernet + "8100 0064 0800" + spelledTCP},
		{"ethernet QinQ MPLS IPv6 UDP", 1, Options{}, ethernet + "88a8 0064 8100 0065 8847 00010040 00011140" + spelledUDP6},
		{"ethernet PPPoE IPv4 TCP", 1, Options{}, ethernet + "8864 1100 0001 002a 0021" + spelledTCP},
		{"cooked IPv4 TCP", 113, Options{}, "0000 0001 0006 020000000001 0000 0800" + spelledTCP},
		{"raw IPv4 TCP", 101, Options{}, spelledTCP},
		{"ethernet ARP", 1, Options{}, ethernet + "0806 0001"},
	}
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			frame := octets(bm.frame)
			d := NewDecoder(bm.linkType, bm.opts)
			var p flow.Packet
			b.ReportAllocs()
			b.SetBytes(int64(len(frame)))
			for b.Loop() {
				d.Decode(&p, frame, uint32(len(frame)))
			}
		})
	}
}

// BenchmarkDecodeHostile measures the frames that make a decoder work longest.
func BenchmarkDecodeHostile(b *testing.B) {
	for _, h := range hostileFrames() {
		b.Run(h.name, func(b *testing.B) {
			d := NewDecoder(1, Options{})
			var p flow.Packet
			b.ReportAllocs()
			for b.Loop() {
				d.Decode(&p, h.frame, uint32(len(h.frame)))
			}
		})
	}
}
