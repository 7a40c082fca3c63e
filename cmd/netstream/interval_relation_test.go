package main

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive"
)

// TestCoarserIntervals: rows of 1 second, summed over the wider intervals of another run,
// are the rows of that run (M16), whatever its widths are. Only flows_active is no sum.
func TestCoarserIntervals(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		e := localExperiment(t, seed)
		coarse := e.settings
		random := rand.New(rand.NewPCG(seed, 16))
		if random.IntN(3) == 0 {
			coarse.Local, coarse.Interval = naive.Local{}, time.Duration(1+random.IntN(100_000))*time.Second
		}
		files := e.files(e.packets)
		e.settings.Local, e.settings.Interval = naive.Local{}, time.Second
		fine, err := e.meter(files)
		if err != nil {
			t.Fatal(err)
		}
		e.settings = coarse
		want, err := e.meter(files)
		if err != nil {
			t.Fatal(err)
		}
		if text := notSummed(fine.Intervals, want.Intervals); text != "" {
			t.Errorf("seed %d, %+v: %s", seed, coarse.Local, text)
		}
	}
}

// notSummed words the first difference between fine rows summed and coarse ones. Which
// coarse interval a fine one lies in, the coarse rows say.
func notSummed(fine, coarse []flow.IntervalRecord) string {
	type place struct {
		key   flow.Key
		start flow.Timestamp
	}
	ends := make(map[flow.Timestamp]flow.Timestamp)
	for i := range coarse {
		ends[coarse[i].Start] = coarse[i].End
	}
	sums := make(map[place]flow.IntervalRecord)
	for i := range fine {
		f := &fine[i]
		holding := 0
		for start, end := range ends {
			if f.Start < start || f.End > end {
				continue
			}
			holding++
			at := place{f.Key, start}
			row, ok := sums[at]
			if !ok {
				row = *f
				row.Start, row.End = start, end
			} else {
				row.First, row.Last = min(row.First, f.First), max(row.Last, f.Last)
				row.Counters.Add(f.Counters)
				row.Scaled.Packets, row.Scaled.Octets = row.Scaled.Packets+f.Scaled.Packets, row.Scaled.Octets+f.Scaled.Octets
				row.FlowsStarted, row.FlowsEnded = row.FlowsStarted+f.FlowsStarted, row.FlowsEnded+f.FlowsEnded
				row.TCPFlags |= f.TCPFlags
				row.Marks |= f.Marks
				row.Reverse.Add(f.Reverse)
				row.ReverseScaled.Packets += f.ReverseScaled.Packets
				row.ReverseScaled.Octets += f.ReverseScaled.Octets
				row.ReverseTCPFlags |= f.ReverseTCPFlags
				row.ReverseTCP = row.ReverseTCP || f.ReverseTCP
			}
			sums[at] = row
		}
		if holding != 1 {
			return fmt.Sprintf("the second at %v lies in %d intervals", f.Start.Time(), holding)
		}
	}
	if len(sums) != len(coarse) {
		return fmt.Sprintf("%d rows, their sums are %d", len(coarse), len(sums))
	}
	for i := range coarse {
		got, want := sums[place{coarse[i].Key, coarse[i].Start}], coarse[i]
		got.FlowsActive, got.Complete, got.ActiveTime = want.FlowsActive, want.Complete, want.ActiveTime
		if got != want {
			return fmt.Sprintf("the sum is %+v\n want %+v", got, want)
		}
	}
	return ""
}
