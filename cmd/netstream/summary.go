package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"netstream/aggregate/flow"
	"netstream/reader"
)

// summarize tells the user on a terminal what a run has done.
func (j *job) summarize(out string) {
	if j.console.log.structured() && !j.options.quiet {
		j.logSummary(out)
		return
	}
	if j.options.quiet || !j.console.terminal && !j.options.verbose {
		return
	}
	b := &j.sides
	packets, _ := b.PacketsRead.Uint64()
	accounted := j.meteredPackets()
	elapsed := time.Since(j.began)
	exports := j.exportSums()
	switch {
	case exports.inputs == 0:
		fmt.Fprintf(j.console.err, "%s packets read from %d %s, %s accounted, written in %v (%s packets/s)\n",
			count(packets), len(j.accounts), plural(uint64(len(j.accounts)), "input"), count(accounted),
			elapsed.Round(time.Millisecond), perSecond(packets, elapsed))
	case exports.inputs == len(j.accounts):
		fmt.Fprintf(j.console.err, "%s records read from %d %s of exports, %s accounted, written in %v (%s records/s)\n",
			count(exports.read), exports.inputs, plural(uint64(exports.inputs), "input"), count(exports.accounted),
			elapsed.Round(time.Millisecond), perSecond(exports.read, elapsed))
	default:
		fmt.Fprintf(j.console.err, "%s packets and %s exported records read from %d inputs, written in %v\n",
			count(packets), count(exports.read), len(j.accounts), elapsed.Round(time.Millisecond))
	}
	if first, last, any := j.span(); any {
		fmt.Fprintf(j.console.err, "  time     %s .. %s (%v)\n", timeText(first), timeText(last), last.Sub(first))
	}
	fmt.Fprintf(j.console.err, "  flows    %s (%s)\n", count(j.flows.records), j.endReasons())
	volume := grouped(b.Flows.Octets) + " IP"
	if j.present&flow.FieldWireOctets != 0 {
		volume += ", " + grouped(b.Flows.WireOctets) + " on the wire"
	}
	fmt.Fprintf(j.console.err, "  bytes    %s\n", volume)
	if line := j.rejectedLine(); line != "" {
		fmt.Fprintf(j.console.err, "  %s\n", line)
	}
	if o := &j.overflow; o.Packets > 0 {
		fmt.Fprintf(j.console.err, "  memory   %s packets waited in %s octets of files, since not all flows fit into --memory %v\n",
			count(o.Packets), count(uint64(o.Octets)), &j.options.memory)
	}
	for _, line := range topOutcomes(j.accounts, 5) {
		fmt.Fprintf(j.console.err, "  %s\n", printable(line))
	}
	if n := len(j.inputs.skipped); n > 0 {
		fmt.Fprintf(j.console.err, "  skipped  %d %s, which run.json lists with the reason of each\n", n, plural(uint64(n), "file"))
	}
	for _, line := range j.exportLines() {
		fmt.Fprintf(j.console.err, "  %s\n", line)
	}
	fmt.Fprintf(j.console.err, "  written  %s/{%s}.%s, run.json: %s flow rows, %s interval rows\n",
		printable(out), strings.Join(j.tableNames(), ","), j.options.format, count(j.flows.records), count(j.perBin.records))
}

func perSecond(n uint64, elapsed time.Duration) string {
	return count(uint64(float64(n) / max(elapsed.Seconds(), 0.001)))
}

// meteredPackets is how many packets of captures are in flow records.
func (j *job) meteredPackets() (packets uint64) {
	for _, a := range j.accounts {
		packets += a.Accounted.Packets
	}
	return packets
}

func grouped(s flow.Sum) string {
	if v, ok := s.Uint64(); ok {
		return count(v)
	}
	return s.String()
}

func (j *job) endReasons() string {
	var parts []string
	for reason := flow.EndIdleTimeout; reason <= flow.EndLackOfResources; reason++ {
		if n := j.flows.ends[reason]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", reason, count(n)))
		}
	}
	if n := j.flows.endless; n > 0 {
		parts = append(parts, "untold "+count(n))
	}
	if parts == nil {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// topOutcomes words the commonest reasons for which packets were not accounted.
func topOutcomes(accounts []*reader.Account, most int) []string {
	packets := make(map[string]uint64)
	for _, a := range accounts {
		for _, o := range a.Outcomes() {
			if o.Reason != flow.ReasonAccounted {
				packets[strings.TrimSpace(o.Reason.String()+" "+detailOf(o.Outcome))] += o.Packets
			}
		}
		if a.Capture.LostPackets > 0 {
			packets["bad_block"] += a.Capture.LostPackets
		}
	}
	names := make([]string, 0, len(packets))
	for name := range packets {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(packets[b], packets[a]), cmp.Compare(a, b))
	})
	var lines []string
	for i, name := range names {
		if i == most {
			lines = append(lines, fmt.Sprintf("         and %d other reasons; see the ledger", len(names)-most))
			break
		}
		label := "        "
		if i == 0 {
			label = "not in  "
		}
		lines = append(lines, fmt.Sprintf("%s %s packets: %s", label, count(packets[name]), name))
	}
	return lines
}
