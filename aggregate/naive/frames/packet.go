package frames

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// Packet is what the headers of a frame say of its packet: docs/metering.md
// sections 1 and 3.
type Packet struct {
	Time flow.Timestamp // of the frame, as the file has it
	Key  flow.Key       // of the nameless observation point

	Octets        uint64 // of the IP packet, header included
	WireOctets    uint64 // of the frame, never below what was captured of it
	PayloadOctets uint64 // above the transport header, at most Octets

	Captured []byte // what was captured of the IP packet, without what the frame has behind it

	Fragment    bool   // a fragment of IPv4 or IPv6, the first one included
	Later       bool   // a fragment, and not the first one
	FragmentID  uint32 // identification of the fragment's datagram
	HasTCPFlags bool   // TCPFlags is valid
	TCPFlags    uint16 // the 9 bits from FIN (1) to AE (256), 0 if there are none
	TTL         uint8  // IPv4 Time to Live, IPv6 Hop Limit

	Segment                  bool // the next are valid, and the TCP header does not contradict itself
	Sequence, Acknowledgment uint32
	Window                   uint16

	Link                      flow.Mark // which of the rest are valid: MarkVLAN, MarkInnerVLAN, MarkMPLS, MarkMAC
	VLAN, InnerVLAN           uint16    // 12 bit ids of the outermost tag and of the one behind it
	MPLSTop                   uint32    // 20 bit label of the top entry
	SourceMAC, DestinationMAC [6]byte   // in the order of the wire

	Labels    []uint32 // all labels of the MPLS stack, the top one first
	FlowLabel uint32   // of IPv6, 20 bits

	Inside flow.Encapsulation // the tunnel around the packet, see [DecodeInner]

	// What [DecodeInner] goes on from.
	carried     uint8  // protocol of content
	content     chunk  // what is behind the IP headers
	headers     int    // how many headers are opened, extension headers of the packet included
	limited     bool   // there are more of them than are opened
	bottomLabel uint32 // of MPLS
}

// Decode reads the headers of a frame. The reason is flow.ReasonAccounted if the
// packet is metered; otherwise it is why not, and the packet is incomplete.
func Decode(f Frame) (Packet, flow.Reason) {
	p := Packet{Time: f.Time, WireOctets: f.WireOctets}
	if f.LinkType != LinkTypeEthernet {
		return p, flow.ReasonUnsupportedLinkType
	}
	if len(f.Octets) < 14 {
		return p, flow.ReasonTruncatedHeader
	}
	copy(p.DestinationMAC[:], f.Octets)
	copy(p.SourceMAC[:], f.Octets[6:])
	p.Link = flow.MarkMAC
	p.headers = 1
	c, reason := p.link(chunk{f.Octets, f.WireOctets}.from(12))
	p.content = c
	if reason != flow.ReasonAccounted {
		return p, reason
	}
	return p, p.ip(c)
}

// link reads what stands in front of an IP header, from an EtherType on, and gives
// what begins with the IP header. Of a packet that is not IP below MPLS labels it
// gives what is below them.
func (p *Packet) link(c chunk) (chunk, flow.Reason) {
	if len(c.octets) < 2 {
		return chunk{}, flow.ReasonTruncatedHeader
	}
	return p.ofType(binary.BigEndian.Uint16(c.octets), c.from(2))
}

// ofType is link for what an EtherType stands in front of.
func (p *Packet) ofType(etherType uint16, c chunk) (chunk, flow.Reason) {
	for {
		switch etherType {
		case 0x0800, 0x86dd:
			return c, flow.ReasonAccounted
		case 0x8847, 0x8848:
			return p.labels(c)
		}
		if etherType >= 0x600 && p.tooDeep() {
			return chunk{}, flow.ReasonNotIP
		}
		switch etherType {
		case 0x8100, 0x88a8, 0x9100, 0x9200, 0x9300: // IEEE 802.1Q, 802.1ad, and what came before it
			if len(c.octets) < 2 {
				return chunk{}, flow.ReasonTruncatedHeader
			}
			p.tag(binary.BigEndian.Uint16(c.octets) & 0xfff)
			c = c.from(2)
		case 0x8909: // Cisco metadata
			if len(c.octets) < 8 {
				return chunk{}, flow.ReasonTruncatedHeader
			}
			c = c.from(6)
		case 0x8864: // PPPoE session, RFC 2516
			if len(c.octets) < 8 {
				return chunk{}, flow.ReasonTruncatedHeader
			}
			if ppp := binary.BigEndian.Uint16(c.octets[6:]); c.octets[1] != 0 || ppp != 0x0021 && ppp != 0x0057 {
				return chunk{}, flow.ReasonNotIP
			}
			return c.from(8), flow.ReasonAccounted
		default:
			return chunk{}, flow.ReasonNotIP
		}
		if len(c.octets) < 2 {
			return chunk{}, flow.ReasonTruncatedHeader
		}
		etherType = binary.BigEndian.Uint16(c.octets)
		c = c.from(2)
	}
}

// labels reads an MPLS label stack, RFC 3032.
func (p *Packet) labels(c chunk) (chunk, flow.Reason) {
	for bottom := false; !bottom; c = c.from(4) {
		if p.tooDeep() {
			return chunk{}, flow.ReasonNotIP
		}
		if len(c.octets) < 4 {
			return chunk{}, flow.ReasonTruncatedHeader
		}
		p.bottomLabel = binary.BigEndian.Uint32(c.octets) >> 12
		if p.Link&flow.MarkMPLS == 0 {
			p.Link |= flow.MarkMPLS
			p.MPLSTop = p.bottomLabel
		}
		p.Labels = append(p.Labels, p.bottomLabel)
		bottom = c.octets[2]&1 == 1
	}
	if len(c.octets) > 0 && c.octets[0]>>4 != 4 && c.octets[0]>>4 != 6 {
		return c, flow.ReasonNotIP // a label may stand in front of anything
	}
	return c, flow.ReasonAccounted
}

