package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// loopback opens the four octets of an address family that BSD puts in front of
// packets of its loopback interface, in the byte order of the capturing machine
// (LINKTYPE_NULL) or in network byte order (LINKTYPE_LOOP). Which of both it is
// the number tells: families and EtherTypes are below 65,536.
func (w *walk) loopback() (protocol, flow.Reason) {
	b := w.take(4)
	if b == nil {
		return cut()
	}
	family := binary.BigEndian.Uint32(b)
	if family > 0xffff {
		family = binary.LittleEndian.Uint32(b)
	}
	switch {
	case family > 0xffff: // two octets of something else and an EtherType, if anything
		if next, reason := w.etherType(b[2:]); next.isIP() {
			return next, reason
		}
		return addressFamily, flow.ReasonNotIP
	case family >= minEtherType: // some systems write an EtherType
		w.noteType(protocol(family))
		return then(protocol(family))
	}
	return then(addressFamily + protocol(family))
}

// enc opens the header of OpenBSD's interface of decapsulated packets: address
// family in host byte order, security parameter index, flags.
func (w *walk) enc() (protocol, flow.Reason) {
	next, reason := w.loopback()
	if w.take(8) == nil {
		return cut()
	}
	return next, reason
}

// pflog opens the header of the packet filter log of the BSDs. Its first octet is
// its length without padding, its second the address family; the header is
// padded to four octets.
func (w *walk) pflog() (protocol, flow.Reason) {
	b := w.rest()
	if len(b) < 2 {
		return cut()
	}
	if w.take(max(4, (int(b[0])+3)&^3)) == nil {
		return cut()
	}
	return then(addressFamily + protocol(b[1]))
}

// ipnet opens the header of Solaris' IP layer interface: version, address family
// and 22 octets of lengths, interfaces and zones.
func (w *walk) ipnet() (protocol, flow.Reason) {
	b := w.take(24)
	if b == nil {
		return cut()
	}
	return then(addressFamily + protocol(b[1]))
}

// nflog opens a packet of Linux netfilter's log: address family, version, group,
// and then attributes, each of length, type and value, padded to four octets
// (LINKTYPE_NFLOG). One of them is the packet.
func (w *walk) nflog() (protocol, flow.Reason) {
	b := w.take(4)
	if b == nil {
		return cut()
	}
	family := addressFamily + protocol(b[0])
	first := w.rest()
	if len(first) < 4 {
		return cut()
	}
	// Attributes are in the byte order of the capturing machine. The type of the
	// first one is a small number, so one of its octets is 0.
	swapped := first[2] == 0
	const attributeHeader, payloadAttribute = 4, 9
	for {
		a := w.rest()
		if len(a) < attributeHeader {
			return cut()
		}
		length, kind := int(binary.LittleEndian.Uint16(a)), binary.LittleEndian.Uint16(a[2:])
		if swapped {
			length, kind = int(binary.BigEndian.Uint16(a)), binary.BigEndian.Uint16(a[2:])
		}
		if length < attributeHeader {
			return family, flow.ReasonNotIP
		}
		if kind == payloadAttribute {
			w.at += attributeHeader
			w.limit(length - attributeHeader)
			return then(family)
		}
		if w.take((length+3)&^3) == nil {
			return cut()
		}
	}
}
