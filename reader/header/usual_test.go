package header

import (
	"math/rand/v2"
	"testing"

	"netstream/aggregate/flow"
)

// TestUsual reads packets, whole and damaged in a few octets, in one piece and header by
// header: what usual takes is what internet makes of it.
func TestUsual(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 9))
	taken, left := 0, 0
	for range 200_000 {
		b := octets(spelledTCP)
		if random.IntN(3) == 0 {
			b[9] = protocolUDP
		}
		for range random.IntN(4) {
			at := random.IntN(len(b))
			if b[at] = byte(random.Uint32()); random.IntN(2) == 0 { // small numbers meet bounds
				b[at] = byte(random.IntN(64))
			}
		}
		if random.IntN(4) == 0 {
			b = b[:random.IntN(len(b)+1)]
		}
		onWire := uint32(len(b) + random.IntN(4))
		var want, got flow.Packet
		if !usual(&got, b) {
			left++
			if got.Meta != (flow.Meta{}) || got.Key != (flow.Key{}) {
				t.Fatalf("%x: left with %+v", b, got)
			}
			continue
		}
		taken++
		if reason := internet(&want, b, onWire); reason != flow.ReasonAccounted || got != want {
			t.Fatalf("%x: got %+v\nwant %v %+v", b, got, reason, want)
		}
	}
	if taken < 20_000 || left < 20_000 {
		t.Errorf("%d packets were taken, %d left", taken, left)
	}
}
