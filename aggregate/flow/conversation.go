package flow

import (
	"bytes"
	"cmp"
)

// A conversation is what runs between two endpoints in both directions, a biflow (RFC
// 5103). Its packets have one key: that of one direction, in which the key of the
// other one was turned around.

const (
	protocolICMP   = 1
	protocolICMPv6 = 58
)

// Reversed gives the key that the packets of the other direction have, but for the
// observation point: see [Points.Reversed]. Addresses and ports change places; an ICMP
// request becomes its reply. The key of an ICMP message that nothing answers is its
// own reverse.
func (k *Key) Reversed() Key {
	r := *k
	if k.OneWay() {
		return r
	}
	if k.icmp() {
		answer, _ := Counterpart(k.Protocol, uint8(k.DestinationPort>>8))
		r.DestinationPort = uint16(answer)<<8 | k.DestinationPort&0xff
	} else {
		r.SourcePort, r.DestinationPort = k.DestinationPort, k.SourcePort
		r.Shape = swapped(r.Shape, NoSourcePort, NoDestinationPort)
	}
	r.Source, r.Destination = k.Destination, k.Source
	r.Shape = swapped(r.Shape, NoSource, NoDestination)
	return r
}

// Leads says whether both directions of a conversation have k as their key, not its
// reverse, which must have the number of its own observation point: the source of k is the
// lower endpoint, by address, port and, where those do not differ, observation point. No key
// leads itself.
func (k *Key) Leads(reverse *Key, points *Points) bool {
	c := cmp.Or(bytes.Compare(k.Source[:], reverse.Source[:]), bytes.Compare(k.Destination[:], reverse.Destination[:]),
		cmp.Compare(k.SourcePort, reverse.SourcePort), cmp.Compare(k.DestinationPort, reverse.DestinationPort),
		cmp.Compare(k.Shape, reverse.Shape))
	if c == 0 && k.Point != reverse.Point {
		c = points.Compare(k.Point, reverse.Point)
	}
	return c < 0
}

// OneWay says whether the packets are ICMP messages that nothing answers, so that they
// are no part of a conversation.
func (k *Key) OneWay() bool {
	if !k.icmp() {
		return false
	}
	_, answered := Counterpart(k.Protocol, uint8(k.DestinationPort>>8))
	return !answered
}

// icmp says whether the destination port is the type and code of an ICMP message.
func (k *Key) icmp() bool {
	return (k.Protocol == protocolICMP || k.Protocol == protocolICMPv6) && k.Shape&(Ports|NoDestinationPort|NoProtocol) == Ports
}

// swapped exchanges two bits of a set.
func swapped[S ~uint8 | ~uint32](set, a, b S) S {
	if (set&a != 0) != (set&b != 0) {
		set ^= a | b
	}
	return set
}

// Role says what the headers of a packet alone tell of its sender in a conversation.
type Role uint8

// The roles.
const (
	RoleUnknown   Role = iota
	RoleInitiator      // it asks
	RoleResponder      // it answers
)

// Role gives that of the sender: the initiator of a TCP connection sends SYN without
// ACK, the responder SYN and ACK (RFC 9293 section 3.5); ICMP has requests and replies.
// k is the key as the packet has it, which ran from k.Source.
func (m *Meta) Role(k *Key) Role {
	if m.Marks&MarkTCP != 0 && m.TCPFlags&TCPSyn != 0 {
		if m.TCPFlags&TCPAck != 0 {
			return RoleResponder
		}
		return RoleInitiator
	}
	if k.icmp() {
		message := uint8(k.DestinationPort >> 8)
		if answer, ok := Counterpart(k.Protocol, message); ok {
			if asks(k.Protocol, message, answer) {
				return RoleInitiator
			}
			return RoleResponder
		}
	}
	return RoleUnknown
}

// asks says which of two ICMP messages that belong together comes first. Requests
// have the lower number, but for echo (8) and router solicitation (10) of ICMP.
func asks(protocol, message, answer uint8) bool {
	if protocol == protocolICMP && message <= 10 {
		return message > answer
	}
	return message < answer
}

// Counterpart gives the ICMP type that belongs to a request or a reply (RFC 792, RFC
// 950, RFC 1256; RFC 4443, RFC 2710, RFC 4861, RFC 4620, RFC 6275): the types of a pair
// are those that Community ID pairs.
func Counterpart(protocol, message uint8) (answer uint8, ok bool) {
	if protocol == protocolICMP {
		switch message {
		case 0, 8: // echo
			return 8 - message, true
		case 9, 10: // router advertisement and solicitation
			return 19 - message, true
		case 13, 15, 17: // timestamp, information, address mask
			return message + 1, true
		case 14, 16, 18:
			return message - 1, true
		}
		return 0, false
	}
	switch message {
	case 128, 130, 144: // echo, multicast listener query, home agent discovery
		return message + 1, true
	case 129, 131, 145:
		return message - 1, true
	case 133, 135, 139: // router and neighbour solicitation, node information
		return message + 1, true
	case 134, 136, 140:
		return message - 1, true
	}
	return 0, false
}

// Reversed gives what the packets of the other direction hold.
func (f Flexible) Reversed() Flexible {
	f.SourceMask, f.DestinationMask = f.DestinationMask, f.SourceMask
	f.SourceMAC, f.DestinationMAC = f.DestinationMAC, f.SourceMAC
	f.Has = swapped(swapped(f.Has, KeySourceMask, KeyDestinationMask), KeySourceMAC, KeyDestinationMAC)
	return f
}

// Reversed gives the tunnel of the other direction between the same two ends.
func (e Encapsulation) Reversed() Encapsulation {
	e.OuterSource, e.OuterDestination = e.OuterDestination, e.OuterSource
	return e
}

// Reversed gives the number of the reverse of a point: its own if they are the same, a
// new one if need be. It fails as Number does.
func (p *Points) Reversed(number uint32) (uint32, error) {
	p.mu.RLock()
	point := p.points[number]
	reverse := point.Reversed()
	n, ok := p.numbers[reverse]
	p.mu.RUnlock()
	if ok {
		return n, nil
	}
	return p.Number(reverse)
}
