package naive

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// packet is a metered packet: docs/metering.md sections 1 and 3.
type packet struct {
	time, clock flow.Timestamp
	stray, late bool
	file        int    // ordinal of the file
	number      uint64 // of the frame in the file, from 1

	key                   flow.Key
	octets, wire, payload uint64
	fragment              bool
	tcp                   bool // flags is valid
	flags                 uint16
	ttl                   uint8

	link             flow.Mark // MarkVLAN, MarkInnerVLAN, MarkMPLS, MarkMAC
	vlan, innerVLAN  uint16
	label            uint32
	source, destined [6]byte // MAC addresses
}

// decode reads the headers of a frame. The reason is flow.ReasonAccounted if the
// packet is metered.
func decode(f frame) (packet, flow.Reason) {
	p := packet{time: f.time, wire: f.wire}
	if f.linkage != linkEthernet {
		return p, flow.ReasonUnsupportedLinkType
	}
	if len(f.octets) < 14 {
		return p, flow.ReasonTruncatedHeader
	}
	copy(p.destined[:], f.octets)
	copy(p.source[:], f.octets[6:])
	p.link = flow.MarkMAC
	rest := f.octets[12:]
	for {
		if len(rest) < 2 {
			return p, flow.ReasonTruncatedHeader
		}
		etherType := binary.BigEndian.Uint16(rest)
		rest = rest[2:]
		switch etherType {
		case 0x8100, 0x88a8, 0x9100, 0x9200, 0x9300: // IEEE 802.1Q, 802.1ad, and what came before it
			if len(rest) < 2 {
				return p, flow.ReasonTruncatedHeader
			}
			p.tag(binary.BigEndian.Uint16(rest) & 0xfff)
			rest = rest[2:]
		case 0x8847, 0x8848: // MPLS, RFC 3032
			for bottom := false; !bottom; rest = rest[4:] {
				if len(rest) < 4 {
					return p, flow.ReasonTruncatedHeader
				}
				if p.link&flow.MarkMPLS == 0 {
					p.link |= flow.MarkMPLS
					p.label = binary.BigEndian.Uint32(rest) >> 12
				}
				bottom = rest[2]&1 == 1
			}
			if len(rest) > 0 && rest[0]>>4 != 4 && rest[0]>>4 != 6 {
				return p, flow.ReasonNotIP // a label may stand in front of anything
			}
			return p, p.ip(rest, f.wire-uint64(len(f.octets)-len(rest)))
		case 0x8864: // PPPoE session, RFC 2516
			if len(rest) < 8 {
				return p, flow.ReasonTruncatedHeader
			}
			if ppp := binary.BigEndian.Uint16(rest[6:]); ppp != 0x0021 && ppp != 0x0057 {
				return p, flow.ReasonNotIP
			}
			rest = rest[8:]
			return p, p.ip(rest, f.wire-uint64(len(f.octets)-len(rest)))
		case 0x0800, 0x86dd:
			return p, p.ip(rest, f.wire-uint64(len(f.octets)-len(rest)))
		default:
			return p, flow.ReasonNotIP
		}
	}
}

// tag notes a VLAN id: the outermost and the one behind it.
func (p *packet) tag(id uint16) {
	switch {
	case p.link&flow.MarkVLAN == 0:
		p.link |= flow.MarkVLAN
		p.vlan = id
	case p.link&flow.MarkInnerVLAN == 0:
		p.link |= flow.MarkInnerVLAN
		p.innerVLAN = id
	}
}

// ip reads the packet b, whose frame had original octets from there on.
func (p *packet) ip(b []byte, original uint64) flow.Reason {
	if len(b) == 0 {
		return flow.ReasonTruncatedHeader
	}
	p.key.Version = b[0] >> 4
	switch p.key.Version {
	case 4:
		return p.ipv4(b, original)
	case 6:
		return p.ipv6(b, original)
	}
	return flow.ReasonBadIPVersion
}

// ipv4 reads an IPv4 packet, RFC 791.
func (p *packet) ipv4(b []byte, original uint64) flow.Reason {
	if len(b) < 20 {
		return flow.ReasonTruncatedHeader
	}
	header := uint64(b[0]&15) * 4
	p.octets = uint64(binary.BigEndian.Uint16(b[2:]))
	if p.octets == 0 {
		p.octets = original
	}
	if header < 20 || p.octets < header {
		return flow.ReasonBadIPHeader
	}
	p.key.ClassOfService = b[1]
	p.ttl = b[8]
	mapped := [12]byte{10: 0xff, 11: 0xff}
	p.key.Source = [16]byte(append(mapped[:], b[12:16]...))
	p.key.Destination = [16]byte(append(mapped[:], b[16:20]...))
	moreAndOffset := binary.BigEndian.Uint16(b[6:]) & 0x3fff
	p.fragment = moreAndOffset != 0
	p.transport(b[9], b, header, moreAndOffset&0x1fff != 0)
	return flow.ReasonAccounted
}

