package runs

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// tripleOrder orders rows of four numbers of which the prefix has three.
func tripleOrder() Order[[4]uint64] {
	return Order[[4]uint64]{
		Append: func(dst []byte, row *[4]uint64) []byte {
			for _, v := range row {
				dst = binary.BigEndian.AppendUint64(dst, v)
			}
			return dst
		},
		Decode: func(src []byte, row *[4]uint64) error {
			for i := range row {
				row[i] = binary.BigEndian.Uint64(src[8*i:])
			}
			return nil
		},
		Prefix: func(row []byte) (first, second, third uint64) {
			return binary.BigEndian.Uint64(row), binary.BigEndian.Uint64(row[8:]), binary.BigEndian.Uint64(row[16:])
		},
		Compare: func(a, b []byte) int { return slices.Compare(a, b) },
	}
}

// furtherOrder is tripleOrder of rows of which the prefix has only the first number.
func furtherOrder() Order[[4]uint64] {
	order := tripleOrder()
	order.Prefix = func(row []byte) (first, second, third uint64) { return binary.BigEndian.Uint64(row), 0, 0 }
	order.Further = func(row []byte) (fourth, fifth uint64) {
		return binary.BigEndian.Uint64(row[8:]), binary.BigEndian.Uint64(row[16:])
	}
	return order
}

// TestDistributions sorts rows whose numbers lie in all the ways that distribution
// by range could get wrong.
func TestDistributions(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	number := map[string]func(i int) uint64{
		"all equal":             func(int) uint64 { return 7 },
		"two values":            func(i int) uint64 { return uint64(i % 2) },
		"the ends of the range": func(i int) uint64 { return uint64(i%2) * math.MaxUint64 },
		"any":                   func(int) uint64 { return rng.Uint64() },
		"few":                   func(int) uint64 { return rng.Uint64N(5) },
		"in order":              func(i int) uint64 { return uint64(i) },
		"in reverse":            func(i int) uint64 { return math.MaxUint64 - uint64(i) },
		"by powers of two":      func(int) uint64 { return 1 << rng.IntN(64) },
		"one far away": func(i int) uint64 {
			if i == 500 {
				return math.MaxUint64
			}
			return rng.Uint64N(100)
		},
	}
	for first, a := range number {
		for second, b := range number {
			for i, n := range []int{1, fewRows, fewRows + 1, 800, 20, 801} {
				s := NewSorter([]Order[[4]uint64]{tripleOrder(), furtherOrder()}[i/4], Limits{Octets: 1 << 20}, nil)
				var want [][4]uint64
				for i := range n {
					row := [4]uint64{a(i), b(rng.IntN(n)), a(rng.IntN(n)), uint64(i) % 100}
					want = append(want, row)
					s.Add(&row)
				}
				slices.SortFunc(want, func(a, b [4]uint64) int { return slices.Compare(a[:], b[:]) })
				if err := s.Finish(); err != nil {
					t.Fatal(err)
				}
				var got [][4]uint64
				err := Merge([]*Sorter[[4]uint64]{s}, func(row *[4]uint64) error { got = append(got, *row); return nil })
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("%s, then %s: %d rows are not in order, %v", first, second, n, err)
				}
			}
		}
	}
}
