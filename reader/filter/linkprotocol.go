package filter

import "math/bits"

// EtherTypes, and below 0x600 the service access points of LLC, by which
// protocols are known here on all link types.
const (
	etherIPv4           = 0x0800
	etherARP            = 0x0806
	etherNS             = 0x0600
	etherMOPDL          = 0x6001
	etherMOPRC          = 0x6002
	etherDECnet         = 0x6003
	etherLAT            = 0x6004
	etherSCA            = 0x6007
	etherBridging       = 0x6558 // transparent Ethernet bridging
	etherRARP           = 0x8035
	etherATalk          = 0x809b
	etherAARP           = 0x80f3
	etherVLAN           = 0x8100
	etherIPX            = 0x8137
	etherIPv6           = 0x86dd
	etherMPLS           = 0x8847
	etherPPPoEDiscovery = 0x8863
	etherPPPoESession   = 0x8864
	etherServiceVLAN    = 0x88a8
	etherLoopback       = 0x9000
	etherOldQinQ        = 0x9100

	serviceIP      = 0x06
	service8021D   = 0x42
	serviceSNAP    = 0xaa
	serviceIPX     = 0xe0
	serviceNetBEUI = 0xf0
	serviceISO     = 0xfe

	// etherLengthMost is the greatest value of the Ethernet type field that is a
	// length (IEEE 802.3).
	etherLengthMost = 1500

	appleOUI = 0x080007
)

// linkProtocol says whether the frame carries a protocol, by EtherType or service
// access point.
func (l *lowering) linkProtocol(protocol uint32) condition {
	if l.labels > 0 {
		return l.mplsProtocol(protocol)
	}
	switch {
	case l.isEthernet():
		if !l.geneve {
			return l.inCell(l.etherProtocol(protocol))
		}
		return l.etherProtocol(protocol)
	case l.isWireless():
		data := l.isDataFrame()
		return both(data, l.llcProtocol(protocol))
	}
	switch l.linkType {
	case linkFDDI, linkTokenRing, linkATM, linkATMCLIP, linkIPOverFC:
		return l.llcProtocol(protocol)
	case linkSunATM:
		return both(l.cellType(cellLLC), l.llcProtocol(protocol))
	case linkCiscoHDLC:
		if protocol == serviceISO {
			protocol = serviceISO<<8 | serviceISO
		}
		return equals(l.inKind(0, 2), protocol)
	case linkLinuxSLL:
		return l.cookedProtocol(protocol)
	case linkPPP, linkPPPDirection, linkPPPHDLC, linkPPPEther:
		return equals(l.inKind(0, 2), pppProtocol(protocol))
	case linkPPPBSDOS:
		return l.oldPPPProtocol(protocol)
	case linkNull, linkLoop, linkEnc:
		return l.loopbackProtocol(protocol)
	case linkArcnet, linkArcnetLinux:
		return l.arcnetProtocol(protocol)
	case linkFrameRelay:
		return l.frameRelayProtocol(protocol)
	case linkLinuxSLL2, linkAppleIP1394, linkSymantec:
		return equals(l.inKind(0, 2), protocol)
	}
	return l.internetProtocol(protocol)
}

// internetProtocol is linkProtocol for link types that carry IP and little else.
func (l *lowering) internetProtocol(protocol uint32) condition {
	var ipv4, ipv6 condition = always(false), always(false)
	switch l.linkType {
	case linkRaw, linkSLIP, linkSLIPBSDOS:
		version := masked(l.inHeader(0, 1), 0xf0)
		ipv4, ipv6 = equals(version, 0x40), equals(version, 0x60)
	case linkIPv4:
		ipv4 = always(true)
	case linkIPv6:
		ipv6 = always(true)
	case linkPFLog:
		const family = 1 // its offset
		ipv4, ipv6 = equals(l.inHeader(family, 1), 2), equals(l.inHeader(family, 1), 10)
	case linkIPNet:
		ipv4, ipv6 = equals(l.inKind(0, 1), 2), equals(l.inKind(0, 1), 26)
	case linkLocalTalk:
		return always(protocol == etherATalk)
	case linkBACnet:
		return equals(masked(l.inHeader(0, 4), 0xffff0000), 0x55ff0000)
	default:
		if isJuniper(l.linkType) && l.linkType != 200 {
			return l.juniperHeader()
		}
		return l.unsupported("which protocol a frame carries")
	}
	switch protocol {
	case etherIPv4:
		return ipv4
	case etherIPv6:
		return ipv6
	}
	return always(false)
}

// isLength says whether the Ethernet type field is a length.
func (l *lowering) isLength() condition {
	return not(comparison{greater, l.inKind(0, 2), constant(etherLengthMost)})
}

// etherProtocol is linkProtocol for Ethernet, where LLC stands behind a length.
func (l *lowering) etherProtocol(protocol uint32) condition {
	switch {
	case protocol == serviceISO, protocol == serviceIP, protocol == serviceNetBEUI:
		return both(l.isLength(), equals(l.inLLC(0, 2), protocol<<8|protocol))
	case protocol == serviceIPX:
		behind := eitherOf(l.snap(0, etherIPX), equals(l.inLLC(0, 1), serviceIPX), equals(l.inLLC(0, 2), 0xffff))
		return either(equals(l.inKind(0, 2), etherIPX), both(l.isLength(), behind))
	case protocol == etherATalk:
		return either(equals(l.inKind(0, 2), protocol), both(l.isLength(), l.snap(appleOUI, protocol)))
	case protocol == etherAARP:
		return either(equals(l.inKind(0, 2), protocol), both(l.isLength(), l.snap(0, protocol)))
	case protocol <= etherLengthMost:
		return both(l.isLength(), equals(l.inKind(2, 1), protocol))
	}
	return equals(l.inKind(0, 2), protocol)
}

