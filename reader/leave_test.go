package reader

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive/randomcapture"
	"netstream/reader/input"
)

// TestWaitingPackets reads a capture of many times the reorder window with rooms of several sizes: what has been read
// and not been given is never more than what the window makes wait and some frames, whichever layer is metered, so that memory does not
// grow with the capture.
func TestWaitingPackets(t *testing.T) {
	const window, apart = time.Second, time.Millisecond // a thousand packets wait
	all := make([]randomcapture.Packet, 50_000)
	for i := range all {
		all[i] = randomcapture.Packet{Time: int64(time.Hour) + int64(i)*int64(apart), Frame: plainFrame, WireLength: uint32(len(plainFrame))}
		if i%3 == 0 { // one in another
			frame := inAnother(plainFrame)
			all[i].Frame, all[i].WireLength = frame, uint32(len(frame))
		}
	}
	name := filepath.Join(t.TempDir(), "capture")
	if err := os.WriteFile(name, randomcapture.Encode(all, randomcapture.Formats()[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, layer := range []Layer{LayerOuter, LayerInner, LayerBoth} {
		for _, room := range []int{2, 3, 64, 1000, flow.BatchPackets} {
			p, err := Open(input.Source{Name: name}, nil, Options{Points: flow.NewPoints(), ReorderWindow: window, Layer: layer})
			if err != nil {
				t.Fatal(err)
			}
			given, most := uint64(0), uint64(0)
			for space := make([]flow.Packet, room); ; {
				some, err := p.ReadPackets(space)
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				for i := range some {
					if some[i].Meta.Marks&flow.MarkSecond == 0 {
						given++
					}
				}
				most = max(most, p.account.Accounted.Packets-given)
				space = some[:cap(some)][:room]
			}
			if given != uint64(len(all)) {
				t.Errorf("%v, room for %d: %d packets, want %d", layer, room, given, len(all))
			}
			if wait := uint64(window/apart) + 2*framesAtATime + 2*flow.BatchPackets; most > wait {
				t.Errorf("%v, room for %d: %d packets wait, want at most %d", layer, room, most, wait)
			}
		}
	}
}
