package naive

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"netstream/aggregate/flow"
)

// meteredFlow is a flow record with its packets, in order.
type meteredFlow struct {
	record  flow.Record
	packets []*packet
	closing bool // FIN or RST with the rule grace seen

	// With opts.Biflow: that both directions share the flow is closing from the second FIN
	// on, or from RST.
	finned    map[flow.Key]bool // directions with a FIN with the rule grace
	initiator flow.Key          // key of the packets of the initiator
}

// meter makes flows of the packets, which are in the order of docs/metering.md
// section 2, by the rules of section 4. The flows of a key are in the order in
// which they began.
func meter(packets []*packet, opts Options) []*meteredFlow {
	var flows []*meteredFlow
	open := map[flow.Key]*meteredFlow{}
	for _, p := range packets {
		if opts.MaxFlows > 0 {
			makeRoom(open, p, opts)
		}
		f := open[p.Key]
		if f != nil {
			f.record.EndReason = f.endBy(p, opts)
		}
		if f == nil || f.record.EndReason != 0 {
			f = &meteredFlow{record: flow.Record{Key: p.Key}, finned: map[flow.Key]bool{}}
			open[p.Key] = f
			flows = append(flows, f)
		}
		f.packets = append(f.packets, p)
		f.closing = f.closing || f.closes(p, opts)
		if f.endsWithLast(opts) {
			f.record.EndReason = flow.EndOfFlow
			delete(open, p.Key)
		}
	}
	for _, f := range open {
		f.record.EndReason = f.over(packets[len(packets)-1].clock, opts)
		if f.record.EndReason == 0 && f.closing {
			f.record.EndReason = flow.EndOfFlow
		} else if f.record.EndReason == 0 {
			f.record.EndReason = flow.EndForced
		}
	}
	before := map[flow.Key]*meteredFlow{}
	for _, f := range flows {
		f.fill(f.packets)
		if b := before[f.record.Key]; b != nil && b.record.Start == f.record.Start && b.over(f.packets[0].clock, opts) == 0 {
			f.record.Ordinal = b.record.Ordinal + 1
		}
		if opts.Biflow {
			b := before[f.record.Key]
			if b != nil && b.over(f.packets[0].clock, opts) != 0 {
				b = nil
			}
			before[f.record.Key] = f
			f.orient(b)
			continue
		}
		before[f.record.Key] = f
	}
	for _, f := range flows {
		if opts.Biflow {
			f.part()
		}
		if opts.Moments || opts.Early > 0 {
			f.record.Statistics = f.statistics(opts)
		}
	}
	return flows
}

// makeRoom ends the flows that are over when p comes, and if there are still too
// many for p to begin one, the one whose last packet came first.
func makeRoom(open map[flow.Key]*meteredFlow, p *packet, opts Options) {
	var oldest *meteredFlow
	for key, f := range open {
		if f.record.EndReason = f.over(p.clock, opts); f.record.EndReason != 0 {
			delete(open, key)
		} else if oldest == nil || comparePlaces(f.last(), oldest.last()) < 0 {
			oldest = f
		}
	}
	if open[p.Key] == nil && len(open) == opts.MaxFlows {
		oldest.record.EndReason = flow.EndLackOfResources
		delete(open, oldest.record.Key)
	}
}

func (f *meteredFlow) last() *packet { return f.packets[len(f.packets)-1] }

// timers gives the idle and the active timeout of the flow.
func (f *meteredFlow) timers(opts Options) Timers {
	if own, ok := opts.Protocols[f.record.Key.Protocol]; ok {
		return own
	}
	return Timers{opts.Idle, opts.Active}
}

// rules gives the rules of the FIN and RST that a packet has.
func (p *packet) rules(opts Options) []string {
	var rules []string
	if p.TCPFlags&flow.TCPFin != 0 {
		rules = append(rules, cmp.Or(opts.Fin, "grace"))
	}
	if p.TCPFlags&flow.TCPRst != 0 {
		rules = append(rules, cmp.Or(opts.Rst, "grace"))
	}
	return rules
}

