package frames

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// Flags of a GRE header.
const checksum, routing, key, sequence, acknowledgment = 0x8000, 0x4000, 0x2000, 0x1000, 0x0080

// gre gives the IP packet in the GRE packet that c begins with: RFC 2784 and
// 2890, RFC 1701, RFC 2637, and ERSPAN (draft-foschiano-erspan). In ERSPAN the
// session stands for the key.
func (o *opening) gre(c chunk) (Packet, flow.Reason) {
	if len(c.octets) < 4 {
		return nothing()
	}
	flags, protocol := binary.BigEndian.Uint16(c.octets), binary.BigEndian.Uint16(c.octets[2:])
	c = c.from(4)
	switch flags & 7 {
	case 0:
	case 1:
		return o.pptp(flags, protocol, c)
	default:
		return nothing()
	}
	o.within.Tunnel = flow.TunnelGRE
	if flags&(checksum|routing) != 0 {
		if len(c.octets) < 4 {
			return nothing()
		}
		c = c.from(4)
	}
	if flags&key != 0 {
		if len(c.octets) < 4 {
			return nothing()
		}
		o.within.HasID, o.within.ID = true, binary.BigEndian.Uint32(c.octets)
		c = c.from(4)
	}
	if flags&sequence != 0 {
		if len(c.octets) < 4 {
			return nothing()
		}
		c = c.from(4)
	}
	for last := flags&routing == 0; !last; { // source route entries
		if len(c.octets) < 4 || len(c.octets) < 4+int(c.octets[3]) {
			return nothing()
		}
		if last = c.octets[0] == 0 && c.octets[1] == 0 && c.octets[3] == 0; !last {
			o.headers++
		}
		c = c.from(4 + int(c.octets[3]))
	}
	switch protocol {
	case 0x880b:
		return o.ppp(c)
	case 0x883e: // WCCP: version 2 has a redirect header in front of the packet
		if len(c.octets) > 0 && c.octets[0]>>4 != 4 && c.octets[0]>>4 != 6 {
			c = c.from(4)
		}
		return o.versioned(c)
	case 0x88be:
		return o.erspan(c, flags&sequence != 0)
	case 0x22eb:
		return o.erspan3(c)
	}
	return o.typed(protocol, c)
}

// pptp gives the IP packet behind a GRE header of version 1, RFC 2637.
func (o *opening) pptp(flags, protocol uint16, c chunk) (Packet, flow.Reason) {
	if protocol != 0x880b || flags&key == 0 || len(c.octets) < 4 {
		return nothing()
	}
	o.within.Tunnel, o.within.HasID, o.within.ID = flow.TunnelPPTP, true, uint32(binary.BigEndian.Uint16(c.octets[2:]))
	c = c.from(4)
	for _, flag := range []uint16{sequence, acknowledgment} {
		if flags&flag == 0 {
			continue
		}
		if len(c.octets) < 4 {
			return nothing()
		}
		c = c.from(4)
	}
	return o.ppp(c)
}

// erspan gives the IP packet in a mirrored frame, behind a header (type II) or
// without one (type I).
func (o *opening) erspan(c chunk, header bool) (Packet, flow.Reason) {
	o.within.Tunnel, o.within.HasID, o.within.ID = flow.TunnelERSPAN, false, 0
	if header {
		if len(c.octets) < 8 || c.octets[0]>>4 != 1 {
			return nothing()
		}
		o.within.HasID, o.within.ID = true, uint32(binary.BigEndian.Uint16(c.octets[2:])&0x3ff)
		c = c.from(8)
	}
	return o.ethernet(c)
}

// erspan3 gives the IP packet behind the header of type III, which says whether a
// subheader follows it, and whether a frame or a packet was mirrored.
func (o *opening) erspan3(c chunk) (Packet, flow.Reason) {
	if len(c.octets) < 12 || c.octets[0]>>4 != 2 {
		return nothing()
	}
	o.within.Tunnel, o.within.HasID, o.within.ID = flow.TunnelERSPAN, true, uint32(binary.BigEndian.Uint16(c.octets[2:])&0x3ff)
	frameType, subheader := c.octets[10]>>2&31, c.octets[11]&1 == 1
	c = c.from(12)
	if subheader {
		if len(c.octets) < 8 {
			return nothing()
		}
		c = c.from(8)
	}
	if frameType == 0 {
		return o.ethernet(c)
	}
	return o.versioned(c)
}
