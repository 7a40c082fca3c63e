package capture

import (
	"math"
	"math/big"
	"testing"
)

// bigTimestamp is the definition of the conversion, in math/big.
func bigTimestamp(count uint64, tsresol uint8, offset int64) (int64, bool) {
	base := big.NewInt(10)
	if tsresol&0x80 != 0 {
		base.SetInt64(2)
	}
	units := base.Exp(base, big.NewInt(int64(tsresol&0x7f)), nil)
	second := big.NewInt(1_000_000_000)
	t := new(big.Int).SetUint64(count)
	t.Mul(t, second).Div(t, units)
	t.Add(t, new(big.Int).Mul(big.NewInt(offset), second))
	return t.Int64(), t.IsInt64()
}

func TestEveryResolution(t *testing.T) {
	var counts []uint64
	for k := range 64 {
		counts = append(counts, 1<<k-1, 1<<k, 1<<k+1)
	}
	counts = append(counts, math.MaxUint64, math.MaxUint64-1, 1_700_000_000, 1_700_000_000_123_456, 1_700_000_000_123_456_789,
		math.MaxInt64/1000-1, math.MaxInt64/1000, math.MaxInt64/1000+1, 9_223_372_036, 9_223_372_037, 0x5555555555555555)
	offsets := []int64{0, 1, -1, 3600, -1_700_000_000, 9_223_372_036, -9_223_372_037,
		math.MaxInt64, math.MinInt64, -18_446_744_073, -9_223_372_036_854_775_807}
	valid := 0
	for tsresol := range 256 {
		for _, offset := range offsets {
			res, ok := newResolution(uint8(tsresol), offset)
			readable := tsresol <= 19 || tsresol >= 0x80 && tsresol <= 0x80+63
			if ok != readable {
				t.Fatalf("if_tsresol %#x: accepted %v", tsresol, ok)
			}
			for _, count := range counts {
				got, gotOK := res.timestamp(count)
				if !ok {
					if gotOK {
						t.Fatalf("if_tsresol %#x: refused and yet %d", tsresol, got)
					}
					continue
				}
				want, wantOK := bigTimestamp(count, uint8(tsresol), offset)
				if gotOK != wantOK || gotOK && int64(got) != want {
					t.Fatalf("if_tsresol %#x, offset %d, count %d: %d, %v; want %d, %v",
						tsresol, offset, count, got, gotOK, want, wantOK)
				}
				if gotOK {
					valid++
				}
			}
		}
	}
	if valid < 10_000 {
		t.Fatalf("only %d conversions were in range", valid)
	}
}

func FuzzResolution(f *testing.F) {
	f.Add(uint64(1_700_000_000_123_456), uint8(6), int64(0))
	f.Add(uint64(math.MaxUint64), uint8(0x9f), int64(-1))
	f.Add(uint64(1), uint8(19), int64(math.MinInt64))
	f.Fuzz(func(t *testing.T, count uint64, tsresol uint8, offset int64) {
		res, ok := newResolution(tsresol, offset)
		if !ok {
			return
		}
		got, gotOK := res.timestamp(count)
		want, wantOK := bigTimestamp(count, tsresol, offset)
		if gotOK != wantOK || gotOK && int64(got) != want {
			t.Fatalf("%d, %v; want %d, %v", got, gotOK, want, wantOK)
		}
	})
}