// cookedProtocol is linkProtocol for Linux cooked captures, where two values say
// that there is no EtherType.
func (l *lowering) cookedProtocol(protocol uint32) condition {
	const novell, llc = 1, 4
	isLLC := func() condition { return equals(l.inKind(0, 2), llc) }
	switch {
	case protocol == serviceISO, protocol == serviceIP, protocol == serviceNetBEUI:
		return both(isLLC(), equals(l.inLLC(0, 2), protocol<<8|protocol))
	case protocol == serviceIPX:
		behind := either(equals(l.inLLC(0, 1), serviceIPX), l.snap(0, etherIPX))
		return eitherOf(equals(l.inKind(0, 2), etherIPX), equals(l.inKind(0, 2), novell), both(isLLC(), behind))
	case protocol == etherATalk:
		return either(equals(l.inKind(0, 2), protocol), both(isLLC(), l.snap(appleOUI, protocol)))
	case protocol == etherAARP:
		return either(equals(l.inKind(0, 2), protocol), both(isLLC(), l.snap(0, protocol)))
	case protocol <= etherLengthMost:
		return both(isLLC(), equals(l.inHeader(l.payload.constant, 1), protocol))
	}
	return equals(l.inKind(0, 2), protocol)
}

// llcProtocol is linkProtocol for link types that always have LLC. Of SNAP only
// the protocol is looked at.
func (l *lowering) llcProtocol(protocol uint32) condition {
	switch {
	case protocol == serviceISO, protocol == serviceIP, protocol == serviceNetBEUI:
		return equals(l.inLLC(0, 2), protocol<<8|protocol)
	case protocol == etherATalk:
		return l.snap(appleOUI, protocol)
	case protocol <= etherLengthMost:
		return equals(l.inLLC(0, 1), protocol)
	}
	return equals(l.inLLC(6, 2), protocol)
}

// snap says whether LLC has a SNAP header of an organisation and protocol.
func (l *lowering) snap(organisation, protocol uint32) condition {
	const control = 3 // unnumbered information
	return l.octetsEqual(l.inLLC, 0, []byte{serviceSNAP, serviceSNAP, control,
		byte(organisation >> 16), byte(organisation >> 8), byte(organisation), byte(protocol >> 8), byte(protocol)})
}

// pppProtocol gives the number that PPP has for a protocol (RFC 1661).
func pppProtocol(protocol uint32) uint32 {
	switch protocol {
	case etherIPv4:
		return 0x21
	case etherIPv6:
		return 0x57
	case etherDECnet:
		return 0x27
	case etherATalk:
		return 0x29
	case etherNS:
		return 0x25
	case serviceISO:
		return 0x23
	case service8021D:
		return 0x31
	case serviceIPX:
		return 0x2b
	}
	return protocol
}

// oldPPPProtocol is linkProtocol for PPP of BSD/OS, where IP can be compressed.
func (l *lowering) oldPPPProtocol(protocol uint32) condition {
	if protocol != etherIPv4 {
		return equals(l.inKind(0, 2), pppProtocol(protocol))
	}
	return eitherOf(equals(l.inKind(0, 2), 0x21), equals(l.inKind(0, 2), 0x2d), equals(l.inKind(0, 2), 0x2f))
}

// loopbackProtocol is linkProtocol for the address families of BSD, of which
// systems have three numbers for IPv6.
func (l *lowering) loopbackProtocol(protocol uint32) condition {
	family := func(number uint32) condition {
		if l.linkType != linkLoop && !l.bigEndian {
			number = bits.ReverseBytes32(number)
		}
		return equals(l.inHeader(0, 4), number)
	}
	switch protocol {
	case etherIPv4:
		return family(2)
	case etherIPv6:
		return either(family(30), either(family(24), family(28)))
	}
	return always(false)
}

func (l *lowering) arcnetProtocol(protocol uint32) condition {
	switch protocol {
	case etherIPv6:
		return equals(l.inKind(0, 1), 0xc4)
	case etherIPv4:
		return either(equals(l.inKind(0, 1), 212), equals(l.inKind(0, 1), 240))
	case etherARP:
		return either(equals(l.inKind(0, 1), 213), equals(l.inKind(0, 1), 241))
	case etherRARP:
		return equals(l.inKind(0, 1), 214)
	case etherATalk:
		return equals(l.inKind(0, 1), 221)
	}
	return always(false)
}

// frameRelayProtocol takes the address for two octets long.
func (l *lowering) frameRelayProtocol(protocol uint32) condition {
	const control = 3 << 8
	is := func(identifier uint32) condition { return equals(l.inHeader(2, 2), control|identifier) }
	switch protocol {
	case etherIPv4:
		return is(0xcc)
	case etherIPv6:
		return is(0x8e)
	case serviceISO:
		return eitherOf(is(isoCLNP), is(isoESIS), is(isoISIS))
	}
	return always(false)
}
