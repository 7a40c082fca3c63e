package filter

// vlan lowers vlan: the frame has a VLAN tag, and all to the right is about what
// is behind it.
func (l *lowering) vlan(number uint32, given bool) condition {
	switch {
	case l.labels > 0:
		return l.fail("", "got vlan behind mpls, which is not supported")
	case !l.isEthernet() && !l.isWireless(), l.linkType == linkPPI:
		return l.unsupported("a VLAN")
	}
	all := eitherOf(l.linkProtocol(etherVLAN), l.linkProtocol(etherServiceVLAN))
	all = either(all, l.linkProtocol(etherOldQinQ))
	if given {
		if number > 0xfff {
			return l.fail("", "got VLAN %d, want at most 4095", number)
		}
		all = both(all, equals(masked(l.inNetwork(0, 2), 0xfff), number))
	}
	l.payload.constant += 4
	l.kind.constant += 4
	return all
}

// mpls lowers mpls: the frame has an MPLS label, and all to the right is about
// what is behind it.
func (l *lowering) mpls(number uint32, given bool) condition {
	var all condition
	switch {
	case l.labels > 0: // the label before is not the last one
		all = equals(masked(l.at(&l.payload, l.network-4+2, 1), 1), 0)
	case l.isEthernet(), l.linkType == linkCiscoHDLC:
		all = l.linkProtocol(etherMPLS)
	case l.linkType == linkPPP:
		all = l.linkProtocol(0x0281)
	default:
		return l.unsupported("an MPLS label")
	}
	if given {
		if number > 0xfffff {
			return l.fail("", "got MPLS label %d, want at most 1048575", number)
		}
		all = both(all, equals(masked(l.inNetwork(0, 4), 0xfffff000), number<<12))
	}
	l.network += 4
	l.networkWithoutSNAP += 4
	l.labels++
	return all
}

// mplsProtocol is linkProtocol behind an MPLS label, which does not tell the
// protocol: the version of IP is taken for it.
func (l *lowering) mplsProtocol(protocol uint32) condition {
	version := uint32(0x40)
	switch protocol {
	case etherIPv4:
	case etherIPv6:
		version = 0x60
	default:
		return l.fail("behind mpls only ip, ip6 and what they carry can be told", "got a protocol other than IP behind mpls")
	}
	bottom := equals(masked(l.inNetwork(^uint32(1), 1), 1), 1)
	return both(bottom, equals(masked(l.inNetwork(0, 1), 0xf0), version))
}

// pppoeSession lowers pppoes: the frame is of a PPPoE session, and all to the
// right is about what PPP carries.
func (l *lowering) pppoeSession(number uint32, given bool) condition {
	all := l.linkProtocol(etherPPPoESession)
	if given {
		if number > 0xffff {
			return l.fail("", "got PPPoE session %d, want at most 65535", number)
		}
		all = both(all, equals(masked(l.inNetwork(0, 4), 0xffff), number))
	}
	l.variablePart(&l.payload)
	header := l.payload
	header.constant += l.network + 6
	l.enter(linkPPP, header)
	l.kind = header
	l.payload.constant = header.constant + 2
	l.network, l.networkWithoutSNAP = 0, 0
	return all
}

// geneveTunnel lowers geneve: the packet is of a Geneve tunnel (RFC 8926) over
// UDP, and all to the right is about what is inside.
func (l *lowering) geneveTunnel(number uint32, given bool) condition {
	if given && number > 0xffffff {
		return l.fail("", "got Geneve VNI %d, want at most 16777215", number)
	}
	udp := l.take()
	tunnel := func(network uint32, where func(offset, size uint32) value, ipLength func() value) condition {
		all := l.genevePort(network, where)
		all = both(all, equals(masked(where(8, 1), 0xc0), 0))
		if given {
			all = both(all, equals(masked(where(12, 4), 0xffffff00), number<<8))
		}
		return both(all, assignment{udp, ipLength()})
	}
	over4 := tunnel(etherIPv4, l.inTransport, l.behindIPv4)
	over6 := tunnel(etherIPv6, l.inTransport6, func() value {
		if variable := l.variablePart(&l.payload); variable != nil {
			return sum(constant(40), variable)
		}
		return constant(40)
	})
	inside := l.enterGeneve(udp)
	l.free(udp)
	return both(either(over4, over6), inside)
}

// genevePort says whether a packet goes to the port of Geneve.
func (l *lowering) genevePort(network uint32, where func(offset, size uint32) value) condition {
	const port = 6081
	return l.portsOver(network, ipUDP, func(transport uint32) condition {
		first := equals(l.inNetwork(6, 1), transport)
		if network == etherIPv4 {
			first = both(equals(l.inNetwork(9, 1), transport), l.notLaterFragment())
		}
		return both(first, equals(where(2, 2), port))
	})
}

// enterGeneve puts into registers where the field of the protocol is, where the
// Geneve header ends, and where the payload of what follows begins: the last two
// differ if that is an Ethernet frame. The register udp has where the UDP header
// is.
func (l *lowering) enterGeneve(udp int) condition {
	l.unfolded, l.assigns = true, true
	here := sum(register(udp), constant(l.payload.constant+l.network+8))
	kind, header, payload := l.take(), l.take(), l.take()
	length := calculation{multiply, calculation{bitAnd, load{at: here, size: 1}, constant(0x3f)}, constant(4)}
	all := firstThen(
		assignment{header, sum(sum(length, constant(8)), here)},
		comparison{equal, load{at: here, offset: 2, size: 2}, constant(etherBridging)},
		both(assignment{kind, sum(register(header), constant(12))}, assignment{payload, sum(register(header), constant(14))}),
		both(assignment{kind, sum(here, constant(2))}, assignment{payload, register(header)}),
	)
	l.enter(linkEthernet, position{variable: true, register: header})
	l.kind = position{variable: true, register: kind}
	l.payload = position{variable: true, register: payload}
	l.network = 0
	l.geneve = true
	return all
}

// firstThen does what is first, and then one of two things, as the question says.
func firstThen(first, question, yes, no condition) condition {
	return both(first, either(both(question, yes), no))
}
