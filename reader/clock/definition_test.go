package clock

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
)

// judged is what the definition says of a packet.
type judged struct {
	number      int
	at          int64
	stray, late bool
}

// define is docs/metering.md section 2 as it is written, over all packets at
// once, but for the setting back of the clock which needs longer captures. The
// times are far from the ends of the range.
func define(times []int64, window int64, most int) (packets []judged, late, strays int) {
	high, floor := int64(math.MinInt64)+window, int64(math.MinInt64)
	unset := true // there is no highest accepted time yet
	var waiting []int64
	for i, t := range times {
		behind := times[i+1 : min(i+3, len(times))]
		fallBack := 0
		for _, next := range behind {
			if next < t-window {
				fallBack++
			}
		}
		p := judged{number: i + 1, at: t}
		switch {
		case i == 0:
			if p.stray = fallBack == 2; p.stray {
				p.at = times[1]
			}
		case unset: // the second packet behind a stray first one is accepted as it is
		case t > high+window && (fallBack > 0 && fallBack == len(behind) || len(behind) == 0 && t > high+int64(Leap)):
			p.stray, p.at = true, high
		case t < high-window || t < floor:
			p.late, p.at = true, high
		}
		switch {
		case p.stray:
			strays++
		case p.late:
			late++
		default:
			high, unset = max(high, t), false
		}
		packets = append(packets, p)
		place, _ := slices.BinarySearch(waiting, p.at)
		if waiting = slices.Insert(waiting, place, p.at); len(waiting) > most {
			floor, waiting = waiting[0], waiting[1:]
		}
	}
	slices.SortStableFunc(packets, func(a, b judged) int { return cmp.Compare(a.at, b.at) })
	return packets, late, strays
}

// against compares an Orderer in which so many packets may wait with the
// definition. Take is called after every take-th packet.
func against(t *testing.T, times []int64, window int64, most, take int) {
	t.Helper()
	want, late, strays := define(times, window, most)
	o := NewOrderer(time.Duration(window))
	o.most = most
	var got []judged
	var taken [3]flow.Packet
	drain := func() {
		for n := o.Take(taken[:]); n > 0; n = o.Take(taken[:]) {
			for _, p := range taken[:n] {
				got = append(got, judged{number: int(p.Number), at: int64(p.Clock), late: p.Meta.Marks&flow.MarkLate != 0})
			}
		}
	}
	for i, at := range times {
		*o.Slot() = flow.Packet{Number: uint64(i + 1), Time: flow.Timestamp(at)}
		if take%2 == 0 || !putNext(o) {
			o.Put()
		}
		if i%take == take-1 {
			drain()
		}
	}
	o.Close()
	drain()
	for i := range want {
		want[i].stray = false // the Orderer counts them, but does not mark them
	}
	if !slices.Equal(got, want) || o.Late != uint64(late) || o.Strays != uint64(strays) {
		t.Fatalf("window %d, %d wait, taking every %d:\n got %+v, %d late, %d stray\nwant %+v, %d late, %d stray\ntimes %v",
			window, most, take, first(got), o.Late, o.Strays, first(want), late, strays, first(times))
	}
}

// putNext takes the packet in Slot in as a run of its own, if it is one for a run.
func putNext(o *Orderer) bool {
	r := o.Run()
	if len(r.Packets) == 0 || !r.Follows(r.Packets[0].Time) {
		return false
	}
	r.Reach(r.Packets[0].Time)
	r.Packets[0].Clock = r.Packets[0].Time
	o.PutRun(&r, 1, r.Packets[0].Meta.Marks)
	return true
}

// first bounds what a failure prints.
func first[T any](all []T) []T { return all[:min(len(all), 100)] }

// TestAgainstDefinition lets few packets wait, so that random captures fill the
// window again and again, and strays come when it is full.
func TestAgainstDefinition(t *testing.T) {
	for seed := range uint64(5000) {
		rng := rand.New(rand.NewPCG(seed, 2))
		const window = 1000
		times := make([]int64, 1+rng.IntN(60))
		now, step := int64(1e6), 1+rng.Int64N(400)
		for i := range times {
			now += rng.Int64N(step)
			switch rng.IntN(8) {
			case 0:
				times[i] = now - rng.Int64N(window*2) // behind, some too late
			case 1:
				times[i] = now + rng.Int64N(window*20) // ahead, mostly stray
			default:
				times[i] = now
			}
		}
		if seed%16 == 0 {
			times[len(times)-1] += 2 * int64(Leap)
		}
		most := []int{1, 2, 3, 5, 10, MaxWaiting}[rng.IntN(6)]
		for _, take := range []int{1, 2, 7, 100} {
			against(t, times, window, most, take)
		}
	}
}

// TestFullWindowAndStray fills the window, has two packets wait for the judgement
// of a stray between them, and so three placed by one Put.
func TestFullWindowAndStray(t *testing.T) {
	const most = MaxWaiting + 100
	times := make([]int64, 0, most+8)
	for i := range int64(most) {
		times = append(times, 1000*second+i*1000)
	}
	head := 1000*second + 100*1000 // the first that waits
	for _, tail := range [][]int64{
		{4e9 * second, head - 500, head + 1_000_000},
		{4e9 * second, head + 500, head + 1_500},
		{4e9 * second, head + 999, head + 1_001, head + 1_999, head + 2_001},
		{4e9 * second, head - 1, 4e9 * second, head + 1, head + 2},
	} {
		t.Run(fmt.Sprint(tail), func(t *testing.T) {
			for _, take := range []int{1, 256} {
				against(t, append(slices.Clone(times), tail...), second, MaxWaiting, take)
			}
		})
	}
	_, late, _ := define(append(slices.Clone(times), 4e9*second, head-500, head+1_000_000), second, MaxWaiting)
	if late != 1 {
		t.Errorf("%d packets below the window's head are late by definition, want 1", late)
	}
}