// ipv6 reads an IPv6 packet and its extension headers, RFC 8200.
func (p *packet) ipv6(b []byte, original uint64) flow.Reason {
	if len(b) < 40 {
		return flow.ReasonTruncatedHeader
	}
	p.octets = ipv6Octets(b, original, p.wire)
	p.key.ClassOfService = b[0]<<4 | b[1]>>4
	p.ttl = b[7]
	p.key.Source = [16]byte(b[8:24])
	p.key.Destination = [16]byte(b[24:40])
	next, header, later := b[6], uint64(40), false
	for !later {
		h := inside(b, header, p.octets) // from the extension header on
		var length int
		switch {
		case len(h) < 2:
		case next == 0 || next == 43 || next == 60 || next == 140:
			length = int(h[1])*8 + 8
		case next == 44:
			length = 8
		case next == 51:
			length = int(h[1])*4 + 8 // RFC 4302: in units of 4, less 2
		}
		if length == 0 || length > len(h) {
			break // not an extension header, or not all of it is there
		}
		if next == 44 {
			offsetAndMore := binary.BigEndian.Uint16(h[2:]) & 0xfff9
			p.fragment = p.fragment || offsetAndMore != 0
			later = offsetAndMore > 1
		}
		next = h[0]
		header += uint64(length)
	}
	p.transport(next, b, header, later)
	return flow.ReasonAccounted
}

// ipv6Octets is the length of an IPv6 packet.
func ipv6Octets(b []byte, original, wire uint64) uint64 {
	if payload := uint64(binary.BigEndian.Uint16(b[4:])); payload != 0 {
		return 40 + payload
	}
	next := b[6]
	if next == 0 && len(b) > 42 {
		options := b[42:min(len(b), 48+int(b[41])*8)]
		for len(options) >= 2 {
			switch {
			case options[0] == 0: // Pad1 has no length
				options = options[1:]
			case len(options) < 2+int(options[1]):
				options = nil
			case options[0] == 0xc2 && options[1] == 4: // Jumbo Payload, RFC 2675
				return 40 + uint64(binary.BigEndian.Uint32(options[2:]))
			default:
				options = options[2+int(options[1]):]
			}
		}
	}
	if wire > 60 && (next == 6 && original >= 40+20 || next == 17 && original >= 40+8) {
		return original
	}
	return 40
}

// inside gives the octets of the packet b from an offset on, without those
// behind its end, which are padding of the frame.
func inside(b []byte, from, octets uint64) []byte {
	end := min(uint64(len(b)), octets)
	return b[min(from, end):end]
}

// transport reads what stands behind header octets of IP headers.
func (p *packet) transport(protocol uint8, ip []byte, header uint64, laterFragment bool) {
	p.key.Protocol = protocol
	b := inside(ip, header, p.octets)
	length := p.octets - min(header, p.octets) // as the IP header has it
	if laterFragment {
		p.payload = length
		return
	}
	own := uint64(0) // octets of the transport header
	ports := false
	switch protocol {
	case 1, 58: // ICMP, ICMPv6
		own = 8
		if len(b) >= 2 {
			p.key.HasPorts = 1
			p.key.DestinationPort = binary.BigEndian.Uint16(b) // type * 256 + code
		}
	case 6: // TCP
		own, ports = 20, true
		if len(b) >= 13 && b[12]>>4 >= 5 && uint64(b[12]>>4)*4 <= length {
			own = uint64(b[12]>>4) * 4
		}
		if len(b) >= 14 {
			p.tcp = true
			p.flags = binary.BigEndian.Uint16(b[12:]) & 0x1ff
		}
	case 17, 136: // UDP, UDP-Lite
		own, ports = 8, true
	case 33: // DCCP, RFC 4340
		own, ports = 12, true
		if len(b) >= 5 && b[4] >= 3 && uint64(b[4])*4 <= length {
			own = uint64(b[4]) * 4
		}
	case 132: // SCTP
		own, ports = 12, true
	}
	if ports && len(b) >= 4 {
		p.key.HasPorts = 1
		p.key.SourcePort = binary.BigEndian.Uint16(b)
		p.key.DestinationPort = binary.BigEndian.Uint16(b[2:])
	}
	p.payload = length - min(own, length)
}
