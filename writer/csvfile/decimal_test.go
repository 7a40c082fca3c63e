package csvfile

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestAppendInteger compares with the standard library: small numbers, those around powers of ten and of two, and others of all lengths.
func TestAppendInteger(t *testing.T) {
	check := func(v int64) {
		t.Helper()
		if got, want := string(appendInteger([]byte("x"), v)), "x"+strconv.FormatInt(v, 10); got != want {
			t.Fatalf("%d is written %q", v, got)
		}
	}
	for v := range int64(100_000) {
		check(v)
		check(v * 1000)
	}
	for power := int64(1); power > 0 && power < math.MaxInt64/10; power *= 10 {
		for near := int64(-2); near <= 2; near++ {
			check(power + near)
			check(9*power + near)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		check(int64(random.Uint64()) >> random.IntN(64))
	}
	for _, v := range []int64{math.MinInt64, math.MinInt64 + 1, math.MaxInt64, math.MaxInt64 - 1} {
		check(v)
	}
}
