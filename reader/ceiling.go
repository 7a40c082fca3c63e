package reader

import "netstream/aggregate/flow"

// MaxTotal is the most that the packets, octets or link octets of all exported
// records of a run may add up to: 2^62, a hundred thousand times what all exporters
// of the largest networks count in a year. What a forged record says beyond would
// make sums wrap.
const MaxTotal = 1 << 62

// Ceiling holds the counters of all exporter inputs of a run together below
// [MaxTotal]. A counter that would exceed it counts as unknown, and as
// counter_overflow. Inputs must be read one after the other in their order.
type Ceiling struct{ packets, octets, wireOctets, payloadOctets uint64 }

// take adds a record's counters up and says how many of them were dropped.
func (c *Ceiling) take(r *flow.Record) (dropped uint64) {
	has := &r.Export.Has
	dropped += below(&c.packets, &r.Counters.Packets, has, flow.FieldPackets)
	dropped += below(&c.octets, &r.Counters.Octets, has, flow.FieldOctets)
	dropped += below(&c.wireOctets, &r.Counters.WireOctets, has, flow.FieldWireOctets)
	return dropped + below(&c.payloadOctets, &r.Counters.PayloadOctets, has, flow.FieldPayloadOctets)
}

func below(sum, counter *uint64, has *flow.Fields, field flow.Fields) uint64 {
	if *counter <= MaxTotal-*sum {
		*sum += *counter
		return 0
	}
	*counter = 0
	*has &^= field
	return 1
}
