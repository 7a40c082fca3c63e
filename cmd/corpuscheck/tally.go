package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
)

// tally counts what was compared in one respect. Whatever differs without a reason
// fails the capture.
type tally struct {
	captures, compared, equal int
	differing                 map[string]int // by reason
}

// compare counts a comparison. The reason is asked for where the two differ; if it is
// empty, the capture fails.
func (f *finding) compare(respect string, equal bool, reason string, format string, a ...any) {
	t := f.tallies[respect]
	if t == nil {
		if f.tallies == nil {
			f.tallies = map[string]*tally{}
		}
		t = &tally{captures: 1, differing: map[string]int{}}
		f.tallies[respect] = t
	}
	t.compared++
	switch {
	case equal:
		t.equal++
	case reason == "":
		t.differing["not explained"]++
		f.fail("%s: %s", respect, fmt.Sprintf(format, a...))
	default:
		t.differing[reason]++
	}
}

// reportTallies prints the sums of all captures.
func reportTallies(w io.Writer, findings []finding) {
	sums := map[string]*tally{}
	for i := range findings {
		for respect, t := range findings[i].tallies {
			sum := sums[respect]
			if sum == nil {
				sum = &tally{differing: map[string]int{}}
				sums[respect] = sum
			}
			sum.captures += t.captures
			sum.compared += t.compared
			sum.equal += t.equal
			for reason, n := range t.differing {
				sum.differing[reason] += n
			}
		}
	}
	for _, respect := range slices.Sorted(maps.Keys(sums)) {
		t := sums[respect]
		fmt.Fprintf(w, "%s: %d captures, %d compared, %d equal\n", respect, t.captures, t.compared, t.equal)
		for _, reason := range slices.Sorted(maps.Keys(t.differing)) {
			fmt.Fprintf(w, "  %6d differ: %s\n", t.differing[reason], reason)
		}
	}
}
