package filter

// keyword reads an operand that begins with a keyword.
func (p *parser) keyword(t *token) operand {
	protocol := protocolOf(t.text)
	if protocol != protocolAny {
		p.next++
		if p.accept("[") {
			return p.afterQuantity(operand{kind: operandQuantity, quantity: p.index(protocol, t), column: t.column})
		}
	}
	if q, ok := p.qualifiers(protocol); ok {
		return p.identifierFor(p.operand(q), q).asTerm()
	}
	here := p.peek()
	switch here.text {
	case "broadcast", "multicast":
		if here.kind == tokenKeyword {
			p.next++
			return p.term(primitive{column: column(t.column), keyword: here.text, protocol: protocol})
		}
	case "type", "subtype", "dir":
		if here.kind == tokenKeyword {
			return p.wireless(here)
		}
	}
	if protocol != protocolAny {
		return p.term(protocolTest{column(t.column), protocol})
	}
	p.next++
	return p.primitive(t)
}

// asTerm says of an identifier with its qualifiers that it is a term.
func (o operand) asTerm() operand {
	o.kind = operandTerm
	return o
}

// qualifiers reads qualifiers of direction and of kind.
func (p *parser) qualifiers(protocol protocol) (q qualifiers, any bool) {
	q.protocol = protocol
	q.direction, any = p.direction()
	kind, ok := kindOf(p.peek())
	switch {
	case !ok:
	case any && (kind == kindGateway || kind == kindProtocol || kind == kindProtocolChain):
		p.unexpected("host, net, port, portrange or an identifier")
	default:
		p.next++
		q.kind, any = kind, true
	}
	return q, any
}

func kindOf(t *token) (addressKind, bool) {
	if t.kind != tokenKeyword {
		return kindAny, false
	}
	switch t.text {
	case "host":
		return kindHost, true
	case "net":
		return kindNet, true
	case "port":
		return kindPort, true
	case "portrange":
		return kindPortRange, true
	case "gateway":
		return kindGateway, true
	case "proto":
		return kindProtocol, true
	case "protochain":
		return kindProtocolChain, true
	}
	return kindAny, false
}

// direction reads a qualifier of direction, which can be two words joined.
func (p *parser) direction() (direction, bool) {
	t := p.peek()
	if t.kind != tokenKeyword {
		return directionAny, false
	}
	found, ok := directionOf(t.text)
	if !ok {
		return directionAny, false
	}
	p.next++
	other := "dst"
	if found == directionDestination {
		other = "src"
	}
	if found != directionSource && found != directionDestination || !p.peekAt(1).is(other) {
		return found, true
	}
	switch joint := p.peek(); {
	case joint.is("or"):
		found = directionOr
	case joint.is("and"):
		found = directionAnd
	default:
		return found, true
	}
	p.next += 2
	return found, true
}

func directionOf(keyword string) (direction, bool) {
	switch keyword {
	case "src":
		return directionSource, true
	case "dst":
		return directionDestination, true
	case "addr1":
		return directionAddress1, true
	case "addr2":
		return directionAddress2, true
	case "addr3":
		return directionAddress3, true
	case "addr4":
		return directionAddress4, true
	case "ra":
		return directionReceiver, true
	case "ta":
		return directionTransmitter, true
	}
	return directionAny, false
}

// primitive reads what belongs to a keyword that was just taken.
func (p *parser) primitive(t *token) operand {
	e := primitive{column: column(t.column), keyword: t.text}
	switch t.text {
	case "inbound", "outbound", "pppoed",
		"lane", "metac", "bcc", "oam", "oamf4", "oamf4ec", "oamf4sc", "sc", "ilmic", "connectmsg", "metaconnect",
		"fisu", "lssu", "msu", "hfisu", "hlssu", "hmsu":
	case "less", "greater", "ifindex", "rulenum", "subrulenum":
		e.number, e.given = p.number("a number"), true
	case "vlan", "mpls", "pppoes", "geneve":
		e.number, e.given = p.optionalNumber()
	case "byte":
		return p.byteTest(t)
	case "llc":
		if p.peek().kind == tokenName || p.peek().is("rulenum") { // rnr is both
			e.text = lower(p.take().text)
		}
	case "ifname", "ruleset", "action":
		e.text = p.name("a name")
	case "reason":
		if p.peek().kind == tokenNumber {
			e.number, e.given = p.take().number, true
		} else {
			e.text = p.name("a reason")
		}
	case "vpi", "vci", "sio", "opc", "dpc", "sls", "hsio", "hopc", "hdpc", "hsls":
		return p.field(t)
	default:
		p.next--
		p.unexpected("a protocol, a qualifier or another keyword")
	}
	return p.term(e)
}

