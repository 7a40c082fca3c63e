package table

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// TestWide compares with math/big: numbers of all lengths, with few bits set and with many, and those that lie in the middle
// between two of binary64.
func TestWide(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	word := func() uint64 {
		v := random.Uint64() >> random.IntN(64)
		for range random.IntN(4) {
			v &= random.Uint64()
		}
		if random.IntN(8) == 0 {
			return -(v & 3)
		}
		return v
	}
	bigOf := func(words ...uint64) *big.Int { // the highest first
		sum := new(big.Int)
		for _, w := range words {
			sum.Or(sum.Lsh(sum, 64), new(big.Int).SetUint64(w))
		}
		return sum
	}
	ties := 0
	for range 200_000 {
		high, low, factor := word(), word(), word()
		w, want := product(high, low, factor), new(big.Int).Mul(bigOf(high, low), bigOf(factor))
		if got := bigOf(w[2], w[1], w[0]); got.Cmp(want) != 0 {
			t.Fatalf("%d * %d = %d, want %d", bigOf(high, low), factor, got, want)
		}
		if other := (wide{word(), word(), word()}); bigOf(other[2], other[1], other[0]).Cmp(want) <= 0 {
			w, want = w.less(other), want.Sub(want, bigOf(other[2], other[1], other[0]))
		}
		if got := bigOf(w[2], w[1], w[0]); got.Cmp(want) != 0 {
			t.Fatalf("the difference is %d, want %d", got, want)
		}
		if n := want.BitLen() - 54; n > 0 && random.IntN(2) == 0 { // all but 54 bits are 0, or all but one of the others
			want.Lsh(want.Rsh(want, uint(n)), uint(n)).SetBit(want, random.IntN(n), uint(random.IntN(2)))
			ties++
		}
		words := want.FillBytes(make([]byte, 24))
		for i := range w {
			w[len(w)-1-i] = new(big.Int).SetBytes(words[8*i : 8*i+8]).Uint64()
		}
		nearest, _ := new(big.Float).SetPrec(53).SetInt(want).Float64()
		if got := w.nearest(); got != nearest {
			t.Fatalf("%d is %v, want %v", want, got, nearest)
		}
	}
	if ties < 10_000 {
		t.Errorf("%d near the middle", ties)
	}
}
