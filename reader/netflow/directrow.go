package netflow

import "netstream/aggregate/flow"

// shared is what the rows of a message have in common.
type shared struct {
	point      uint32
	has        flow.Fields
	population uint64 // that the header tells; 0 if it tells none
	sample     uint64
	source     flow.SamplingSource
	asked      bool // options are asked for each row
	uptime     uptimeClock
	latest     flow.Timestamp // end of a row that is not remarked
}

// share finds what the rows of the message have in common.
func (d *Decoder) share(c *shared) {
	c.point, c.asked = d.domain.point, len(d.domain.stores) > 0
	c.uptime, c.latest = d.header.uptimeClock(), d.header.exportTime+mostAhead
	if n := d.header.interval(); n > 0 && !c.asked {
		c.population, c.sample, c.source, c.has = n, 1, flow.SamplingHeader, flow.FieldSampling
	}
}

// readDirect is readData for records that have a direct plan. Where it can read none, it
// leaves them, and is true: uptime has no clock in IPFIX.
func (d *Decoder) readDirect(b *flow.Batch, s *set, p *plan) (done bool) {
	q := p.direct
	left := (len(s.body) - d.at) / q.octets
	if left == 0 || q.unit == 0 && d.header.version == versionIPFIX {
		return true
	}
	var common shared
	d.share(&common)
	n := min(left, flow.BatchRecords-1-len(b.Records))
	d.summary.FlowRecords += uint64(n)
	if d.hasFixedRows(&common) {
		for range n {
			d.fixedRow(b, q, &common, (*[fixedOctets]byte)(s.body[d.at:]))
			d.at += q.octets
		}
		return n == left
	}
	// What is behind a record in its window means nothing, be it behind the message, too:
	// whatever the container has there, or had.
	octets, at := d.message[:cap(d.message)], s.offset+d.at
	for range n {
		w := &d.window
		if from := at - windowLead; from+len(w) <= len(octets) {
			w = (*window)(octets[from:])
		} else {
			copy(w[:], d.message[from:at+q.octets])
		}
		if !d.direct(b, p, q, &common, w) {
			d.record(b, p, d.message[at:at+q.octets])
		}
		at += q.octets
	}
	d.at = at - s.offset
	return n == left
}

// direct adds the row of a record; it does not, and is false, if the record is not of the
// usual kind for what stands in it.
func (d *Decoder) direct(b *flow.Batch, p *plan, q *direct, common *shared, w *window) (ok bool) {
	protocol := uint8(q.protocol.of(w))
	start, end := q.start.of(w), q.end.of(w)
	if q.icmp && (icmp(protocol) || !q.knownProtocol && !q.hasPorts) || q.unit != 0 && (start > q.most || end > q.most) {
		return false
	}
	d.summary.Rows++
	r := b.NextFilling(q.members)
	if q.unit != 0 {
		r.Start, r.End = flow.Timestamp(start)*q.unit, flow.Timestamp(end)*q.unit
	} else {
		r.Start, r.End = common.uptime.at(uint32(start)), common.uptime.at(uint32(end))
	}
	d.checkTimes(r, common)
	r.Counters = flow.Counters{Packets: q.packets.of(w), Octets: q.octetCount.of(w)}
	q.key(r, protocol, common.point, w)
	e := r.Export
	e.Has = q.has | common.has
	e.InIf, e.OutIf = uint32(q.inIf.of(w)), uint32(q.outIf.of(w))
	e.InIfName, e.OutIfName = 0, 0
	e.SourceAS, e.DestinationAS = uint32(q.sourceAS.of(w)), uint32(q.destinationAS.of(w))
	e.SourceMask, e.DestinationMask = uint8(q.sourceMask.of(w)), uint8(q.destinationMask.of(w))
	e.Direction = uint8(q.direction.of(w)) | q.egress
	e.TimeSource, e.SamplingSource, e.Total = q.timeSource, common.source, q.total
	e.Population, e.Sample = common.population, common.sample
	if q.hops {
		q.nextHops(e, w)
	}
	if q.more.any {
		q.more.fill(r, w)
	}
	if common.asked {
		if p.groups&groupSampler != 0 {
			d.gathered, d.values[slotSampler] = nil, q.sampler.of(w) // other values are of another record
		}
		d.sampling(r, p, &p.present)
		d.interfaceNames(r)
	}
	return true
}