// closes says whether the flow is in its end from p on.
func (f *meteredFlow) closes(p *packet, opts Options) bool {
	if !opts.Biflow {
		return slices.Contains(p.rules(opts), "grace")
	}
	if p.TCPFlags&flow.TCPFin != 0 && cmp.Or(opts.Fin, "grace") == "grace" {
		f.finned[p.own] = true
	}
	return p.TCPFlags&flow.TCPRst != 0 && cmp.Or(opts.Rst, "grace") == "grace" || len(f.finned) == 2
}

// endsWithLast says whether FIN or RST of the last packet ends the record.
func (f *meteredFlow) endsWithLast(opts Options) bool {
	rules := f.last().rules(opts)
	return slices.Contains(rules, "immediate") || slices.Contains(rules, "existing") && len(f.packets) > 1
}

// over gives the reason for which the flow has ended when only packets with the
// clock now or later ones are left, whatever they are; 0 if it has not.
func (f *meteredFlow) over(now flow.Timestamp, opts Options) flow.EndReason {
	first, last, idle := f.packets[0].clock, f.last().clock, f.timers(opts).Idle
	if opts.CutEvery > 0 && intervalOf(now, opts.CutEvery) > intervalOf(first, opts.CutEvery) {
		cut := plus(intervalOf(first, opts.CutEvery), flow.Timestamp(opts.CutEvery))
		switch {
		case f.closing:
			return flow.EndOfFlow
		case exceeds(cut, last, idle): // it was idle by then
			return flow.EndIdleTimeout
		}
		return flow.EndForced
	}
	switch {
	case f.closing && exceeds(now, last, opts.EndGrace):
		return flow.EndOfFlow
	case !f.closing && exceeds(now, last, idle):
		return flow.EndIdleTimeout
	}
	return 0
}

// endBy gives the reason for which p is not of the flow any more, 0 if it is.
func (f *meteredFlow) endBy(p *packet, opts Options) flow.EndReason {
	if reason := f.over(p.clock, opts); reason != 0 {
		return reason
	}
	timers := f.timers(opts)
	overlong := timers.Active != 0 && exceeds(p.clock, f.packets[0].clock, timers.Active)
	switch {
	case f.closing && (overlong || p.TCPFlags&flow.TCPSyn != 0):
		return flow.EndOfFlow
	case opts.Biflow && len(f.finned) > 0 && p.TCPFlags&flow.TCPSyn != 0:
		return flow.EndOfFlow
	case overlong:
		return flow.EndActiveTimeout
	}
	if opts.MaxOctets > 0 && f.octets()+p.Octets > opts.MaxOctets || opts.MaxPackets > 0 && uint64(len(f.packets)) >= opts.MaxPackets {
		return flow.EndLackOfResources
	}
	return 0
}

// octets gives the sum of the packets that the flow has so far.
func (f *meteredFlow) octets() (sum uint64) {
	for _, p := range f.packets {
		sum += p.Octets
	}
	return sum
}

// comparePlaces gives the order of packets.
func comparePlaces(a, b *packet) int {
	return cmp.Or(cmp.Compare(a.clock, b.clock), cmp.Compare(a.file, b.file), cmp.Compare(a.number, b.number), compareBool(a.behind, b.behind))
}

// exceeds says whether more than d lies between earlier and later.
func exceeds(later, earlier flow.Timestamp, d time.Duration) bool {
	return minus(later, earlier) > flow.Timestamp(d)
}

// fill computes the fields of the flow record from packets of it.
func (f *meteredFlow) fill(packets []*packet) {
	r, first := &f.record, packets[0]
	r.FirstNumber, r.FirstInput = first.number, uint32(first.file)
	r.Marks = first.Link
	r.VLAN, r.InnerVLAN, r.MPLSTop = first.VLAN, first.InnerVLAN, first.MPLSTop
	r.SourceMAC, r.DestinationMAC = first.SourceMAC, first.DestinationMAC
	r.Start, r.End = first.Time, first.Time
	r.MinOctets, r.MaxOctets = first.Octets, first.Octets
	r.MinTTL, r.MaxTTL = first.TTL, first.TTL
	for _, p := range packets {
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
