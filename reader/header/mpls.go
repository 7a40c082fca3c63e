package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// mpls opens one label stack entry, RFC 3032 section 2.1. What follows the bottom
// of the stack no field says; as routers do for load balancing (RFC 4928), IP is
// told by its version. A pseudowire's control word begins with 0 or 1.
func (w *walk) mpls(own protocol) (protocol, flow.Reason) {
	b := w.take(4)
	if b == nil {
		return cut()
	}
	entry := binary.BigEndian.Uint32(b)
	w.label = entry >> 12
	if m := &w.packet.Meta; m.Marks&flow.MarkMPLS == 0 && !w.inside {
		m.MPLSTop = entry >> 12
		m.Marks |= flow.MarkMPLS
	}
	if w.labels != nil && !w.inside {
		w.labels.push(entry >> 12)
	}
	const bottomOfStack = 1 << 8
	if entry&bottomOfStack == 0 {
		return then(own)
	}
	payload := w.rest()
	if len(payload) == 0 {
		return cut()
	}
	if version := payload[0] >> 4; version == 4 || version == 6 {
		return then(etherTypeIPv4)
	}
	if w.tunnels {
		return w.pseudowire(own)
	}
	return own, flow.ReasonNotIP
}

// pseudowire opens an Ethernet frame in MPLS, RFC 4448: with the control word of
// RFC 4385 section 3, whose first nibble is 0, or without. No field says which, so
// it is one if the type of the frame is one that leads to IP.
func (w *walk) pseudowire(own protocol) (protocol, flow.Reason) {
	const controlWord = 4
	b := w.rest()
	if len(b) > controlWord && b[0]>>4 == 0 && leadsToIP(b[controlWord:]) {
		w.at += controlWord
	} else if !leadsToIP(b) {
		return own, flow.ReasonNotIP
	}
	w.within.Tunnel, w.within.HasID, w.within.ID = flow.TunnelPseudowire, true, w.label
	w.inside, w.withMAC, w.stack = true, false, own
	return then(linkEthernet)
}

// leadsToIP says whether an Ethernet frame has the type of IP or of what can stand
// in front of it.
func leadsToIP(frame []byte) bool {
	if len(frame) < ethernetLength {
		return false
	}
	switch protocol(binary.BigEndian.Uint16(frame[12:])) {
	case etherTypeIPv4, etherTypeIPv6, etherTypeVLAN, etherTypeServiceVLAN, etherTypeMPLS, etherTypePPPoE:
		return true
	}
	return false
}
