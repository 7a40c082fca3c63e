package filter

import "encoding/binary"

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
		return compileComparison(c)
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

// compileComparison has shapes of its own for what nearly all comparisons are: a
// load at a fixed offset, or behind the IPv4 header, with a known number.
func compileComparison(c comparison) test {
	operator := c.operator
	left := compileValue(c.left)
	right, known := c.right.(constant)
	if !known {
		second := compileValue(c.right)
		return func(f *frame) verdict {
			a, ok1 := left(f)
			if !ok1 {
				return rejected
			}
			b, ok2 := second(f)
			if !ok2 {
				return rejected
			}
			return verdictOf(operator.holds(a, b))
		}
	}
	want := uint32(right)
	if operator == equal {
		if t := fixedEquality(c.left, want); t != nil {
			return t
		}
		return func(f *frame) verdict {
			a, ok := left(f)
			if !ok {
				return rejected
			}
			return verdictOf(a == want)
		}
	}
	return func(f *frame) verdict {
		a, ok := left(f)
		if !ok {
			return rejected
		}
		return verdictOf(operator.holds(a, want))
	}
}

// fixedEquality compares a load at a fixed offset; nil if the value is another.
func fixedEquality(v value, want uint32) test {
	mask := uint32(0xffffffff)
	if c, ok := v.(calculation); ok && c.operator == bitAnd {
		if m, ok := c.right.(constant); ok {
			v, mask = c.left, uint32(m)
		}
	}
	l, ok := v.(load)
	if !ok || l.at != nil {
		return nil
	}
	at, end := uint64(l.offset), uint64(l.offset)+uint64(l.size)
	switch l.size {
	case 1:
		return func(f *frame) verdict {
			if end > uint64(len(f.octets)) {
				return rejected
			}
			return verdictOf(uint32(f.octets[at])&mask == want)
		}
	case 2:
		return func(f *frame) verdict {
			if end > uint64(len(f.octets)) {
				return rejected
			}
			return verdictOf(uint32(binary.BigEndian.Uint16(f.octets[at:]))&mask == want)
		}
	}
	return func(f *frame) verdict {
		if end > uint64(len(f.octets)) {
			return rejected
		}
		return verdictOf(binary.BigEndian.Uint32(f.octets[at:])&mask == want)
	}
}
