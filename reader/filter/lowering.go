package filter

import "fmt"

// lowering makes the tree of one link type of an expression. The first error is
// kept, and what comes out then means nothing.
type lowering struct {
	layout
	bigEndian bool // the byte order of the capture, which some link headers have
	linkName  string

	inUse    [registers]bool // registers
	latest   int
	begin    beginning
	unfolded bool // libpcap does not optimise this program
	assigns  bool // the program keeps values in registers
	column   int  // of the expression at hand
	fault    *Error
}

// registers is the number of registers of a program, as in libpcap.
const registers = 16

// beginning says what a program works out before its first condition: the
// registers that hold the variable parts of positions.
type beginning struct {
	linkType        uint16
	header, payload int // registers; unassigned if nothing uses them
}

func newLowering(linkType uint16, bigEndian bool, name string) *lowering {
	return &lowering{
		layout: newLayout(linkType), bigEndian: bigEndian, linkName: name,
		begin: beginning{linkType: linkType, header: unassigned, payload: unassigned},
	}
}

func (l *lowering) fail(hint, format string, a ...any) condition {
	if l.fault == nil {
		l.fault = &Error{Column: l.column, Text: fmt.Sprintf(format, a...), Hint: hint}
	}
	return always(false)
}

// unsupported says that the link type does not have something.
func (l *lowering) unsupported(what string) condition {
	name := l.linkName
	switch {
	case l.linkType == l.begin.linkType:
	case l.linkType == linkPPP:
		name = "PPP, which pppoes goes to"
	default:
		name = "ETHERNET, inside a tunnel"
	}
	if l.fault == nil {
		l.fault = &Error{Column: l.column, LinkType: name, Text: fmt.Sprintf("%s cannot be told on link type %s", what, name),
			Hint: "docs/filters.md says which link types have it; link[N] reads any octet of any frame"}
	}
	return always(false)
}

// take gives a register.
func (l *lowering) take() int {
	for range registers {
		if !l.inUse[l.latest] {
			l.inUse[l.latest] = true
			return l.latest
		}
		l.latest = (l.latest + 1) % registers
	}
	l.fail("make it shorter, or nest it less", "got an expression of too many intermediate results, want at most %d at a time", registers)
	return 0
}

func (l *lowering) free(register int) { l.inUse[register] = false }

// variablePart gives the part of a position that only the frame tells, nil if
// there is none.
func (l *lowering) variablePart(p *position) value {
	if !p.variable {
		return nil
	}
	if p.register == unassigned {
		p.register = l.take()
		switch {
		case p == &l.header && l.begin.header == unassigned:
			l.begin.header = p.register
		case p == &l.payload && l.begin.payload == unassigned:
			l.begin.payload = p.register
		}
	}
	return register(p.register)
}

func (l *lowering) at(p *position, offset, size uint32) value {
	return load{at: l.variablePart(p), offset: p.constant + offset, size: size}
}

// The loads by what their offset counts from.

func (l *lowering) inHeader(offset, size uint32) value { return l.at(&l.header, offset, size) }
func (l *lowering) inLLC(offset, size uint32) value    { return l.at(&l.payload, offset, size) }
func (l *lowering) inKind(offset, size uint32) value   { return l.at(&l.kind, offset, size) }

func (l *lowering) inNetwork(offset, size uint32) value {
	return l.at(&l.payload, l.network+offset, size)
}

func (l *lowering) inNetworkWithoutSNAP(offset, size uint32) value {
	return l.at(&l.payload, l.networkWithoutSNAP+offset, size)
}

// inTransport counts from the end of the IPv4 header.
func (l *lowering) inTransport(offset, size uint32) value {
	return load{at: l.behindIPv4(), offset: l.payload.constant + l.network + offset, size: size}
}

// inTransport6 counts from the end of the IPv6 header without extensions.
func (l *lowering) inTransport6(offset, size uint32) value {
	return l.at(&l.payload, l.network+40+offset, size)
}

// behindIPv4 gives the length of the IPv4 header and the variable part in front
// of it.
func (l *lowering) behindIPv4() value {
	first := l.inNetwork(0, 1)
	length := calculation{shiftLeft, calculation{bitAnd, first, constant(0x0f)}, constant(2)}
	if variable := l.variablePart(&l.payload); variable != nil {
		return sum(length, variable)
	}
	return length
}

// octetsEqual compares with octets as libpcap does, the last ones first.
func (l *lowering) octetsEqual(where func(offset, size uint32) value, offset uint32, want []byte) condition {
	var all condition
	for len(want) > 0 {
		size := 4
		for size > len(want) {
			size /= 2
		}
		at := len(want) - size
		number := uint32(0)
		for _, octet := range want[at:] {
			number = number<<8 | uint32(octet)
		}
		part := equals(where(offset+uint32(at), uint32(size)), number)
		if all == nil {
			all = part
		} else {
			all = both(all, part)
		}
		want = want[:at]
	}
	return all
}

// expression lowers an expression, in the order in which it is written: what
// stands to the left can move the layout for what stands to the right.
func (l *lowering) expression(e expression) condition {
	switch e := e.(type) {
	case logical:
		left := l.expression(e.left)
		return junction{e.and, left, l.expression(e.right)}
	case inverse:
		return not(l.expression(e.of))
	}
	if l.fault != nil {
		return always(false)
	}
	l.column = e.at()
	switch e := e.(type) {
	case protocolTest:
		return l.protocol(e.protocol)
	case identifier:
		return l.identifier(&e)
	case relation:
		return l.relation(&e)
	case primitive:
		return l.primitive(&e)
	case field:
		return l.field(&e)
	}
	return always(false)
}

// primitive lowers a keyword.
func (l *lowering) primitive(e *primitive) condition {
	switch e.keyword {
	case "broadcast":
		return l.broadcast(e.protocol)
	case "multicast":
		return l.multicast(e.protocol)
	case "less":
		return not(comparison{greater, wireLength{}, constant(e.number)})
	case "greater":
		return comparison{greaterOrEqual, wireLength{}, constant(e.number)}
	case "inbound":
		return l.inbound(true)
	case "outbound":
		return l.inbound(false)
	case "ifindex":
		return l.interfaceIndex(e.number)
	case "vlan":
		return l.vlan(e.number, e.given)
	case "mpls":
		return l.mpls(e.number, e.given)
	case "pppoed":
		return l.linkProtocol(etherPPPoEDiscovery)
	case "pppoes":
		return l.pppoeSession(e.number, e.given)
	case "geneve":
		return l.geneveTunnel(e.number, e.given)
	case "llc":
		return l.linkControl(e.text)
	case "type", "dir":
		return l.frameControl(e)
	case "ifname", "ruleset", "rulenum", "subrulenum", "reason", "action":
		return l.packetFilterLog(e)
	case "fisu", "lssu", "msu", "hfisu", "hlssu", "hmsu":
		return l.signalUnit(e.keyword)
	}
	return l.cellTest(e.keyword)
}
