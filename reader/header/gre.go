package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// Flags of the first two octets of a GRE header, RFC 1701, RFC 2890, RFC 2637.
const (
	greChecksum       = 0x8000
	greRouting        = 0x4000
	greKey            = 0x2000
	greSequence       = 0x1000
	greAcknowledgment = 0x0080 // version 1
	greVersion        = 0x0007
)

// Protocol types of GRE that are no EtherTypes of link headers.
const (
	greBridged  = 0x6558 // Ethernet, RFC 1701
	greERSPAN   = 0x88be // types I and II
	greERSPAN3  = 0x22eb
	grePPP      = 0x880b // RFC 2637
	greWCCP     = 0x883e // Web Cache Communication Protocol: IPv4 behind a redirect header or none
	greWCCPHead = 4      // octets of that header
)

// gre opens a GRE header of version 0 (RFC 2784 with the key and sequence number of
// RFC 2890 and the routing of RFC 1701) or 1 (RFC 2637).
func (w *walk) gre() protocol {
	b := w.take(4)
	if b == nil {
		return 0
	}
	flags, content := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	switch flags & greVersion {
	case 0:
		return w.gre0(flags, content)
	case 1:
		return w.pptp(flags, content)
	}
	return 0
}

func (w *walk) gre0(flags, content uint16) protocol {
	if flags&(greChecksum|greRouting) != 0 && w.take(4) == nil { // checksum and offset
		return 0
	}
	w.within.Tunnel = flow.TunnelGRE
	if flags&greKey != 0 {
		b := w.take(4)
		if b == nil {
			return 0
		}
		w.within.HasID, w.within.ID = true, binary.BigEndian.Uint32(b)
	}
	if flags&greSequence != 0 && w.take(4) == nil {
		return 0
	}
	if flags&greRouting != 0 && !w.sourceRoutes() {
		return 0
	}
	switch content {
	case greBridged:
		return linkEthernet
	case greERSPAN:
		return w.erspan(flags&greSequence != 0)
	case greERSPAN3:
		return w.erspan3()
	case grePPP:
		return linkPPP
	case greWCCP:
		return w.wccp()
	}
	return typeField(content)
}

// typeField gives the protocol of a field that holds an EtherType; 0 if it is below
// the range of these.
func typeField(v uint16) protocol {
	if v < minEtherType {
		return 0
	}
	return protocol(v)
}

// sourceRoutes passes over source route entries, RFC 1701: address family, offset,
// length, and as many octets. An entry without family and length is the last one.
func (w *walk) sourceRoutes() bool {
	for {
		b := w.take(4)
		if b == nil {
			return false
		}
		if b[0] == 0 && b[1] == 0 && b[3] == 0 {
			return true
		}
		if w.take(int(b[3])) == nil {
			return false
		}
		w.opened++
	}
}

// wccp tells whether IPv4 follows at once or behind a redirect header.
func (w *walk) wccp() protocol {
	if w.ipVersion() == 0 && w.take(greWCCPHead) == nil {
		return 0
	}
	return w.ipVersion()
}

// pptp opens what follows the flags of version 1: payload length, call, and the
// sequence and acknowledgment numbers that the flags tell.
func (w *walk) pptp(flags, content uint16) protocol {
	if content != grePPP || flags&greKey == 0 {
		return 0
	}
	b := w.take(4)
	if b == nil {
		return 0
	}
	if flags&greSequence != 0 && w.take(4) == nil || flags&greAcknowledgment != 0 && w.take(4) == nil {
		return 0
	}
	return w.carriesIn(flow.TunnelPPTP, uint32(binary.BigEndian.Uint16(b[2:])), linkPPP)
}

// erspan opens the header of ERSPAN type II; type I, which GRE tells by the missing
// sequence number, has none and so no session. A key of GRE is not shown.
func (w *walk) erspan(hasHeader bool) protocol {
	w.within.Tunnel, w.within.HasID, w.within.ID = flow.TunnelERSPAN, false, 0
	if !hasHeader {
		return linkEthernet
	}
	const version2 = 1
	b := w.take(8)
	if b == nil || b[0]>>4 != version2 {
		return 0
	}
	return w.carriesIn(flow.TunnelERSPAN, erspanSession(b), linkEthernet)
}

// erspan3 opens the header of type III: 12 octets, and 8 more if the lowest bit
// says so.
func (w *walk) erspan3() protocol {
	const version3, subheader, bridged = 2, 1, 0
	b := w.take(12)
	if b == nil || b[0]>>4 != version3 {
		return 0
	}
	if b[11]&subheader != 0 && w.take(8) == nil {
		return 0
	}
	content := linkEthernet
	if frameType := b[10] >> 2 & 0x1f; frameType != bridged {
		content = w.ipVersion() // frame type 2: IP
	}
	return w.carriesIn(flow.TunnelERSPAN, erspanSession(b), content)
}

// erspanSession gives the session, 10 bits.
func erspanSession(b []byte) uint32 { return uint32(binary.BigEndian.Uint16(b[2:]) & 0x3ff) }
