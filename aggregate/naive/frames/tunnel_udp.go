package frames

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// udp gives the IP packet in the tunnel in a UDP datagram with the payload c.
func (o *opening) udp(from, to uint16, c chunk) (Packet, flow.Reason) {
	is := func(port uint16) bool { return from == port || to == port }
	switch {
	case to == 4754: // RFC 8086
		return o.gre(c)
	case to == 6635: // RFC 7510
		o.within.Tunnel = flow.TunnelMPLS
		return o.labels(c)
	case to == 4789, to == 8472:
		return o.vxlan(c)
	case to == 4790:
		return o.vxlanGPE(c)
	case to == 6081:
		return o.geneve(c)
	case is(2152):
		return o.gtp(c)
	case is(3544):
		return o.teredo(c)
	case is(1701):
		return o.l2tp(c)
	}
	return nothing()
}

// vxlan reads the header of RFC 7348.
func (o *opening) vxlan(c chunk) (Packet, flow.Reason) {
	if len(c.octets) < 8 || c.octets[0]&8 == 0 { // without I the VNI is not valid
		return nothing()
	}
	o.within.Tunnel, o.within.HasID, o.within.ID = flow.TunnelVXLAN, true, binary.BigEndian.Uint32(c.octets[4:])>>8
	return o.ethernet(c.from(8))
}

// vxlanGPE reads the header of draft-ietf-nvo3-vxlan-gpe. Flags say that the VNI
// and the next protocol are valid.
func (o *opening) vxlanGPE(c chunk) (Packet, flow.Reason) {
	if len(c.octets) < 8 || c.octets[0]&12 != 12 {
		return nothing()
	}
	o.within.Tunnel, o.within.HasID, o.within.ID = flow.TunnelVXLANGPE, true, binary.BigEndian.Uint32(c.octets[4:])>>8
	switch next := c.from(8); c.octets[3] {
	case 1, 2:
		return o.ip(next)
	case 3:
		return o.ethernet(next)
	case 5:
		return o.labels(next)
	}
	return nothing()
}

// geneve reads the header of RFC 8926.
func (o *opening) geneve(c chunk) (Packet, flow.Reason) {
	if len(c.octets) < 8 || c.octets[0]>>6 != 0 || len(c.octets) < 8+int(c.octets[0]&63)*4 {
		return nothing()
	}
	o.within.Tunnel, o.within.HasID, o.within.ID = flow.TunnelGeneve, true, binary.BigEndian.Uint32(c.octets[4:])>>8
	return o.typed(binary.BigEndian.Uint16(c.octets[2:]), c.from(8+int(c.octets[0]&63)*4))
}

// gtp reads the header of 3GPP TS 29.281 section 5.
func (o *opening) gtp(c chunk) (Packet, flow.Reason) {
	if len(c.octets) < 8 || c.octets[0]>>4 != 3 || c.octets[1] != 255 { // version 1, not GTP', a G-PDU
		return nothing()
	}
	flags := c.octets[0]
	o.within.Tunnel, o.within.HasID, o.within.ID = flow.TunnelGTPU, true, binary.BigEndian.Uint32(c.octets[4:])
	c = c.from(8)
	if flags&7 != 0 { // any of E, S and PN
		if len(c.octets) < 4 {
			return nothing()
		}
		next := c.octets[3]
		c = c.from(4)
		for flags&4 != 0 && next != 0 {
			if len(c.octets) < 1 || c.octets[0] == 0 || len(c.octets) < int(c.octets[0])*4 {
				return nothing()
			}
			length := int(c.octets[0]) * 4
			next = c.octets[length-1]
			c = c.from(length)
			o.headers++
		}
	}
	return o.versioned(c)
}

// teredo reads the indications of RFC 4380 section 5.1.1 in front of an IPv6
// packet.
func (o *opening) teredo(c chunk) (Packet, flow.Reason) {
	o.within.Tunnel = flow.TunnelTeredo
	if len(c.octets) >= 4 && binary.BigEndian.Uint16(c.octets) == 1 { // authentication
		own := 13 + int(c.octets[2]) + int(c.octets[3])
		if len(c.octets) < own {
			return nothing()
		}
		c = c.from(own)
	}
	if len(c.octets) >= 8 && binary.BigEndian.Uint16(c.octets) == 0 { // origin
		c = c.from(8)
	}
	if len(c.octets) == 0 || c.octets[0]>>4 != 6 {
		return nothing()
	}
	return o.ip(c)
}

// l2tp reads the header of a data message: RFC 2661 section 3.1, RFC 3931
// section 4.1.2.
func (o *opening) l2tp(c chunk) (Packet, flow.Reason) {
	if len(c.octets) < 4 {
		return nothing()
	}
	flags := binary.BigEndian.Uint16(c.octets)
	const control, length, sequence, offset = 0x8000, 0x4000, 0x0800, 0x0200
	if flags&control != 0 {
		return nothing()
	}
	switch flags & 15 {
	case 3:
		return o.l2tp3(c.from(4))
	case 2:
	default:
		return nothing()
	}
	c = c.from(2)
	if flags&length != 0 {
		c = c.from(2)
	}
	if len(c.octets) < 4 {
		return nothing()
	}
	o.within.Tunnel, o.within.HasID, o.within.ID = flow.TunnelL2TP, true, binary.BigEndian.Uint32(c.octets)
	c = c.from(4)
	if flags&sequence != 0 {
		c = c.from(4)
	}
	if flags&offset != 0 {
		if len(c.octets) < 2 {
			return nothing()
		}
		c = c.from(2 + int(binary.BigEndian.Uint16(c.octets)))
	}
	return o.ppp(c)
}

// l2tp3 reads what begins with the session of a data message of version 3.
func (o *opening) l2tp3(c chunk) (Packet, flow.Reason) {
	if len(c.octets) < 4 {
		return nothing()
	}
	o.within.Tunnel, o.within.HasID, o.within.ID = flow.TunnelL2TP, true, binary.BigEndian.Uint32(c.octets)
	if o.within.ID == 0 { // a control message
		return nothing()
	}
	c = c.from(4)
	for _, own := range []int{0, 4, 8, 12} {
		if leadsToIP(c.from(own)) {
			return o.ethernet(c.from(own))
		}
	}
	return nothing()
}
