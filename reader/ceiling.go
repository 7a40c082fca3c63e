package reader

import "netstream/aggregate/flow"

// MaxCounter is the most packets or octets that one record can say: 2^56, four
// hundred days of a saturated 16 Tbit/s link. MaxTotal is the most that the packets, octets or link octets of all exported
// records of a run may add up to: 2^62, a hundred thousand times what all exporters
// of the largest networks count in a year. What a forged record says beyond would
// make sums wrap.
const (
	MaxCounter = 1 << 56
	MaxTotal   = 1 << 62
)

// Ceiling holds each counter of all exporter inputs of a run below [MaxCounter], and
// all together below [MaxTotal]. A counter that would exceed them counts as unknown,
// and as damage. Inputs must be read one after the other in their order.
// A sampling rate with which the scaled counters would exceed MaxTotal counts as
// unknown likewise.
type Ceiling struct {
	packets, octets, wireOctets, payloadOctets uint64
	scaled                                     flow.Scaled
}

// take adds a record's counters up and says how many of them were dropped.
func (c *Ceiling) take(r *flow.Record) (dropped uint64) {
	has := &r.Export.Has
	dropped += below(&c.packets, &r.Counters.Packets, has, flow.FieldPackets)
	dropped += below(&c.octets, &r.Counters.Octets, has, flow.FieldOctets)
	dropped += below(&c.wireOctets, &r.Counters.WireOctets, has, flow.FieldWireOctets)
	dropped += below(&c.payloadOctets, &r.Counters.PayloadOctets, has, flow.FieldPayloadOctets)
	if *has&flow.FieldSampling != 0 {
		dropped += c.takeScaled(r)
	}
	return dropped
}

// takeAll adds up the counters of records, given as their sums, of which none is above
// MaxCounter. It does not, and is false, if that would exceed MaxTotal. What sampled records
// stand for is for takeScaled.
func (c *Ceiling) takeAll(v *flow.Counters) bool {
	if v.Packets > MaxTotal-c.packets || v.Octets > MaxTotal-c.octets ||
		v.WireOctets > MaxTotal-c.wireOctets || v.PayloadOctets > MaxTotal-c.payloadOctets {
		return false
	}
	c.packets += v.Packets
	c.octets += v.Octets
	c.wireOctets += v.WireOctets
	c.payloadOctets += v.PayloadOctets
	return true
}

// takeScaled adds up what a sampled record stands for, and says how many rates were dropped.
func (c *Ceiling) takeScaled(r *flow.Record) (dropped uint64) {
	packets, _ := r.Export.Scaled(r.Counters.Packets)
	octets, _ := r.Export.Scaled(r.Counters.Octets)
	if packets > MaxTotal-c.scaled.Packets || octets > MaxTotal-c.scaled.Octets {
		r.Export.Has &^= flow.FieldSampling
		return 1
	}
	c.scaled.Packets += packets
	c.scaled.Octets += octets
	return 0
}

func below(sum, counter *uint64, has *flow.Fields, field flow.Fields) uint64 {
	if *counter <= MaxCounter && *counter <= MaxTotal-*sum {
		*sum += *counter
		return 0
	}
	*counter = 0
	*has &^= field
	return 1
}
