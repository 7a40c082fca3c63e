package audit

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"netstream/writer/outdir"
	"netstream/writer/readback"
	"netstream/writer/table"
)

// laws checks that the tables sum to each other and to run.json, with the numbers that
// aggregate/balance gives its laws. A table of which a part was not decoded takes no
// part in it, as it is reported already.
func (a *auditor) laws() {
	flows, intervals := a.whole(table.FlowTable), a.whole(table.IntervalTable)
	if flows != nil {
		a.flowTotals(flows)
		a.endReasons(flows)
	}
	if flows != nil && intervals != nil && !a.carries() {
		a.intervalSums(flows, intervals)
	}
	if intervals != nil {
		compare(a, outdir.ManifestName, "totals, intervals", a.report.Manifest.Totals.Intervals, intervals.rows)
		for _, name := range slices.Sorted(maps.Keys(a.tables)) {
			if scheme := a.whole(name); scheme != nil && strings.HasPrefix(name, "accounting/") {
				a.schemeSums(scheme, intervals)
			}
		}
	}
	if ledger := a.whole(table.LedgerTable); ledger != nil {
		a.ledgerOfInputs(&ledger.books)
		if flows != nil {
			a.ledgerOfFlows(&ledger.books, flows)
		}
	}
	slices.Sort(a.report.Laws)
	a.report.Laws = slices.Compact(a.report.Laws)
}

// carries says whether flows or intervals went from run to run, of which run.json tells the
// packets only: then flows and intervals of this run are not of the same packets.
func (a *auditor) carries() bool {
	s := a.report.Manifest.State
	return s != nil && (s.Taken.Flows > 0 || s.Taken.Slices > 0 || s.Given.Flows > 0 || s.Given.Slices > 0)
}

// whole gives a table if all of it was decoded.
func (a *auditor) whole(name string) *content {
	if a.broken[name] {
		return nil
	}
	return a.tables[name]
}

func (a *auditor) law(id string) { a.report.Laws = append(a.report.Laws, id) }

// sum gives the sum of a column, and that of its reverse direction with it.
func (t *content) sum(name string) string {
	var sum readback.Sum
	for _, n := range [...]string{name, "rev_" + name} {
		if s := t.sums[n]; s != nil {
			sum.AddSum(*s)
		}
	}
	return sum.String()
}

// file gives what defects of a table are reported under: the file that it begins with.
func (a *auditor) file(t *content) string {
	for i := range a.report.Manifest.Outputs {
		if output := &a.report.Manifest.Outputs[i]; output.Table == t.name {
			return output.Name
		}
	}
	return t.name
}

// flowTotals compares the flow table with the totals of run.json.
func (a *auditor) flowTotals(flows *content) {
	totals := &a.report.Manifest.Totals
	a.law("C5")
	compare(a, outdir.ManifestName, "totals, flows", totals.Flows, flows.rows)
	for i, want := range [...]string{string(totals.PacketsAccounted), string(totals.Bytes), string(totals.WireBytes), string(totals.PayloadBytes)} {
		compare(a, a.file(flows), "law C5, sum of "+counters[i]+" and totals of run.json", flows.sum(counters[i]), want)
	}
	a.law("C13")
	for _, counter := range counters {
		if sum := flows.sums[counter]; sum != nil && (sum.High != 0 || sum.Low > math.MaxInt64) {
			a.defect(a.file(flows), "law C13, sum of "+counter, sum, "0 to 2^63-1")
		}
	}
}

// endReasons is law C12.
func (a *auditor) endReasons(flows *content) {
	a.law("C12")
	want := make(map[string]uint64)
	for _, reason := range a.report.Manifest.EndReasons {
		want[reason.Name] += reason.Flows
	}
	names := slices.Sorted(maps.Keys(want))
	for name := range flows.metered.ends {
		if _, ok := want[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		compare(a, a.file(flows), "law C12, flows that ended by "+name+", by run.json", flows.metered.ends[name], want[name])
	}
}

// intervalSums are the laws C6, C6b and C6c.
func (a *auditor) intervalSums(flows, intervals *content) {
	file := a.file(intervals)
	a.law("C6")
	for i, counter := range counters {
		compare(a, file, "law C6, sum of "+counter+" and that of the flow table", intervals.sum(counter), flows.sum(counter))
		if intervals.sum(counter) == flows.sum(counter) && intervals.seals.byKey[i] != flows.seals.byKey[i] {
			a.defect(file, "law C6, "+counter+" by flow key", "sums of some key that differ from those of the flow table", "the same sums")
		}
	}
	a.law("C6b")
	rows := fmt.Sprint(flows.rows)
	compare(a, file, "law C6b, sum of flows_started and rows of the flow table", intervals.sum("flows_started"), rows)
	compare(a, file, "law C6b, sum of flows_ended and rows of the flow table", intervals.sum("flows_ended"), rows)
	if flows.scaled() {
		a.law("C6c")
		for _, counter := range [...]string{"packets_scaled", "bytes_scaled"} {
			compare(a, file, "law C6c, sum of "+counter+" and that of the flow table", intervals.sum(counter), flows.sum(counter))
		}
	}
}

// scaled says whether all rows tell their volumes before sampling, and none of the sums
// is beyond what a row can hold.
func (t *content) scaled() bool {
	for _, counter := range [...]string{"packets_scaled", "bytes_scaled"} {
		s := t.sums[counter]
		if s == nil || t.nulls[counter] > 0 || s.High != 0 || s.Low > math.MaxInt64 {
			return false
		}
	}
	return t.rows > 0
}

// schemeSums is law C7, whose sums are those of the interval table, also interval by
// interval.
func (a *auditor) schemeSums(scheme, intervals *content) {
	a.law("C7")
	file := a.file(scheme)
	for _, name := range append([]string{"flows_started", "flows_ended"}, counters[:]...) {
		compare(a, file, "law C7, sum of "+name+" and that of the interval table", scheme.sum(name), intervals.sum(name))
	}
	for i, counter := range counters {
		if scheme.sum(counter) == intervals.sum(counter) && scheme.seals.byInterval[i] != intervals.seals.byInterval[i] {
			a.defect(file, "law C7, "+counter+" by interval", "sums of some interval that differ from those of the interval table", "the same sums")
		}
	}
}
