package main

import (
	"fmt"
	"io"
)

// report prints what was found and tells whether the check is passed.
func report(w io.Writer, findings []finding) bool {
	failed := 0
	used := map[string]int{}
	exits := map[int]int{}
	var files, plainFiles, knownFiles int
	var packets, plainPackets, knownPackets int64
	for i := range findings {
		f := &findings[i]
		exits[f.metering.exit]++
		if f.err != nil {
			f.fail("%v", f.err)
		}
		if len(f.failures) > 0 {
			failed++
			fmt.Fprintf(w, "FAIL %s\n", f.capture.path)
			for _, failure := range f.failures {
				fmt.Fprintf(w, "     %s\n", failure)
			}
		}
		for name, n := range f.used {
			used[name] += n
		}
		if f.plain.compared {
			files++
			packets += f.plain.packets
			plainPackets += f.plain.equal
			knownPackets += f.known.equal
			if f.plain.exact() {
				plainFiles++
			}
			if f.known.exact() {
				knownFiles++
			}
		}
	}
	fmt.Fprintf(w, "%d captures, %d failed; exit codes %v\n", len(findings), failed, exits)
	fmt.Fprintf(w, "tshark: %d captures compared, %d equal without known differences, %d with\n", files, plainFiles, knownFiles)
	fmt.Fprintf(w, "tshark: %d packets, %d in equal flows without known differences, %d with\n", packets, plainPackets, knownPackets)
	for _, d := range differences() {
		fmt.Fprintf(w, "  %6d packets: %s (%s)\n", used[d.name], d.name, d.reason)
	}
	reportPrograms(w, findings)
	return failed == 0
}

func reportPrograms(w io.Writer, findings []finding) {
	for _, p := range programs() {
		var files, flows, equal int
		explained := map[string]int{}
		var unexplained int
		for _, f := range findings {
			for _, c := range f.programs {
				if c.program != p.name {
					continue
				}
				files++
				flows += c.flows
				equal += c.equal
				for reason, n := range c.explained {
					explained[reason] += n
				}
				unexplained += len(c.unexplained)
				for _, d := range c.unexplained {
					fmt.Fprintf(w, "%s %s: %v\n", p.name, c.file, d)
				}
			}
		}
		fmt.Fprintf(w, "%s: %d files, %d flows, %d equal, %d unexplained\n", p.name, files, flows, equal, unexplained)
		for _, d := range p.differs {
			fmt.Fprintf(w, "  %6d flows: %s\n", explained[d.reason], d.reason)
		}
	}
}
