package main

import "netstream/cmd/internal/books"

// fillBooks fills in all sides of the conservation laws.
func (j *job) fillBooks() {
	b := &j.sides
	for _, a := range j.accounts {
		books.AddAccount(b, a)
	}
	b.Flows, b.FlowRecords, b.EndReasons = j.flows.totals, j.flows.records, j.flows.ends
	b.Intervals = j.perBin.totals
	b.FlowsStarted, b.FlowsEnded = j.perBin.started, j.perBin.ended
}
