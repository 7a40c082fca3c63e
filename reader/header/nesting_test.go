package header

import (
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/header/headertest"
)

// TestP6EveryTunnelNested (P6) nests each kind of encapsulation 1 to 1,000 deep. As long as
// there are at most MaxHeaders headers in front, the innermost packet is metered; beyond, the
// deepest one reached, with a mark. What has no IP packet in front of that is of the protocol
// that was not opened.
func TestP6EveryTunnelNested(t *testing.T) {
	frames, kinds := 0, headertest.Nestings()
	for _, n := range kinds {
		t.Run(n.Name, func(t *testing.T) {
			n.Frames(func(depth int, frame []byte) {
				frames++
				wanted := 1+depth*n.Headers <= MaxHeaders
				p, within, reason, _ := readInner(t, 1, Options{}, frame, len(frame))
				reached := reason == flow.ReasonAccounted && p.Key.Protocol == 6
				limited := p.Meta.Marks&flow.MarkDepthLimited != 0
				switch {
				case !wanted && !n.OverIP:
					if reason != flow.ReasonNotIP {
						t.Fatalf("%d deep: %v", depth, reason)
					}
				case reason != flow.ReasonAccounted || reached != wanted || limited == wanted:
					t.Fatalf("%d deep: %v, reached %v, limited %v, want reached %v", depth, reason, reached, limited, wanted)
				case reached && p.Meta.Octets != 40 && p.Meta.Octets != 60:
					t.Fatalf("%d deep: %d octets", depth, p.Meta.Octets)
				case (within.Tunnel == flow.TunnelNone) != n.Opened:
					t.Fatalf("%d deep: in %v", depth, within.Tunnel)
				}
				if n.Opened {
					return
				}
				outer, reason, _ := read(t, 1, Options{}, frame, len(frame))
				if accounted := reason == flow.ReasonAccounted; accounted != n.OverIP || accounted && outer.Meta.Octets != uint64(len(frame)-14) {
					t.Fatalf("%d deep, without tunnels: %v, %d octets of %d", depth, reason, outer.Meta.Octets, len(frame))
				}
			})
		})
	}
	t.Logf("assertion P6: %d kinds of encapsulation 1 to %d deep: %d frames, each metered or of a protocol that is not opened", len(kinds), headertest.MaxDepth, frames)
}
