package filter

import "encoding/binary"

// directions lowers a test of an address that a header has twice.
func (l *lowering) directions(d direction, what string, test func(source bool) condition) condition {
	switch d {
	case directionSource:
		return test(true)
	case directionDestination:
		return test(false)
	case directionAnd:
		source := test(true)
		return both(source, test(false))
	case directionAny, directionOr:
		source := test(true)
		return either(source, test(false))
	}
	return l.fail("addr1 to addr4, ra and ta are for MAC addresses of IEEE 802.11 frames",
		"got an address qualifier of IEEE 802.11, which %s do not have", what)
}

// host lowers an IPv4 address or network.
func (l *lowering) host(address, mask uint32, q qualifiers) condition {
	in := func(protocol, source, destination uint32) condition {
		return l.directions(q.direction, "IP addresses", func(isSource bool) condition {
			offset := destination
			if isSource {
				offset = source
			}
			carried := l.linkProtocol(protocol)
			return both(carried, equals(masked(l.inNetwork(offset, 4), mask), address))
		})
	}
	switch q.protocol {
	case protocolAny:
		ip := in(etherIPv4, 12, 16)
		if l.labels > 0 {
			return ip
		}
		arp := in(etherARP, 14, 24)
		return eitherOf(ip, arp, in(etherRARP, 14, 24))
	case protocolIP:
		return in(etherIPv4, 12, 16)
	case protocolARP:
		return in(etherARP, 14, 24)
	case protocolRARP:
		return in(etherRARP, 14, 24)
	case protocolDECnet:
		return l.decnetHost(address, q.direction)
	}
	return l.fail("an IPv4 address goes with ip, arp and rarp, or stands alone", "got %s in front of %s", q.protocol, q.kind)
}

// host6 lowers an IPv6 address or network.
func (l *lowering) host6(address [16]byte, prefix int, q qualifiers) condition {
	if q.protocol != protocolAny && q.protocol != protocolIPv6 {
		return l.fail("an IPv6 address goes with ip6, or stands alone", "got %s in front of an IPv6 %s", q.protocol, q.kind)
	}
	return l.directions(q.direction, "IP addresses", func(source bool) condition {
		offset := uint32(24)
		if source {
			offset = 8
		}
		all := l.linkProtocol(etherIPv6)
		for i := uint32(0); i < 16; i += 4 {
			covered := min(32, max(0, prefix-8*int(i)))
			word := masked(l.inNetwork(offset+i, 4), uint32(0xffffffff<<(32-covered)))
			all = both(all, equals(word, binary.BigEndian.Uint32(address[i:])))
		}
		return all
	})
}

// linkHost lowers a MAC address.
func (l *lowering) linkHost(mac [6]byte, d direction) condition {
	source, destination := uint32(0), uint32(0)
	switch {
	case l.isEthernet():
		source, destination = 6, 0
	case l.isWireless():
		return l.wirelessHost(mac, d)
	case l.linkType == linkFDDI:
		source, destination = 7, 1
	case l.linkType == linkTokenRing:
		source, destination = 8, 2
	case l.linkType == linkIPOverFC:
		source, destination = 10, 2
	default:
		return l.unsupported("a MAC address")
	}
	if d > directionAnd {
		return l.unsupported("an address of IEEE 802.11")
	}
	inner := func() condition {
		return l.directions(d, "these frames", func(isSource bool) condition {
			offset := destination
			if isSource {
				offset = source
			}
			return l.octetsEqual(l.inHeader, offset, mac[:])
		})
	}
	if l.isEthernet() {
		return l.insideEthernet(inner)
	}
	return inner()
}

// insideEthernet asks first whether the frame inside a tunnel has a link header.
func (l *lowering) insideEthernet(inner func() condition) condition {
	if l.geneve {
		header, payload := l.variablePart(&l.header), l.variablePart(&l.payload)
		return both(not(comparison{equal, header, payload}), inner())
	}
	return l.inCell(inner())
}

// decnetHost looks for data packets with long and short header, with one octet of
// padding in front or none, in this order.
func (l *lowering) decnetHost(address uint32, d direction) condition {
	node := address<<8&0xff00 | address>>8&0x00ff // little-endian
	return l.directions(d, "DECnet addresses", func(source bool) condition {
		long, short := uint32(7), uint32(1)
		if source {
			long, short = 15, 3
		}
		decnet := l.linkProtocol(etherDECnet)
		padded := func(flags, at uint32) condition {
			return both(equals(masked(l.inNetwork(2, 2), 0xff07), flags), equals(l.inNetwork(3+at, 2), node))
		}
		plain := func(flags, at uint32) condition {
			return both(equals(masked(l.inNetwork(2, 1), 0x07), flags), equals(l.inNetwork(2+at, 2), node))
		}
		return both(decnet, eitherOf(plain(2, short), padded(0x8102, short), plain(6, long), padded(0x8106, long)))
	})
}
