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
			Definition: "How many packets there were for each one that was metered: population / size of the sample; NULL if the exporter does not tell; of flows metered here NULL unless packets were sampled by number.",
			field:      flow.FieldSampling,
			Int:        func(r *flow.Record) int64 { return samplingRate(r) },
		},
		Column[flow.Record]{
			Name: "sampling_source", Kind: Text,
			Definition: "Who told sampling_rate: record, sampler (options of the sampler that the record names), interface, domain (options of these), header (of the message), or simulated (packets were sampled before they were metered); NULL if sampling_rate is.",
			field:      flow.FieldSampling,
			Symbol:     func(r *flow.Record) Symbol { return Symbol{Low: uint64(samplingSource(r))} },
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
	scaled, _ := r.Scaled(v)
	return count(scaled)
}

// samplingRate gives the cell of population / sample, which are above 0.
func samplingRate(r *flow.Record) int64 {
	population, sample := r.Population, uint64(1)
	if r.Export != nil {
		population, sample = r.Export.Population, max(r.Export.Sample, 1)
	}
	return int64(math.Float64bits(float64(population) / float64(sample)))
}

func samplingSource(r *flow.Record) flow.SamplingSource {
	if r.Export == nil {
		return flow.SamplingSimulated
	}
	return r.Export.SamplingSource
}
