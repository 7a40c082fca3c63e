package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// UDP ports of tunnels, IANA Service Name and Transport Protocol Port Number
// Registry.
const (
	portL2TP       = 1701
	portGTPU       = 2152
	portTeredo     = 3544
	portGRE        = 4754
	portVXLAN      = 4789
	portVXLANGPE   = 4790
	portGeneve     = 6081
	portMPLS       = 6635
	portVXLANLinux = 8472 // what Linux used before VXLAN had a port
)

// isTunnelPort says whether a port is one of these.
func isTunnelPort(port uint16) bool {
	switch port {
	case portL2TP, portGTPU, portTeredo, portGRE, portVXLAN, portVXLANGPE, portGeneve, portMPLS, portVXLANLinux:
		return true
	}
	return false
}

// overUDP opens a tunnel in a UDP datagram by its destination port, where the
// sender's says nothing, or by either port where answers come from it.
func (w *walk) overUDP() protocol {
	b := w.take(udpLength)
	if b == nil {
		return 0
	}
	source, destination := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	switch destination {
	case portVXLAN, portVXLANLinux:
		return w.vxlan()
	case portVXLANGPE:
		return w.vxlanGPE()
	case portGeneve:
		return w.geneve()
	case portMPLS:
		return w.carries(flow.TunnelMPLS, etherTypeMPLS)
	case portGRE:
		return w.gre()
	}
	switch {
	case source == portGTPU || destination == portGTPU:
		return w.gtpU()
	case source == portTeredo || destination == portTeredo:
		return w.teredo()
	case source == portL2TP || destination == portL2TP:
		return w.l2tp()
	}
	return 0
}

// vxlan opens the header of RFC 7348 section 5: the flag of a valid VNI, and the
// VNI in the upper 24 bits of the second word.
func (w *walk) vxlan() protocol {
	const validVNI = 0x08
	b := w.take(8)
	if b == nil || b[0]&validVNI == 0 {
		return 0
	}
	return w.carriesIn(flow.TunnelVXLAN, number(b, 4, 3), linkEthernet)
}

// vxlanGPE opens the generic protocol extension: a next protocol in the fourth
// octet and the VNI are valid if their flags are set.
func (w *walk) vxlanGPE() protocol {
	const valid = 0x08 | 0x04
	b := w.take(8)
	if b == nil || b[0]&valid != valid {
		return 0
	}
	content := protocol(0)
	switch b[3] {
	case 1:
		content = etherTypeIPv4
	case 2:
		content = etherTypeIPv6
	case 3:
		content = linkEthernet
	case 5:
		content = etherTypeMPLS
	}
	return w.carriesIn(flow.TunnelVXLANGPE, number(b, 4, 3), content)
}

// geneve opens the header of RFC 8926 section 3.4: version 0, length of the
// options in units of four octets, protocol type, VNI.
func (w *walk) geneve() protocol {
	b := w.take(8)
	if b == nil || b[0]>>6 != 0 || w.take(int(b[0]&0x3f)*4) == nil {
		return 0
	}
	content := typeField(binary.BigEndian.Uint16(b[2:]))
	if content == greBridged {
		content = linkEthernet
	}
	return w.carriesIn(flow.TunnelGeneve, number(b, 4, 3), content)
}

// gtpU opens a G-PDU, 3GPP TS 29.281 section 5: flags, message type, length, TEID,
// and if any of three flags is set four octets more, the last of which is the type
// of the first extension header. These have their length in units of four octets
// in their first octet, and the type of the next one in their last.
func (w *walk) gtpU() protocol {
	const version1, optional, extensions, userPacket = 0x30, 0x07, 0x04, 255
	b := w.take(8)
	if b == nil || b[0]&0xf0 != version1 || b[1] != userPacket {
		return 0
	}
	if b[0]&optional != 0 {
		more := w.take(4)
		if more == nil {
			return 0
		}
		for next := more[3]; b[0]&extensions != 0 && next != 0; w.opened++ {
			length := w.rest()
			if len(length) == 0 || length[0] == 0 {
				return 0
			}
			extension := w.take(int(length[0]) * 4)
			if extension == nil {
				return 0
			}
			next = extension[len(extension)-1]
		}
	}
	return w.carriesIn(flow.TunnelGTPU, number(b, 4, 4), w.ipVersion())
}

// teredo passes over the indications of RFC 4380 section 5.1.1 in front of an IPv6
// packet: authentication, whose length its two length octets tell, and origin.
func (w *walk) teredo() protocol {
	const authentication, origin, originLength = 1, 0, 8
	b := w.rest()
	if len(b) >= 4 && b[0] == 0 && b[1] == authentication {
		// Client identifier, authentication value, a nonce of 8 octets and a confirmation.
		if w.take(4+int(b[2])+int(b[3])+9) == nil {
			return 0
		}
		b = w.rest()
	}
	if len(b) >= 2 && b[0] == 0 && b[1] == origin && w.take(originLength) == nil {
		return 0
	}
	if w.ipVersion() != etherTypeIPv6 {
		return 0
	}
	return w.carries(flow.TunnelTeredo, etherTypeIPv6)
}
