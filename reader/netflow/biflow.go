package netflow

import (
	"netstream/aggregate/flow"
	"netstream/reader/element"
)

// reverseFields gives the fields as the reverse direction of a biflow has them: the
// reverse elements (RFC 5103 section 6.1) and the counters of the responder in the
// place of those of their own direction. Counters and flags that the exporter does
// not tell of the reverse direction are not there, its times are those of the biflow.
// ok is false if the template tells nothing of a reverse direction.
func reverseFields(fields []element.Field) (reversed []element.Field, ok bool) {
	has := map[uint16]bool{}
	for _, f := range fields {
		if n, is := reverseOf(f.ID); is {
			has[n] = true
		}
	}
	if !reverseCounters(has) {
		return nil, false
	}
	reversed = make([]element.Field, len(fields))
	for i, f := range fields {
		n, is := reverseOf(f.ID)
		switch {
		case is:
			f.ID = element.IANA(n)
		case f.ID.Enterprise == element.EnterpriseIANA && (has[f.ID.Number] || ofOneDirection(f.ID.Number)):
			f.ID = element.IANA(paddingOctets)
		}
		reversed[i] = f
	}
	return reversed, true
}

// reverseOf gives the element that a reverse element is to the other direction.
func reverseOf(id element.ID) (number uint16, ok bool) {
	switch id {
	case element.IANA(responderOctets):
		return initiatorOctets, true
	case element.IANA(responderPackets):
		return initiatorPackets, true
	}
	return id.Number, id.Enterprise == element.EnterpriseReverse
}

// reverseCounters says whether there is a counter of the reverse direction, without
// which it has no row.
func reverseCounters(has map[uint16]bool) bool {
	for n := range has {
		if s, _ := counterSlot(n); s == slotPackets || s == slotOctets || s == slotWireOctets || s == slotPayloadOctets {
			return true
		}
	}
	return false
}

// ofOneDirection says whether an element tells of the forward direction only, so
// that its value says nothing of the reverse one.
func ofOneDirection(number uint16) bool {
	if s, _ := counterSlot(number); s != noSlot && s != slotEndReason && s != slotFlows {
		return true
	}
	switch number {
	case tcpControlBits, minimumTTL, maximumTTL, ipTTL, flowDirection,
		ipNextHopIPv4Address, ipNextHopIPv6Address, bgpNextHopIPv4Address, bgpNextHopIPv6Address:
		return true
	}
	return false
}

// swap turns the row of a reverse direction around: what the record says of source
// and destination is meant for the forward direction.
func swap(r *flow.Record) {
	k, e := &r.Key, r.Export
	k.Source, k.Destination = k.Destination, k.Source
	if !icmp(k.Protocol) {
		k.SourcePort, k.DestinationPort = k.DestinationPort, k.SourcePort
		k.Shape = exchange(k.Shape, flow.NoSourcePort, flow.NoDestinationPort)
	}
	k.Shape = exchange(k.Shape, flow.NoSource, flow.NoDestination)
	r.SourceMAC, r.DestinationMAC = r.DestinationMAC, r.SourceMAC
	e.InIf, e.OutIf = e.OutIf, e.InIf
	e.InIfName, e.OutIfName = e.OutIfName, e.InIfName
	e.IngressVRF, e.EgressVRF = e.EgressVRF, e.IngressVRF
	e.IngressVRFName, e.EgressVRFName = e.EgressVRFName, e.IngressVRFName
	e.SourceAS, e.DestinationAS = e.DestinationAS, e.SourceAS
	e.SourceMask, e.DestinationMask = e.DestinationMask, e.SourceMask
	e.NATSource, e.NATDestination = e.NATDestination, e.NATSource
	e.NATSourcePort, e.NATDestinationPort = e.NATDestinationPort, e.NATSourcePort
	e.OuterSource, e.OuterDestination = e.OuterDestination, e.OuterSource
	for _, pair := range [][2]flow.Fields{
		{flow.FieldInIf, flow.FieldOutIf}, {flow.FieldIngressVRF, flow.FieldEgressVRF},
		{flow.FieldSourceAS, flow.FieldDestinationAS}, {flow.FieldSourceMask, flow.FieldDestinationMask},
		{flow.FieldNATSource, flow.FieldNATDestination}, {flow.FieldNATSourcePort, flow.FieldNATDestinationPort},
		{flow.FieldSourceMAC, flow.FieldDestinationMAC}, {flow.FieldOuterSource, flow.FieldOuterDestination},
	} {
		e.Has = exchange(e.Has, pair[0], pair[1])
	}
}

// exchange swaps two members of a set.
func exchange[S ~uint8 | ~uint64](set, a, b S) S {
	result := set &^ (a | b)
	if set&a != 0 {
		result |= b
	}
	if set&b != 0 {
		result |= a
	}
	return result
}
