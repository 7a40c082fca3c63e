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

// Lengths in octets of cooked headers.
const (
	cookedLength  = 16
	cooked2Length = 20
)

// linuxLLC is ETH_P_802_2, a protocol number of Linux that is no EtherType.
const linuxLLC = 0x0004

// cooked opens the header that Linux makes up for captures on any interface:
// packet type, hardware type, address length, eight octets of source address and
// protocol. There is no destination address, so MAC addresses are not known.
func (w *walk) cooked() (protocol, flow.Reason) {
	b := w.take(cookedLength)
	if b == nil {
		return cut()
	}
	return w.cookedProtocol(binary.BigEndian.Uint16(b[2:]), b[14:16])
}

// cooked2 opens the second version of that header: protocol, two reserved octets,
// interface index, hardware type, packet type, address length and address.
func (w *walk) cooked2() (protocol, flow.Reason) {
	b := w.take(cooked2Length)
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
	return w.etherType(field)
}

// Packet types of cooked headers: four ways to receive (to us, broadcast, multicast, to
// somebody else), and one to send.
const (
	cookedReceivedLast = 3
	cookedSent         = 4
)

// Cooked is what a cooked header tells of where its frame was observed.
type Cooked struct {
	Direction flow.Direction
	HasIndex  bool
	Index     uint32 // of the interface, from 1
}

// IsCooked says whether frames of a link type have a header that [ReadCooked] reads.
func IsCooked(linkType uint16) bool {
	link := linkHeader + protocol(linkType)
	return link == linkLinuxSLL || link == linkLinuxSLL2
}

// ReadCooked reads the packet type of a frame of LINKTYPE_LINUX_SLL or
// LINKTYPE_LINUX_SLL2, and of the latter the interface index, for which 0 stands if it is
// not known. What was not captured is not known, and of other link types nothing is.
func ReadCooked(linkType uint16, frame []byte) (c Cooked) {
	switch linkHeader + protocol(linkType) {
	case linkLinuxSLL:
		if len(frame) >= cookedLength {
			c.Direction = cookedDirection(binary.BigEndian.Uint16(frame))
		}
	case linkLinuxSLL2:
		if len(frame) >= cooked2Length {
			c.Index = binary.BigEndian.Uint32(frame[4:])
			c.HasIndex = c.Index != 0
			c.Direction = cookedDirection(uint16(frame[10]))
		}
	}
	return c
}

func cookedDirection(packetType uint16) flow.Direction {
	switch {
	case packetType <= cookedReceivedLast:
		return flow.DirectionIngress
	case packetType == cookedSent:
		return flow.DirectionEgress
	}
	return flow.DirectionUnknown
}
