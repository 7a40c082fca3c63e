package engine

import (
	"cmp"
	"context"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"netstream/aggregate/flow"
)

// collector takes packets and keeps copies.
type collector struct{ packets []flow.Packet }

func (c *collector) take(packets []flow.Packet) { c.packets = append(c.packets, packets...) }

func (c *collector) takeBatch(b *batch) *batch {
	c.take(b.packets)
	return new(batch)
}

// packetList gives packets in random pieces.
type packetList struct {
	rest []flow.Packet
	rng  *rand.Rand
}

func (l *packetList) ReadPackets(room []flow.Packet) ([]flow.Packet, error) {
	if len(l.rest) == 0 {
		return nil, io.EOF
	}
	n := copy(room[:1+l.rng.IntN(len(room))], l.rest)
	l.rest = l.rest[n:]
	return room[:n], nil
}

func (l *packetList) Close() error { return nil }

// TestMergeOfMany: packets come in the order of clock, ordinal and position, however many
// inputs overlap in time, and from the ninth on inputs are told to do with little memory.
func TestMergeOfMany(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 9))
		inputs := make([]Input, 1+rng.IntN(40))
		var want []flow.Packet
		rooms := make(map[int]int)
		for ordinal := range inputs {
			packets := make([]flow.Packet, rng.IntN(600))
			clock := flow.Timestamp(rng.IntN(300))
			for i := range packets {
				clock += flow.Timestamp(rng.IntN(3) * rng.IntN(2))
				packets[i] = flow.Packet{Clock: clock, Number: uint64(i), Meta: flow.Meta{Input: uint32(ordinal)}}
			}
			want = append(want, packets...)
			earliest := flow.Timestamp(rng.IntN(100))
			if len(packets) > 0 {
				earliest = min(earliest, packets[0].Clock)
			}
			inputs[ordinal] = Input{Earliest: earliest, Open: func(room int) (Source, error) {
				rooms[room]++
				return &packetList{packets, rand.New(rand.NewPCG(seed, uint64(ordinal)))}, nil
			}}
		}
		slices.SortStableFunc(want, func(a, b flow.Packet) int {
			return cmp.Or(cmp.Compare(a.Clock, b.Clock), cmp.Compare(a.Meta.Input, b.Meta.Input))
		})
		var got collector
		if _, _, err := merge(context.Background(), inputs, flow.MinTimestamp, &got); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.packets, want) {
			t.Fatalf("seed %d: %d packets of %d inputs, want %d in their order", seed, len(got.packets), len(inputs), len(want))
		}
		if n := rooms[flow.BatchPackets] + rooms[frugalPackets]; n != len(inputs) || len(inputs) > 30 && rooms[frugalPackets] == 0 {
			t.Errorf("seed %d: %d inputs, told of room %v", seed, len(inputs), rooms)
		}
	}
}
