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
	place := offsetsOf(linkType)
	l.kind, l.payload = fixed(place.kind), fixed(place.payload)
	l.network, l.networkWithoutSNAP = place.network, place.withoutSNAP
	switch {
	case linkType == linkNetAnalyzer:
		l.header.constant = 4
	case linkType == linkNetAnalyzerTP:
		l.header.constant = 12
	case linkType == linkSunATM:
		l.cell = cellLayout{present: true, payload: 4}
	case linkType == linkPFLog:
		l.payload.variable = true
	case isWireless(linkType):
		l.payload.variable = true
		l.header.variable = linkType != linkWireless
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