// byteTest reads the old form "byte OFFSET OPERATOR VALUE".
func (p *parser) byteTest(t *token) operand {
	offset := p.number("an offset")
	sign := p.take()
	e := relation{column: column(t.column), operator: equal}
	switch {
	case sign.is("="):
	case sign.is(">"):
		e.operator = greater
	case sign.is("<"):
		e.operator, e.inverted = greaterOrEqual, true
	case sign.is("&"), sign.is("|"):
		p.fail(sign.column, "write link[N] & V != 0", "got byte with %s, want =, < or >: libpcap forgets to load the octet here", sign.quote())
	default:
		p.next--
		p.unexpected("=, < or >")
	}
	value := p.number("a value")
	e.left = octetsAt{column: e.column, protocol: protocolLink, index: numeral(offset), size: 1}
	e.right = numeral(value)
	return p.term(e)
}

// field reads the values of a field of ATM or SS7 signalling.
func (p *parser) field(t *token) operand {
	one := func() expression {
		return field{column: column(t.column), keyword: t.text, operator: equal, number: p.number("a number")}
	}
	if sign, inverted, ok := relational(p.peek()); ok {
		p.next++
		return p.term(field{column(t.column), t.text, sign, inverted, p.number("a number")})
	}
	if !p.accept("(") {
		return p.term(one())
	}
	all := one()
	for {
		joint := p.peek()
		if !p.accept("or") {
			break
		}
		all = logical{column(joint.column), false, all, one()}
	}
	if !p.accept(")") {
		p.unexpected("or, or a closing parenthesis")
	}
	return p.term(all)
}

// wireless reads a test of the frame control field of IEEE 802.11.
func (p *parser) wireless(t *token) operand {
	p.next++
	e := primitive{column: column(t.column), keyword: "type"}
	switch t.text {
	case "type":
		e.number, e.mask = p.wirelessType(), typeMask
		if p.accept("subtype") {
			e.number |= p.wirelessSubtype(e.number)
			e.mask |= subtypeMask
		}
	case "subtype":
		name := p.peek()
		value, ok := subtypeOf(lower(p.name("a subtype of frames")))
		if !ok {
			p.fail(name.column, wirelessHint, "got %s, want a subtype of IEEE 802.11 frames", name.quote())
		}
		e.number, e.mask = value, typeMask|subtypeMask
	case "dir":
		e.keyword, e.mask = "dir", directionMask
		word := p.peek()
		if word.kind == tokenNumber {
			e.number = p.take().number
			break
		}
		value, ok := distributionOf(lower(p.name("a direction: nods, tods, fromds, dstods or a number")))
		if !ok {
			p.fail(word.column, "", "got %s, want nods, tods, fromds or dstods", word.quote())
		}
		e.number = value
	}
	return p.term(e)
}

const wirelessHint = "docs/filters.md lists the types and subtypes"

func (p *parser) wirelessType() uint32 {
	word := p.peek()
	if word.kind == tokenNumber {
		if p.next++; word.number&^typeMask != 0 {
			p.fail(word.column, wirelessHint, "got type %s, want one within the mask 0x%02x", word.text, typeMask)
		}
		return word.number
	}
	value, ok := typeOf(lower(p.name("a type of frames: mgt, ctl, data or a number")))
	if !ok {
		p.fail(word.column, "", "got %s, want mgt, ctl or data", word.quote())
	}
	return value
}

func (p *parser) wirelessSubtype(ofType uint32) uint32 {
	word := p.peek()
	if word.kind == tokenNumber {
		if p.next++; word.number&^subtypeMask != 0 {
			p.fail(word.column, wirelessHint, "got subtype %s, want one within the mask 0x%02x", word.text, subtypeMask)
		}
		return word.number
	}
	value, ok := subtypeOfType(ofType, lower(p.name("a subtype of frames")))
	if !ok {
		p.fail(word.column, wirelessHint, "got %s, want a subtype of frames of that type", word.quote())
	}
	return value
}
