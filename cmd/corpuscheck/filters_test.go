package main

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
)

// The list has what pcap-filter(7) has, each once.
func TestFilterExpressions(t *testing.T) {
	list := filterExpressions()
	if len(list) < 500 {
		t.Errorf("got %d filters, want at least 500", len(list))
	}
	seen := make(map[string]bool)
	for _, expression := range list {
		if seen[expression] {
			t.Errorf("%q is there twice", expression)
		}
		seen[expression] = true
	}
	for _, word := range []string{"vlan", "mpls", "pppoes", "geneve", "protochain", "portrange", "mask", "gateway", "radio[", "addr4", "inbound", "ifindex"} {
		if !slices.ContainsFunc(list, func(expression string) bool { return strings.Contains(expression, word) }) {
			t.Errorf("no filter has %q", word)
		}
	}
}

// A sample is a file whose times are the numbers of its frames, and what tcpdump
// answers is read back from them.
func TestSampleNumbers(t *testing.T) {
	for _, bigEndian := range []bool{false, true} {
		s := &sample{linkType: 1, bigEndian: bigEndian, frames: []sampledFrame{{[]byte{1, 2, 3}, 60}, {nil, 1}, {make([]byte, 200), 200}}}
		s.addCut()
		got, err := selectedNumbers(s.pcap())
		if want := []int{0, 1, 2, 3, 4, 5}; err != nil || !slices.Equal(got, want) {
			t.Errorf("big-endian %v: got %v, %v, want %v", bigEndian, got, err, want)
		}
		if n := len(s.frames[5].octets); n != 26 {
			t.Errorf("the third frame is cut at %d octets, want 26", n)
		}
		if _, err := selectedNumbers(s.pcap()[:70]); err == nil {
			t.Error("a cut answer is no error")
		}
	}
}

// What differs is told, unless it has a reason that applies.
func TestFilterDifferences(t *testing.T) {
	s := &sample{linkType: 1, frames: make([]sampledFrame, 9)}
	numbers := func(list ...int) selection { return selection{numbers: list} }
	refused := selection{refusal: "why"}
	plain := func() selection { return numbers(7) }
	for _, c := range []struct {
		got, want selection
		differs   bool
	}{
		{numbers(1, 2), numbers(1, 2), false},
		{numbers(1, 2), numbers(1, 3), true},
		{numbers(1), numbers(1, 3), true},
		{numbers(7), numbers(7, 8), false}, // equal without optimiser
		{refused, refused, false},
		{refused, numbers(), true},
		{numbers(), refused, true},
	} {
		f := filterFinding{sample: s, known: make(map[string]int)}
		f.compare("tcp", c.got, c.want, plain)
		if got := len(f.differences) > 0; got != c.differs {
			t.Errorf("%v and %v: differ %v, want %v", c.got, c.want, got, c.differs)
		}
	}
	if at := firstDifference([]int{1, 2, 5}, []int{1, 2, 4, 5}); at != 4 {
		t.Errorf("first difference at %d, want 4", at)
	}
	if order := binary.LittleEndian.Uint32((&sample{}).pcap()); order != 0xa1b2c3d4 {
		t.Errorf("magic %#x", order)
	}
}
