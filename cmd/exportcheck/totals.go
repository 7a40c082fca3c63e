package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// parseTotals reads the totals that `nfdump -I` prints of a file: flows, packets
// and bytes, in all and of TCP, UDP, ICMP and other protocols.
func parseTotals(text string) (reference, error) {
	r := reference{totals: map[string]uint64{}}
	for number, line := range strings.Split(text, "\n") {
		name, value, _ := strings.Cut(line, ": ")
		counter, _, _ := strings.Cut(name, "_")
		if !slices.Contains([]string{"Flows", "Packets", "Bytes"}, counter) {
			continue
		}
		v, err := strconv.ParseUint(strings.TrimSpace(value), 10, 64)
		if err != nil {
			return r, fmt.Errorf("cannot read line %d: %w", number+1, err)
		}
		r.totals[name] = v
	}
	if len(r.totals) == 0 {
		return r, fmt.Errorf("cannot read totals: got none")
	}
	return r, nil
}

// totalsOf sums rows as nfdump does.
func totalsOf(rows []flowRecord) map[string]uint64 {
	totals := map[string]uint64{}
	for i := range rows {
		protocol := "_other"
		switch rows[i].cells["protocol"] {
		case "6":
			protocol = "_tcp"
		case "17":
			protocol = "_udp"
		case "1", "58":
			protocol = "_icmp"
		}
		packets, _ := rows[i].number("packets")
		octets, _ := rows[i].number("bytes")
		for name, v := range map[string]uint64{"Flows": 1, "Packets": packets, "Bytes": octets} {
			totals[name] += v
			totals[name+protocol] += v
		}
	}
	return totals
}

// compareTotals holds the totals of a reference against those of the rows.
func (e *examiner) compareTotals(c *comparison, d disagreement, ref *reference, rows []flowRecord) {
	got := totalsOf(rows)
	var names []string
	for name := range ref.totals {
		names = append(names, name)
	}
	slices.SortFunc(names, cmp.Compare)
	for _, name := range names {
		c.fields++
		if got[name] == ref.totals[name] {
			c.equal++
			continue
		}
		d.column, d.got, d.want = name, strconv.FormatUint(got[name], 10), strconv.FormatUint(ref.totals[name], 10)
		e.settle(c, d)
	}
}
