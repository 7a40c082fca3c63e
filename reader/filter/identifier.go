package filter

import (
	"fmt"
	"net/netip"
	"strings"
)

// namesHint is for names that a resolver would know. None is asked, since what
// comes out must not depend on the machine.
const namesHint = "names are not resolved, since the result must not depend on the machine: give the address"

// identifier lowers an address, a port, a protocol, or a name.
func (l *lowering) identifier(e *identifier) condition {
	switch e.kind {
	case identifierName:
		return l.name(e)
	case identifierNumber:
		return l.numberAlone(e)
	case identifierIPv4:
		return l.ipv4(e)
	case identifierIPv4Prefix, identifierIPv4Mask:
		return l.ipv4Net(e)
	case identifierIPv6:
		return l.ipv6(e)
	case identifierMAC:
		if e.protocol != protocolLink || e.qualifiers.kind != kindHost && e.qualifiers.kind != kindAny {
			return l.fail("write 'ether host "+e.text+"'", "got a MAC address behind %s, want link host", e.describe())
		}
		return l.linkHost(parseMAC(e.text), e.direction)
	}
	if e.protocol != protocolLink || e.qualifiers.kind != kindHost && e.qualifiers.kind != kindAny {
		return l.fail("write 'link host $"+e.text+"'", "got an ARCnet address behind %s, want link host", e.describe())
	}
	if l.linkType != linkArcnet && l.linkType != linkArcnetLinux {
		return l.unsupported("an ARCnet address")
	}
	octet := byte(hexValue(e.text))
	return l.directions(e.direction, "ARCnet addresses", func(source bool) condition {
		return equals(l.inHeader(arcnetOffset(source), 1), uint32(octet))
	})
}

func arcnetOffset(source bool) uint32 {
	if source {
		return 0
	}
	return 1
}

func hexValue(text string) (value uint32) {
	_, _ = fmt.Sscanf(text, "%x", &value)
	return value
}

// describe gives the qualifiers as they could be written.
func (q qualifiers) describe() string {
	if q.protocol == protocolAny {
		return q.kind.String()
	}
	return q.protocol.String() + " " + q.kind.String()
}

// numberAlone lowers a number without dots.
func (l *lowering) numberAlone(e *identifier) condition {
	switch e.qualifiers.kind {
	case kindAny, kindHost, kindNet:
		switch {
		case e.protocol == protocolDECnet:
			return l.decnetHost(e.number, e.direction)
		case e.protocol == protocolLink:
			return l.fail("", "got the number %d behind link host, want a MAC address", e.number)
		}
		address, mask := e.number, uint32(0xffffffff)
		for e.qualifiers.kind == kindNet && address != 0 && address>>24 == 0 {
			address, mask = address<<8, mask<<8
		}
		return l.host(address, mask, e.qualifiers)
	case kindPort, kindPortRange:
		return l.portNumbers(e, e.number, e.number)
	case kindProtocol:
		return l.protocolNumber(e, e.number)
	case kindProtocolChain:
		return l.protocolChain(e.number, e.protocol)
	}
	return l.gateway()
}

func (l *lowering) gateway() condition {
	return l.fail("libpcap with IPv6 refuses it, too; write 'ether host MAC and not host ADDRESS'", "got gateway, which is not supported")
}

func (l *lowering) protocolNumber(e *identifier, number uint32) condition {
	if e.direction != directionAny {
		return l.fail("", "got a direction in front of proto, want none")
	}
	return l.inside(number, e.protocol)
}

// ipv4 lowers two to four numbers with dots, which are the beginning of an
// address, or a DECnet address.
func (l *lowering) ipv4(e *identifier) condition {
	switch e.qualifiers.kind {
	case kindPort, kindPortRange, kindProtocol, kindProtocolChain:
		return l.fail("", "got %q behind %s, want a name or a number without dots", e.text, e.qualifiers.kind)
	case kindGateway:
		return l.gateway()
	}
	if e.protocol == protocolDECnet {
		var area, node uint32
		if n, _ := fmt.Sscanf(e.text, "%d.%d", &area, &node); n != 2 {
			return l.fail("", "got %q, want a DECnet address like 10.11", e.text)
		}
		return l.decnetHost(area<<10&0xfc00|node&0x03ff, e.direction)
	}
	address, bits, ok := parseIPv4(e.text)
	if !ok {
		return l.fail("", "got %q, want numbers from 0 to 255", e.text)
	}
	if e.protocol == protocolLink {
		return l.fail("", "got an IPv4 address behind link host, want a MAC address")
	}
	short := 32 - bits
	return l.host(address<<short, 0xffffffff<<short, e.qualifiers)
}

