package netflow

import (
	"math"

	"netstream/aggregate/flow"
	"netstream/reader/option"
)

// sampling finds the sampling rate of a row: from the record itself, else from the
// options of its sampler, of its ingress interface, of its observation domain, else
// from the header of version 5.
func (d *Decoder) sampling(r *flow.Record, p *plan, present *slotSet) {
	if p.groups&groupRate != 0 {
		if rate, ok := d.ownRate(p, present); ok {
			sampled(r.Export, rate, flow.SamplingRecord)
			return
		}
	}
	if len(d.stream.stores) > 0 && d.optionRate(r.Export, present) {
		return
	}
	if d.header.version == 5 {
		// Two bits of mode, of which routers set any, and 14 bits of N: one
		// packet in N.
		const interval = 1<<14 - 1
		if n := uint64(d.header.sampling & interval); n > 0 {
			sampled(r.Export, option.Rate{Population: n, Sample: 1}, flow.SamplingHeader)
		}
	}
}

func sampled(e *flow.Export, rate option.Rate, source flow.SamplingSource) {
	e.Population, e.Sample, e.SamplingSource = rate.Population, rate.Sample, source
	e.Has |= flow.FieldSampling
}

// optionRate takes the rate that options tell.
func (d *Decoder) optionRate(e *flow.Export, present *slotSet) bool {
	if present.has(slotSampler) {
		if a := d.samplerOf(d.values[slotSampler]); a.known {
			sampled(e, a.rate, flow.SamplingSampler)
			return true
		}
	}
	if e.Has&flow.FieldInIf != 0 {
		if a := &d.interfaceOf(e.InIf).rate; a.known {
			sampled(e, a.rate, flow.SamplingInterface)
			return true
		}
	}
	if a := d.domainRate(); a.known {
		sampled(e, a.rate, flow.SamplingDomain)
		return true
	}
	return false
}

// ownRate gives the rate that the record itself tells.
func (d *Decoder) ownRate(p *plan, present *slotSet) (option.Rate, bool) {
	const timed = option.HasTimeInterval | option.HasTimeSpace
	value := func(number uint16) uint64 { return d.values[rateSlot(number)] }
	f := option.RateFields{
		Interval: value(samplingInterval), RandomInterval: value(samplerRandomInterval),
		PacketInterval: value(samplingPacketInterval), PacketSpace: value(samplingPacketSpace),
		Size: value(samplingSize), Population: value(samplingPopulation),
		Observed: value(selectorIDTotalPktsObserved), Selected: value(selectorIDTotalPktsSelected),
	}
	for s := slotRate; s <= slotRateLast; s++ {
		if present.has(s) {
			f.Has |= rateField(s)
		}
	}
	if f.Has == 0 {
		return option.Rate{}, false
	}
	if f.Single = p.probability32; f.Single {
		f.Probability = float64(math.Float32frombits(uint32(value(samplingProbability))))
	} else {
		f.Probability = math.Float64frombits(value(samplingProbability))
	}
	rate, ok := f.Rate()
	switch {
	case ok:
	case f.Has&^timed == 0:
		d.summary.Remarks[TimeSampling]++
	default:
		d.summary.Remarks[BadSampling]++
	}
	return rate, ok
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
