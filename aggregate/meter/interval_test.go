package meter

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"netstream/aggregate/flow"
)

// slicesOf meters packets of one flow and gives the packets of each interval.
func slicesOf(width time.Duration, times ...flow.Timestamp) map[flow.Timestamp]uint64 {
	s := Settings{IdleTimeout: math.MaxInt64, EndGrace: math.MaxInt64, Interval: width}
	got := summed{}
	process := NewProcess(s, got)
	state := State{Key: flow.Key{Version: 4}}
	for _, at := range times {
		process.Add(&state, nil, &flow.Packet{Time: at})
	}
	process.Flush(&state, nil, 0)
	return got
}

// summed sums the packets of slices by interval.
type summed map[flow.Timestamp]uint64

func (s summed) Record(*flow.Record) {}
func (s summed) Slice(slice *Slice)  { s[slice.Start] += slice.Counters.Packets }

// TestFirstInterval has packets about the end of the first interval, which begins
// before time can be represented.
func TestFirstInterval(t *testing.T) {
	const first = flow.MinTimestamp
	const width = 5 * time.Minute
	second := (first + flow.Timestamp(width)).Interval(width)
	if cut := second - first; cut <= 0 || cut >= flow.Timestamp(width) {
		t.Fatalf("the first interval of %v is %v long, want a cut one", width, time.Duration(cut))
	}
	tests := []struct {
		name  string
		times []flow.Timestamp
		want  map[flow.Timestamp]uint64
	}{
		{"over its end, less than the width from its start", []flow.Timestamp{first, second - 1, second, first + flow.Timestamp(width) - 1},
			map[flow.Timestamp]uint64{first: 2, second: 2}},
		{"seconds", []flow.Timestamp{first, first + 240*flow.Timestamp(time.Second), first + 250*flow.Timestamp(time.Second)},
			map[flow.Timestamp]uint64{first: 1, second: 2}},
		{"back into it", []flow.Timestamp{second, second - 1, second}, map[flow.Timestamp]uint64{first: 1, second: 2}},
		{"from one end of time to the other", []flow.Timestamp{first, flow.MaxTimestamp, first, flow.MaxTimestamp},
			map[flow.Timestamp]uint64{first: 2, flow.MaxTimestamp.Interval(width): 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := slicesOf(width, tt.times...); fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// TestIntervalOfEachPacket compares the interval that each packet is counted in
// with the one that its time stamp lies in, for widths that cut the first and
// the last interval and for those that do not.
func TestIntervalOfEachPacket(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	widths := []time.Duration{1, 2, 3, 1 << 40, time.Second, 5 * time.Minute, 1 << 62, 1<<62 + 1, math.MaxInt64}
	for range 20000 {
		width := widths[rng.IntN(len(widths))]
		edges := []flow.Timestamp{flow.MinTimestamp, 0, flow.MaxTimestamp.Interval(width),
			(flow.MinTimestamp + flow.Timestamp(width)).Interval(width)}
		var times []flow.Timestamp
		want := map[flow.Timestamp]uint64{}
		for range 6 {
			at := edges[rng.IntN(len(edges))]
			if off := flow.Timestamp(rng.Int64N(4) - 2); off < 0 && at < flow.MinTimestamp-off {
				at = flow.MaxTimestamp
			} else {
				at += off
			}
			times = append(times, at)
			want[at.Interval(width)]++
		}
		if got := slicesOf(width, times...); fmt.Sprint(nonzero(got)) != fmt.Sprint(want) {
			t.Fatalf("width %d, times %v: got %v, want %v", width, times, got, want)
		}
	}
}

// nonzero leaves the slices out that only mark the start or end of a flow.
func nonzero(s map[flow.Timestamp]uint64) map[flow.Timestamp]uint64 {
	kept := map[flow.Timestamp]uint64{}
	for start, packets := range s {
		if packets > 0 {
			kept[start] = packets
		}
	}
	return kept
}
