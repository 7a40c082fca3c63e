package filter

// folded does of libpcap's optimiser what a verdict can show: values that are
// known beforehand are worked out, and a load whose value does not matter is not
// done, so that it cannot reject the frame.
//
// An index that is a known number is added to the offset in 32 bits, which lets
// negative indices reach in front of a header.
func (l *lowering) folded(c condition) condition {
	switch c := c.(type) {
	case comparison:
		return l.foldComparison(c)
	case junction:
		return l.foldJunction(c)
	case negation:
		inner := l.folded(c.of)
		if known, ok := inner.(always); ok {
			return !known
		}
		return negation{inner}
	}
	return c
}

// foldJunction leaves out what does not decide, and what is never asked for. What
// is asked for first stays, even if the answer does not matter: it can reject.
func (l *lowering) foldJunction(j junction) condition {
	first := l.folded(j.first)
	if known, ok := first.(always); ok {
		if bool(known) == j.and {
			return l.folded(j.second)
		}
		return first
	}
	second := l.folded(j.second)
	if known, ok := second.(always); ok && bool(known) == j.and {
		return first
	}
	return junction{j.and, first, second}
}

func (l *lowering) foldComparison(c comparison) condition {
	c.left, c.right = l.foldValue(c.left), l.foldValue(c.right)
	left, ok1 := c.left.(constant)
	right, ok2 := c.right.(constant)
	switch {
	case ok1 && ok2:
		return always(c.operator.holds(uint32(left), uint32(right)))
	case ok2 && right == 0 && c.operator == anyBit:
		return always(false)
	}
	return c
}

func (l *lowering) foldValue(v value) value {
	switch v := v.(type) {
	case load:
		if v.at == nil {
			return v
		}
		v.at = l.foldValue(v.at)
		if known, ok := v.at.(constant); ok {
			v.at, v.offset = nil, v.offset+uint32(known)
		}
		return v
	case minus:
		inner := l.foldValue(v.of)
		if known, ok := inner.(constant); ok {
			return -known
		}
		return minus{inner}
	case calculation:
		return l.foldCalculation(v)
	}
	return v
}

func (l *lowering) foldCalculation(c calculation) value {
	c.left, c.right = l.foldValue(c.left), l.foldValue(c.right)
	left, ok1 := c.left.(constant)
	right, ok2 := c.right.(constant)
	switch {
	case ok2 && right == 0 && (c.operator == divide || c.operator == modulo):
		l.fail("", "got a division by 0")
		return constant(0)
	case ok2 && right > 31 && !ok1 && (c.operator == shiftLeft || c.operator == shiftRight):
		l.fail("", "got a shift by more than 31 bits")
		return constant(0)
	case ok1 && ok2:
		result, _ := c.operator.apply(uint32(left), uint32(right))
		return constant(result)
	case ok2 && right == 0:
		if c.operator == multiply || c.operator == bitAnd {
			return constant(0)
		}
		return c.left
	case ok1 && left == 0:
		switch c.operator {
		case add, bitOr, bitXor:
			return c.right
		case multiply, divide, modulo, bitAnd, shiftLeft, shiftRight:
			return constant(0)
		}
	}
	return c
}
