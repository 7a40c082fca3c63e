package table

import (
	"math"

	"netstream/aggregate/flow"
)

// flowSampling declares what sampling has left out of a flow, and for how many
// flows the record stands.
func flowSampling(o *Options) []Column[flow.Record] {
	scaled := scaledColumns(o, lacks,
		func(r *flow.Record) int64 { return scaledCount(r, r.Counters.Packets) },
		func(r *flow.Record) int64 { return scaledCount(r, r.Counters.Octets) })
	return append(scaled,
		Column[flow.Record]{
			Name: "sampling_rate", Kind: Float64, Elements: []Element{{310, "samplingPopulation"}, {309, "samplingSize"}},
			Definition: "How many packets there were for each one that was metered: population / size of the sample; NULL if the exporter does not tell.",
			field:      flow.FieldSampling,
			Int:        func(r *flow.Record) int64 { return samplingRate(r.Export.Population, r.Export.Sample) },
		},
		Column[flow.Record]{
			Name: "sampling_source", Kind: Text,
			Definition: "Who told sampling_rate: record, sampler (options of the sampler that the record names), interface, domain (options of these), or header (of the message); NULL if sampling_rate is.",
			field:      flow.FieldSampling,
			Symbol:     func(r *flow.Record) Symbol { return Symbol{Low: uint64(r.Export.SamplingSource)} },
			Spell: func(dst []byte, s Symbol) []byte {
				return append(dst, flow.SamplingSource(s.Low).String()...)
			},
		},
		Column[flow.Record]{
			Name: "flows", Kind: Int64, Elements: []Element{{3, "deltaFlowCount"}}, Unit: "flows",
			Definition: "Number of flows that the exporter has put together in this record; NULL if it does not tell.",
			field:      flow.FieldFlows,
			Int:        func(r *flow.Record) int64 { return count(r.Export.Flows) },
		},
	)
}

// scaledCount gives what a counter stands for, of a record whose sampling rate is
// known.
func scaledCount(r *flow.Record, v uint64) int64 {
	scaled, _ := r.Export.Scaled(v)
	return count(scaled)
}

// samplingRate gives the cell of population / sample, which are above 0.
func samplingRate(population, sample uint64) int64 {
	return int64(math.Float64bits(float64(population) / float64(max(sample, 1))))
}