// tooDeep counts a header in front of IP and says whether it is one too many.
func (p *Packet) tooDeep() bool {
	p.headers++
	p.limited = p.limited || p.headers > maxHeaders
	return p.limited
}

// tag notes a VLAN id: the outermost and the one behind it.
func (p *Packet) tag(id uint16) {
	switch {
	case p.Link&flow.MarkVLAN == 0:
		p.Link |= flow.MarkVLAN
		p.VLAN = id
	case p.Link&flow.MarkInnerVLAN == 0:
		p.Link |= flow.MarkInnerVLAN
		p.InnerVLAN = id
	}
}

// ip reads the packet that c begins with.
func (p *Packet) ip(c chunk) flow.Reason {
	if len(c.octets) == 0 {
		return flow.ReasonTruncatedHeader
	}
	p.Key.Version = c.octets[0] >> 4
	reason := flow.ReasonBadIPVersion
	switch p.Key.Version {
	case 4:
		reason = p.ipv4(c)
	case 6:
		reason = p.ipv6(c)
	}
	p.Captured = inside(c.octets, 0, p.Octets)
	return reason
}

// ipv4 reads an IPv4 packet, RFC 791.
func (p *Packet) ipv4(c chunk) flow.Reason {
	b := c.octets
	if len(b) < 20 {
		return flow.ReasonTruncatedHeader
	}
	header := uint64(b[0]&15) * 4
	p.Octets = uint64(binary.BigEndian.Uint16(b[2:]))
	if p.Octets == 0 {
		p.Octets = c.original
	}
	if header < 20 || p.Octets < header {
		return flow.ReasonBadIPHeader
	}
	p.Key.ClassOfService = b[1]
	p.TTL = b[8]
	mapped := [12]byte{10: 0xff, 11: 0xff}
	p.Key.Source = [16]byte(append(mapped[:], b[12:16]...))
	p.Key.Destination = [16]byte(append(mapped[:], b[16:20]...))
	moreAndOffset := binary.BigEndian.Uint16(b[6:]) & 0x3fff
	p.Fragment, p.Later = moreAndOffset != 0, moreAndOffset&0x1fff != 0
	p.FragmentID = uint32(binary.BigEndian.Uint16(b[4:]))
	p.transport(b[9], c, header, moreAndOffset&0x1fff != 0)
	return flow.ReasonAccounted
}

// ipv6 reads an IPv6 packet and its extension headers, RFC 8200.
func (p *Packet) ipv6(c chunk) flow.Reason {
	b := c.octets
	if len(b) < 40 {
		return flow.ReasonTruncatedHeader
	}
	p.Octets = ipv6Octets(b, c.original, p.WireOctets)
	p.Key.ClassOfService = b[0]<<4 | b[1]>>4
	p.FlowLabel = uint32(b[1]&15)<<16 | uint32(b[2])<<8 | uint32(b[3])
	p.TTL = b[7]
	p.Key.Source = [16]byte(b[8:24])
	p.Key.Destination = [16]byte(b[24:40])
	next, header, later := b[6], uint64(40), false
	for !later {
		h := inside(b, header, p.Octets) // from the extension header on
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
			p.Fragment = p.Fragment || offsetAndMore != 0
			if offsetAndMore != 0 {
				p.FragmentID = binary.BigEndian.Uint32(h[4:])
			}
			later = offsetAndMore > 1
			p.Later = later
		}
		p.headers++
		next = h[0]
		header += uint64(length)
	}
	p.transport(next, c, header, later)
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
func (p *Packet) transport(protocol uint8, ip chunk, header uint64, laterFragment bool) {
	p.Key.Protocol = protocol
	b := inside(ip.octets, header, p.Octets)
	p.carried, p.content = protocol, chunk{b, min(ip.original, p.Octets) - min(ip.original, p.Octets, header)}
	length := p.Octets - min(header, p.Octets) // as the IP header has it
	if laterFragment {
		p.PayloadOctets = length
		return
	}
	own := uint64(0) // octets of the transport header
	ports := false
	switch protocol {
	case 1, 58: // ICMP, ICMPv6
		own = 8
		if len(b) >= 2 {
			p.Key.Shape = flow.Ports
			p.Key.DestinationPort = binary.BigEndian.Uint16(b) // type * 256 + code
		}
	case 6: // TCP
		own, ports = 20, true
		if len(b) >= 13 && b[12]>>4 >= 5 && uint64(b[12]>>4)*4 <= length {
			own = uint64(b[12]>>4) * 4
		}
		if len(b) >= 14 {
			p.HasTCPFlags = true
			p.TCPFlags = binary.BigEndian.Uint16(b[12:]) & 0x1ff
		}
		if len(b) >= 16 && length >= 20 && own == uint64(b[12]>>4)*4 {
			p.Segment = true
			p.Sequence, p.Acknowledgment, p.Window = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint16(b[14:])
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
		p.Key.Shape = flow.Ports
		p.Key.SourcePort = binary.BigEndian.Uint16(b)
		p.Key.DestinationPort = binary.BigEndian.Uint16(b[2:])
	}
	p.PayloadOctets = length - min(own, length)
}
