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
	return failed == 0
}
