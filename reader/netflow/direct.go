package netflow

import (
	"encoding/binary"
	"math"

	"netstream/aggregate/flow"
)

// direct is a plan for records of the usual kind: of one length, with one address of
// each side, counters, ports, times and the like, each of which is a number of at most
// eight octets that goes to a member as it is. Such a record needs no slots: its
// numbers are loaded where they stand and stored where they belong.
type direct struct {
	octets  int // of a record
	members flow.Members
	version uint8       // of IP
	shape   flow.Shape  // of all keys, but for Ports and what goes with it
	has     flow.Fields // of all rows

	source, destination addressColumn
	hops                bool // any of these two is there
	nextHop, bgpNextHop addressColumn

	start, end column
	timeSource flow.TimeSource // of the times
	unit       flow.Timestamp  // of the times; 0 if they are times of uptime
	most       uint64          // greatest number that is a time

	packets, octetCount                    column
	protocol, classOfService, tcpFlags     column
	sourcePort, destinationPort            column
	inIf, outIf, sourceAS, destinationAS   column
	sourceMask, destinationMask, direction column
	egress                                 uint8  // 1 if the direction is egress, since no record tells one
	ofTCP, ofAny                           uint16 // as tcpMark has them
	knownProtocol, hasPorts, icmp          bool
	portShape                              flow.Shape // of keys with ports
	sampler                                column
	total                                  bool

	more more
}

// more are numbers that fewer templates have.
type more struct {
	any                                          bool
	wireOctets, payloadOctets                    column
	flows, status, natEvent, firewall            column
	reason, minTTL, maxTTL, minOctets, maxOctets column
}

// column is where records have a number of at most eight octets: it is what mask leaves
// of the eight octets that end with it, whatever its length. mask is 0 where records
// have no such number.
type column struct {
	end  uint8 // octets from the start of the record to the end of the number
	mask uint64
}

// window is a record with windowLead octets in front of it, so that the eight octets that
// end with any number of it are there. There are more in every message: its header. As
// end has eight bits, no index can be outside of the window, and none is checked.
type window [windowLead + maxDirect + 1]byte

const (
	windowLead = 8
	maxDirect  = 255 // octets of a record
)

// of gives the number that a record has.
func (c *column) of(w *window) uint64 {
	return binary.BigEndian.Uint64(w[c.end:int(c.end)+8]) & c.mask
}

// addressColumn is where records have an address. The low eight octets of one of IPv6
// are its column.
type addressColumn struct {
	column
	six bool
}

// halves gives an address in the form of [flow.Key]; both halves are 0 if it is zero.
func (a *addressColumn) halves(w *window) (high, low uint64) {
	low = a.of(w)
	if a.six {
		return binary.BigEndian.Uint64(w[a.end-8 : int(a.end-8)+8]), low
	}
	return 0, low
}

// put writes an address of two halves, an IPv4 one in its mapped form.
func (a *addressColumn) put(to *[16]byte, high, low uint64) {
	if !a.six {
		low |= 0xffff << 32
	}
	binary.BigEndian.PutUint64(to[:8], high)
	binary.BigEndian.PutUint64(to[8:], low)
}

// directable are the kinds of members that a direct plan can fill.
const directable = groupNextHop | groupICMP | groupSampler

// directOf gives the direct plan that stands for a plan; nil if there is none.
func (c *compiler) directOf(p *plan) *direct {
	if c.variable || p.reverse != nil || p.inner != nil || p.groups&^directable != 0 || len(p.odd) > 0 {
		return nil
	}
	if len(p.sources) != 1 || len(p.destinations) != 1 || p.sources[0].version != p.destinations[0].version {
		return nil
	}
	q := &direct{members: flow.MembersUsual, version: p.sources[0].version, has: p.has, total: p.total}
	for _, f := range c.fields {
		q.octets += int(f.Length)
	}
	if q.octets > maxDirect {
		return nil
	}
	q.source, q.destination = columnOf(p.sources[0].place, q.version == 6), columnOf(p.destinations[0].place, q.version == 6)
	if !q.setHops(p) || !q.setTimes(p) {
		return nil
	}
	q.setTransport(p)
	q.setMasks(p)
	for _, to := range []struct {
		column *column
		slot   slot
	}{
		{&q.packets, slotPackets}, {&q.octetCount, slotOctets},
		{&q.inIf, slotInIf}, {&q.outIf, slotOutIf}, {&q.sourceAS, slotSourceAS}, {&q.destinationAS, slotDestinationAS},
		{&q.direction, slotDirection}, {&q.sampler, slotSampler},
	} {
		*to.column = p.column(to.slot)
	}
	if p.egress {
		q.egress = 1
	}
	q.setMore(p)
	return q
}

