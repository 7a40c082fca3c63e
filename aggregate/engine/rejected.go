package engine

import (
	"netstream/aggregate/balance"
	"netstream/aggregate/flow"
)

// Rejected is what Config.Keep has left out of the tables.
type Rejected struct {
	Records  uint64 // flow records
	Exported uint64 // of them those of exporters
	Totals   balance.Totals
}

func (r *Rejected) addRejected(other *Rejected) {
	r.Records += other.Records
	r.Exported += other.Exported
	r.Totals.AddTotals(&other.Totals)
}

// rejections counts rejected records under the ordinal of the input that their first
// packet, or the record of the exporter, lies in.
type rejections []Rejected

func (r *rejections) of(input uint32) *Rejected {
	for uint64(len(*r)) <= uint64(input) {
		*r = append(*r, Rejected{})
	}
	return &(*r)[input]
}

func (r *rejections) add(record *flow.Record, keys *flow.KeyHasher) {
	one := r.of(record.FirstInput)
	one.Records++
	if record.Export != nil {
		one.Exported++
	}
	total := record.Total()
	one.Totals.AddOf(keys.Record(record), &total)
}

// Rejected gives what was left out of the records of an input, by its ordinal: those
// whose first packet lies in it, and its records of exporters.
func (r *Result) Rejected(input uint32) Rejected {
	if uint64(input) >= uint64(len(r.rejected)) {
		return Rejected{}
	}
	return r.rejected[input]
}

// AllRejected gives what was left out of the tables.
func (r *Result) AllRejected() (all Rejected) {
	for i := range r.rejected {
		all.addRejected(&r.rejected[i])
	}
	return all
}
