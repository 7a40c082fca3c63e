package filter

import (
	"fmt"
	"strings"
)

// MaxNesting bounds the parentheses and negations that are open at a time in a
// filter.
const MaxNesting = 500

// MaxLength bounds a filter, in octets.
const MaxLength = 64 << 10

// parser makes an expression of tokens. Its first error is kept; from then on the
// tokens seem to be at their end, so that parsing ends soon.
type parser struct {
	list  []token
	next  int // of the list
	depth int // of parentheses, negations and operators that are open
	fault *Error
	end   token // what is behind the list
}

// parse reads a whole filter. An empty one is nil, which selects everything.
func parse(text string) (expression, *Error) {
	if len(text) > MaxLength {
		return nil, &Error{Column: MaxLength + 1, Text: fmt.Sprintf("got %d octets, want at most %d", len(text), MaxLength)}
	}
	p := &parser{list: tokens(text)}
	p.end = token{kind: tokenEnd, column: len(text) + 1}
	if p.peek().kind == tokenEnd {
		return nil, nil
	}
	whole := p.expressions(noQualifiers())
	if t := p.peek(); t.kind != tokenEnd {
		p.unexpected("and, or or the end of the filter")
	}
	p.mustBeTerm(whole)
	return whole.expression, p.fault
}

func (p *parser) peek() *token { return p.peekAt(0) }

func (p *parser) peekAt(n int) *token {
	if p.fault != nil || p.next+n >= len(p.list) {
		return &p.end
	}
	return &p.list[p.next+n]
}

// take goes on to the next token.
func (p *parser) take() *token {
	t := p.peek()
	p.next++
	return t
}

// accept takes the next token if it is the keyword or symbol.
func (p *parser) accept(text string) bool {
	if p.peek().is(text) {
		p.next++
		return true
	}
	return false
}

func (p *parser) fail(column int, hint, format string, a ...any) {
	if p.fault == nil {
		p.fault = &Error{Column: column, Text: fmt.Sprintf(format, a...), Hint: hint}
	}
}

// unexpected says that the next token is none of what may stand there.
func (p *parser) unexpected(want string) {
	t := p.peek()
	if t.kind == tokenBad {
		p.fail(t.column, "", "%s", t.fault)
		return
	}
	p.fail(t.column, hintFor(t), "got %s, want %s", t.quote(), want)
}

// hintFor gives the next step for words that are often tried.
func hintFor(t *token) string {
	switch t.text {
	case "vxlan", "gre", "ipip":
		return "tunnels other than geneve are not opened; 'udp port 4789', 'ip proto 47' or 'ip proto 4' select the packets that carry them"
	case "ipv6":
		return "the keyword is ip6"
	case "icmpv6":
		return "the keyword is icmp6"
	}
	switch t.kind {
	case tokenName:
		return "docs/filters.md has the keywords; a name of a port or protocol needs a qualifier in front, as in 'port domain'"
	case tokenIPv4, tokenIPv6, tokenMAC:
		return "an address needs a qualifier in front, as in 'host 192.0.2.1' or 'ether host 00:00:5e:00:53:01'"
	case tokenNumber:
		return numberHint
	}
	return ""
}

const numberHint = "a number needs a qualifier in front, as in 'port 53', or a comparison behind it"

// operand is a part of an expression, before it is known what it is a part of.
type operand struct {
	kind       operandKind
	expression expression // of terms and identifiers
	quantity   quantity   // of numbers and arithmetic
	number     uint32
	column     int
	qualifiers qualifiers // in force for identifiers behind
}

type operandKind uint8

const (
	operandTerm        operandKind = iota // true or false by itself
	operandNumber                         // a number: an identifier or a quantity
	operandQuantity                       // an arithmetic expression
	operandIdentifier                     // an identifier that is no number
	operandIdentifiers                    // identifiers joined
	operandGroup                          // identifiers in parentheses
)

// identifierFor makes an identifier of an operand that can be one, with the
// qualifiers that are in force.
func (p *parser) identifierFor(o operand, q qualifiers) operand {
	switch o.kind {
	case operandNumber:
		if q.kind == kindUndefined {
			p.fail(o.column, numberHint, "got a number, want a protocol, a qualifier or another keyword")
		}
		o.expression = identifier{column: column(o.column), qualifiers: q, kind: identifierNumber, number: o.number}
		o.kind, o.qualifiers = operandIdentifier, q
	case operandIdentifier, operandIdentifiers, operandGroup:
	default:
		p.fail(o.column, "", "got an expression, want an address, a port or a protocol")
	}
	return o
}

func (p *parser) mustBeTerm(o operand) {
	switch o.kind {
	case operandTerm:
	case operandQuantity:
		p.fail(o.column, "compare it, as in 'ip[8] < 5'", "got a number, want something that is true or false")
	default:
		p.fail(o.column, numberHint, "got a number, want something that is true or false")
	}
}

