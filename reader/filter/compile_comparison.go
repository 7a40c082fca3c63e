package filter

import "encoding/binary"

// compileComparison makes a function of a comparison, with its answers for when
// it holds and when it does not. There are shapes of their own for what nearly
// all comparisons are: a load at a fixed offset, or behind the IPv4 header,
// compared with a known number.
func compileComparison(c comparison, holds, fails verdict) test {
	operator := c.operator
	answer := func(ok bool) verdict {
		if ok {
			return holds
		}
		return fails
	}
	right, known := c.right.(constant)
	if !known {
		left, second := compileValue(c.left), compileValue(c.right)
		return func(f *frame) verdict {
			a, ok1 := left(f)
			if !ok1 {
				return rejected
			}
			b, ok2 := second(f)
			if !ok2 {
				return rejected
			}
			return answer(operator.holds(a, b))
		}
	}
	want := uint32(right)
	if t := compileFixed(c, want, holds, fails); t != nil {
		return t
	}
	left := compileValue(c.left)
	return func(f *frame) verdict {
		a, ok := left(f)
		if !ok {
			return rejected
		}
		return answer(operator.holds(a, want))
	}
}

// compileFixed makes a function of a comparison of a load with a known number, if
// it is of one of the common shapes; else nil.
func compileFixed(c comparison, want uint32, holds, fails verdict) test {
	v, mask := c.left, uint32(0xffffffff)
	if masking, ok := v.(calculation); ok && masking.operator == bitAnd {
		if m, ok := masking.right.(constant); ok {
			v, mask = masking.left, uint32(m)
		}
	}
	l, ok := v.(load)
	switch {
	case !ok:
		return nil
	case c.operator == anyBit: // some bit of a mask is set, unless none is
		mask, want = mask&want, 0
		holds, fails = fails, holds
	case c.operator != equal:
		return nil
	}
	if l.at == nil {
		return compileFixedLoad(l, mask, want, holds, fails)
	}
	if header, ok := headerLength(l.at); ok && l.size == 2 && mask == 0xffffffff {
		return compileTransport(header, uint64(l.offset), want, holds, fails)
	}
	return nil
}

// compileFixedLoad compares the octets at a fixed offset. It is not inlined: the compiler would copy its functions, and
// call in the copies what reads the octets.
//
//go:noinline
func compileFixedLoad(l load, mask, want uint32, holds, fails verdict) test {
	at, end := uint64(l.offset), uint64(l.offset)+uint64(l.size)
	switch l.size {
	case 1:
		return func(f *frame) verdict {
			switch {
			case end > uint64(len(f.octets)):
				return rejected
			case uint32(f.octets[at])&mask == want:
				return holds
			}
			return fails
		}
	case 2:
		return func(f *frame) verdict {
			switch {
			case end > uint64(len(f.octets)):
				return rejected
			case uint32(binary.BigEndian.Uint16(f.octets[at:]))&mask == want:
				return holds
			}
			return fails
		}
	}
	return func(f *frame) verdict {
		switch {
		case end > uint64(len(f.octets)):
			return rejected
		case binary.BigEndian.Uint32(f.octets[at:])&mask == want:
			return holds
		}
		return fails
	}
}

// compileTransport compares two octets behind the IPv4 header. It is not inlined, as compileFixedLoad is not.
//
//go:noinline
func compileTransport(header, offset uint64, want uint32, holds, fails verdict) test {
	return func(f *frame) verdict {
		if header >= uint64(len(f.octets)) {
			return rejected
		}
		at := offset + uint64(f.octets[header]&0x0f)<<2
		switch {
		case at+2 > uint64(len(f.octets)):
			return rejected
		case uint32(binary.BigEndian.Uint16(f.octets[at:])) == want:
			return holds
		}
		return fails
	}
}
