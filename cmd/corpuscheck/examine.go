package main

import (
	"fmt"
	"path/filepath"
	"strings"
)

// finding is what the check found on one capture.
type finding struct {
	capture  capture
	metering metering
	counted  bool           // packets are those of capinfos
	timed    bool           // times were compared with capinfos
	plain    agreement      // with tshark's fields at their word
	known    agreement      // with the known differences
	inner    innerAgreement // with --meter inner
	used     map[string]int // packets a known difference
	unread   string         // why tshark read nothing of the capture
	programs []*comparison
	biflows  []conversation // of conversations without ageing, while the capture is examined
	tallies  map[string]*tally
	failures []string
	err      error
}

// agreement says how far two sets of sums are equal.
type agreement struct {
	compared       bool
	packets, equal int64 // all packets of the oracle, and those of keys with equal volumes
	differing      []discrepancy
}

// missed gives the oracle's packets of keys with other volumes.
func (a agreement) missed() int64 { return a.packets - a.equal }

func (a agreement) exact() bool { return a.compared && len(a.differing) == 0 }

// examiner checks captures.
type examiner struct {
	corpus   string
	program  string // netstream
	tshark   tshark
	capinfos map[string]capinfos
	known    []difference
	programs []program
	nfpcapd  map[string]sums // by path of the capture
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
		f.checkCapinfos(answer, packets)
	}
	f.checkDamage(complaint)
	f.checkTshark(packets, complaint, e.known)
	if err := f.checkInner(e.program, path, packets, e.known); err != nil {
		f.err = err
		return f
	}
	if err := f.checkBiflows(e.program, path, packets, e.known); err != nil {
		f.err = err
		return f
	}
	f.err = e.comparePrograms(&f, packets)
	f.biflows = nil
	return f
}

// comparePrograms compares with the flow records of other programs that lie
// beside the capture.
func (e *examiner) comparePrograms(f *finding, packets []packet) error {
	traits, first := traitsOf(packets), firstSenders(packets)
	if flows := e.nfpcapd[f.capture.path]; len(flows) > 0 {
		p := nfpcapdProgram()
		f.programs = append(f.programs, p.compare(f.capture.path, f.metering.flows, flows, traits))
	}
	for _, file := range f.capture.references {
		if err := e.compareConversations(f, file, packets, traits); err != nil {
			return err
		}
		p := referenceOf(e.programs, file)
		if p == nil {
			continue
		}
		c, err := compareReference(e.corpus, file, p, f, traits, first)
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
	got := f.metering.flows.total()
	want := volume{b.Totals.Accounted, b.Totals.Bytes, b.Totals.WireBytes, got.tcpFlags}
	if got != want {
		f.fail("sum of flows is %v, manifest has %v", got, want)
	}
}

// checkCapinfos compares the number of packets, the sum of the original lengths,
// and the time of the first and the last packet where all packets are metered.
func (f *finding) checkCapinfos(answer capinfos, packets []packet) {
	in := &f.metering.books.Inputs[0]
	if in.Packets != answer.packets {
		f.fail("capinfos: got %d packets, want %d (exit code %d)", in.Packets, answer.packets, f.metering.exit)
		return
	}
	f.counted = true
	want := answer.wireBytes
	for i := range packets { // docs/metering.md section 3: an original length below the captured one is not believed
		want += uint64(max(0, packets[i].captured-packets[i].length))
	}
	if got := f.metering.books.wireBytes(); got != want {
		f.fail("capinfos: got %d wire bytes, want %d", got, want)
	}
	if in.Packets == 0 || f.metering.books.outcome("accounted") != in.Packets || !usableTime(answer.first) || !usableTime(answer.last) {
		return
	}
	f.timed = true
	if !sameTime(in.FirstTime, answer.first) || !sameTime(in.LastTime, answer.last) {
		f.fail("capinfos: got times %s to %s, want %s to %s", in.FirstTime, in.LastTime, answer.first, answer.last)
	}
}

// checkDamage compares what is said of the file as a whole: netstream must notice
// the damage that tshark notices, and no other. But it also reports versions and
// reserved bits of the file header that no standard has, which tshark passes over.
func (f *finding) checkDamage(complaint string) {
	damaged := strings.Contains(complaint, "damaged or corrupt") || strings.Contains(complaint, "cut short")
	switch {
	case damaged && f.metering.exit != exitDamaged:
		f.fail("exit code %d, but tshark says: %s", f.metering.exit, complaint)
	case complaint == "" && f.metering.exit == exitDamaged && !f.metering.books.onlyFileHeader():
		f.fail("exit code %d, but tshark reads the file without complaint: %s", f.metering.exit, f.metering.complaint)
	}
}

// checkTshark sums tshark's packets by key and compares, once with its fields at
// their word and once with the known differences.
func (f *finding) checkTshark(packets []packet, complaint string, known []difference) {
	plain, corrected := sums{}, sums{}
	var open []reading
	for i := range packets {
		p := &packets[i]
		r := p.read()
		if r.metered {
			plain.add(r.key, r.volume)
		}
		for _, name := range explain(known, p, &r) {
			f.used[name]++
		}
		if r.metered {
			corrected.add(r.key, r.volume)
		}
		if r.unknown != 0 {
			open = append(open, r)
		}
	}
	f.plain = agree(f.metering.flows, plain, nil)
	f.known = agree(f.metering.flows, corrected, open)
	if len(packets) == 0 && complaint != "" {
		f.plain, f.known = agreement{}, agreement{}
		f.unread = complaint
	}
	for _, d := range f.known.differing {
		f.fail("tshark: %v", d)
	}
}

func agree(netstream, oracle sums, open []reading) agreement {
	a := agreement{compared: true, packets: oracle.total().packets}
	a.differing = settle(compare(netstream, oracle), open)
	a.equal = a.packets
	for _, d := range a.differing {
		a.equal -= d.oracle.packets
	}
	return a
}
