package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/aggregate/recordfilter"
	"netstream/reader"
	"netstream/writer/manifest"
	"netstream/writer/table"
)

// flowFiltered is the reason of flow records that --flow-filter leaves out, as ledger
// and run.json have it.
const flowFiltered = "flow_filtered"

// readFlowFilter reads the filter of flow records. Which columns there are depends on
// other options, which have been read.
func (o *runOptions) readFlowFilter() error {
	o.flows = nil
	parsed, err := recordfilter.Parse(o.flowFilter, recordfilter.Options{
		Nanoseconds: o.timeUnit == "ns", WithMAC: o.withMAC, Biflows: o.keys.biflow, Key: o.keys.definition.Fields,
		Elements: o.elementNames(), Reference: o.reference.filterColumns()})
	var refused *recordfilter.Error
	if errors.As(err, &refused) {
		return fail(exitUsage, cmp.Or(refused.Hint, "--flow-filter 'bytes > 1000 and dst_port = 443' is such; docs/filters.md section 8 has the language"), "%w", err)
	}
	if o.flowFilter = strings.TrimSpace(o.flowFilter); o.flowFilter != "" { // the same filter is the same run
		o.flows = parsed
	}
	return err
}

// keep gives the filter of flow records as the engine wants it, nil if there is none.
func (o *runOptions) keep(points *flow.Points, names *flow.Names) func(*flow.Record) bool {
	if o.flows == nil {
		return nil
	}
	keep := o.flows.Matcher(points, names)
	if o.reference.data == nil {
		return keep
	}
	return withAttributes(o.reference.data, points, names, keep)
}

// rejectedRow gives the ledger's row of an input's flow records that were filtered out.
func rejectedRow(a *reader.Account, r *engine.Rejected) table.LedgerRow {
	row := table.LedgerRow{Input: a.Name, Kind: table.LedgerFlow, Outcome: flowFiltered, Records: table.Known(r.Records)}
	for _, sum := range []struct {
		of flow.Sum
		to *table.Quantity
	}{{r.Totals.Packets, &row.Packets}, {r.Totals.Octets, &row.Bytes}, {r.Totals.WireOctets, &row.WireBytes}} {
		if v, ok := sum.of.Uint64(); ok && v > 0 {
			*sum.to = table.Known(v)
		}
	}
	return row
}

// describeRejected says the same in the manifest; nil if nothing was filtered out.
func describeRejected(r *engine.Rejected) *manifest.Filtered {
	if r.Records == 0 {
		return nil
	}
	number := func(s flow.Sum) manifest.Number { return manifest.Number(s.String()) }
	return &manifest.Filtered{
		Flows: r.Records, Packets: number(r.Totals.Packets), Bytes: number(r.Totals.Octets), WireBytes: number(r.Totals.WireOctets)}
}

// rejectedLine words what was filtered out, "" if nothing was.
func (j *job) rejectedLine() string {
	if j.allRejected.Records == 0 {
		return ""
	}
	return fmt.Sprintf("filtered %s flow %s, %s bytes: %s", count(j.allRejected.Records),
		plural(j.allRejected.Records, "record"), grouped(j.allRejected.Totals.Octets), flowFiltered)
}