// expressions reads operands with and and or between them. Both bind equally and
// to the left. An identifier has the qualifiers of what stands in front of it.
func (p *parser) expressions(q qualifiers) operand {
	first := p.operand(q)
	joined := false
	for {
		t := p.peek()
		if !t.is("and") && !t.is("or") {
			return first
		}
		p.next++
		if !joined && first.kind == operandGroup || first.kind == operandQuantity {
			p.fail(first.column, "", "got identifiers in parentheses, want host, net, port or proto in front of them")
		}
		if first.kind == operandNumber {
			first = p.identifierFor(first, q)
		}
		second := p.operand(first.qualifiers)
		if second.kind != operandTerm || first.kind != operandTerm {
			second = p.identifierFor(second, first.qualifiers)
		}
		first.expression = logical{column(t.column), t.is("and"), first.expression, second.expression}
		first.qualifiers = second.qualifiers
		if first.kind != operandTerm {
			first.kind = operandIdentifiers
		}
		joined = true
	}
}

// operand reads one operand; q are the qualifiers of what stands in front.
func (p *parser) operand(q qualifiers) operand {
	t := p.peek()
	if p.depth++; p.depth > MaxNesting {
		p.fail(t.column, "", "got more than %d parentheses and negations open, want fewer", MaxNesting)
	}
	defer func() { p.depth-- }()
	switch {
	case t.is("not"):
		p.next++
		return p.negated(p.operand(q), t, q)
	case t.is("("):
		p.next++
		return p.afterQuantity(p.group(q, t))
	case t.is("-"), t.is("len"):
		return p.afterQuantity(operand{kind: operandQuantity, quantity: p.atom(), column: t.column})
	}
	switch t.kind {
	case tokenNumber:
		p.next++
		if q.kind == kindNet && p.peek().is("/") && p.peekAt(1).kind == tokenNumber {
			p.next++
			return p.identified(identifier{column: column(t.column), qualifiers: q, kind: identifierIPv4Prefix, text: t.text, number: p.take().number}, q)
		}
		return p.afterQuantity(operand{kind: operandNumber, quantity: numeral(t.number), number: t.number, column: t.column})
	case tokenName, tokenIPv4, tokenIPv6, tokenMAC, tokenARCnet:
		if q.kind == kindUndefined {
			break // no qualifier is in force
		}
		p.next++
		return p.identified(p.identifier(t, q), q)
	case tokenKeyword:
		return p.keyword(t)
	}
	want := "a protocol, a qualifier or another keyword"
	if q.kind != kindUndefined {
		want = "an identifier for " + q.describe()
	}
	p.unexpected(want)
	return operand{column: t.column}
}

func (p *parser) identified(i identifier, q qualifiers) operand {
	return operand{kind: operandIdentifier, expression: i, column: int(i.column), qualifiers: q}
}

func (p *parser) term(e expression) operand {
	return operand{kind: operandTerm, expression: e, column: e.at(), qualifiers: noQualifiers()}
}

// negated gives what an operand is not.
func (p *parser) negated(o operand, t *token, q qualifiers) operand {
	if o.kind != operandTerm {
		o = p.identifierFor(o, q)
		o.kind = operandIdentifier
	}
	o.expression, o.column = inverse{column(t.column), o.expression}, t.column
	return o
}

// group reads what is in parentheses.
func (p *parser) group(q qualifiers, t *token) operand {
	inner := p.expressions(q)
	inner.column = t.column
	if !p.accept(")") {
		p.unexpected("and, or or a closing parenthesis")
	}
	switch inner.kind {
	case operandTerm:
		inner.qualifiers = q
	case operandGroup:
		p.fail(t.column, "leave one pair out", "got identifiers in two pairs of parentheses, want one")
	case operandIdentifier, operandIdentifiers:
		inner.kind = operandGroup
	}
	return inner
}

// identifier reads what can stand behind an address: a mask or a prefix length.
func (p *parser) identifier(t *token, q qualifiers) identifier {
	i := identifier{column: column(t.column), qualifiers: q, text: t.text}
	switch t.kind {
	case tokenIPv4:
		i.kind = identifierIPv4
		switch {
		case p.accept("/"):
			i.kind, i.number = identifierIPv4Prefix, p.number("the length of a prefix")
		case p.peek().is("mask"):
			p.next++
			if m := p.take(); m.kind == tokenIPv4 {
				i.kind, i.mask = identifierIPv4Mask, m.text
			} else {
				p.next--
				p.unexpected("a mask like 255.255.0.0")
			}
		}
	case tokenIPv6:
		i.kind, i.number = identifierIPv6, 128
		if p.accept("/") {
			i.number = p.number("the length of a prefix")
		}
	case tokenMAC:
		i.kind = identifierMAC
	case tokenARCnet:
		i.kind = identifierARCnet
	}
	return i
}

// number reads a number that must be there.
func (p *parser) number(what string) uint32 {
	if p.peek().kind != tokenNumber {
		p.unexpected(what)
		return 0
	}
	return p.take().number
}

// optionalNumber reads a number, which may be in parentheses, if there is one.
func (p *parser) optionalNumber() (number uint32, given bool) {
	open := 0
	for p.accept("(") {
		open++
	}
	if open == 0 && p.peek().kind != tokenNumber {
		return 0, false
	}
	number = p.number("a number")
	for range open {
		if !p.accept(")") {
			p.unexpected("a closing parenthesis")
		}
	}
	return number, true
}

// name reads a name that must be there.
func (p *parser) name(what string) string {
	if p.peek().kind != tokenName {
		p.unexpected(what)
		return ""
	}
	return p.take().text
}

// lower gives a name as it is looked up where the case does not matter.
func lower(name string) string { return strings.ToLower(name) }
