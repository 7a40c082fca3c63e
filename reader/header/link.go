package header

import "netstream/aggregate/flow"

// Link types, by their numbers in capture files (draft-ietf-opsawg-pcaplinktype).
const (
	linkNull            = linkHeader + 0
	linkEthernet        = linkHeader + 1
	linkTokenRing       = linkHeader + 6
	linkArcnet          = linkHeader + 7
	linkSLIP            = linkHeader + 8
	linkPPP             = linkHeader + 9
	linkFDDI            = linkHeader + 10
	linkRaw12           = linkHeader + 12 // DLT_RAW, as most systems wrote it into files before 101
	linkRaw14           = linkHeader + 14 // the same of OpenBSD
	linkPPPHDLC         = linkHeader + 50
	linkPPPEther        = linkHeader + 51
	linkATMRFC1483      = linkHeader + 100
	linkRaw             = linkHeader + 101
	linkCiscoHDLC       = linkHeader + 104
	link80211           = linkHeader + 105
	linkFrameRelay      = linkHeader + 107
	linkLoop            = linkHeader + 108
	linkEnc             = linkHeader + 109
	linkLinuxSLL        = linkHeader + 113
	linkPFLog           = linkHeader + 117
	linkPrism           = linkHeader + 119
	linkIPOverFC        = linkHeader + 122
	linkRadiotap        = linkHeader + 127
	linkArcnetLinux     = linkHeader + 129
	linkAppleIP1394     = linkHeader + 138
	linkAVS             = linkHeader + 163
	linkPPPDirection    = linkHeader + 166
	linkPPI             = linkHeader + 192
	linkHDLCDirection   = linkHeader + 205
	linkFRelayDirection = linkHeader + 206
	linkIPNet           = linkHeader + 226
	linkIPv4            = linkHeader + 228
	linkIPv6            = linkHeader + 229
	linkNFLog           = linkHeader + 239
	linkIPOverIB        = linkHeader + 242
	linkLinuxSLL2       = linkHeader + 276
	linkDSABroadcom     = linkHeader + 281
	linkDSAPrepended    = linkHeader + 282
	linkDSAMarvell      = linkHeader + 284
	linkDSAEther        = linkHeader + 285
)

// LinkTypeSupported says whether frames of a link type are decoded.
func LinkTypeSupported(linkType uint16) bool {
	var p flow.Packet
	w := walk{packet: &p}
	_, reason := w.link(linkHeader + protocol(linkType))
	return reason != flow.ReasonNotIP
}

// link opens a frame of a link type. Of one that is not decoded it says
// ReasonNotIP, which [protocol.refuse] turns into the right reason.
func (w *walk) link(link protocol) (protocol, flow.Reason) {
	switch link {
	case linkEthernet:
		return w.ethernet()
	case linkTokenRing:
		return w.tokenRing()
	case linkFDDI:
		return w.fddi()
	case linkNull, linkLoop:
		return w.loopback()
	case linkRaw, linkRaw12, linkRaw14, linkIPv4, linkIPv6:
		return then(etherTypeIPv4)
	case linkPPP, linkPPPHDLC:
		return w.ppp()
	case linkPPPEther:
		return w.pppoe()
	case linkCiscoHDLC:
		return w.ciscoHDLC()
	case linkFrameRelay:
		return w.frameRelay()
	case linkLinuxSLL:
		return w.cooked()
	case linkLinuxSLL2:
		return w.cooked2()
	case link80211:
		return w.wireless()
	case linkRadiotap:
		return w.radiotap()
	case linkPrism:
		return w.prism()
	case linkAVS:
		return w.avs()
	case linkPPI:
		return w.perPacketInformation()
	}
	return w.rareLink(link)
}

// rareLink opens the link types whose header is a few octets to be skipped.
func (w *walk) rareLink(link protocol) (protocol, flow.Reason) {
	switch link {
	case linkSLIP:
		return w.skip(16, etherTypeIPv4) // direction and compressed header, SLIP_HDRLEN of libpcap
	case linkATMRFC1483:
		return w.llc()
	case linkArcnet:
		return w.arcnet(0)
	case linkArcnetLinux:
		return w.arcnet(2)
	case linkEnc:
		return w.enc()
	case linkPFLog:
		return w.pflog()
	case linkNFLog:
		return w.nflog()
	case linkIPNet:
		return w.ipnet()
	case linkIPOverFC:
		return w.ipOverFC()
	case linkAppleIP1394:
		return w.etherTypeBehind(16) // two EUI-64 addresses
	case linkIPOverIB:
		return w.ipOverIB()
	case linkPPPDirection:
		return w.skip(1, linkPPP)
	case linkHDLCDirection:
		return w.skip(1, linkCiscoHDLC)
	case linkFRelayDirection:
		return w.skip(1, linkFrameRelay)
	case linkDSABroadcom, linkDSAMarvell:
		return w.switchTag(4)
	case linkDSAEther:
		return w.switchTag(8)
	case linkDSAPrepended:
		return w.skip(4, linkEthernet)
	}
	return link, flow.ReasonNotIP
}

// skip passes over n octets that say nothing of the packet.
func (w *walk) skip(n int, next protocol) (protocol, flow.Reason) {
	if w.take(n) == nil {
		return cut()
	}
	return then(next)
}
