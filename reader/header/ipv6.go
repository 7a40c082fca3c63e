package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// ipv6FixedLength is the length in octets of an IPv6 header without extensions.
const ipv6FixedLength = 40

// Extension headers, RFC 8200 section 4, RFC 4302, RFC 5533.
const (
	nextHopByHop       = 0
	nextRouting        = 43
	nextFragment       = 44
	nextAuthentication = 51
	nextDestination    = 60
	nextShim6          = 140
)

// ipv6 reads an IPv6 header, RFC 8200 section 3, and what it carries.
func ipv6(p *flow.Packet, b []byte, onWire uint32) flow.Reason {
	if len(b) < ipv6FixedLength {
		return flow.ReasonTruncatedHeader
	}
	room := uint32(binary.BigEndian.Uint16(b[4:]))
	if room == 0 {
		room = ipv6LongPayload(p, b, onWire)
	}
	octets := ipv6FixedLength + uint64(room)

	key := &p.Key
	key.Source = [16]byte(b[8:24])
	key.Destination = [16]byte(b[24:40])
	key.ClassOfService = uint8(binary.BigEndian.Uint16(b) >> 4)
	key.Version = 6
	p.Meta.Octets = octets
	p.Meta.TTL = b[7]

	if uint64(len(b)) < octets {
		p.Meta.Marks |= flow.MarkTruncated
	} else {
		b = b[:octets] // what is behind is padding of the link
	}
	key.Protocol = b[6]
	b = b[ipv6FixedLength:]
	if isExtension(key.Protocol) {
		extensions(p, b, room)
		return flow.ReasonAccounted
	}
	transport(p, b, room)
	return flow.ReasonAccounted
}

func isExtension(next uint8) bool {
	switch next {
	case nextHopByHop, nextRouting, nextFragment, nextAuthentication, nextDestination, nextShim6:
		return true
	}
	return false
}

// extensions walks the chain of extension headers from b on, the captured part of
// room octets of IPv6 payload, and reads what it leads to. Each step is at least
// eight octets forward. A header that is not there in full ends the chain under
// its own number.
func extensions(p *flow.Packet, b []byte, room uint32) {
	const shortest = 8
	next, at := p.Key.Protocol, 0
	for isExtension(next) {
		length := shortest
		if len(b)-at >= shortest {
			length = extensionLength(next, b[at+1])
		}
		if length > len(b)-at {
			if uint64(at)+uint64(length) > uint64(room) {
				p.Meta.Marks |= flow.MarkBadTransport
			}
			p.Key.Protocol = next
			noTransport(p, room-uint32(at))
			return
		}
		if next == nextFragment && laterFragment(p, b[at:]) {
			p.Key.Protocol = b[at]
			noTransport(p, room-uint32(at+length))
			return
		}
		next = b[at]
		at += length
	}
	p.Key.Protocol = next
	transport(p, b[at:], room-uint32(at))
}

// laterFragment reads a fragment header, RFC 8200 section 4.5. One that says that
// the packet is whole (RFC 6946) makes it no fragment.
func laterFragment(p *flow.Packet, b []byte) bool {
	const moreFragments, offset = 0x0001, 0xfff8
	fragment := binary.BigEndian.Uint16(b[2:])
	if fragment&(moreFragments|offset) != 0 {
		p.Meta.Marks |= flow.MarkFragment
		p.FragmentID = binary.BigEndian.Uint32(b[4:])
	}
	if fragment&offset == 0 {
		return false
	}
	p.Meta.Marks |= flow.MarkLaterFragment
	return true
}

// extensionLength gives the length in octets of an extension header from its
// length field, which counts units of eight octets behind the first eight. The
// fragment header has a reserved octet there and is always eight octets long; the
// authentication header counts units of four octets (RFC 4302 section 2.2).
func extensionLength(next, field uint8) int {
	switch next {
	case nextFragment:
		return 8
	case nextAuthentication:
		return 8 + 4*int(field)
	}
	return 8 + 8*int(field)
}

// ipv6LongPayload gives the payload length of a packet whose header says 0: that
// of the jumbo payload option; or, for a segment that the network card was to
// cut, what the frame holds. A frame of up to 60 octets may be nothing but padding.
func ipv6LongPayload(p *flow.Packet, b []byte, onWire uint32) uint32 {
	const longestPadding = 60
	var header uint32
	switch b[6] {
	case nextHopByHop:
		return jumboPayload(b[ipv6FixedLength:])
	case protocolTCP:
		header = tcpFixedLength
	case protocolUDP:
		header = udpLength
	default:
		return 0
	}
	if p.Meta.WireOctets <= longestPadding || onWire < ipv6FixedLength+header {
		return 0
	}
	p.Meta.Marks |= flow.MarkLengthInferred
	return onWire - ipv6FixedLength
}

// jumboPayload looks in a hop-by-hop header for the option of RFC 2675 section 2
// and gives its value, 0 if there is none.
func jumboPayload(b []byte) uint32 {
	const pad1, jumbo, jumboLength = 0, 0xc2, 4
	if len(b) < 2 {
		return 0
	}
	b = b[:min(len(b), 8+8*int(b[1]))]
	for b = b[2:]; len(b) >= 2; {
		if b[0] == pad1 {
			b = b[1:]
			continue
		}
		end := 2 + int(b[1])
		if end > len(b) {
			return 0
		}
		if b[0] == jumbo && b[1] == jumboLength {
			return binary.BigEndian.Uint32(b[2:])
		}
		b = b[end:]
	}
	return 0
}
