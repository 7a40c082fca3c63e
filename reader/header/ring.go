package header

import "netstream/aggregate/flow"

// tokenRing opens a header of IEEE 802.5: access control, frame control, two
// addresses, and source routing if the source address has its group bit set.
func (w *walk) tokenRing() (protocol, flow.Reason) {
	b := w.take(14)
	if b == nil {
		return cut()
	}
	const frameType, llcFrame = 0xc0, 0x40
	if b[1]&frameType != llcFrame {
		return frameControl + protocol(b[1]), flow.ReasonNotIP
	}
	source := [6]byte(b[8:14])
	const routed = 0x80
	if source[0]&routed != 0 {
		route := w.rest()
		if len(route) == 0 || w.take(max(2, int(route[0]&0x1f))) == nil {
			return cut()
		}
		source[0] &^= routed
	}
	if w.withMAC {
		setMAC(w.packet, b[2:8], source[:])
	}
	return w.llc()
}

// fddi opens a header of FDDI (ISO 9314-2): frame control and two addresses. The
// addresses are taken in the bit order in which the capture has them.
func (w *walk) fddi() (protocol, flow.Reason) {
	b := w.take(13)
	if b == nil {
		return cut()
	}
	const format, llcFrame = 0x30, 0x10
	if b[0]&format != llcFrame {
		return frameControl + protocol(b[0]), flow.ReasonNotIP
	}
	if w.withMAC {
		setMAC(w.packet, b[1:7], b[7:13])
	}
	return w.llc()
}

// ipOverFC opens the network header of RFC 2625: two world wide names of
// eight octets, whose low six are MAC addresses. LLC follows.
func (w *walk) ipOverFC() (protocol, flow.Reason) {
	b := w.take(16)
	if b == nil {
		return cut()
	}
	if w.withMAC {
		setMAC(w.packet, b[2:8], b[10:16])
	}
	return w.llc()
}
