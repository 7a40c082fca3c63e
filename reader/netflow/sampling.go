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
	if d.header.version == 5 {
		// Two bits of mode, of which routers set any, and 14 bits of N: one
		// packet in N.
		const interval = 1<<14 - 1
		if n := uint64(d.header.sampling & interval); n > 0 {
			d.sampled(r.Export, &rateAnswer{rate: option.Rate{Population: n, Sample: 1}, known: true}, flow.SamplingHeader)
		}
	}
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
	value := func(number uint16) uint64 { return d.values[rateSlot(number)] }
	f := option.RateFields{
		Interval: value(samplingInterval), RandomInterval: value(samplerRandomInterval),
		PacketInterval: value(samplingPacketInterval), PacketSpace: value(samplingPacketSpace),
		TimeInterval: value(samplingTimeInterval), TimeSpace: value(samplingTimeSpace),
		Size: value(samplingSize), Population: value(samplingPopulation),
		Observed: value(selectorIDTotalPktsObserved), Selected: value(selectorIDTotalPktsSelected),
	}
	for s := slotRate; s <= slotRateLast; s++ {
		if present.has(s) {
			f.Has |= rateField(s)
		}
	}
	if f.Has == 0 {
		return rateAnswer{}
	}
	if f.Single = p.probability32; f.Single {
		f.Probability = float64(math.Float32frombits(uint32(value(samplingProbability))))
	} else {
		f.Probability = math.Float64frombits(value(samplingProbability))
	}
	rate, known := f.Answer()
	if !known {
		d.summary.Remarks[BadSampling]++
	}
	return rateAnswer{rate, known}
}

// rateField names the element of a slot as the package option does.
func rateField(s slot) option.RateField {
	switch s {
	case rateSlot(samplingInterval):
		return option.HasInterval
	case rateSlot(samplerRandomInterval):
		return option.HasRandomInterval
	case rateSlot(samplingPacketInterval):
		return option.HasPacketInterval
	case rateSlot(samplingPacketSpace):
		return option.HasPacketSpace
	case rateSlot(samplingTimeInterval):
		return option.HasTimeInterval
	case rateSlot(samplingTimeSpace):
		return option.HasTimeSpace
	case rateSlot(samplingSize):
		return option.HasSize
	case rateSlot(samplingPopulation):
		return option.HasPopulation
	case rateSlot(samplingProbability):
		return option.HasProbability
	case rateSlot(selectorIDTotalPktsObserved):
		return option.HasObserved
	case rateSlot(selectorIDTotalPktsSelected):
		return option.HasSelected
	}
	return 0
}