// checkTimes is remarkTimes for times that could be used.
func (d *Decoder) checkTimes(r *flow.Record, common *shared) {
	if r.End < r.Start {
		d.inOrder(r)
	}
	if r.End > common.latest {
		d.summary.Remarks[TimeAhead]++
	}
}

// key fills the key and what goes with its protocol, as [Decoder.transport] does.
func (q *direct) key(r *flow.Record, protocol uint8, point uint32, w *window) {
	k := &r.Key
	high, low := q.source.halves(w)
	q.source.put(&k.Source, high, low)
	high, low = q.destination.halves(w)
	q.destination.put(&k.Destination, high, low)
	k.SourcePort, k.DestinationPort = uint16(q.sourcePort.of(w)), uint16(q.destinationPort.of(w))
	k.Point, k.Version = point, q.version
	k.Protocol, k.ClassOfService = protocol, uint8(q.classOfService.of(w))
	k.Shape = q.shape | q.portShape
	if k.SourcePort|k.DestinationPort == 0 && q.knownProtocol && !hasPorts(protocol) {
		k.Shape = q.shape
	}
	r.TCPFlags = uint16(q.tcpFlags.of(w))
	r.Marks = tcpMark(r.TCPFlags, protocol, q.ofTCP, q.ofAny)
}

// markedTCP is no bit of flow.Record.TCPFlags.
const markedTCP = 1 << 15

// tcpMark gives MarkTCP if there are flags: any of flags, those of TCP if it is the protocol,
// and those of any protocol. It does not branch, since protocols follow no pattern.
func tcpMark(flags uint16, protocol uint8, ofTCP, ofAny uint16) (mark flow.Mark) {
	if protocol == protocolTCP {
		ofAny |= ofTCP
	}
	if flags|ofAny != 0 {
		mark = flow.MarkTCP
	}
	return mark
}

// nextHops fills the next hops, of which a zero address is none.
func (q *direct) nextHops(e *flow.Export, w *window) {
	e.NextHop = [16]byte{}
	e.BGPNextHop = [16]byte{}
	if high, low := q.nextHop.halves(w); high|low != 0 {
		q.nextHop.put(&e.NextHop, high, low)
		e.Has |= flow.FieldNextHop
	}
	if high, low := q.bgpNextHop.halves(w); high|low != 0 {
		q.bgpNextHop.put(&e.BGPNextHop, high, low)
		e.Has |= flow.FieldBGPNextHop
	}
}

func (m *more) fill(r *flow.Record, w *window) {
	e := r.Export
	r.Counters.WireOctets, r.Counters.PayloadOctets = m.wireOctets.of(w), m.payloadOctets.of(w)
	e.Flows = m.flows.of(w)
	e.ForwardingStatus, e.NATEvent, e.FirewallEvent = uint8(m.status.of(w)), uint8(m.natEvent.of(w)), uint8(m.firewall.of(w))
	r.MinTTL, r.MaxTTL = uint8(m.minTTL.of(w)), uint8(m.maxTTL.of(w))
	r.MinOctets, r.MaxOctets = m.minOctets.of(w), m.maxOctets.of(w)
	r.EndReason = 0
	if reason := m.reason.of(w); reason >= uint64(flow.EndIdleTimeout) && reason <= uint64(flow.EndLackOfResources) {
		r.EndReason = flow.EndReason(reason)
		e.Has |= flow.FieldEndReason
	}
}
