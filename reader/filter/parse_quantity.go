package filter

// afterQuantity goes on behind a number or an arithmetic expression: it can be
// part of a larger one, and of a comparison, which is a term.
func (p *parser) afterQuantity(o operand) operand {
	if o.kind != operandNumber && o.kind != operandQuantity {
		return o
	}
	t := p.peek()
	if _, ok := arithmeticOperator(t); ok {
		o.quantity, o.kind = p.operators(o.quantity, precedenceLeast), operandQuantity
		t = p.peek()
	}
	sign, inverted, ok := relational(t)
	if !ok {
		return o
	}
	p.next++
	right := p.operators(p.atom(), precedenceLeast)
	return p.term(relation{column(o.column), sign, inverted, o.quantity, right})
}

// relational says whether a token compares, and how.
func relational(t *token) (sign comparator, inverted, ok bool) {
	if t.kind != tokenSymbol {
		return equal, false, false
	}
	switch t.text {
	case "=":
		return equal, false, true
	case "!=":
		return equal, true, true
	case ">":
		return greater, false, true
	case "<=":
		return greater, true, true
	case ">=":
		return greaterOrEqual, false, true
	case "<":
		return greaterOrEqual, true, true
	}
	return equal, false, false
}

// precedence is how strongly an operator binds. The grammar of libpcap gives
// none to % and ^: in front of them and behind them nothing is put together
// before the right side is complete.
type precedence uint8

const (
	precedenceNone precedence = iota
	precedenceLeast
	precedenceOr
	precedenceAnd
	precedenceShift
	precedenceSum
	precedenceProduct
	precedenceSign
)

type arithmeticSign struct {
	operator   operator
	precedence precedence
}

func arithmeticOperator(t *token) (arithmeticSign, bool) {
	if t.kind != tokenSymbol {
		return arithmeticSign{}, false
	}
	switch t.text {
	case "|":
		return arithmeticSign{bitOr, precedenceOr}, true
	case "&":
		return arithmeticSign{bitAnd, precedenceAnd}, true
	case "<<":
		return arithmeticSign{shiftLeft, precedenceShift}, true
	case ">>":
		return arithmeticSign{shiftRight, precedenceShift}, true
	case "+":
		return arithmeticSign{add, precedenceSum}, true
	case "-":
		return arithmeticSign{subtract, precedenceSum}, true
	case "*":
		return arithmeticSign{multiply, precedenceProduct}, true
	case "/":
		return arithmeticSign{divide, precedenceProduct}, true
	case "%":
		return arithmeticSign{modulo, precedenceNone}, true
	case "^":
		return arithmeticSign{bitXor, precedenceNone}, true
	}
	return arithmeticSign{}, false
}

// operators goes on behind a quantity with the operators that bind more strongly
// than the one in front of it.
func (p *parser) operators(left quantity, front precedence) quantity {
	p.depth++
	defer func() { p.depth-- }()
	for {
		t := p.peek()
		sign, ok := arithmeticOperator(t)
		if !ok || front != precedenceNone && sign.precedence != precedenceNone && sign.precedence <= front {
			return left
		}
		if p.depth > MaxNesting {
			p.fail(t.column, "", "got an arithmetic expression of more than %d levels, want fewer", MaxNesting)
		}
		p.next++
		right := p.operators(p.atom(), sign.precedence)
		left = arithmetic{column(t.column), sign.operator, left, right}
	}
}

// atom reads a number, a length, octets of a header, or a quantity with a sign or
// in parentheses.
func (p *parser) atom() quantity {
	if p.depth++; p.depth > MaxNesting {
		p.fail(p.peek().column, "", "got an arithmetic expression of more than %d levels, want fewer", MaxNesting)
	}
	defer func() { p.depth-- }()
	t := p.peek()
	switch {
	case t.kind == tokenNumber:
		p.next++
		return numeral(t.number)
	case p.accept("len"):
		return frameLength{}
	case p.accept("-"):
		return negative{p.operators(p.atom(), precedenceSign)}
	case p.accept("("):
		inner := p.operators(p.atom(), precedenceLeast)
		if !p.accept(")") {
			p.unexpected("a closing parenthesis")
		}
		return inner
	}
	if protocol := protocolOf(t.text); t.kind == tokenKeyword && protocol != protocolAny {
		p.next++
		if p.accept("[") {
			return p.index(protocol, t)
		}
	}
	p.unexpected("a number, len, or octets like tcp[13]")
	return numeral(0)
}

// index reads what is in the brackets behind a protocol.
func (p *parser) index(protocol protocol, t *token) quantity {
	o := octetsAt{column: column(t.column), protocol: protocol, size: 1}
	o.index = p.operators(p.atom(), precedenceLeast)
	if p.accept(":") {
		size := p.peek()
		o.size = p.number("a number of octets")
		if p.fault == nil && o.size != 1 && o.size != 2 && o.size != 4 {
			p.fail(size.column, "", "got %s octets, want 1, 2 or 4", size.text)
		}
	}
	if !p.accept("]") {
		p.unexpected("a closing bracket")
	}
	return o
}
