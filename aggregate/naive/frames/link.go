package frames

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// first reads the header that a frame of the file begins with, and gives the EtherType, or
// length, that ends it and what is behind. Cooked headers (LINKTYPE_LINUX_SLL and SLL2) have
// 4 where LLC follows.
func (p *Packet) first(f Frame) (etherType uint16, c chunk, reason flow.Reason) {
	c = chunk{f.Octets, f.WireOctets}
	length := map[uint32]int{LinkTypeEthernet: 14, LinkTypeSLL: 16, LinkTypeSLL2: 20}[f.LinkType]
	switch {
	case length == 0:
		return 0, c, flow.ReasonUnsupportedLinkType
	case len(f.Octets) < length:
		return 0, c, flow.ReasonTruncatedHeader
	case f.LinkType == LinkTypeSLL2:
		return cookedType(binary.BigEndian.Uint16(f.Octets)), c.from(length), flow.ReasonAccounted
	}
	etherType = binary.BigEndian.Uint16(f.Octets[length-2:])
	if f.LinkType == LinkTypeSLL {
		return cookedType(etherType), c.from(length), flow.ReasonAccounted
	}
	copy(p.DestinationMAC[:], f.Octets)
	copy(p.SourceMAC[:], f.Octets[6:])
	p.Link = flow.MarkMAC
	return etherType, c.from(length), flow.ReasonAccounted
}

// cookedType gives the field of an Ethernet header that says the same: small numbers are
// no lengths, and 4 is LLC.
func cookedType(protocol uint16) uint16 {
	switch {
	case protocol == 4:
		return 0 // a length
	case protocol < 0x600:
		return 0x5ff // neither
	}
	return protocol
}

// link reads what stands in front of an IP header, from an EtherType on, and gives
// what begins with the IP header. Of a packet that is not IP below MPLS labels it
// gives what is below them.
func (p *Packet) link(c chunk) (chunk, flow.Reason) {
	if len(c.octets) < 2 {
		return chunk{}, flow.ReasonTruncatedHeader
	}
	return p.ofField(binary.BigEndian.Uint16(c.octets), c.from(2))
}

// ofField is link for what an EtherType or a length stands in front of.
func (p *Packet) ofField(field uint16, c chunk) (chunk, flow.Reason) {
	if field <= 1500 {
		return p.llc(c)
	}
	return p.ofType(field, c)
}

// notIP gives up before what c begins with.
func (p *Packet) notIP(c chunk) (chunk, flow.Reason) {
	p.Rest = c.original
	return chunk{}, flow.ReasonNotIP
}

// llc reads an LLC header (IEEE 802.2) of unnumbered information, and SNAP behind it.
func (p *Packet) llc(c chunk) (chunk, flow.Reason) {
	if len(c.octets) < 3 {
		return chunk{}, flow.ReasonTruncatedHeader
	}
	header := [3]byte(c.octets)
	c = c.from(3)
	switch header {
	case [3]byte{6, 6, 3}:
		return c, flow.ReasonAccounted
	case [3]byte{0xfe, 0xfe, 3}: // a network layer protocol identifier follows
		if len(c.octets) < 1 {
			return chunk{}, flow.ReasonTruncatedHeader
		}
		if id := c.octets[0]; id == 0xcc || id == 0x8e {
			return c.from(1), flow.ReasonAccounted
		}
		return p.notIP(c.from(1))
	case [3]byte{0xaa, 0xaa, 3}:
		if len(c.octets) < 5 {
			return chunk{}, flow.ReasonTruncatedHeader
		}
		organization, etherType := [3]byte(c.octets), binary.BigEndian.Uint16(c.octets[3:])
		if organization != [3]byte{} && organization != [3]byte{0, 0, 0xf8} {
			return p.notIP(c.from(5))
		}
		return p.ofType(etherType, c.from(5))
	}
	return p.notIP(c)
}

// ofType is link for what an EtherType stands in front of.
func (p *Packet) ofType(etherType uint16, c chunk) (chunk, flow.Reason) {
	for {
		switch etherType {
		case 0x8100, 0x88a8, 0x9100, 0x9200, 0x9300, 0x8909: // tags
		default:
			if p.EtherType == 0 && etherType >= 0x600 {
				p.EtherType = int(etherType)
			}
		}
		switch etherType {
		case 0x0800, 0x86dd:
			return c, flow.ReasonAccounted
		case 0x8847, 0x8848:
			return p.labels(c)
		}
		if etherType >= 0x600 && p.tooDeep() {
			return p.notIP(c)
		}
		switch etherType {
		case 0x8100, 0x88a8, 0x9100, 0x9200, 0x9300: // IEEE 802.1Q, 802.1ad, and what came before it
			if len(c.octets) < 4 {
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
			return p.pppoe(c)
		default:
			return p.notIP(c)
		}
		etherType = binary.BigEndian.Uint16(c.octets)
		c = c.from(2)
		if etherType <= 1500 {
			return p.llc(c)
		}
	}
}

// pppoe reads the header of a PPPoE session and a PPP protocol of two octets.
func (p *Packet) pppoe(c chunk) (chunk, flow.Reason) {
	if len(c.octets) < 6 {
		return chunk{}, flow.ReasonTruncatedHeader
	}
	if c.octets[1] != 0 {
		return p.notIP(c.from(6))
	}
	if len(c.octets) < 8 {
		return chunk{}, flow.ReasonTruncatedHeader
	}
	if ppp := binary.BigEndian.Uint16(c.octets[6:]); ppp != 0x0021 && ppp != 0x0057 {
		return p.notIP(c.from(8))
	}
	return c.from(8), flow.ReasonAccounted
}

// labels reads an MPLS label stack, RFC 3032.
func (p *Packet) labels(c chunk) (chunk, flow.Reason) {
	for bottom := false; !bottom; c = c.from(4) {
		if p.tooDeep() {
			return p.notIP(c)
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
		p.Rest = c.original
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
