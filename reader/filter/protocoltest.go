package filter

// Numbers of IP protocols (IANA, Protocol Numbers).
const (
	ipICMP        = 1
	ipIGMP        = 2
	ipTCP         = 6
	ipIGRP        = 9
	ipUDP         = 17
	ipFragment    = 44
	ipESP         = 50
	ipAH          = 51
	ipICMPv6      = 58
	ipNoNext      = 59
	ipPIM         = 103
	ipVRRP        = 112 // and CARP
	ipSCTP        = 132
	ipHopByHop    = 0
	ipRouting     = 43
	ipDestination = 60
)

// Network layer protocol identifiers of OSI (ISO/IEC TR 9577) and PDU types of
// IS-IS (ISO/IEC 10589).
const (
	isoCLNP = 0x81
	isoESIS = 0x82
	isoISIS = 0x83

	isisHelloL1           = 15
	isisHelloL2           = 16
	isisHelloPointToPoint = 17
	isisLinkStateL1       = 18
	isisLinkStateL2       = 20
	isisCompleteL1        = 24
	isisCompleteL2        = 25
	isisPartialL1         = 26
	isisPartialL2         = 27
)

// protocol says whether the frame carries a protocol, by its keyword.
func (l *lowering) protocol(p protocol) condition {
	switch p {
	case protocolTCP:
		return l.inside(ipTCP, protocolAny)
	case protocolUDP:
		return l.inside(ipUDP, protocolAny)
	case protocolSCTP:
		return l.inside(ipSCTP, protocolAny)
	case protocolPIM:
		return l.inside(ipPIM, protocolAny)
	case protocolAH:
		return l.inside(ipAH, protocolAny)
	case protocolESP:
		return l.inside(ipESP, protocolAny)
	case protocolICMP:
		return l.inside(ipICMP, protocolIP)
	case protocolIGMP:
		return l.inside(ipIGMP, protocolIP)
	case protocolIGRP:
		return l.inside(ipIGRP, protocolIP)
	case protocolVRRP, protocolCARP:
		return l.inside(ipVRRP, protocolIP)
	case protocolICMPv6:
		return l.inside(ipICMPv6, protocolIPv6)
	case protocolESIS:
		return l.inside(isoESIS, protocolISO)
	case protocolISIS:
		return l.inside(isoISIS, protocolISO)
	case protocolCLNP:
		return l.inside(isoCLNP, protocolISO)
	case protocolLink:
		return l.fail("put host or proto behind it, or [N]", "got %s alone, want something that is true or false", p)
	case protocolRadio:
		return l.fail("radio[N] reads an octet of the radio header", "got radio alone, want something that is true or false")
	}
	if types := isisTypes(p); types != nil {
		return l.isis(types)
	}
	return l.linkProtocol(linkNumber(p))
}

// linkNumber gives the EtherType or service access point of a protocol.
func linkNumber(p protocol) uint32 {
	switch p {
	case protocolIP:
		return etherIPv4
	case protocolARP:
		return etherARP
	case protocolRARP:
		return etherRARP
	case protocolATalk:
		return etherATalk
	case protocolAARP:
		return etherAARP
	case protocolDECnet:
		return etherDECnet
	case protocolSCA:
		return etherSCA
	case protocolLAT:
		return etherLAT
	case protocolMOPDL:
		return etherMOPDL
	case protocolMOPRC:
		return etherMOPRC
	case protocolIPv6:
		return etherIPv6
	case protocolISO:
		return serviceISO
	case protocolSTP:
		return service8021D
	case protocolIPX:
		return serviceIPX
	}
	return serviceNetBEUI
}

// isisTypes gives the PDU types that a keyword means, the one to be looked for
// first at the end; nil if it is no keyword of IS-IS PDUs.
func isisTypes(p protocol) []uint32 {
	switch p {
	case protocolL1:
		return []uint32{isisHelloL1, isisHelloPointToPoint, isisLinkStateL1, isisCompleteL1, isisPartialL1}
	case protocolL2:
		return []uint32{isisHelloL2, isisHelloPointToPoint, isisLinkStateL2, isisCompleteL2, isisPartialL2}
	case protocolIIH:
		return []uint32{isisHelloL1, isisHelloL2, isisHelloPointToPoint}
	case protocolLSP:
		return []uint32{isisLinkStateL1, isisLinkStateL2}
	case protocolSNP:
		return []uint32{isisCompleteL1, isisCompleteL2, isisPartialL1, isisPartialL2}
	case protocolCSNP:
		return []uint32{isisCompleteL1, isisCompleteL2}
	case protocolPSNP:
		return []uint32{isisPartialL1, isisPartialL2}
	}
	return nil
}

func (l *lowering) isis(types []uint32) condition {
	all := either(l.inside(types[0], protocolISIS), l.inside(types[1], protocolISIS))
	for _, pdu := range types[2:] {
		all = either(l.inside(pdu, protocolISIS), all)
	}
	return all
}

// inside says whether a frame carries a protocol and the type field of that has a
// value.
func (l *lowering) inside(number uint32, p protocol) condition {
	switch p {
	case protocolAny:
		first := l.inside(number, protocolIP)
		return either(first, l.inside(number, protocolIPv6))
	case protocolLink:
		return l.linkProtocol(number)
	case protocolIP:
		ip := l.linkProtocol(etherIPv4)
		return both(ip, equals(l.inNetwork(9, 1), number))
	case protocolIPv6:
		ip := l.linkProtocol(etherIPv6)
		fragment := both(equals(l.inNetwork(6, 1), ipFragment), equals(l.inNetwork(40, 1), number))
		return both(ip, either(equals(l.inNetwork(6, 1), number), fragment))
	case protocolISO:
		return l.insideISO(number)
	case protocolISIS:
		isis := l.inside(isoISIS, protocolISO)
		return both(isis, equals(l.inNetworkWithoutSNAP(4, 1), number))
	}
	return l.fail("proto goes with ip, ip6, link and iso", "got %s proto, want a protocol that carries others", p)
}

func (l *lowering) insideISO(number uint32) condition {
	switch l.linkType {
	case linkFrameRelay:
		return equals(l.inHeader(2, 2), 3<<8|number)
	case linkCiscoHDLC: // there is an octet in front of the identifier
		iso := l.linkProtocol(serviceISO<<8 | serviceISO)
		return both(iso, equals(l.inNetworkWithoutSNAP(1, 1), number))
	}
	iso := l.linkProtocol(serviceISO)
	return both(iso, equals(l.inNetworkWithoutSNAP(0, 1), number))
}

// protocolChain follows extension headers, which nothing else does.
func (l *lowering) protocolChain(number uint32, p protocol) condition {
	scratch := l.take()
	switch p {
	case protocolAny:
		first := l.protocolChain(number, protocolIP)
		return either(first, l.protocolChain(number, protocolIPv6))
	case protocolIP, protocolIPv6:
	default:
		return l.fail("protochain goes with ip and ip6, or stands alone", "got %s protochain", p)
	}
	if l.payload.variable {
		return l.unsupported("protochain behind a link header of variable length")
	}
	l.unfolded = true
	ip := l.linkProtocol(linkNumber(p))
	l.free(scratch)
	return both(ip, headerChain{ipv6: p == protocolIPv6, network: l.payload.constant + l.network, protocol: number})
}

// notLaterFragment says that an IPv4 packet is no fragment or the first one.
func (l *lowering) notLaterFragment() condition {
	const offset = 0x1fff
	return not(isSet(l.inNetwork(6, 2), offset))
}
