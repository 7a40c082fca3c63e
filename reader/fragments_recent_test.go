package reader

import (
	"testing"
	"time"

	"netstream/aggregate/flow"
)

// TestRecentFirsts: of an identification that is in use again the last four first
// fragments are remembered, so that a later fragment in front of them has none before it.
func TestRecentFirsts(t *testing.T) {
	firsts := newFirstFragments(time.Second, nil)
	second := flow.Timestamp(time.Second)
	packet := func(at flow.Timestamp, number uint64, port uint16) flow.Packet {
		return flow.Packet{Clock: at, Number: number, FragmentID: 7, Key: flow.Key{Version: 4, Protocol: 17, SourcePort: port, Shape: flow.Ports}}
	}
	for n := range uint64(5) {
		first := packet(flow.Timestamp(n)*10*second, n+1, uint16(n+1))
		firsts.remember(&first, first.Clock)
	}
	for _, c := range []struct {
		at    flow.Timestamp
		named bool
		port  uint16
	}{
		{41 * second, true, 5}, {31 * second, true, 4}, {11 * second, true, 2},
		{9*second + second/2, true, 2}, // the nearest one behind it, within the window
		{second, false, 0},             // that of number 1 is forgotten
	} {
		later := packet(c.at, 6, 0)
		later.Number = 0 // in front of all of them in the file
		if named := firsts.name(&later); named != c.named || named && later.Key.SourcePort != c.port {
			t.Errorf("at %v: named %v by port %d, want %v, %d", time.Duration(c.at), named, later.Key.SourcePort, c.named, c.port)
		}
	}
}
