package main

import (
	"netstream/aggregate/balance"
	"netstream/aggregate/engine"
	"netstream/cmd/internal/books"
)

// stateRows gives the rows of a state.
func stateRows(state interface{ Rows(section string) uint64 }) balance.StateRows {
	return balance.StateRows{Keys: state.Rows(flowSection), Slices: state.Rows(sliceSection)}
}

// fillBooks fills in all sides of the conservation laws.
func (j *job) fillBooks(result *engine.Result) {
	b := &j.sides
	for _, a := range j.accounts {
		books.AddAccount(b, a)
	}
	b.Flows, b.FlowRecords, b.EndReasons = j.flows.directions.totals(), j.flows.records, j.flows.ends
	b.WithoutEndReason, b.FlowsScaled, b.ExportedRecords = j.flows.endless, j.flows.scaled, j.flows.exported
	b.Subtracted, b.Stitched = result.Exported.Subtracted, result.Exported.Stitched
	for i := range j.rejected { // as the ledger has them
		b.Rejected.AddTotals(&j.rejected[i].Totals)
		b.RejectedExported += j.rejected[i].Exported
	}
	b.Chained, b.Taken, b.Given = j.chain != nil, result.Taken, result.Given
	if j.chain != nil {
		before := j.chain.counted()
		b.StateTaken, b.StateGiven = stateRows(&before), stateRows(j.chain.builder)
	}
	b.Intervals, b.IntervalsScaled = j.perBin.directions.totals(), j.perBin.scaled
	b.FlowsStarted, b.FlowsEnded = j.perBin.started, j.perBin.ended
	b.FlowsAstray, b.IntervalsAstray = j.flows.astray, j.perBin.astray
	for _, s := range j.perScheme {
		b.Schemes = append(b.Schemes, s.Scheme)
	}
}