// ipv4Net lowers a network with a prefix length or a mask.
func (l *lowering) ipv4Net(e *identifier) condition {
	address, bits, ok := parseIPv4(e.text)
	if !ok {
		return l.fail("", "got %q, want numbers from 0 to 255", e.text)
	}
	address <<= 32 - bits
	mask := uint32(0)
	if e.kind == identifierIPv4Mask {
		m, bits, ok := parseIPv4(e.mask)
		if !ok {
			return l.fail("", "got the mask %q, want numbers from 0 to 255", e.mask)
		}
		mask = m << (32 - bits)
	} else if e.number > 32 {
		return l.fail("", "got a prefix of %d bits, want at most 32", e.number)
	} else {
		mask = uint32(0xffffffff << (32 - uint64(e.number)))
	}
	if address&^mask != 0 {
		return l.fail("clear the bits that the mask does not cover", "got %q, whose bits go beyond its mask", e.text)
	}
	if e.qualifiers.kind != kindNet {
		return l.fail("write net in front of it", "got a mask behind %s, want it behind net", e.qualifiers.kind)
	}
	return l.host(address, mask, e.qualifiers)
}

// ipv6 lowers an IPv6 address or network.
func (l *lowering) ipv6(e *identifier) condition {
	address, err := netip.ParseAddr(e.text)
	switch {
	case err != nil:
		return l.fail("", "got %q, want an IPv6 address", e.text)
	case e.number > 128:
		return l.fail("", "got a prefix of %d bits, want at most 128", e.number)
	case netip.PrefixFrom(address, int(e.number)).Masked().Addr() != address:
		return l.fail("clear the bits that the prefix does not cover", "got \"%s/%d\", whose bits go beyond its prefix", e.text, e.number)
	}
	switch e.qualifiers.kind {
	case kindAny, kindHost:
		if e.number != 128 {
			return l.fail("write net in front of it", "got a prefix behind %s, want it behind net", e.qualifiers.kind)
		}
	case kindNet:
	case kindGateway:
		return l.gateway()
	default:
		return l.fail("", "got an IPv6 address behind %s, want it behind host or net", e.qualifiers.kind)
	}
	return l.host6(address.As16(), int(e.number), e.qualifiers)
}

// name lowers a name.
func (l *lowering) name(e *identifier) condition {
	switch e.qualifiers.kind {
	case kindNet:
		return l.fail(namesHint, "got the name %q, want the address of a network", e.text)
	case kindAny, kindHost:
		if e.protocol == protocolLink {
			return l.fail(namesHint, "got the name %q, want a MAC address", e.text)
		}
		return l.fail(namesHint, "got the name %q, want an address", e.text)
	case kindPort:
		return l.portName(e)
	case kindPortRange:
		return l.portRangeName(e)
	case kindProtocol, kindProtocolChain:
		number, ok := protocolNumberOf(e.text, e.protocol)
		if !ok {
			return l.fail("docs/filters.md lists the names; a number will do", "got %q, want the name of a protocol of %s", e.text, e.protocolText())
		}
		if e.qualifiers.kind == kindProtocolChain {
			return l.protocolChain(number, e.protocol)
		}
		return l.protocolNumber(e, number)
	}
	return l.gateway()
}

func (q qualifiers) protocolText() string {
	if q.protocol == protocolAny {
		return "ip"
	}
	return q.protocol.String()
}

// portRangeName lowers a range, of numbers or of names.
func (l *lowering) portRangeName(e *identifier) condition {
	first, last, transport, ok := portRange(e.text)
	if !ok {
		return l.fail("docs/filters.md lists the names; numbers will do", "got %q, want a range of ports like 1024-2047", e.text)
	}
	return l.namedPorts(e, first, last, transport)
}

func (l *lowering) portName(e *identifier) condition {
	port, transport, ok := serviceOf(e.text)
	if !ok {
		hint := "docs/filters.md lists the names; a number will do"
		if strings.Contains(e.text, "-") {
			hint = "a range of ports is written 'portrange 1024-2047'"
		}
		return l.fail(hint, "got %q, want the name of a service", e.text)
	}
	return l.namedPorts(e, int(port), int(port), transport)
}
