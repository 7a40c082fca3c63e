package nfcapd

import (
	"netstream/aggregate/flow"
)

// row fills a row from a stored record. Its Export has been filled while the
// record was read.
func (s *stored) row(r *flow.Record, t *tally) {
	k := &r.Key
	k.Source, k.Destination, k.Version = s.source, s.destination, s.version
	if !s.hasAddresses {
		k.Shape |= flow.NoSource | flow.NoDestination
	}
	k.Protocol, k.ClassOfService = s.protocol, s.tos
	if hasPorts(s.protocol) || s.sourcePort != 0 || s.destPort != 0 {
		k.Shape |= flow.Ports
		k.SourcePort, k.DestinationPort = s.sourcePort, s.destPort
	}
	if s.protocol == 6 || s.tcpFlags != 0 {
		r.TCPFlags = uint16(s.tcpFlags)
		r.Marks |= flow.MarkTCP
	}
	s.layer2(r)
	s.lifetime(r, t)
	e := r.Export
	s.address(&e.OuterSource, flow.FieldOuterSource, s.outerSource)
	s.address(&e.OuterDestination, flow.FieldOuterDestination, s.outerDest)
	if s.minTTL != 0 {
		r.MinTTL = s.minTTL
		e.Has |= flow.FieldMinTTL
	}
	if s.maxTTL != 0 {
		r.MaxTTL = s.maxTTL
		e.Has |= flow.FieldMaxTTL
	}
	if reason := flow.EndReason(s.endReason); reason >= flow.EndIdleTimeout && reason <= flow.EndLackOfResources {
		r.EndReason = reason
		e.Has |= flow.FieldEndReason
	}
}

// hasPorts says that a protocol has ports, or type and code in their place.
func hasPorts(protocol uint8) bool {
	switch protocol {
	case 1, 6, 17, 33, 58, 132, 136:
		return true
	}
	return false
}

// layer2 sets VLANs, MAC addresses and the top MPLS label.
func (s *stored) layer2(r *flow.Record) {
	if s.vlan != 0 {
		r.VLAN = s.vlan
		r.Marks |= flow.MarkVLAN
	}
	if s.innerVLAN != 0 {
		r.InnerVLAN = s.innerVLAN
		r.Marks |= flow.MarkInnerVLAN
	}
	e := r.Export
	if e.LabelCount > 0 {
		r.MPLSTop = e.Labels[0]
		r.Marks |= flow.MarkMPLS
	}
	source, destination := s.inMAC.source, s.inMAC.destination
	if source == 0 {
		source = s.outMAC.source
	}
	if destination == 0 {
		destination = s.outMAC.destination
	}
	if source != 0 {
		r.SourceMAC = mac(source)
		e.Has |= flow.FieldSourceMAC
	}
	if destination != 0 {
		r.DestinationMAC = mac(destination)
		e.Has |= flow.FieldDestinationMAC
	}
}

// mac gives the address of which a number has the lower 48 bits.
func mac(n uint64) [6]byte {
	return [6]byte{byte(n >> 40), byte(n >> 32), byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}
}

// lifetime sets the times of a row: first and last, or the one of them that is
// there, else the time of the event, else that of reception.
func (s *stored) lifetime(r *flow.Record, t *tally) {
	first, last := fromMilliseconds(s.first), fromMilliseconds(s.last)
	source := flow.TimeMilliseconds
	if first == 0 && last == 0 {
		first, source = fromMilliseconds(s.happened), flow.TimeEvent
	}
	if first == 0 && last == 0 {
		first, source = fromMilliseconds(s.received), flow.TimeReceived
	}
	switch {
	case first == 0 && last == 0:
		source = flow.TimeNone
	case first == 0:
		first = last
	case last == 0:
		last = first
	case last < first:
		last = first
		t.timeInverted++
	}
	r.Start, r.End = first, last
	r.Export.TimeSource = source
}

// counters are packets and octets of one direction.
type counters struct{ packets, octets uint64 }

func (c counters) none() bool { return c == counters{} }

// volume gives the counters of the record's own direction and those of the
// reverse one, which has a row if they are not 0.
func (s *stored) volume(e *flow.Export, t *tally) (forward, reverse counters) {
	forward, out := counters{s.packets, s.octets}, counters{s.outPackets, s.outOctets}
	switch {
	case out.none():
	case s.nsel || s.biflow != 0:
		return forward, out
	case forward.none():
		if e.Has&flow.FieldDirection == 0 {
			e.Direction = 1
			e.Has |= flow.FieldDirection
		}
		return out, counters{}
	default:
		t.outCounters++
	}
	return forward, counters{}
}

// count sets the counters of a row.
func (s *stored) count(r *flow.Record, c counters) {
	r.Counters = flow.Counters{Packets: c.packets, Octets: c.octets}
	if !s.hasCounters && c.none() {
		return
	}
	if c.packets != 0 || !s.event {
		r.Export.Has |= flow.FieldPackets
	}
	if c.octets != 0 || !s.event {
		r.Export.Has |= flow.FieldOctets
	}
}

// reverse makes a row that of the reverse direction. What the record tells of the
// way of the forward direction only is not known for it.
func reverse(r *flow.Record) {
	const forwardOnly = flow.FieldNextHop | flow.FieldBGPNextHop | flow.FieldMinTTL | flow.FieldMaxTTL | flow.FieldDirection
	k, e := &r.Key, r.Export
	k.Source, k.Destination = k.Destination, k.Source
	if !isICMP(k.Protocol) {
		k.SourcePort, k.DestinationPort = k.DestinationPort, k.SourcePort
	}
	r.SourceMAC, r.DestinationMAC = r.DestinationMAC, r.SourceMAC
	e.InIf, e.OutIf = e.OutIf, e.InIf
	e.SourceAS, e.DestinationAS = e.DestinationAS, e.SourceAS
	e.SourceMask, e.DestinationMask = e.DestinationMask, e.SourceMask
	e.IngressVRF, e.EgressVRF = e.EgressVRF, e.IngressVRF
	e.NATSource, e.NATDestination = e.NATDestination, e.NATSource
	e.NATSourcePort, e.NATDestinationPort = e.NATDestinationPort, e.NATSourcePort
	e.OuterSource, e.OuterDestination = e.OuterDestination, e.OuterSource
	e.Has = swapped(e.Has) &^ forwardOnly
	e.NextHop, e.BGPNextHop = [16]byte{}, [16]byte{}
	e.Direction = 0
	r.MinTTL, r.MaxTTL, r.TCPFlags = 0, 0, 0
	r.Marks &^= flow.MarkTCP
}

// swapped exchanges the fields of which only one of a pair may be known.
func swapped(has flow.Fields) flow.Fields {
	exchange := func(a, b flow.Fields) {
		if known := has & (a | b); known == a || known == b {
			has ^= a | b
		}
	}
	exchange(flow.FieldSourceMAC, flow.FieldDestinationMAC)
	exchange(flow.FieldNATSource, flow.FieldNATDestination)
	exchange(flow.FieldNATSourcePort, flow.FieldNATDestinationPort)
	exchange(flow.FieldOuterSource, flow.FieldOuterDestination)
	return has
}
