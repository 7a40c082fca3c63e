package filter

import (
	"fmt"
	"strings"
)

// transportAny stands for TCP, UDP and SCTP.
const transportAny = 0

// transportOf gives the IP protocol of the qualifier in front of port.
func (l *lowering) transportOf(e *identifier) (transport uint32, ok bool) {
	switch e.protocol {
	case protocolAny:
		return transportAny, true
	case protocolTCP:
		return ipTCP, true
	case protocolUDP:
		return ipUDP, true
	case protocolSCTP:
		return ipSCTP, true
	}
	l.fail("", "got %s, want tcp, udp, sctp or nothing in front of %s", e.protocol, e.qualifiers.kind)
	return 0, false
}

// portNumbers lowers ports by number.
func (l *lowering) portNumbers(e *identifier, first, last uint32) condition {
	transport, ok := l.transportOf(e)
	if !ok {
		return always(false)
	}
	if first > 0xffff {
		return l.fail("", "got port %d, want at most 65535", first)
	}
	return l.ports(first, last, transport, e)
}

// namedPorts lowers ports by name. A name can be of some protocols only.
func (l *lowering) namedPorts(e *identifier, first, last int, transport uint32) condition {
	wanted, ok := l.transportOf(e)
	switch {
	case !ok:
		return always(false)
	case wanted != transportAny && transport != transportAny && transport != wanted:
		return l.fail("leave the protocol out, or give the port's number", "got %q behind %s, which has no service of that name", e.text, e.protocol)
	case wanted != transportAny:
		transport = wanted
	}
	for _, port := range []int{first, last} {
		if port < 0 || port > 0xffff {
			return l.fail("", "got port %d, want 0 to 65535", port)
		}
	}
	return l.ports(uint32(first), uint32(last), transport, e)
}

// ports says whether a packet has a source or destination port, over IPv6 or
// IPv4. Extension headers of IPv6 are not opened.
func (l *lowering) ports(first, last, transport uint32, e *identifier) condition {
	switch e.direction {
	case directionAny, directionOr, directionAnd, directionSource, directionDestination:
	default:
		return l.fail("", "got an address qualifier of IEEE 802.11 in front of a port")
	}
	match := func(v func() value) condition {
		if e.qualifiers.kind == kindPort {
			return equals(v(), first)
		}
		return both(comparison{greaterOrEqual, v(), constant(min(first, last))}, not(comparison{greater, v(), constant(max(first, last))}))
	}
	over6 := l.portsOver(etherIPv6, transport, func(transport uint32) condition {
		return both(equals(l.inNetwork(6, 1), transport), l.endpoints(e.direction, l.inTransport6, match))
	})
	over4 := l.portsOver(etherIPv4, transport, func(transport uint32) condition {
		first := both(equals(l.inNetwork(9, 1), transport), l.notLaterFragment())
		return both(first, l.endpoints(e.direction, l.inTransport, match))
	})
	return either(over6, over4)
}

// portsOver asks for the network protocol, and then one transport protocol after
// the other.
func (l *lowering) portsOver(network, transport uint32, test func(transport uint32) condition) condition {
	ip := l.linkProtocol(network)
	if transport != transportAny {
		return both(ip, test(transport))
	}
	return both(ip, eitherOf(test(ipSCTP), test(ipTCP), test(ipUDP)))
}

// endpoints looks at the source port, the destination port, or both.
func (l *lowering) endpoints(d direction, where func(offset, size uint32) value, match func(func() value) condition) condition {
	port := func(offset uint32) condition {
		return match(func() value { return where(offset, 2) })
	}
	switch d {
	case directionSource:
		return port(0)
	case directionDestination:
		return port(2)
	case directionAnd:
		return both(port(0), port(2))
	}
	return either(port(0), port(2))
}

// portRange reads two numbers or two names of services with a hyphen between.
func portRange(text string) (first, last int, transport uint32, ok bool) {
	if n, _ := fmt.Sscanf(text, "%d-%d", &first, &last); n == 2 {
		return first, last, transportAny, true
	}
	from, to, found := strings.Cut(text, "-")
	low, transport1, ok1 := serviceOf(from)
	high, transport2, ok2 := serviceOf(to)
	if transport1 != transport2 {
		transport1 = transportAny
	}
	return int(low), int(high), transport1, found && ok1 && ok2
}
