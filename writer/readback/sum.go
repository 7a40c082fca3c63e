package readback

import (
	"math/big"
	"math/bits"
)

// Sum is a sum of int64 values in 128 bits, two's complement, which no table can
// overflow.
type Sum struct {
	High int64
	Low  uint64
}

// Add adds v.
func (s *Sum) Add(v int64) {
	var carry uint64
	s.Low, carry = bits.Add64(s.Low, uint64(v), 0)
	s.High += v>>63 + int64(carry)
}

// Int64 gives the sum, and whether it is in the range of int64.
func (s Sum) Int64() (int64, bool) {
	return int64(s.Low), s.High == int64(s.Low)>>63
}

// String gives the sum in decimal.
func (s Sum) String() string {
	v := new(big.Int).Lsh(big.NewInt(s.High), 64)
	return v.Add(v, new(big.Int).SetUint64(s.Low)).String()
}

// AddSum adds another sum.
func (s *Sum) AddSum(other Sum) {
	var carry uint64
	s.Low, carry = bits.Add64(s.Low, other.Low, 0)
	s.High += other.High + int64(carry)
}

// narrowest and widest bound values of which as many as a page has can be added, and any two subtracted, in 64 bits.
const (
	widest    = 1 << 47
	narrowest = -widest
)

// include takes some values, at most maxPageValues, which follow last, and gives the last one of them.
func (c *Column) include(values []int64, last int64) int64 {
	ascending := c.Ascending && values[0] >= last
	sum, least, greatest, falls := int64(0), values[0], values[0], int64(0)
	last = values[0]
	for _, v := range values {
		sum += v
		least, greatest = min(least, v), max(greatest, v)
		falls |= v - last // below 0 if one is
		last = v
	}
	c.Min, c.Max = min(c.Min, least), max(c.Max, greatest)
	if least >= narrowest && greatest <= widest {
		c.Ascending = ascending && falls >= 0
		if c.Integer {
			c.Sum.Add(sum)
		}
		return last
	}
	before := values[0]
	for _, v := range values {
		ascending = ascending && v >= before
		before = v
		if c.Integer {
			c.Sum.Add(v)
		}
	}
	c.Ascending = ascending
	return last
}
