package naive

import (
	"bytes"
	"cmp"
	"time"

	"netstream/aggregate/flow"
)

// meteredFlow is a flow record with its packets, in order.
type meteredFlow struct {
	record  flow.Record
	packets []*packet
	closing bool // FIN or RST seen
	silence bool // ended by a packet that came too late for it
}

// meter makes flows of the packets, which are in the order of docs/metering.md
// section 2, by the rules of section 4. The flows of a key are in the order in
// which they began.
func meter(packets []*packet, opts Options) []*meteredFlow {
	var flows []*meteredFlow
	open := map[flow.Key]*meteredFlow{}
	for _, p := range packets {
		f := open[p.Key]
		if f == nil || f.endBy(p, opts) {
			f = &meteredFlow{record: flow.Record{Key: p.Key}}
			open[p.Key] = f
			flows = append(flows, f)
		}
		f.packets = append(f.packets, p)
		f.closing = f.closing || p.TCPFlags&(flow.TCPFin|flow.TCPRst) != 0
	}
	for _, f := range open {
		last := f.packets[len(f.packets)-1].clock
		switch end := packets[len(packets)-1].clock; {
		case f.closing:
			f.record.EndReason = flow.EndOfFlow
		case exceeds(end, last, opts.Idle):
			f.record.EndReason = flow.EndIdleTimeout
		default:
			f.record.EndReason = flow.EndForced
		}
	}
	before := map[flow.Key]*meteredFlow{}
	for _, f := range flows {
		f.fill()
		if b := before[f.record.Key]; b != nil && b.record.Start == f.record.Start && !b.silence {
			f.record.Ordinal = b.record.Ordinal + 1
		}
		before[f.record.Key] = f
	}
	return flows
}

// endBy ends the flow if p is not of it any more, and says whether that is so.
func (f *meteredFlow) endBy(p *packet, opts Options) bool {
	first, last := f.packets[0].clock, f.packets[len(f.packets)-1].clock
	active := opts.Active != 0 && exceeds(p.clock, first, opts.Active)
	r := &f.record
	if f.closing {
		f.silence = exceeds(p.clock, last, opts.EndGrace)
		if f.silence || active || p.TCPFlags&flow.TCPSyn != 0 {
			r.EndReason = flow.EndOfFlow
		}
		return r.EndReason != 0
	}
	f.silence = exceeds(p.clock, last, opts.Idle)
	switch {
	case f.silence:
		r.EndReason = flow.EndIdleTimeout
	case active:
		r.EndReason = flow.EndActiveTimeout
	}
	return r.EndReason != 0
}

// exceeds says whether more than d lies between earlier and later.
func exceeds(later, earlier flow.Timestamp, d time.Duration) bool {
	return minus(later, earlier) > flow.Timestamp(d)
}

// fill computes the fields of the flow record from its packets.
func (f *meteredFlow) fill() {
	r, first := &f.record, f.packets[0]
	r.FirstNumber, r.FirstInput = first.number, uint32(first.file)
	r.Marks = first.Link
	r.VLAN, r.InnerVLAN, r.MPLSTop = first.VLAN, first.InnerVLAN, first.MPLSTop
	r.SourceMAC, r.DestinationMAC = first.SourceMAC, first.DestinationMAC
	r.Start, r.End = first.Time, first.Time
	r.MinOctets, r.MaxOctets = first.Octets, first.Octets
	r.MinTTL, r.MaxTTL = first.TTL, first.TTL
	for _, p := range f.packets {
		r.Start, r.End = min(r.Start, p.Time), max(r.End, p.Time)
		r.MinOctets, r.MaxOctets = min(r.MinOctets, p.Octets), max(r.MaxOctets, p.Octets)
		r.MinTTL, r.MaxTTL = min(r.MinTTL, p.TTL), max(r.MaxTTL, p.TTL)
		count(&r.Counters, p)
		r.TCPFlags |= p.TCPFlags
		if p.Fragment {
			r.Fragments++
		}
		if p.late {
			r.LatePackets++
		}
		if p.HasTCPFlags {
			r.Marks |= flow.MarkTCP
		}
		for bit := range flow.TCPFlagCount {
			r.TCPFlagCounts[bit] += uint64(p.TCPFlags >> bit & 1)
		}
	}
}

func count(c *flow.Counters, p *packet) {
	c.Packets++
	c.Octets += p.Octets
	c.WireOctets += p.WireOctets
	c.PayloadOctets += p.PayloadOctets
}

// compareRecords gives the order of the flow table.
func compareRecords(a, b flow.Record) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), compareKeys(a.Key, b.Key),
		cmp.Compare(a.Ordinal, b.Ordinal), cmp.Compare(a.FirstInput, b.FirstInput), cmp.Compare(a.FirstNumber, b.FirstNumber))
}

// compareKeys gives the order of keys. The numbers of points are in the order of
// points.
func compareKeys(a, b flow.Key) int {
	return cmp.Or(bytes.Compare(a.Source[:], b.Source[:]), bytes.Compare(a.Destination[:], b.Destination[:]),
		cmp.Compare(a.SourcePort, b.SourcePort), cmp.Compare(a.DestinationPort, b.DestinationPort),
		cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.ClassOfService, b.ClassOfService),
		cmp.Compare(a.Version, b.Version), cmp.Compare(a.Shape, b.Shape),
		cmp.Compare(a.Point, b.Point))
}
