package table

import (
	"math"
	"math/bits"
)

// wide is an integer of 192 bits without sign, the lowest word first.
type wide [3]uint64

// product gives the product of a number of 128 bits and one of 64.
func product(high, low, factor uint64) wide {
	carry, lowest := bits.Mul64(low, factor)
	highest, middle := bits.Mul64(high, factor)
	middle, carry = bits.Add64(middle, carry, 0)
	return wide{lowest, middle, highest + carry}
}

// less gives w - v, which must not be negative.
func (w wide) less(v wide) wide {
	borrow := uint64(0)
	for i := range w {
		w[i], borrow = bits.Sub64(w[i], v[i], borrow)
	}
	return w
}

// nearest rounds to binary64, ties to even.
func (w wide) nearest() float64 {
	top := len(w) - 1
	for top > 0 && w[top] == 0 {
		top--
	}
	if top == 0 {
		return float64(w[0])
	}
	// Of the highest 64 bits that are not 0 only the first 53 are kept; of all others it matters whether any is set.
	shift := bits.LeadingZeros64(w[top])
	highest, rest := w[top]<<shift|w[top-1]>>1>>(63-shift), w[top-1]<<shift
	if top == 2 {
		rest |= w[0]
	}
	if rest != 0 {
		highest |= 1
	}
	return math.Ldexp(float64(highest), 64*top-shift)
}
