package main

import (
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
)

// report prints what was found and tells whether the check is passed.
func report(w io.Writer, findings []finding, show int) bool {
	failures, unexplained := 0, 0
	used := map[string]int{}
	totals, columns := map[string]*comparison{}, map[string]tally{}
	var programs []string
	fmt.Fprintf(w, "%-72s %-10s %7s %7s %7s %8s %8s  %s\n", "files", "reference", "rows", "records", "matched", "fields", "equal", "unexplained")
	for i := range findings {
		f := &findings[i]
		for _, failure := range f.failures {
			failures++
			fmt.Fprintf(w, "FAIL %s: %s\n", f.trial.name(), failure)
		}
		for j := range f.comparisons {
			c := &f.comparisons[j]
			reportComparison(w, f, c, show)
			unexplained += len(c.unexplained)
			for name, n := range c.explained {
				used[name] += n
			}
			for name, t := range c.columns {
				columns[name] = tally{columns[name].fields + t.fields, columns[name].equal + t.equal}
			}
			if totals[c.program] == nil {
				totals[c.program] = &comparison{}
				programs = append(programs, c.program)
			}
			totals[c.program].add(c)
		}
	}
	fmt.Fprintln(w)
	for _, name := range programs {
		t := totals[name]
		fmt.Fprintf(w, "%s: %d records, %d with a row; %d fields, %d equal, %d unexplained\n", name, t.records, t.matched, t.fields, t.equal, len(t.unexplained))
	}
	for _, name := range slices.Sorted(maps.Keys(columns)) {
		fmt.Fprintf(w, "  %7d of %7d cells equal: %s\n", columns[name].equal, columns[name].fields, name)
	}
	for _, d := range differences() {
		fmt.Fprintf(w, "  %6d %s: %s\n", used[d.name], d.name, d.reason)
	}
	fmt.Fprintf(w, "%d runs, %d failures, %d unexplained differences\n", len(findings), failures, unexplained)
	return failures == 0 && unexplained == 0 && len(findings) > 0
}

func (c *comparison) add(other *comparison) {
	c.records += other.records
	c.matched += other.matched
	c.fields += other.fields
	c.equal += other.equal
	c.unexplained = append(c.unexplained, other.unexplained...)
}

// reportComparison prints a line of the table, and below it what has no
// explanation.
func reportComparison(w io.Writer, f *finding, c *comparison, show int) {
	name := f.trial.name()
	if len(f.trial.references) > len(f.comparisons) || strings.Contains(c.reference, "__") {
		name += " " + path.Base(c.reference)
	}
	fmt.Fprintf(w, "%-72s %-10s %7d %7d %7d %8d %8d  %s\n", name, c.program, f.rows, c.records, c.matched, c.fields, c.equal, c.byColumn())
	shown := map[string]int{}
	for i := range c.unexplained {
		d := &c.unexplained[i]
		if shown[d.column]++; shown[d.column] <= show {
			fmt.Fprintf(w, "    %v\n", d)
		}
	}
}
