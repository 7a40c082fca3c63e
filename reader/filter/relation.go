package filter

// computed is a quantity that was lowered: a value, the protocols that the frame
// must carry for it, and what libpcap remembers of it.
type computed struct {
	value    value
	required condition // nil if nothing is
	register int
	leading  *uint32 // the number that its computation begins with, nil if it begins with none
}

// quantity lowers an arithmetic expression.
func (l *lowering) quantity(q quantity) computed {
	switch q := q.(type) {
	case numeral:
		number := uint32(q)
		return computed{value: constant(number), register: l.take(), leading: &number}
	case frameLength:
		return computed{value: wireLength{}, register: l.take()}
	case negative:
		c := l.quantity(q.of)
		c.value = minus{c.value}
		return c
	case octetsAt:
		return l.octets(&q)
	case arithmetic:
		return l.arithmetic(&q)
	}
	return computed{value: constant(0)}
}

// arithmetic lowers an operation. Of the protocols that the operands require,
// those of the right one are forgotten, as libpcap does. It also takes a right
// operand for 0 whose computation begins with 0, such as tcp[0].
func (l *lowering) arithmetic(e *arithmetic) computed {
	left := l.quantity(e.left)
	right := l.quantity(e.right)
	l.column = e.at()
	if right.leading != nil {
		switch {
		case (e.operator == divide || e.operator == modulo) && *right.leading == 0:
			l.fail("libpcap refuses every divisor whose computation begins with 0, also an index like tcp[0]", "got a divisor that begins with 0")
		case (e.operator == shiftLeft || e.operator == shiftRight) && *right.leading > 31:
			l.fail("libpcap refuses every count whose computation begins with more than 31, also an index like ip[40]", "got a shift by more than 31 bits")
		}
	}
	l.free(left.register)
	l.free(right.register)
	left.value, left.register = calculation{e.operator, left.value, right.value}, l.take()
	return left
}

// octets lowers what lies at an offset in a header.
func (l *lowering) octets(e *octetsAt) computed {
	c := l.quantity(e.index)
	l.column = e.at()
	register := l.take()
	l.free(c.register)
	c.register = register
	require := func(own condition) {
		if c.required != nil {
			own = both(c.required, own)
		}
		c.required = own
	}
	from := func(p *position, offset uint32) {
		at := c.value
		if variable := l.variablePart(p); variable != nil {
			at = sum(c.value, variable)
		}
		c.value = load{at: at, offset: p.constant + offset, size: e.size}
	}
	switch e.protocol {
	case protocolRadio:
		if l.linkType != linkAVS && l.linkType != linkRadiotap && l.linkType != linkPrism {
			l.unsupported("a radio header")
		}
		c.value = load{at: c.value, size: e.size}
	case protocolLink:
		from(&l.header, 0)
	case protocolIP, protocolARP, protocolRARP, protocolATalk, protocolDECnet, protocolSCA, protocolLAT, protocolMOPRC, protocolMOPDL, protocolIPv6:
		from(&l.payload, l.network)
		require(l.protocol(e.protocol))
	case protocolSCTP, protocolTCP, protocolUDP, protocolICMP, protocolIGMP, protocolIGRP, protocolPIM, protocolVRRP, protocolCARP:
		index := c.value
		c.value = load{at: sum(l.behindIPv4(), index), offset: l.payload.constant + l.network, size: e.size}
		require(both(l.protocol(e.protocol), l.notLaterFragment()))
		c.required = both(l.protocol(protocolIP), c.required)
	case protocolICMPv6:
		require(l.protocol(protocolIPv6))
		c.required = both(c.required, equals(l.inNetwork(6, 1), ipICMPv6))
		from(&l.payload, l.network+40)
	default:
		l.fail("tcp, udp, icmp, ip, ether and others have it: see docs/filters.md", "got %s[...], which is not supported", e.protocol)
	}
	return c
}

// relation lowers a comparison of two quantities. The frame must carry the
// protocols that they are read from.
func (l *lowering) relation(e *relation) condition {
	left := l.quantity(e.left)
	right := l.quantity(e.right)
	l.free(left.register)
	l.free(right.register)
	var result condition = comparison{e.operator, left.value, right.value}
	if e.inverted {
		result = not(result)
	}
	if right.required != nil {
		result = both(right.required, result)
	}
	if left.required != nil {
		result = both(left.required, result)
	}
	return result
}
