package main

import (
	_ "embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"netstream/reader/filter"
)

//go:embed filter_expressions.txt
var filterList string

// filterExpressions gives the filters that are compared.
func filterExpressions() []string {
	var list []string
	for line := range strings.Lines(filterList) {
		if line = strings.TrimSuffix(line, "\n"); line != "" && line[0] != '#' {
			list = append(list, line)
		}
	}
	return list
}

// filtersFor gives the filters for a sample. Those that are refused whatever the
// link type are compared on the first one only.
func filtersFor(sample int) []string {
	if sample == 0 {
		return filterExpressions()
	}
	return slices.DeleteFunc(filterExpressions(), func(expression string) bool {
		_, err := filter.Parse(expression)
		return err != nil
	})
}

// filterFinding is what was found on one sample.
type filterFinding struct {
	sample      *sample
	compared    int // filters that both compile
	refused     int // filters that both refuse
	frames      int // compared, times filters
	selected    int // by both, times filters
	known       map[string]int
	differences []string
	err         error
}

// checkFilters compares what filters select with tcpdump, on frames of all link
// types of the corpus.
func checkFilters(w io.Writer, corpus string, captures []capture, jobs int) (passed bool, err error) {
	samples, err := takeSamples(corpus, captures)
	if err != nil {
		return false, err
	}
	folder, err := os.MkdirTemp("", "corpuscheck-")
	if err != nil {
		return false, fmt.Errorf("cannot make a folder for samples: %w", err)
	}
	defer os.RemoveAll(folder)
	findings := make([]filterFinding, len(samples))
	next := make(chan int)
	var workers sync.WaitGroup
	for range jobs {
		workers.Go(func() {
			for i := range next {
				file := filepath.Join(folder, fmt.Sprintf("%d.pcap", i))
				findings[i] = compareFilters(file, samples[i], filtersFor(i))
			}
		})
	}
	for i := range samples {
		next <- i
	}
	close(next)
	workers.Wait()
	return reportFilters(w, findings), nil
}

// compareFilters compares all filters on one sample.
func compareFilters(file string, s *sample, expressions []string) filterFinding {
	f := filterFinding{sample: s, known: make(map[string]int)}
	if f.err = os.WriteFile(file, s.pcap(), 0o644); f.err != nil {
		return f
	}
	for _, expression := range expressions {
		want, err := tcpdumpSelects(file, expression, true)
		if err != nil {
			f.err = err
			return f
		}
		f.compare(expression, selects(s, expression), want, func() selection {
			plain, _ := tcpdumpSelects(file, expression, false)
			return plain
		})
	}
	return f
}

// selects gives what package filter selects.
func selects(s *sample, expression string) selection {
	parsed, err := filter.Parse(expression)
	if err != nil {
		return selection{refusal: err.Error()}
	}
	program, err := parsed.Compile(filter.Capture{LinkType: s.linkType, BigEndian: s.bigEndian})
	if err != nil {
		return selection{refusal: err.Error()}
	}
	var numbers []int
	for i, f := range s.frames {
		if program.Match(f.octets, f.length) {
			numbers = append(numbers, i)
		}
	}
	return selection{numbers: numbers}
}

// compare notes whether the two agree. plain is what tcpdump selects without its
// optimiser.
func (f *filterFinding) compare(expression string, got, want selection, plain func() selection) {
	switch {
	case got.refusal != "" && want.refusal != "":
		f.refused++
		return
	case got.refusal == "" && want.refusal == "" && slices.Equal(got.numbers, want.numbers):
		f.compared++
		f.frames += len(f.sample.frames)
		f.selected += len(got.numbers)
		return
	}
	if reason := knownFilterDifference(expression, f.sample, got, want, plain); reason != "" {
		f.known[reason]++
		return
	}
	text := fmt.Sprintf("%s: %q: selected %d, tcpdump %d", f.sample, expression, len(got.numbers), len(want.numbers))
	if got.refusal != "" || want.refusal != "" {
		text += fmt.Sprintf("; refused with %q, tcpdump with %q", got.refusal, want.refusal)
	} else {
		text += fmt.Sprintf("; first difference at frame %d", firstDifference(got.numbers, want.numbers))
	}
	f.differences = append(f.differences, text)
}

// firstDifference gives the first number that only one of two lists has.
func firstDifference(a, b []int) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return min(a[i], b[i])
		}
	}
	if len(a) > len(b) {
		return a[len(b)]
	}
	return b[len(a)]
}

// reportFilters prints what was found and tells whether the check is passed.
func reportFilters(w io.Writer, findings []filterFinding) bool {
	passed := true
	var all filterFinding
	all.known = make(map[string]int)
	for i := range findings {
		f := &findings[i]
		if f.err != nil {
			f.differences = append(f.differences, f.err.Error())
		}
		for _, difference := range f.differences {
			passed = false
			fmt.Fprintf(w, "FAIL filter: %s\n", difference)
		}
		all.compared += f.compared
		all.refused += f.refused
		all.frames += f.frames
		all.selected += f.selected
		for reason, n := range f.known {
			all.known[reason] += n
		}
	}
	fmt.Fprintf(w, "filters: %d filters on %d samples; %d equal selections of %d frames (%d selected), %d refused by both\n",
		len(filterExpressions()), len(findings), all.compared, all.frames, all.selected, all.refused)
	for _, d := range filterDifferences() {
		fmt.Fprintf(w, "filters: %d times %s\n", all.known[d.reason], d.reason)
	}
	return passed
}