// columnOf gives the column of an address.
func columnOf(at place, six bool) addressColumn {
	c := column{end: uint8(at.offset + at.length), mask: math.MaxUint32}
	if six {
		c.mask = math.MaxUint64
	}
	return addressColumn{column: c, six: six}
}

// column gives the column of a slot.
func (p *plan) column(s slot) column {
	for _, steps := range [][]step{p.ones, p.twos, p.fours, p.eights} {
		for i := range steps {
			if at := &steps[i]; at.slot == s {
				return column{end: uint8(at.offset + at.length), mask: math.MaxUint64 >> (64 - 8*at.length)}
			}
		}
	}
	return column{}
}

// setHops finds the next hops; ok is false if a record has one in two forms.
func (q *direct) setHops(p *plan) (ok bool) {
	for _, hop := range []struct {
		column *addressColumn
		slot   slot
		wide   wide
	}{{&q.nextHop, slotNextHop4, wideNextHop}, {&q.bgpNextHop, slotBGPNextHop4, wideBGPNextHop}} {
		four := p.present.has(hop.slot)
		if four {
			hop.column.column = p.column(hop.slot)
		}
		for i := range p.wides {
			if w := &p.wides[i]; w.wide == hop.wide {
				if four {
					return false
				}
				*hop.column = columnOf(w.place, true)
			}
		}
	}
	if q.hops = p.groups&groupNextHop != 0; q.hops {
		q.members |= flow.MembersNextHop
	}
	return true
}

// setTimes finds start and end; ok is false if they do not follow from two numbers and
// the header of the message.
func (q *direct) setTimes(p *plan) (ok bool) {
	for _, t := range p.times {
		if t.start == noSlot || t.end == noSlot || t.source == flow.TimeEvent {
			continue
		}
		q.start, q.end, q.timeSource = p.column(t.start), p.column(t.end), t.source
		switch t.source {
		case flow.TimeUptime:
			return q.start.mask <= math.MaxUint32 && q.end.mask <= math.MaxUint32
		case flow.TimeMilliseconds:
			q.unit = millisecond
		case flow.TimeSeconds:
			q.unit = second
		default:
			return false
		}
		q.most = uint64(math.MaxInt64 / q.unit)
		return true
	}
	return false
}

func (q *direct) setTransport(p *plan) {
	present := &p.present
	q.knownProtocol, q.icmp = present.has(slotProtocol), p.groups&groupICMP != 0
	if !q.knownProtocol {
		q.shape |= flow.NoProtocol
	}
	if !present.has(slotClassOfService) {
		q.shape |= flow.NoClassOfService
	}
	q.protocol, q.classOfService, q.tcpFlags = p.column(slotProtocol), p.column(slotClassOfService), p.column(slotTCPFlags)
	q.tcpFlags.mask &= controlBits
	if present.has(slotTCPFlags) {
		q.ofTCP = markedTCP
		if !q.knownProtocol {
			q.ofAny = markedTCP
		}
	}
	q.sourcePort, q.destinationPort = p.column(slotSourcePort), p.column(slotDestinationPort)
	hasSource, hasDestination := present.has(slotSourcePort), present.has(slotDestinationPort)
	if q.hasPorts = hasSource || hasDestination; !q.hasPorts {
		return
	}
	q.portShape = flow.Ports
	if !hasSource {
		q.portShape |= flow.NoSourcePort
	}
	if !hasDestination {
		q.portShape |= flow.NoDestinationPort
	}
}

// setMasks chooses the prefix lengths as [Decoder.masks] does.
func (q *direct) setMasks(p *plan) {
	pick := func(to *column, first, second slot, field flow.Fields) {
		if q.version == 6 {
			first, second = second, first
		}
		if !p.present.has(first) {
			first = second
		}
		if p.present.has(first) {
			*to = p.column(first)
			q.has |= field
		}
	}
	pick(&q.sourceMask, slotSourceMask4, slotSourceMask6, flow.FieldSourceMask)
	pick(&q.destinationMask, slotDestinationMask4, slotDestinationMask6, flow.FieldDestinationMask)
}

func (q *direct) setMore(p *plan) {
	m := &q.more
	for _, to := range []struct {
		column *column
		slot   slot
	}{
		{&m.wireOctets, slotWireOctets}, {&m.payloadOctets, slotPayloadOctets}, {&m.flows, slotFlows}, {&m.status, slotStatus}, {&m.natEvent, slotNATEvent},
		{&m.firewall, slotFirewallEvent}, {&m.reason, slotEndReason}, {&m.minTTL, slotMinTTL}, {&m.maxTTL, slotMaxTTL},
		{&m.minOctets, slotMinOctets}, {&m.maxOctets, slotMaxOctets},
	} {
		*to.column = p.column(to.slot)
		m.any = m.any || p.present.has(to.slot)
	}
	if m.any {
		q.members |= flow.MembersMore
	}
}
