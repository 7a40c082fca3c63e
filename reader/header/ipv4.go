package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// ipv4FixedLength is the length in octets of an IPv4 header without options.
const ipv4FixedLength = 20

// internet reads an IP packet. b is what was captured of the frame from the IP
// header on, onWire how many octets of the frame there were from there on.
func internet(p *flow.Packet, b []byte, onWire uint32) flow.Reason {
	if len(b) == 0 {
		return flow.ReasonTruncatedHeader
	}
	switch b[0] >> 4 {
	case 4:
		return ipv4(p, b, onWire)
	case 6:
		return ipv6(p, b, onWire)
	}
	return flow.ReasonBadIPVersion
}

// ipv4 reads an IPv4 header, RFC 791 section 3.1, and what it carries.
func ipv4(p *flow.Packet, b []byte, onWire uint32) flow.Reason {
	if len(b) < ipv4FixedLength {
		return flow.ReasonTruncatedHeader
	}
	headerLength := int(b[0]&0xf) * 4
	octets := uint32(binary.BigEndian.Uint16(b[2:]))
	if octets == 0 {
		octets = onWire
		p.Meta.Marks |= flow.MarkLengthInferred
	}
	if headerLength < ipv4FixedLength || octets < uint32(headerLength) {
		return flow.ReasonBadIPHeader
	}

	key := &p.Key
	setMapped(&key.Source, b[12:16])
	setMapped(&key.Destination, b[16:20])
	key.Protocol = b[9]
	key.ClassOfService = b[1]
	key.Version = 4
	p.Meta.Octets = uint64(octets)
	p.Meta.TTL = b[8]

	if uint64(len(b)) < uint64(octets) {
		p.Meta.Marks |= flow.MarkTruncated
	} else {
		b = b[:octets] // what is behind is padding of the link
	}
	const moreFragments, offset = 0x2000, 0x1fff
	fragment := binary.BigEndian.Uint16(b[6:])
	if fragment&(moreFragments|offset) != 0 {
		p.Meta.Marks |= flow.MarkFragment
		p.FragmentID = uint32(binary.BigEndian.Uint16(b[4:]))
	}
	room := octets - uint32(headerLength)
	if fragment&offset != 0 {
		p.Meta.Marks |= flow.MarkLaterFragment
		noTransport(p, room)
		return flow.ReasonAccounted
	}
	transport(p, b[min(headerLength, len(b)):], room)
	return flow.ReasonAccounted
}

// setMapped writes an IPv4 address in the form of [flow.MappedIPv4]. Little endian, the
// compiler makes two stores of it, as wide as what is read right behind them: a load of what
// was stored in parts stalls the processor.
func setMapped(to *[16]byte, address []byte) {
	binary.LittleEndian.PutUint64(to[0:], 0)
	binary.LittleEndian.PutUint64(to[8:], 0xffff<<16|uint64(binary.LittleEndian.Uint32(address))<<32)
}
