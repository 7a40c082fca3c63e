package engine

import (
	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// isSpread says whether a slice is the share of an exported record rather than
// made of packets.
func isSpread(s *meter.Slice) bool {
	return s.Distribution != flow.DistributionUnspecified && s.Distribution != flow.DistributionDirect
}

// spreadCounters are the fields of the counters, the four lowest bits of Fields.
// They share an octet with two bits of a row's own.
const (
	spreadCounters = flow.FieldPackets | flow.FieldOctets | flow.FieldWireOctets | flow.FieldPayloadOctets

	spreadSampled = 1 << 4 // scaled volumes follow
	spreadNamed   = 1 << 5 // names of interfaces follow
)

// appendSpread appends what slices of packets do not have: which counters are
// known, the method, scaled volumes and names.
func appendSpread(dst []byte, r *flow.IntervalRecord) []byte {
	known := byte(r.Has & spreadCounters)
	sampled, named := r.Has&flow.FieldSampling != 0, r.InIfName|r.OutIfName != 0
	if sampled {
		known |= spreadSampled
	}
	if named {
		known |= spreadNamed
	}
	dst = append(dst, known, byte(r.Distribution))
	if sampled {
		dst = appendUint(dst, r.Scaled.Packets)
		dst = appendUint(dst, r.Scaled.Octets)
	}
	if named {
		dst = appendUint(dst, uint64(r.InIfName))
		dst = appendUint(dst, uint64(r.OutIfName))
	}
	return dst
}

// spread reads what appendSpread wrote; r has the point's fields already.
func (d *decoder) spread(r *flow.IntervalRecord) {
	rest := d.octets(2)
	known := rest[0]
	r.Has |= flow.Fields(known) & spreadCounters
	r.Distribution = flow.Distribution(rest[1])
	if known&spreadSampled != 0 {
		r.Has |= flow.FieldSampling
		r.Scaled = flow.Scaled{Packets: d.uint(), Octets: d.uint()}
	}
	if known&spreadNamed != 0 {
		r.InIfName, r.OutIfName = uint32(d.uint()), uint32(d.uint())
	}
}
