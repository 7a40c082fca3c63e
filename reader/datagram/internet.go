package datagram

import "encoding/binary"

// Internet protocol numbers, IANA Assigned Internet Protocol Numbers.
const (
	protocolHopByHop       = 0
	protocolTCP            = 6
	protocolUDP            = 17
	protocolRouting        = 43
	protocolFragment       = 44
	protocolAuthentication = 51
	protocolDestination    = 60
	protocolSCTP           = 132
	protocolShim6          = 140
)

// ipPayload is what an IP packet carries.
type ipPayload struct {
	octets   []byte // captured ones
	length   int    // of all octets, captured or not
	protocol uint8  // of the octets, or the next header of a fragment

	fragment bool // one of several
	more     bool // not the last one
	offset   int  // place of the octets in the whole payload
	id       uint32
}

// cut says whether octets are missing because the frame was cut.
func (p *ipPayload) cut() bool { return len(p.octets) < p.length }

// ipv4Payload reads an IPv4 packet whose header is known to be sound, RFC 791
// section 3.1. length is the packet's, packet what was captured of it.
func ipv4Payload(packet []byte, length int) ipPayload {
	const moreFragments, offset = 0x2000, 0x1fff
	header := int(packet[0]&0xf) * 4
	field := binary.BigEndian.Uint16(packet[6:])
	return ipPayload{
		octets:   packet[min(header, len(packet)):],
		length:   length - header,
		protocol: packet[9],
		fragment: field&(moreFragments|offset) != 0,
		more:     field&moreFragments != 0,
		offset:   int(field&offset) * 8,
		id:       uint32(binary.BigEndian.Uint16(packet[4:])),
	}
}

// ipv6Payload reads an IPv6 packet, RFC 8200 section 3.
func ipv6Payload(packet []byte, length int) ipPayload {
	const header = 40
	p := ipPayload{octets: packet[header:], length: length - header, protocol: packet[6]}
	p.extensions()
	return p
}

// extensions walks over IPv6 extension headers (RFC 8200 section 4) up to the
// transport header or the payload of a fragment. A header that is not there in
// full stays the protocol.
func (p *ipPayload) extensions() {
	const shortest = 8
	for !p.fragment && len(p.octets) >= shortest {
		next, length := p.octets[0], 8+8*int(p.octets[1])
		switch p.protocol {
		case protocolHopByHop, protocolRouting, protocolDestination, protocolShim6:
		case protocolAuthentication: // in units of four octets, RFC 4302 section 2.2
			length = 8 + 4*int(p.octets[1])
		case protocolFragment: // one that says that the packet is whole (RFC 6946) is none
			const moreFragments, offset = 0x0001, 0xfff8
			field := binary.BigEndian.Uint16(p.octets[2:])
			p.more, p.offset = field&moreFragments != 0, int(field&offset)
			p.fragment = p.more || p.offset != 0
			p.id = binary.BigEndian.Uint32(p.octets[4:])
			length = shortest
		default:
			return
		}
		if length > len(p.octets) {
			p.fragment = false
			return
		}
		p.protocol, p.octets, p.length = next, p.octets[length:], p.length-length
	}
}
