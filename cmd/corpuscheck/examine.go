package main

import (
	"fmt"
	"path/filepath"
)

// finding is what the check found on one capture.
type finding struct {
	capture  capture
	metering metering
	plain    agreement      // with tshark's fields at their word
	known    agreement      // with the known differences
	used     map[string]int // packets a known difference
	programs []*comparison
	failures []string
	err      error
}

// agreement says how far two sets of sums are equal.
type agreement struct {
	compared       bool
	packets, equal int64 // all packets of the oracle, and those of keys with equal volumes
	differing      []discrepancy
}

func (a agreement) exact() bool { return a.compared && len(a.differing) == 0 }

// examiner checks captures.
type examiner struct {
	corpus   string
	program  string // netstream
	tshark   tshark
	capinfos map[string]capinfos
	known    []difference
	programs []program
}

// examine runs all checks on one capture.
func (e *examiner) examine(c capture) finding {
	f := finding{capture: c, used: map[string]int{}}
	path := filepath.Join(e.corpus, c.path)
	if f.metering, f.err = meter(e.program, path); f.err != nil {
		return f
	}
	f.checkRun()
	packets, complaint, err := e.tshark.answer(path, c.sha256)
	if err != nil {
		f.err = err
		return f
	}
	if f.metering.flows == nil {
		if complaint == "" && len(packets) > 0 {
			f.fail("exit code %d, but tshark reads %d packets: %s", f.metering.exit, len(packets), f.metering.complaint)
		}
		return f
	}
	f.checkBooks()
	if answer, has := e.capinfos[c.path]; has {
		f.checkCapinfos(answer)
	}
	f.checkTshark(packets, complaint, e.known)
	f.err = e.comparePrograms(&f, packets)
	return f
}

// comparePrograms compares with the flow records of other programs that lie
// beside the capture.
func (e *examiner) comparePrograms(f *finding, packets []packet) error {
	traits := traitsOf(packets)
	for _, file := range f.capture.references {
		p := referenceOf(e.programs, file)
		if p == nil {
			continue
		}
		c, err := compareReference(e.corpus, file, p, f.metering.flows, traits)
		if err != nil {
			return err
		}
		if c != nil {
			f.programs = append(f.programs, c)
		}
	}
	return nil
}

func (f *finding) fail(format string, a ...any) {
	f.failures = append(f.failures, fmt.Sprintf(format, a...))
}

func (f *finding) checkRun() {
	switch f.metering.exit {
	case exitComplete, exitDamaged, exitRefused:
	default:
		f.fail("exit code %d: %s", f.metering.exit, f.metering.complaint)
	}
	if f.metering.took > slowRun {
		f.fail("took %v, want at most %v", f.metering.took, slowRun)
	}
}

// checkBooks compares the two tables with each other and with the manifest.
func (f *finding) checkBooks() {
	b := &f.metering.books
	for _, law := range b.Laws {
		if !law.Holds {
			f.fail("law %s does not hold", law.ID)
		}
	}
	if b.Complete != (f.metering.exit == exitComplete) {
		f.fail("manifest says complete %v, exit code is %d", b.Complete, f.metering.exit)
	}
	for _, d := range compare(f.metering.flows, f.metering.intervals) {
		f.fail("flows and intervals differ: %v", d)
	}
	want := volume{b.Totals.Accounted, b.Totals.Bytes, b.Totals.WireBytes}
	if got := f.metering.flows.total(); got != want {
		f.fail("sum of flows is %v, manifest has %v", got, want)
	}
}

func (f *finding) checkCapinfos(answer capinfos) {
	in := &f.metering.books.Inputs[0]
	if in.Packets != answer.packets {
		f.fail("capinfos: got %d packets, want %d (exit code %d)", in.Packets, answer.packets, f.metering.exit)
		return
	}
	if got := f.metering.books.wireBytes(); got != answer.wireBytes {
		f.fail("capinfos: got %d wire bytes, want %d", got, answer.wireBytes)
	}
	if f.metering.books.outcome("accounted") != in.Packets {
		return
	}
	if in.Packets > 0 && (!sameTime(in.FirstTime, answer.first) || !sameTime(in.LastTime, answer.last)) {
		f.fail("capinfos: got times %s to %s, want %s to %s", in.FirstTime, in.LastTime, answer.first, answer.last)
	}
}

func (f *finding) checkTshark(packets []packet, complaint string, known []difference) {
	plain, corrected := sums{}, sums{}
	for i := range packets {
		p := &packets[i]
		r := p.read()
		if r.metered {
			plain.add(r.key, r.volume)
		}
		if name := explain(known, p, &r); name != "" {
			f.used[name]++
		}
		if r.metered {
			corrected.add(r.key, r.volume)
		}
	}
	f.plain = agree(f.metering.flows, plain)
	f.known = agree(f.metering.flows, corrected)
	for _, d := range f.known.differing {
		f.fail("tshark: %v", d)
	}
}

func agree(netstream, oracle sums) agreement {
	a := agreement{compared: true, differing: compare(netstream, oracle), packets: oracle.total().packets}
	a.equal = a.packets
	for _, d := range a.differing {
		a.equal -= d.oracle.packets
	}
	return a
}
