package main

import (
	"context"
	"sync"

	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/writer/outdir"
	"netstream/writer/table"
)

// tableOptions gives what the columns depend on.
func (j *job) tableOptions(present, common flow.Fields) table.Options {
	if present != 0 {
		present |= j.points.Fields()
	}
	options := table.Options{
		Points: j.points, Names: j.names, Elements: j.options.elementNames(), Present: present, Common: common,
		Nanoseconds: j.options.timeUnit == "ns", WithMAC: j.options.withMAC, Tunnels: j.options.packets.layer != reader.LayerOuter,
		Key: j.options.keys.definition.Fields, Biflows: j.options.keys.biflow,
		Moments: j.options.features.kept.Moments, Early: j.options.features.kept.Early > 0,
		Distinct: j.options.accounting.distinct, Peak: j.options.accounting.peak,
		FirstPacketOf: func(ordinal uint32, number uint64) uint64 { return j.inputOf(ordinal).Packets + number },
		FirstRecordOf: func(ordinal uint32, number uint64) uint64 { return j.inputOf(ordinal).Records + number },
	}
	options.Reference, options.SpeedOf = j.options.reference.columns(), j.options.reference.speeds()
	if j.options.withFile {
		options.FileOf = func(ordinal uint32) string { return j.inputOf(ordinal).Name }
	}
	return options
}

// fixedTables is how many tables there are in each run: the first of tableNames, the
// ledger at its place among them.
const (
	fixedTables = 3
	ledgerPlace = 2
)

// tableNames gives the tables of the run, in the order of the manifest. Behind those
// of accounting schemes there is one of exporters if any input holds exports.
func (j *job) tableNames() []string {
	names := []string{table.FlowTable, table.IntervalTable, table.LedgerTable}
	for i := range j.options.accounting.schemes {
		names = append(names, table.SchemeTable(&j.options.accounting.schemes[i]))
	}
	for _, a := range j.accounts {
		if a.Exports != nil {
			return append(names, table.ExporterTable)
		}
	}
	return names
}

// writeTables writes the tables, the two large ones at the same time. One worker writes them one behind the other, so that
// the memory of the first does for the second.
func (j *job) writeTables(ctx context.Context, dir *outdir.Dir, result *engine.Result) ([]*target, error) {
	j.progress.enter("writing tables")
	columns := j.tableOptions(result.Present, result.Common)
	var all []*target
	for i, name := range j.tableNames() {
		split := j.options.partition
		if i == ledgerPlace || i >= fixedTables+len(j.options.accounting.schemes) {
			split = partitionNone // what is said of inputs has no time
		}
		all = append(all, j.target(dir, name, split))
	}
	schemes, others := all[fixedTables:fixedTables+len(j.options.accounting.schemes)], all[fixedTables+len(j.options.accounting.schemes):]
	if j.options.partition == partitionNone {
		all[0].expected, all[1].expected = result.Records, result.Slices()
	}
	var writing sync.WaitGroup
	errs := make([]error, len(all))
	writing.Go(func() {
		j.flows, errs[0] = writeFlows(ctx, all[0], table.Flows(columns), j.newAttributes(), result)
	})
	if j.options.workers == 1 {
		writing.Wait()
		reclaim(result.Records)
	}
	writing.Go(func() {
		if j.options.workers == 1 && errs[0] != nil {
			return // it would fail, too, or be in vain
		}
		j.perBin, errs[1] = writeIntervals(ctx, all[1], table.Intervals(columns), j.newAttributes(), result)
		if errs[1] == nil {
			errs[1] = j.writeSchemes(ctx, schemes, columns, result)
		}
	})
	errs[ledgerPlace] = writeAll(ctx, all[ledgerPlace], table.Ledger(), j.ledgerRows())
	if len(others) > 0 {
		errs[len(all)-1] = writeAll(ctx, others[0], table.Exporters(columns), exporterRows(j.accounts))
	}
	writing.Wait()
	for i, t := range all {
		if closing := t.close(); errs[i] == nil {
			errs[i] = closing
		}
	}
	for _, err := range errs {
		if err != nil {
			return nil, runFailure(err)
		}
	}
	return all, nil
}
