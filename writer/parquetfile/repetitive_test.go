package parquetfile

import (
	"math"
	"math/rand/v2"
	"testing"

	"netstream/writer/table"
)

// TestRepetitiveNumbers numbers cells in batches and compares the numbers with those of a map: of values that have
// a list or a slot that tells them apart, of others, and of those that agree in what a slot holds of them.
func TestRepetitiveNumbers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	kinds := []struct {
		name string
		next func() int64
	}{
		{"small", func() int64 { return random.Int64N(3000) }},
		{"wide", func() int64 { return random.Int64N(40_000) }},
		{"around 2^32", func() int64 { return 1<<32 + random.Int64N(2000) - 1000 }},
		{"equal lower halves", func() int64 { return random.Int64N(900)<<32 | 5000 }},
		{"equal upper halves", func() int64 { return 7<<32 | random.Int64N(9000) }},
		{"scattered", func() int64 { return random.Int64N(10_000) << random.IntN(40) }},
		{"signed", func() int64 { return random.Int64N(5000) - 2500 }},
		{"extremes", func() int64 {
			return []int64{math.MinInt64, math.MaxInt64, -1, 0, math.MaxUint32, math.MaxUint32 + 1}[random.IntN(6)]
		}},
	}
	column := newRepetitive(&table.Column[struct{}]{Kind: table.Int64}, nil, pages{})
	column.small = make([]uint32, smallValues(table.Int64))
	for _, kind := range kinds { // one after the other: of those before nothing must be left
		want := make(map[int64]uint32)
		for range 200 {
			cells := make([]int64, 1+random.IntN(700))
			for i := range cells {
				cells[i] = kind.next()
			}
			numbers := make([]uint32, len(cells))
			column.number(numbers, cells)
			for i, v := range cells {
				if _, known := want[v]; !known {
					want[v] = uint32(len(want))
				}
				if numbers[i] != want[v] {
					t.Fatalf("%s: value %d has number %d, want %d", kind.name, v, numbers[i], want[v])
				}
			}
		}
		keys := column.dictionary.keys
		if len(keys) != len(want) {
			t.Fatalf("%s: %d values, want %d", kind.name, len(keys), len(want))
		}
		for i, v := range keys {
			if want[v] != uint32(i) {
				t.Fatalf("%s: value number %d is %d, which has number %d", kind.name, i, v, want[v])
			}
		}
		column.dictionary.reset()
		clear(column.small)
	}
}

// TestSmallValuesFirst numbers small values, which have no slots, and then others: whenever these are looked up there
// must be a free slot behind those of all keys.
func TestSmallValuesFirst(t *testing.T) {
	for _, small := range []int{0, 1, 639, 640, 641, 1023, 1024, 1279, 1280, 1281, 2046, 2047, 2048} {
		column := newRepetitive(&table.Column[struct{}]{Kind: table.Int64}, nil, pages{})
		column.small = make([]uint32, smallValues(table.Int64))
		cells := make([]int64, 0, 8000)
		for v := range small {
			cells = append(cells, int64(v))
		}
		for v := range 6000 {
			cells = append(cells, 1<<20+int64(v))
		}
		numbers := make([]uint32, len(cells))
		column.number(numbers[:small], cells[:small])
		for i := small; i < len(cells); i += 500 {
			end := min(i+500, len(cells))
			column.number(numbers[i:end], cells[i:end])
		}
		for i, n := range numbers {
			if int(n) != i {
				t.Fatalf("%d small values: value %d has number %d, want %d", small, cells[i], n, i)
			}
		}
	}
}
