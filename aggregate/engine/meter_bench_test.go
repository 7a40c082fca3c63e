package engine

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// BenchmarkMetering measures a packet that only counts, among so many open flows: those
// that the first-level cache holds, those that the second holds, and those that none does.
func BenchmarkMetering(b *testing.B) {
	for _, flows := range []int{16, 2_000, 200_000} {
		b.Run(fmt.Sprint(flows), func(b *testing.B) {
			hasher := flow.HasherFromSeed([16]byte{1})
			points := flow.NewPoints()
			config := &Config{Meter: meter.Settings{IdleTimeout: time.Minute, ActiveTimeout: time.Hour, EndGrace: time.Second, Interval: 5 * time.Minute}, Workers: 1, Points: points, Hasher: hasher}
			w := newWorkers(config)[0]
			random := rand.New(rand.NewPCG(1, 2))
			batches := make([][]flow.Packet, 64)
			for i := range batches {
				batches[i] = make([]flow.Packet, flow.BatchPackets)
				for j := range batches[i] {
					p := &batches[i][j]
					n := uint32(random.IntN(flows))
					p.Key = flow.Key{Source: flow.MappedIPv4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}), Destination: flow.MappedIPv4([4]byte{192, 0, 2, 1}),
						SourcePort: 1000, DestinationPort: 443, Protocol: 6, Version: 4, Shape: flow.Ports}
					p.Hash = hasher.Hash(&p.Key)
					p.Meta = flow.Meta{Octets: 1500, WireOctets: 1514, TTL: 64, TCPFlags: flow.TCPAck, Marks: flow.MarkTCP}
				}
			}
			now := flow.Timestamp(time.Hour)
			for b.Loop() {
				for _, packets := range batches {
					for j := range packets {
						packets[j].Time, packets[j].Clock = now, now
					}
					w.meterSome(packets, w.every)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/64/flow.BatchPackets, "ns/packet")
		})
	}
}
