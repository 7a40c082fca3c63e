package filter

// broadcast lowers broadcast.
func (l *lowering) broadcast(p protocol) condition {
	switch p {
	case protocolAny, protocolLink:
		if l.linkType == linkArcnet || l.linkType == linkArcnetLinux {
			return equals(l.inHeader(1, 1), 0)
		}
		return l.linkHost([6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, directionDestination)
	case protocolIP: // no mask is known: all ones and all zeros
		ip := l.linkProtocol(etherIPv4)
		return both(ip, either(equals(l.inNetwork(16, 4), 0), equals(l.inNetwork(16, 4), 0xffffffff)))
	}
	return l.fail("broadcast goes with ether and ip", "got %s broadcast", p)
}

// multicast lowers multicast.
func (l *lowering) multicast(p protocol) condition {
	switch p {
	case protocolAny, protocolLink:
		return l.linkMulticast()
	case protocolIP:
		ip := l.linkProtocol(etherIPv4)
		return both(ip, comparison{greaterOrEqual, l.inNetwork(16, 1), constant(224)})
	case protocolIPv6:
		ip := l.linkProtocol(etherIPv6)
		return both(ip, equals(l.inNetwork(24, 1), 255))
	}
	return l.fail("multicast goes with ether, ip and ip6", "got %s multicast", p)
}

func (l *lowering) linkMulticast() condition {
	group := func(offset uint32) condition { return isSet(l.inHeader(offset, 1), 1) }
	switch {
	case l.isEthernet():
		return l.insideEthernet(func() condition { return group(0) })
	case l.isWireless():
		return l.wirelessDestination(group)
	}
	switch l.linkType {
	case linkArcnet, linkArcnetLinux:
		return equals(l.inHeader(1, 1), 0)
	case linkFDDI:
		return group(1)
	case linkTokenRing, linkIPOverFC:
		return group(2)
	}
	return l.unsupported("a multicast address")
}

// inbound lowers inbound and outbound, where the link header tells the direction.
func (l *lowering) inbound(in bool) condition {
	says := func(incoming, outgoing, offset, size uint32) condition {
		if in {
			return equals(l.inHeader(offset, size), incoming)
		}
		return equals(l.inHeader(offset, size), outgoing)
	}
	switch l.linkType {
	case linkSLIP:
		return l.inverted(!in, equals(l.inHeader(0, 1), 0))
	case linkLinuxSLL:
		return l.inverted(in, equals(l.inHeader(0, 2), 4))
	case linkLinuxSLL2:
		return l.inverted(in, equals(l.inHeader(10, 1), 4))
	case linkIPNet:
		return says(2, 1, 2, 2)
	case linkPFLog:
		return says(1, 2, 60, 1)
	case linkPPPDirection:
		return says(0, 1, 0, 1)
	}
	if isJuniper(l.linkType) && l.linkType != 200 {
		return l.inverted(!in, isSet(l.inHeader(3, 1), 1))
	}
	return l.unsupported("the direction of a frame")
}

func (l *lowering) inverted(inverted bool, c condition) condition {
	if inverted {
		return not(c)
	}
	return c
}

// interfaceIndex lowers ifindex.
func (l *lowering) interfaceIndex(index uint32) condition {
	if l.linkType != linkLinuxSLL2 {
		return l.unsupported("the index of an interface")
	}
	return equals(l.inHeader(4, 4), index)
}

// packetFilterLog lowers what the log of OpenBSD's packet filter has.
func (l *lowering) packetFilterLog(e *primitive) condition {
	const names = 16 // octets of a name, with a zero behind it
	if l.linkType != linkPFLog {
		return l.unsupported(e.keyword)
	}
	if (e.keyword == "ifname" || e.keyword == "ruleset") && len(e.text) >= names {
		return l.fail("", "got a name of %d octets, want at most %d", len(e.text), names-1)
	}
	switch e.keyword {
	case "ifname":
		return l.octetsEqual(l.inHeader, 4, []byte(e.text))
	case "ruleset":
		return l.octetsEqual(l.inHeader, 20, []byte(e.text))
	case "rulenum":
		return equals(l.inHeader(36, 4), e.number)
	case "subrulenum":
		return equals(l.inHeader(40, 4), e.number)
	}
	offset, table := uint32(2), firewallActions[:]
	if e.keyword == "reason" {
		offset, table = 3, firewallReasons[:]
	}
	number, ok := e.number, true
	if !e.given {
		number, ok = valueOf(table, lower(e.text))
	}
	if !ok {
		return l.fail("docs/filters.md lists them", "got %q, want a word for the %s of a rule", e.text, e.keyword)
	}
	return equals(l.inHeader(offset, 1), number)
}

var firewallReasons = [...]namedValue{
	{"match", 0}, {"bad-offset", 1}, {"fragment", 2}, {"short", 3}, {"normalize", 4}, {"memory", 5},
	{"bad-timestamp", 6}, {"congestion", 7}, {"ip-option", 8}, {"proto-cksum", 9}, {"state-mismatch", 10},
	{"state-insert", 11}, {"state-limit", 12}, {"src-limit", 13}, {"synproxy", 14},
}

var firewallActions = [...]namedValue{
	{"pass", 0}, {"accept", 0}, {"drop", 1}, {"block", 1}, {"scrub", 2}, {"noscrub", 3}, {"nat", 4}, {"nonat", 5},
	{"binat", 6}, {"nobinat", 7}, {"rdr", 8}, {"nordr", 9}, {"synproxy-drop", 10},
}
