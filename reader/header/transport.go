package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// Protocols whose headers are read, IANA Assigned Internet Protocol Numbers.
const (
	protocolICMP    = 1
	protocolTCP     = 6
	protocolUDP     = 17
	protocolDCCP    = 33
	protocolICMPv6  = 58
	protocolSCTP    = 132
	protocolUDPLite = 136
)

// Lengths in octets of their headers without options.
const (
	icmpLength      = 8
	tcpFixedLength  = 20
	udpLength       = 8
	dccpFixedLength = 12 // RFC 4340 section 5.1, with short sequence numbers
	sctpLength      = 12
)

// noTransport ends the key of a packet that has no ports; room is its IP payload
// in octets.
func noTransport(p *flow.Packet, room uint32) {
	p.Key.SourcePort, p.Key.DestinationPort, p.Key.Shape = 0, 0, 0
	p.Meta.PayloadOctets = room
}

// transport reads the header of p.Key.Protocol. b is the captured part of the IP
// payload, room the payload's length in octets.
func transport(p *flow.Packet, b []byte, room uint32) {
	var length uint32 // of the transport header
	switch p.Key.Protocol {
	case protocolTCP:
		length = tcp(p, b, room)
	case protocolUDP:
		length = udp(p, b, room)
	case protocolICMP, protocolICMPv6:
		length = icmp(p, b, room)
	case protocolUDPLite:
		ports(p, b, room, udpLength)
		length = udpLength
	case protocolSCTP:
		ports(p, b, room, sctpLength)
		length = sctpLength
	case protocolDCCP:
		length = dccp(p, b, room)
	default:
		noTransport(p, room)
		return
	}
	p.Meta.PayloadOctets = room - min(length, room)
}

// ports sets the ports if they were captured. A packet without room for the
// fixed part of its transport header contradicts itself.
func ports(p *flow.Packet, b []byte, room, fixedLength uint32) {
	if room < fixedLength {
		p.Meta.Marks |= flow.MarkBadTransport
	}
	if len(b) < 4 {
		p.Key.SourcePort, p.Key.DestinationPort, p.Key.Shape = 0, 0, 0
		return
	}
	p.Key.SourcePort = binary.BigEndian.Uint16(b)
	p.Key.DestinationPort = binary.BigEndian.Uint16(b[2:])
	p.Key.Shape = flow.Ports
}

// tcp reads a TCP header, RFC 9293 section 3.1, and gives its length.
func tcp(p *flow.Packet, b []byte, room uint32) uint32 {
	ports(p, b, room, tcpFixedLength)
	if len(b) < 13 {
		return tcpFixedLength
	}
	if len(b) >= 14 {
		const flags = 1<<flow.TCPFlagCount - 1
		p.Meta.TCPFlags = binary.BigEndian.Uint16(b[12:]) & flags
		p.Meta.Marks |= flow.MarkTCP
	}
	if len(b) >= 16 {
		p.Meta.Sequence, p.Meta.Acknowledgment = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
		p.Meta.Window, p.Meta.HasSegment = binary.BigEndian.Uint16(b[14:]), true
	}
	return headerLength(p, b[12]>>4, tcpFixedLength, room)
}

// headerLength judges a data offset in units of four octets. One that is shorter
// than the fixed header or reaches beyond the packet cannot be used.
func headerLength(p *flow.Packet, dataOffset byte, fixedLength, room uint32) uint32 {
	length := uint32(dataOffset) * 4
	if length < fixedLength || length > room {
		p.Meta.Marks |= flow.MarkBadTransport
		return fixedLength
	}
	return length
}

// udp reads a UDP header, RFC 768. Length 0 is right for a packet that is too
// long for the field, RFC 2675 section 4.
func udp(p *flow.Packet, b []byte, room uint32) uint32 {
	ports(p, b, room, udpLength)
	if len(b) >= 6 {
		length := binary.BigEndian.Uint16(b[4:])
		if length < udpLength && (length != 0 || room <= 0xffff) {
			p.Meta.Marks |= flow.MarkBadTransport
		}
	}
	return udpLength
}

// icmp reads type and code, RFC 792 and RFC 4443 section 2.1, as a destination
// port, the way icmpTypeCodeIPv4 (32) and icmpTypeCodeIPv6 (139) combine them.
func icmp(p *flow.Packet, b []byte, room uint32) uint32 {
	if room < icmpLength {
		p.Meta.Marks |= flow.MarkBadTransport
	}
	p.Key.SourcePort, p.Key.DestinationPort, p.Key.Shape = 0, 0, 0
	if len(b) >= 2 {
		p.Key.DestinationPort = binary.BigEndian.Uint16(b)
		p.Key.Shape = flow.Ports
	}
	return icmpLength
}

// dccp reads a DCCP generic header, RFC 4340 section 5.1, and gives its length.
func dccp(p *flow.Packet, b []byte, room uint32) uint32 {
	ports(p, b, room, dccpFixedLength)
	if len(b) < 5 {
		return dccpFixedLength
	}
	// The data offset is eight bits of four-octet units; a byte times four is
	// at most 1020.
	return headerLength(p, b[4], dccpFixedLength, room)
}
