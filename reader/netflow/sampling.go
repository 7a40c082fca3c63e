package netflow

import (
	"math"

	"netstream/aggregate/flow"
	"netstream/reader/option"
)

// sampling finds the sampling rate of a row: from the record itself, else from the
// options of its sampler, of its ingress interface, of its template, of its
// observation domain, else from the header of version 5. The first of them that tells how was sampled ends
// the search: if that is by time, there is no rate.
func (d *Decoder) sampling(r *flow.Record, p *plan, present *slotSet) {
	if p.groups&groupRate != 0 {
		if a := d.ownRate(p, present); a.known {
			d.sampled(r.Export, &a, flow.SamplingRecord)
			return
		}
	}
	if len(d.domain.stores) > 0 && d.optionRate(r.Export, present) {
		return
	}
	if n := d.header.interval(); n > 0 {
		d.sampled(r.Export, &rateAnswer{rate: option.Rate{Population: n, Sample: 1}, known: true}, flow.SamplingHeader)
	}
}

// interval gives of how many packets one was metered, as the header of version 5 says: two
// bits of mode, of which routers set any, and 14 bits of the number. It is 0 if the header
// does not tell.
func (h *header) interval() uint64 {
	const interval = 1<<14 - 1
	return uint64(h.sampling & interval)
}

// sampled takes a rate that is known, or known not to be.
func (d *Decoder) sampled(e *flow.Export, a *rateAnswer, source flow.SamplingSource) {
	if a.rate == (option.Rate{}) {
		d.summary.Remarks[TimeSampling]++
		return
	}
	e.Population, e.Sample, e.SamplingSource = a.rate.Population, a.rate.Sample, source
	e.Has |= flow.FieldSampling
}

// optionRate takes the rate that options tell; it is false if they tell none.
func (d *Decoder) optionRate(e *flow.Export, present *slotSet) bool {
	if present.has(slotSampler) {
		if a := d.samplerOf(d.values[slotSampler]); a.known {
			d.sampled(e, a, flow.SamplingSampler)
			return true
		}
	}
	if e.Has&flow.FieldInIf != 0 {
		if a := &d.interfaceOf(e.InIf).rateAnswer; a.known {
			d.sampled(e, a, flow.SamplingInterface)
			return true
		}
	}
	if a := d.templateRate(d.sets[d.current].id); a.known {
		d.sampled(e, &a, flow.SamplingDomain)
		return true
	}
	if a := d.domainRate(); a.known {
		d.sampled(e, a, flow.SamplingDomain)
		return true
	}
	return false
}

// ownRate gives the rate that the record itself tells.
func (d *Decoder) ownRate(p *plan, present *slotSet) rateAnswer {
	var f option.RateFields
	for _, number := range [...]uint16{
		samplingInterval, samplerRandomInterval, samplingPacketInterval, samplingPacketSpace, samplingTimeInterval,
		samplingTimeSpace, samplingSize, samplingPopulation, selectorIDTotalPktsObserved, selectorIDTotalPktsSelected,
	} {
		if s := rateSlot(number); present.has(s) {
			f.SetUint(number, d.values[s])
		}
	}
	if s := rateSlot(samplingProbability); present.has(s) {
		f.Has |= option.HasProbability
		if f.Single = p.probability32; f.Single {
			f.Probability = float64(math.Float32frombits(uint32(d.values[s])))
		} else {
			f.Probability = math.Float64frombits(d.values[s])
		}
	}
	if f.Has == 0 {
		return rateAnswer{}
	}
	rate, known := f.Answer()
	if !known {
		d.summary.Remarks[BadSampling]++
	}
	return rateAnswer{rate, known}
}
