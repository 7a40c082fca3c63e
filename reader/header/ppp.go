package header

import "netstream/aggregate/flow"

// Addresses that open HDLC frames.
const (
	hdlcAllStations = 0xff // PPP, RFC 1662 section 3.1; the control octet 3 follows
	hdlcUnicast     = 0x0f // Cisco HDLC; the control octet 0 follows
	hdlcBroadcast   = 0x8f
)

// ppp opens a PPP frame with or without the address and control octets of
// RFC 1662 section 3.1, which peers may agree to leave out (RFC 1661 section 6.6).
// Captures of PPP interfaces also hold Cisco HDLC, told by its address.
func (w *walk) ppp() (protocol, flow.Reason) {
	b := w.rest()
	if len(b) < 2 {
		return cut()
	}
	switch {
	case b[0] == hdlcAllStations && b[1] == unnumberedInformation:
		w.at += 2
	case (b[0] == hdlcUnicast || b[0] == hdlcBroadcast) && b[1] == 0:
		return w.ciscoHDLC()
	}
	return w.pppProtocol()
}

// pppProtocol opens the protocol field, which is of one octet if that is odd: its
// first octet, always even, was left out (RFC 1661 sections 2 and 6.5).
func (w *walk) pppProtocol() (protocol, flow.Reason) {
	b := w.take(1)
	if b == nil {
		return cut()
	}
	if b[0]&1 != 0 {
		return then(pppProtocol + protocol(b[0]))
	}
	low := w.take(1)
	if low == nil {
		return cut()
	}
	return then(pppProtocol + protocol(b[0])<<8 + protocol(low[0]))
}

// pppoe opens the header of RFC 2516 section 4 and the PPP protocol field behind
// it. Only code 0 carries packets. The header's own length is not looked at; the
// IP header has a better one.
func (w *walk) pppoe() (protocol, flow.Reason) {
	b := w.take(6)
	if b == nil {
		return cut()
	}
	if b[1] != 0 {
		return etherTypePPPoEStart, flow.ReasonNotIP
	}
	return w.pppProtocol()
}

// ciscoHDLC opens address, control and EtherType.
func (w *walk) ciscoHDLC() (protocol, flow.Reason) {
	b := w.take(4)
	if b == nil {
		return cut()
	}
	return w.etherType(b[2:])
}
