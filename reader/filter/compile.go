package filter

// verdict is what a condition says of a frame.
type verdict uint8

const (
	no verdict = iota
	yes
	rejected // whatever stands around the condition
)

// frame is the frame at hand, and what was kept of it.
type frame struct {
	octets    []byte
	length    uint32
	registers [registers]uint32
}

// test is a condition that was compiled.
type test func(*frame) verdict

// number is a value that was compiled. It is not ok beyond the captured octets.
type number func(*frame) (value uint32, ok bool)

func verdictOf(holds bool) verdict {
	if holds {
		return yes
	}
	return no
}

// compileCondition makes a function of a condition.
func compileCondition(c condition) test {
	switch c := c.(type) {
	case always:
		known := verdictOf(bool(c))
		return func(*frame) verdict { return known }
	case negation:
		if inner, ok := c.of.(comparison); ok {
			return compileComparison(inner, no, yes)
		}
		inner := compileCondition(c.of)
		return func(f *frame) verdict {
			switch inner(f) {
			case yes:
				return no
			case no:
				return yes
			}
			return rejected
		}
	case junction:
		return compileJunction(c)
	case comparison:
		return compileComparison(c, yes, no)
	case assignment:
		compute, register := compileValue(c.value), c.register
		return func(f *frame) verdict {
			value, ok := compute(f)
			if !ok {
				return rejected
			}
			f.registers[register] = value
			return yes
		}
	case headerChain:
		return c.compile()
	}
	return func(*frame) verdict { return rejected }
}

// compileJunction joins a chain of the same kind into one function.
func compileJunction(j junction) test {
	tests := parts(nil, j, j.and)
	goOn := verdictOf(j.and) // the answer of one part that does not decide
	switch len(tests) {
	case 2:
		first, second := tests[0], tests[1]
		return func(f *frame) verdict {
			if v := first(f); v != goOn {
				return v
			}
			return second(f)
		}
	case 3:
		first, second, third := tests[0], tests[1], tests[2]
		return func(f *frame) verdict {
			if v := first(f); v != goOn {
				return v
			}
			if v := second(f); v != goOn {
				return v
			}
			return third(f)
		}
	}
	return func(f *frame) verdict {
		for _, t := range tests {
			if v := t(f); v != goOn {
				return v
			}
		}
		return goOn
	}
}

// parts adds the compiled parts of a chain of conjunctions or disjunctions.
func parts(list []test, c condition, and bool) []test {
	if j, ok := c.(junction); ok && j.and == and {
		return parts(parts(list, j.first, and), j.second, and)
	}
	return append(list, compileCondition(c))
}
