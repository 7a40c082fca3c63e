package clock

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
)

// TestExchange takes packets by whole chunks as long as it can be done, and compares
// with the definition: in captures in order, in those with a straggler now and then, so
// that both ways change, and in those full of them.
func TestExchange(t *testing.T) {
	const window = 1_000_000
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 3))
		rare := []int{0, 20_000, 2_000, 10}[rng.IntN(4)]
		most := []int{1, 100, flow.BatchPackets - 1, flow.BatchPackets, 5000, MaxWaiting}[rng.IntN(6)]
		step := []int64{10, 300, 2000}[rng.IntN(3)]
		times := make([]int64, 1+rng.IntN(25_000))
		now := int64(1e12)
		for i := range times {
			now += rng.Int64N(step)
			times[i] = now
			if rare > 0 && rng.IntN(rare) == 0 {
				times[i] -= rng.Int64N(3 * window)
			}
		}
		want, late, strays := define(times, window, most)
		for i := range want {
			want[i].stray = false
		}
		o := NewOrderer(time.Duration(window))
		o.most = most
		got, exchanged := takeAll(o, times)
		if !slices.Equal(got, want) || o.Late != uint64(late) || o.Strays != uint64(strays) {
			t.Fatalf("seed %d: got %d packets, %d late, %d stray; want %d, %d late, %d stray, or others", seed, len(got), o.Late, o.Strays, len(want), late, strays)
		}
		if rare == 0 && exchanged != len(times) {
			t.Errorf("seed %d: %d of %d packets in order were exchanged", seed, exchanged, len(times))
		}
	}
}

// takeAll puts packets and takes them as an input does. It gives how many came by
// Exchange.
func takeAll(o *Orderer, times []int64) (all []judged, exchanged int) {
	room := make([]flow.Packet, flow.BatchPackets)
	note := func(packets []flow.Packet) {
		for _, p := range packets {
			all = append(all, judged{number: int(p.Number), at: int64(p.Clock), late: p.Meta.Marks&flow.MarkLate != 0})
		}
	}
	drain := func() {
		for {
			if packets, marks := o.Exchange(room); len(packets) > 0 {
				for i := range packets {
					marks &^= packets[i].Meta.Marks
				}
				if marks != 0 {
					panic("marks that no packet has")
				}
				note(packets)
				exchanged += len(packets)
				room = packets[:cap(packets)]
				continue
			}
			if o.Even() {
				return
			}
			n := o.Take(room[:100])
			if n == 0 {
				return
			}
			note(room[:n])
		}
	}
	for i, at := range times {
		*o.Slot() = flow.Packet{Number: uint64(i + 1), Time: flow.Timestamp(at)}
		if i%3 == 0 || !putNext(o) {
			o.Put()
		}
		if i%256 == 255 {
			drain()
		}
	}
	o.Close()
	drain()
	return all, exchanged
}
