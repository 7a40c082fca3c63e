package clock

import (
	"testing"
	"time"

	"netstream/aggregate/flow"
)

// BenchmarkOrderer measures a packet put and taken as the reader does it: in
// order with few and with as many packets in the window as may wait, and with
// every second one behind the one before.
func BenchmarkOrderer(b *testing.B) {
	for _, c := range []struct {
		name  string
		step  flow.Timestamp // from packet to packet
		swing flow.Timestamp // how far every second packet is behind
	}{
		{"in order", 1e6, 0},
		{"window full", 1e3, 0},
		{"out of order", 1e6, 1e7},
		{"out of order, window full", 1e3, 1e4},
	} {
		b.Run(c.name, func(b *testing.B) {
			o := NewOrderer(time.Second)
			var taken [2048]flow.Packet
			now := flow.Timestamp(0)
			b.ReportAllocs()
			for i := range b.N {
				now += c.step
				o.Slot().Time = now - flow.Timestamp(i&1)*c.swing
				o.Put()
				if i%256 == 0 || o.Waiting() > MaxWaiting {
					for o.Take(taken[:]) == len(taken) {
					}
				}
			}
		})
	}
}
