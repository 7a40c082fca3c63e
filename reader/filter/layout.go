package filter

// Link types, by their numbers in capture files (draft-ietf-opsawg-pcaplinktype).
const (
	linkNull          = 0
	linkEthernet      = 1
	linkTokenRing     = 6
	linkArcnet        = 7
	linkSLIP          = 8
	linkPPP           = 9
	linkFDDI          = 10
	linkRaw12         = 12
	linkRaw14         = 14
	linkPPPHDLC       = 50
	linkPPPEther      = 51
	linkSymantec      = 99
	linkATM           = 100
	linkRaw           = 101
	linkSLIPBSDOS     = 102
	linkPPPBSDOS      = 103
	linkCiscoHDLC     = 104
	linkWireless      = 105
	linkATMCLIP       = 106
	linkFrameRelay    = 107
	linkLoop          = 108
	linkEnc           = 109
	linkLinuxSLL      = 113
	linkLocalTalk     = 114
	linkPFLog         = 117
	linkPrism         = 119
	linkIPOverFC      = 122
	linkSunATM        = 123
	linkRadiotap      = 127
	linkArcnetLinux   = 129
	linkAppleIP1394   = 138
	linkMTP2Header    = 139
	linkMTP2          = 140
	linkAVS           = 163
	linkBACnet        = 165
	linkPPPDirection  = 166
	linkPPI           = 192
	linkERF           = 197
	linkIPNet         = 226
	linkIPv4          = 228
	linkIPv6          = 229
	linkNetAnalyzer   = 240
	linkNetAnalyzerTP = 241
	linkLinuxSLL2     = 276
)

// position is an offset from the beginning of the frame that can have a part
// which only the frame tells.
type position struct {
	constant uint32
	variable bool
	register int // of the variable part; unassigned until something uses it
}

const (
	unassigned = -1
	unset      = 0xffffffff // a position or an offset that a link type does not have
)

func fixed(offset uint32) position { return position{constant: offset, register: unassigned} }

// layout says where in a frame what lies. Vlan, mpls, pppoes and geneve move it
// for all that is written to their right.
type layout struct {
	linkType, outerLinkType uint16
	header, outerHeader     position // of the link layer; outerHeader is one encapsulation further out
	payload                 position // of the link layer, LLC included
	kind                    position // of the field that says which protocol follows
	network                 uint32   // of the network header in the payload
	networkWithoutSNAP      uint32   // the same where LLC has no SNAP
	geneve                  bool
	labels                  int // of MPLS that were passed

	cell    cellLayout
	message messageLayout
}

// cellLayout is where the pseudo header of ATM has its fields.
type cellLayout struct {
	present bool
	payload uint32
}

// messageLayout is where SS7 messages have their fields; present if there are any.
type messageLayout struct {
	present                                bool
	length, longLength, sio, opc, dpc, sls uint32
}

// newLayout gives the layout of a link type at the beginning of a filter.
func newLayout(linkType uint16) layout {
	l := layout{linkType: linkType, outerLinkType: linkType, header: fixed(0)}
	place := func(kind, payload, network, withoutSNAP uint32) {
		l.kind, l.payload = fixed(kind), fixed(payload)
		l.network, l.networkWithoutSNAP = network, withoutSNAP
	}
	switch linkType {
	case linkEthernet:
		place(12, 14, 0, 3)
	case linkNetAnalyzer:
		l.header.constant = 4
		place(16, 18, 0, 3)
	case linkNetAnalyzerTP:
		l.header.constant = 12
		place(24, 26, 0, 3)
	case linkArcnet:
		place(2, 6, 0, 0)
	case linkArcnetLinux:
		place(4, 8, 0, 0)
	case linkSLIP:
		place(unset, 16, 0, 0)
	case linkSLIPBSDOS:
		place(unset, 24, 0, 0)
	case linkNull, linkLoop:
		place(0, 4, 0, 0)
	case linkEnc:
		place(0, 12, 0, 0)
	case linkPPP, linkPPPDirection, linkCiscoHDLC, linkPPPHDLC:
		place(2, 4, 0, 0)
	case linkPPPEther:
		place(6, 8, 0, 0)
	case linkPPPBSDOS:
		place(5, 24, 0, 0)
	case linkFDDI:
		place(13, 13, 8, 3)
	case linkTokenRing:
		place(14, 14, 8, 3)
	case linkATM, linkATMCLIP:
		place(0, 0, 8, 3)
	case linkIPOverFC:
		place(16, 16, 8, 3)
	case linkRaw, linkIPv4, linkIPv6, linkLocalTalk, linkFrameRelay:
		place(unset, 0, 0, 0)
	case linkLinuxSLL:
		place(14, 16, 0, 0)
	case linkLinuxSLL2:
		place(0, 20, 0, 0)
	case linkAppleIP1394:
		place(16, 18, 0, 0)
	case linkSymantec:
		place(6, 44, 0, 0)
	case linkIPNet:
		place(1, 24, 0, unset)
	case linkPFLog:
		place(0, 0, 0, 0)
		l.payload.variable = true
	case linkWireless, linkPrism, linkAVS, linkRadiotap, linkPPI:
		place(24, 0, 8, 3)
		l.payload.variable = true
		l.header.variable = linkType != linkWireless
	case linkSunATM:
		l.cell = cellLayout{present: true, payload: 4}
		place(4, 4, 8, 3)
	default:
		if kind, payload, network, withoutSNAP, ok := juniperLayout(linkType); ok {
			place(kind, payload, network, withoutSNAP)
		} else {
			place(unset, unset, unset, unset)
		}
	}
	l.header.register = unassigned
	l.outerHeader = l.header
	l.message = messagesOf(linkType)
	return l
}

func messagesOf(linkType uint16) messageLayout {
	var first uint32
	switch linkType {
	case linkMTP2:
		first = 2
	case linkMTP2Header:
		first = 6
	case linkERF:
		first = 22
	default:
		return messageLayout{}
	}
	return messageLayout{true, first, first + 2, first + 1, first + 2, first + 2, first + 5}
}

// isKnown says whether libpcap has a link type at all: it refuses every filter for
// another one.
func isKnown(linkType uint16) bool {
	const first, last = 104, 289 // of the numbers that are not assigned system by system
	l := newLayout(linkType)
	return linkType >= first && linkType <= last || l.payload.constant != unset
}

// enter goes to the link header of a frame inside the frame.
func (l *layout) enter(linkType uint16, header position) {
	l.outerLinkType, l.outerHeader = l.linkType, l.header
	l.linkType, l.header = linkType, header
	l.geneve = false
}

// isEthernet says whether the link header in force is that of Ethernet.
func (l *layout) isEthernet() bool {
	return l.linkType == linkEthernet || l.linkType == linkNetAnalyzer || l.linkType == linkNetAnalyzerTP
}

// isWireless says whether it is that of IEEE 802.11.
func (l *layout) isWireless() bool { return isWireless(l.linkType) }

func isWireless(linkType uint16) bool {
	switch linkType {
	case linkWireless, linkPrism, linkAVS, linkRadiotap, linkPPI:
		return true
	}
	return false
}
