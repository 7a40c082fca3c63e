package filter

// holds says whether two numbers compare so.
func (c comparator) holds(left, right uint32) bool {
	switch c {
	case greater:
		return left > right
	case greaterOrEqual:
		return left >= right
	case anyBit:
		return left&right != 0
	}
	return left == right
}

// apply works an operation out, modulo 2^32. It is not ok to divide by 0.
func (o operator) apply(left, right uint32) (result uint32, ok bool) {
	switch o {
	case add:
		return left + right, true
	case subtract:
		return left - right, true
	case multiply:
		return left * right, true
	case divide:
		if right == 0 {
			return 0, false
		}
		return left / right, true
	case modulo:
		if right == 0 {
			return 0, false
		}
		return left % right, true
	case bitAnd:
		return left & right, true
	case bitOr:
		return left | right, true
	case bitXor:
		return left ^ right, true
	case shiftLeft:
		return left << right, true
	}
	return left >> right, true
}
