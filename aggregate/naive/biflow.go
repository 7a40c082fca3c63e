package naive

import (
	"slices"

	"netstream/aggregate/flow"
)

// share gives the packets of both directions of a conversation one key: docs/biflows.md
// section 1. It gives the observation points that the keys number from then on.
func share(packets []*packet, points []point) []point {
	of := make([][2]point, len(packets)) // as the packet has it, and turned around
	all := slices.Clone(points)
	for i, p := range packets {
		of[i] = [2]point{points[p.Key.Point], turnedPoint(points[p.Key.Point])}
		all = append(all, of[i][1])
	}
	slices.SortFunc(all, comparePoints)
	all = slices.Compact(all)
	number := func(p point) uint32 { return uint32(slices.Index(all, p)) }
	for i, p := range packets {
		p.own = p.Key
		p.own.Point = number(of[i][0])
		p.Key, p.other = p.own, p.own
		if other, ok := turnedKey(p.own); ok {
			other.Point = number(of[i][1])
			p.other = other
			if compareKeys(other, p.own) < 0 {
				p.Key = other
			}
		}
	}
	return all
}

// turnedKey gives the key of the other direction, but for the observation point. ok is
// false if there is none.
func turnedKey(k flow.Key) (turned flow.Key, ok bool) {
	turned = k
	turned.Source, turned.Destination = k.Destination, k.Source
	turned.Shape = exchange(k.Shape, flow.NoSource, flow.NoDestination)
	if message, is := icmpMessage(k); is {
		pair, ok := icmpPair(k.Protocol, message)
		if !ok {
			return k, false
		}
		turned.DestinationPort = uint16(pair[0]+pair[1]-message)<<8 + k.DestinationPort%256
		return turned, true
	}
	turned.SourcePort, turned.DestinationPort = k.DestinationPort, k.SourcePort
	turned.Shape = exchange(turned.Shape, flow.NoSourcePort, flow.NoDestinationPort)
	return turned, true
}

func exchange(set, a, b flow.Shape) flow.Shape {
	to := set &^ (a | b)
	if set&a != 0 {
		to |= b
	}
	if set&b != 0 {
		to |= a
	}
	return to
}

// icmpMessage gives the type of an ICMP message.
func icmpMessage(k flow.Key) (message uint8, is bool) {
	if k.Shape&flow.NoProtocol != 0 || k.Protocol != 1 && k.Protocol != 58 {
		return 0, false
	}
	return uint8(k.DestinationPort / 256), k.Shape&flow.Ports != 0 && k.Shape&flow.NoDestinationPort == 0
}

// icmpPair gives the request and the reply that a type is one of.
func icmpPair(protocol, message uint8) (pair [2]uint8, ok bool) {
	pairs := [][2]uint8{{8, 0}, {10, 9}, {13, 14}, {15, 16}, {17, 18}}
	if protocol == 58 {
		pairs = [][2]uint8{{128, 129}, {130, 131}, {133, 134}, {135, 136}, {139, 140}, {144, 145}}
	}
	for _, pair := range pairs {
		if pair[0] == message || pair[1] == message {
			return pair, true
		}
	}
	return pair, false
}

func turnedPoint(p point) point {
	p.inside.OuterSource, p.inside.OuterDestination = p.inside.OuterDestination, p.inside.OuterSource
	b := &p.beyond
	b[SourceMask], b[DestinationMask] = b[DestinationMask], b[SourceMask]
	b[SourceMAC], b[DestinationMAC] = b[DestinationMAC], b[SourceMAC]
	return p
}

// against says whether a packet of a biflow came from the responder.
func (p *packet) against(f *meteredFlow) bool { return p.own != f.initiator }

// role gives 1 if the headers of a packet say that its sender is the initiator, -1 if
// they say that it is the responder.
func (p *packet) role() int {
	if p.HasTCPFlags && p.TCPFlags&flow.TCPSyn != 0 {
		if p.TCPFlags&flow.TCPAck != 0 {
			return -1
		}
		return 1
	}
	if message, is := icmpMessage(p.own); is {
		if pair, ok := icmpPair(p.own.Protocol, message); ok {
			if message == pair[0] {
				return 1
			}
			return -1
		}
	}
	return 0
}

// sender gives the key of the packets that the sender of p sends, if by is 1, or of
// those that it gets.
func (p *packet) sender(by int) flow.Key {
	if by == 1 {
		return p.own
	}
	return p.other
}

// orient says who the initiator is. before is the record before, if it has a say.
func (f *meteredFlow) orient(before *meteredFlow) {
	first := f.packets[0]
	switch by := first.role(); {
	case by != 0:
		f.initiator = first.sender(by)
	case before != nil:
		f.initiator = before.initiator
	default:
		f.initiator = first.own
		if len(f.packets) > 1 && f.packets[1].clock == first.clock && f.packets[1].own != first.own {
			if by := f.packets[1].role(); by != 0 {
				f.initiator = f.packets[1].sender(by)
			} else {
				f.initiator = first.Key
			}
		}
	}
}

// part makes the record one of two directions.
func (f *meteredFlow) part() {
	var forward, reverse []*packet
	for _, p := range f.packets {
		if p.against(f) {
			reverse = append(reverse, p)
		} else {
			forward = append(forward, p)
		}
	}
	whole := f.record
	f.record = flow.Record{}
	back := flow.Reverse{}
	if len(reverse) > 0 {
		f.fill(reverse)
		r := &f.record
		back = flow.Reverse{
			Start: r.Start, End: r.End, Counters: r.Counters, TCPFlags: r.TCPFlags, TCPFlagCounts: r.TCPFlagCounts,
			Marks: r.Marks & flow.MarkTCP, MinOctets: r.MinOctets, MaxOctets: r.MaxOctets, MinTTL: r.MinTTL, MaxTTL: r.MaxTTL,
		}
		f.record = flow.Record{}
	}
	if len(forward) > 0 {
		f.fill(forward)
	}
	back.TCP = f.connection()
	r := &f.record
	r.Key, r.Reverse = f.initiator, &back
	r.Ordinal, r.Start, r.End, r.EndReason = whole.Ordinal, whole.Start, whole.End, whole.EndReason
	r.FirstNumber, r.FirstInput, r.Fragments, r.LatePackets = whole.FirstNumber, whole.FirstInput, whole.Fragments, whole.LatePackets
}
