package naive

import (
	"slices"
	"testing"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive/randomcapture"
)

// Whatever the layer, every frame is accounted or not, and the tables of both layers
// are those of the outer one and what the inner one has in tunnels. Captures with
// pseudowires have packets that the outer layer does not meter.
func TestLayers(t *testing.T) {
	tunnels := map[flow.TunnelType]int{}
	var second, limited uint64
	for seed := range uint64(1000) {
		packets := randomcapture.New(seed, randomcapture.Options{Packets: 100, Disorder: disorderFor(seed), Tunnels: true})
		opts := optionsFor(seed)
		opts.MaxFlows = 0 // with a bound, flows of one layer end those of another
		var results [3]Result
		for layer := Outer; layer <= Both; layer++ {
			opts.Layer = layer
			results[layer] = run(t, opts, packets...)
			checkLaws(t, seed, opts, len(packets), results[layer])
		}
		outer, inner, both := results[Outer], results[Inner], results[Both]
		for _, inside := range both.Insides {
			tunnels[inside.Tunnel]++
		}
		second += both.Second
		limited += both.DepthLimited
		if both.DepthLimited != inner.DepthLimited || !slices.Equal(both.Insides, inner.Insides) || !slices.Equal(both.Points, inner.Points) {
			t.Fatalf("seed %d: got %d frames too deep and %d tunnels, want those of the inner layer, %d and %d", seed,
				both.DepthLimited, len(both.Insides), inner.DepthLimited, len(inner.Insides))
		}
		if outer.Accounted != both.Accounted { // pseudowires
			continue
		}
		want := outer
		want.Second, want.DepthLimited, want.Places, want.Insides, want.Points = both.Second, both.DepthLimited, both.Places, both.Insides, both.Points
		for _, f := range inner.Flows {
			if f.Key.Point != 0 {
				want.Flows = append(want.Flows, f)
			}
		}
		for _, i := range inner.Intervals {
			if i.Key.Point != 0 {
				want.Intervals = append(want.Intervals, i)
			}
		}
		wantEqual(t, seed, both, without(want, func(*flow.Record) {}, nil))
	}
	for tunnel := flow.TunnelIPInIP; tunnel <= flow.TunnelGTPU; tunnel++ {
		if tunnels[tunnel] < 20 {
			t.Errorf("only %d tunnels of type %d", tunnels[tunnel], tunnel)
		}
	}
	if second < 1000 || limited < 50 {
		t.Errorf("only %d second packets and %d frames too deep", second, limited)
	}
}
