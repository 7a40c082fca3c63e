package reader

import (
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/localnet"
)

// TestSpotsAllocateNothing: packets at known spots cost no allocation, whatever tells
// their direction, and frames without a direction are where their interface is.
func TestSpotsAllocateNothing(t *testing.T) {
	networks := localNetworks(t, "10.0.0.0/8")
	// SLL2 headers of interface 3 with packet types 0 and 4.
	received := []byte{0: 8, 7: 3, 9: 1, 11: 6, 19: 0}
	sent := []byte{0: 8, 7: 3, 9: 1, 10: 4, 11: 6, 19: 0}
	out := flow.Key{Version: 4, Source: flow.MappedIPv4([4]byte{10, 1}), Destination: flow.MappedIPv4([4]byte{192, 0, 2, 1})}
	for _, c := range []struct {
		directions Directions
		want       [3]flow.Direction // received, sent, sent with the flag inbound
	}{
		{DirectionsOfCapture, [3]flow.Direction{flow.DirectionIngress, flow.DirectionEgress, flow.DirectionIngress}},
		{DirectionsOfNetworks, [3]flow.Direction{flow.DirectionEgress, flow.DirectionEgress, flow.DirectionEgress}},
		{DirectionsOfNobody, [3]flow.Direction{}},
	} {
		p := &Packets{options: Options{Points: flow.NewPoints(), Directions: c.directions, LocalNetworks: networks}}
		from := &observed{linkType: 276, cooked: true}
		frames := []capture.Frame{{Data: received}, {Data: sent}, {Data: sent, Direction: capture.DirectionInbound}}
		each := func() {
			for i := range frames {
				n, err := p.pointAt(from, p.spotOf(from, frames[i].Data, frames[i].Direction, &out))
				if err != nil {
					t.Fatal(err)
				}
				if got, want := p.options.Points.Point(n), (flow.Point{HasIndex: true, Index: 3, Direction: c.want[i]}); got != want {
					t.Fatalf("%v, frame %d: got %+v, want %+v", c.directions, i, got, want)
				}
			}
		}
		if n := testing.AllocsPerRun(100, each); n != 0 {
			t.Errorf("%v: %v allocations for three packets", c.directions, n)
		}
		from.mapped = true
		if n, err := p.pointAt(from, p.spotOf(from, frames[0].Data, frames[0].Direction, &flow.Key{})); err != nil || p.options.Points.Point(n).HasIndex {
			t.Errorf("%v: got point %d, %v, want no index of the frame where the map has one", c.directions, n, err)
		}
	}
}

func localNetworks(t *testing.T, prefixes ...string) *localnet.Networks {
	t.Helper()
	networks, err := localnet.Parse(prefixes)
	if err != nil {
		t.Fatal(err)
	}
	return networks
}
