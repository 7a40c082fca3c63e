package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// Flags of the first two octets of an L2TP header, RFC 2661 section 3.1.
const (
	l2tpControl  = 0x8000
	l2tpLength   = 0x4000
	l2tpSequence = 0x0800
	l2tpOffset   = 0x0200
	l2tpVersion  = 0x000f
)

// l2tp opens an L2TP data message over UDP, of version 2 (RFC 2661 section 3.1) or
// 3 (RFC 3931 section 4.1.2).
func (w *walk) l2tp() protocol {
	b := w.take(2)
	if b == nil {
		return 0
	}
	flags := binary.BigEndian.Uint16(b)
	if flags&l2tpControl != 0 {
		return 0
	}
	switch flags & l2tpVersion {
	case 2:
		return w.l2tp2(flags)
	case 3:
		if w.take(2) == nil { // reserved
			return 0
		}
		return w.l2tp3()
	}
	return 0
}

// l2tp2 opens what follows the flags of version 2: length if it is there, tunnel,
// session, sequence numbers and padding if they are there, then PPP.
func (w *walk) l2tp2(flags uint16) protocol {
	if flags&l2tpLength != 0 && w.take(2) == nil {
		return 0
	}
	b := w.take(4)
	if b == nil || flags&l2tpSequence != 0 && w.take(4) == nil {
		return 0
	}
	if flags&l2tpOffset != 0 {
		size := w.take(2)
		if size == nil || w.take(int(binary.BigEndian.Uint16(size))) == nil {
			return 0
		}
	}
	return w.carriesIn(flow.TunnelL2TP, binary.BigEndian.Uint32(b), linkPPP)
}

// l2tp3 opens the session header of version 3, RFC 3931 section 4.1.1: the session,
// a cookie of 0, 4 or 8 octets, and a sublayer of 0 or 4. Which of these it has the
// two ends have agreed upon; the content is taken for an Ethernet frame that leads
// to IP at the first of the places where it can be. Session 0 is a control message.
func (w *walk) l2tp3() protocol {
	b := w.take(4)
	if b == nil || binary.BigEndian.Uint32(b) == 0 {
		return 0
	}
	for _, skip := range [...]int{0, 4, 8, 12} {
		if rest := w.rest(); len(rest) > skip && leadsToIP(rest[skip:]) {
			w.at += skip
			return w.carriesIn(flow.TunnelL2TP, binary.BigEndian.Uint32(b), linkEthernet)
		}
	}
	return 0
}
