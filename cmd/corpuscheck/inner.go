package main

import (
	"maps"
	"slices"
	"strings"
)

// innerReading is a packet as docs/metering.md would have it with --meter inner, as
// far as tshark tells.
type innerReading struct {
	metered bool
	ends    ends // of the metered IP header
	open    bool // it may have others, or none
}

// readInner takes the innermost IP header that tshark shows at its word, where the
// outermost one is metered or a pseudowire is in front of it.
func (p *packet) readInner(outer *reading) innerReading {
	if outer.unknown&unknownAll != 0 {
		return innerReading{open: true}
	}
	innermost, has := p.innermost()
	if outer.metered && !p.tunneled() {
		innermost = ends{outer.key.source, outer.key.destination}
	} else if !outer.metered && !p.isPseudowire() {
		return innerReading{}
	}
	return innerReading{metered: has, ends: innermost}
}

// explainInner reads a packet, corrects it by the known differences, those of the
// outermost header first, and gives the names of the others. It cuts the layers that
// are not opened.
func explainInner(p *packet, known []difference) (innerReading, []string) {
	outer := p.read()
	explain(known, p, &outer)
	r := p.readInner(&outer)
	var names []string
	for _, d := range innerDifferences() {
		if d.applies(p, &r) {
			d.correct(p, &r)
			names = append(names, d.name)
		}
	}
	return r, names
}

// isPseudowire tells whether what keeps a packet from being metered with its
// outermost header is a pseudowire.
func (p *packet) isPseudowire() bool {
	inFront := p.inFront()
	at := slices.IndexFunc(inFront, tunnelBelowIP)
	return at >= 0 && strings.HasPrefix(inFront[at], "pweth") && !p.timeOutOfRange()
}

// checkInner compares what netstream meters with --meter inner with the innermost IP
// headers that tshark shows.
func (f *finding) checkInner(program, path string, packets []packet, known []difference) error {
	if f.unread != "" {
		return nil
	}
	got, err := meterInner(program, path)
	if err != nil {
		return err
	}
	f.inner.compared = true
	want, open := map[ends]int64{}, int64(0)
	for i := range packets {
		p := packets[i] // its layers are cut
		r, names := explainInner(&p, known)
		for _, name := range names {
			f.used[name]++
		}
		switch {
		case r.open:
			open++
		case r.metered:
			want[r.ends]++
			f.inner.packets++
			if p.tunneled() {
				f.inner.tunneled++
			}
		}
	}
	f.compareEnds(got, want, open)
	return nil
}

// compareEnds compares packets by their addresses. Each packet that tshark tells must
// be there, and no others than the open ones.
func (f *finding) compareEnds(got, want map[ends]int64, open int64) {
	for e := range want {
		got[e] += 0 // so that got has all
	}
	more := int64(0)
	for e := range got {
		more += max(0, got[e]-want[e])
	}
	for _, e := range slices.SortedFunc(maps.Keys(got), func(a, b ends) int { return strings.Compare(a.String(), b.String()) }) {
		if got[e] < want[e] || got[e] > want[e] && more > open {
			f.fail("tshark, innermost header: %v: netstream has %d packets, tshark %d, and %d anywhere", e, got[e], want[e], open)
		}
	}
}

// innerAgreement says how many packets were compared by their innermost header.
type innerAgreement struct {
	compared          bool
	packets, tunneled int64
}
