package header

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// ARPHRD_ types of Linux for which the protocol field of a cooked header is no
// EtherType (LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2).
const (
	hardwareFrameRelay = 770
	hardwareRadiotap   = 803
	hardwareNetlink    = 824
)

// linuxLLC is ETH_P_802_2, a protocol number of Linux that is no EtherType.
const linuxLLC = 0x0004

// cooked opens the header that Linux makes up for captures on any interface:
// packet type, hardware type, address length, eight octets of source address and
// protocol. There is no destination address, so MAC addresses are not known.
func (w *walk) cooked() (protocol, flow.Reason) {
	b := w.take(16)
	if b == nil {
		return cut()
	}
	return w.cookedProtocol(binary.BigEndian.Uint16(b[2:]), b[14:16])
}

// cooked2 opens the second version of that header: protocol, two reserved octets,
// interface index, hardware type, packet type, address length and address.
func (w *walk) cooked2() (protocol, flow.Reason) {
	b := w.take(20)
	if b == nil {
		return cut()
	}
	return w.cookedProtocol(binary.BigEndian.Uint16(b[8:]), b[0:2])
}

func (w *walk) cookedProtocol(hardware uint16, field []byte) (protocol, flow.Reason) {
	switch hardware {
	case hardwareFrameRelay:
		return then(linkFrameRelay)
	case hardwareRadiotap:
		return then(linkRadiotap)
	case hardwareNetlink: // the field holds a netlink family
		return belowTypes + protocol(binary.BigEndian.Uint16(field)), flow.ReasonNotIP
	}
	if binary.BigEndian.Uint16(field) == linuxLLC {
		return w.llc()
	}
	return etherType(field)
}
