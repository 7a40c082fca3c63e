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
	"netstream/reader/clock"
	"netstream/reader/input"
)

// nestedPackets gives packets at equal distances in time, one of so many in another one.
func nestedPackets(n int, apart time.Duration, oneOf int) []randomcapture.Packet {
	all := make([]randomcapture.Packet, n)
	for i := range all {
		frame := plainFrame
		if i%oneOf == 0 {
			frame = inAnother(plainFrame)
		}
		all[i] = randomcapture.Packet{Time: int64(time.Hour) + int64(i)*int64(apart), Frame: frame, WireLength: uint32(len(frame))}
	}
	return all
}

func captureOf(t *testing.T, packets []randomcapture.Packet) (name string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "capture")
	if err := os.WriteFile(name, randomcapture.Encode(packets, randomcapture.Formats()[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestSelectedKeepsLittle counts the packets of a capture, each of which carries another one: no more of these are kept than of those that carry them.
func TestSelectedKeepsLittle(t *testing.T) {
	const packets = 3 * clock.MaxWaiting
	name := captureOf(t, nestedPackets(packets, time.Millisecond, 1))
	p, err := Open(input.Source{Name: name}, nil, Options{Points: flow.NewPoints(), ReorderWindow: time.Second, Layer: LayerBoth})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close() // it was only read
	if n, err := p.Selected(packets - 1); err != nil || n != packets-1 {
		t.Fatalf("%d packets, error %v, want %d", n, err, packets-1)
	}
	if most := clock.MaxWaiting + framesAtATime; len(p.seconds) > most {
		t.Errorf("%d packets are kept, want at most %d", len(p.seconds), most)
	}
}

// TestWaitingPackets reads a capture of many times the reorder window with rooms of several sizes: what has been read
// and not been given is never more than what the window makes wait and some frames, whichever layer is metered, so that memory does not
// grow with the capture.
func TestWaitingPackets(t *testing.T) {
	const window, apart = time.Second, time.Millisecond // a thousand packets wait
	all := nestedPackets(50_000, apart, 3)
	name := captureOf(t, all)
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
