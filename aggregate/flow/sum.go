package flow

import (
	"math"
	"math/big"
	"math/bits"
)

// Sum is an unsigned 128-bit total. Totals over a run are kept in it so that no
// input can make them wrap: 2^64 values of 64 bits fit.
type Sum struct{ hi, lo uint64 }

// Add adds v.
func (s *Sum) Add(v uint64) {
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, v, 0)
	s.hi += carry
}

// AddSum adds another total.
func (s *Sum) AddSum(other Sum) {
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, other.lo, 0)
	s.hi += other.hi + carry
}

// Saturated adds two volumes that can be as large as tables hold; the sum is at most
// 2^63-1.
func Saturated(a, b uint64) uint64 {
	if a > math.MaxInt64 || b > math.MaxInt64-a {
		return math.MaxInt64
	}
	return a + b
}

// Uint64 gives the total if it fits into 64 bits.
func (s Sum) Uint64() (v uint64, ok bool) { return s.lo, s.hi == 0 }

// String gives the total in decimal.
func (s Sum) String() string {
	v := new(big.Int).SetUint64(s.hi)
	v.Lsh(v, 64)
	return v.Or(v, new(big.Int).SetUint64(s.lo)).String()
}

// MarshalJSON gives the total as a JSON number, which JSON does not bound.
func (s Sum) MarshalJSON() ([]byte, error) { return []byte(s.String()), nil }
