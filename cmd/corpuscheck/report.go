package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
)

// report prints what was found and tells whether the check is passed.
func report(w io.Writer, findings []finding) bool {
	failed := 0
	exits := map[int]int{}
	for i := range findings {
		f := &findings[i]
		exits[f.metering.exit]++
		if f.err != nil {
			f.fail("%v", f.err)
		}
		if len(f.failures) == 0 {
			continue
		}
		failed++
		fmt.Fprintf(w, "FAIL %s\n", f.capture.path)
		for _, failure := range f.failures {
			fmt.Fprintf(w, "     %s\n", failure)
		}
	}
	passed := failed == 0
	for _, p := range append(programs(), nfpcapdProgram()) {
		passed = reportProgram(w, &p, findings) && passed
	}
	reportCapinfos(w, findings)
	passed = reportTshark(w, findings) && passed
	reportTallies(w, findings)
	fmt.Fprintf(w, "%d captures, %d failed", len(findings), failed)
	for _, code := range slices.Sorted(maps.Keys(exits)) {
		fmt.Fprintf(w, ", %d with exit code %d", exits[code], code)
	}
	fmt.Fprintln(w)
	return passed
}

func reportCapinfos(w io.Writer, findings []finding) {
	var counted, timed int
	for i := range findings {
		if findings[i].counted {
			counted++
		}
		if findings[i].timed {
			timed++
		}
	}
	fmt.Fprintf(w, "capinfos: packets and wire bytes compared of %d captures, times of %d\n", counted, timed)
}

// unreadCeiling is the share of captures of which tshark may read nothing: those
// that are broken from their first octets on. More means that it was not asked
// well, and that nothing was checked.
const unreadCeiling = 0.02

func reportTshark(w io.Writer, findings []finding) bool {
	var captures, plainCaptures, knownCaptures, notRead int
	var packets, plainPackets, knownPackets int64
	used := map[string]int{}
	unread := map[string]int{}
	for i := range findings {
		f := &findings[i]
		if f.unread != "" {
			unread[f.unread]++
		}
		for name, n := range f.used {
			used[name] += n
		}
		if !f.plain.compared {
			continue
		}
		captures++
		packets += f.plain.packets
		plainPackets += f.plain.equal
		knownPackets += f.plain.packets - f.known.missed()
		if f.plain.exact() {
			plainCaptures++
		}
		if f.known.exact() {
			knownCaptures++
		}
	}
	fmt.Fprintf(w, "tshark: %d captures, %d equal at its word, %d with the known differences\n", captures, plainCaptures, knownCaptures)
	fmt.Fprintf(w, "tshark: %d packets, %d in equal flows at its word, %d with the known differences\n", packets, plainPackets, knownPackets)
	for _, d := range differences() {
		fmt.Fprintf(w, "  %6d packets %s: %s\n", used[d.name], d.name, d.reason)
	}
	reportInner(w, findings, used)
	for _, complaint := range slices.Sorted(maps.Keys(unread)) {
		fmt.Fprintf(w, "  %6d captures not read: %s\n", unread[complaint], complaint)
		notRead += unread[complaint]
	}
	if float64(notRead) > unreadCeiling*float64(len(findings)) {
		fmt.Fprintf(w, "FAIL tshark: it read nothing of %d captures, at most %v %% are expected\n", notRead, unreadCeiling*100)
		return false
	}
	return true
}

func reportInner(w io.Writer, findings []finding, used map[string]int) {
	var captures, withTunnels int
	var packets, tunneled int64
	for i := range findings {
		a := &findings[i].inner
		if a.compared {
			captures++
		}
		if a.tunneled > 0 {
			withTunnels++
		}
		packets += a.packets
		tunneled += a.tunneled
	}
	fmt.Fprintf(w, "tshark, innermost header: %d captures, %d of them with tunnels; %d packets, %d of them in tunnels\n", captures, withTunnels, packets, tunneled)
	for _, d := range innerDifferences() {
		fmt.Fprintf(w, "  %6d packets %s: %s\n", used[d.name], d.name, d.reason)
	}
}

// agreementFloor is the share of flows that must be equal to those of a program,
// of the flows for which no known deviation of the program is an explanation. The
// programs differ in small ways that are not worth a rule each.
const agreementFloor = 0.985

func reportProgram(w io.Writer, p *program, findings []finding) bool {
	var files, flows, equal, unexplained int
	explained := map[string]int{}
	for i := range findings {
		for _, c := range findings[i].programs {
			if c.program != p.name {
				continue
			}
			files++
			flows += c.flows
			equal += c.equal
			unexplained += len(c.unexplained)
			for reason, n := range c.explained {
				explained[reason] += n
			}
			for _, d := range c.unexplained {
				fmt.Fprintf(w, "%s %s: %v\n", p.name, c.file, d)
			}
		}
	}
	if files == 0 {
		return true
	}
	passed := float64(equal) >= agreementFloor*float64(equal+unexplained)
	fmt.Fprintf(w, "%s: %d captures, %d flows of two directions, %d equal, %d unexplained\n", p.name, files, flows, equal, unexplained)
	for _, reason := range slices.Sorted(maps.Keys(explained)) {
		fmt.Fprintf(w, "  %6d flows: %s\n", explained[reason], reason)
	}
	if !passed {
		fmt.Fprintf(w, "FAIL %s: less than %v %% of the flows that it meters alike are equal\n", p.name, agreementFloor*100)
	}
	return passed
}
