package reader

import (
	"math/rand/v2"
	"testing"

	"netstream/aggregate/flow"
)

// TestTurn has both directions of random conversations share the key that leads, as package flow defines it.
func TestTurn(t *testing.T) {
	points := flow.NewPoints()
	s := &pairs{points: points}
	for _, point := range []flow.Point{{}, {Direction: flow.DirectionIngress}, {Direction: flow.DirectionEgress}, {Interface: "tap"}} {
		number, err := points.Number(point)
		if err != nil {
			t.Fatal(err)
		}
		reverse, err := points.Reversed(number)
		if err != nil {
			t.Fatal(err)
		}
		for uint32(len(s.reversed)) <= max(number, reverse) {
			s.reversed = append(s.reversed, 0)
		}
		s.reversed[number], s.reversed[reverse] = reverse+1, number+1
	}
	random := rand.New(rand.NewPCG(1, 2))
	turns := 0
	for range 200_000 {
		key := flow.Key{
			SourcePort: uint16(random.IntN(3)), DestinationPort: uint16(random.IntN(3)), Point: uint32(random.IntN(len(s.reversed))),
			Protocol: []uint8{6, 17, 1, 58}[random.IntN(4)], Version: 4, Shape: []flow.Shape{flow.Ports, flow.Ports | flow.NoClassOfService, flow.Ports | flow.NoSource, 0}[random.IntN(4)],
		}
		if key.Protocol == 1 || key.Protocol == 58 {
			key.SourcePort, key.DestinationPort = 0, uint16(random.Uint32())
		}
		for _, address := range []*[16]byte{&key.Source, &key.Destination} {
			address[random.IntN(16)] = byte(random.IntN(3)) << 6 // more or less than another one, as numbers without a sign
		}
		reverse := key.Reversed()
		reverse.Point = s.reversed[key.Point] - 1
		want, turned := key, !key.OneWay() && reverse.Leads(&key, points)
		if turned {
			want = reverse
			turns++
		}
		got := key
		if s.turn(&got) != turned || got != want {
			t.Fatalf("%+v became %+v, want %+v", key, got, want)
		}
		if other := reverse; !key.OneWay() {
			if s.turn(&other); other != want {
				t.Fatalf("the reverse of %+v became %+v, want %+v", key, other, want)
			}
		}
	}
	if turns < 50_000 {
		t.Errorf("%d keys were turned around", turns)
	}
}
