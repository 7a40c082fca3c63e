package tally

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"netstream/aggregate/runs"
)

// TestBook compares sums, least and greatest numbers with those of a map, with enough
// memory and with none.
func TestBook(t *testing.T) {
	for _, memory := range []int{0, 4 << 10} {
		t.Run(fmt.Sprint(memory), func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			files := 0
			b := New([]Operation{Sum, Min, Max}, memory, func() (runs.File, error) {
				files++
				return os.CreateTemp(t.TempDir(), "run-")
			})
			sums, least, greatest := map[string]*big.Int{}, map[string]int64{}, map[string]int64{}
			for range 20000 {
				v := int64(random.Uint64())
				key := AppendCell(nil, Cell{IsText: true, Text: fmt.Sprint(random.IntN(900))})
				if err := b.Add(key, []Number{Of(v), Of(v), Of(v)}); err != nil {
					t.Fatal(err)
				}
				k := string(key)
				if sums[k] == nil {
					sums[k], least[k], greatest[k] = new(big.Int), math.MaxInt64, math.MinInt64
				}
				sums[k].Add(sums[k], big.NewInt(v))
				least[k], greatest[k] = min(least[k], v), max(greatest[k], v)
			}
			want := slices.Sorted(maps.Keys(sums))
			err := b.Each(func(key []byte, totals []Number) error {
				k := string(key)
				if len(want) == 0 || want[0] != k {
					t.Fatalf("key %q is out of order", k)
				}
				want = want[1:]
				low, _ := totals[1].Int64()
				high, _ := totals[2].Int64()
				if totals[0].Big().Cmp(sums[k]) != 0 || low != least[k] || high != greatest[k] {
					t.Errorf("key %q: %v, %d, %d, want %v, %d, %d", k, totals[0].Big(), low, high, sums[k], least[k], greatest[k])
				}
				return nil
			})
			if err != nil || len(want) > 0 {
				t.Errorf("%d keys are missing: %v", len(want), err)
			}
			if (files > 0) != (memory > 0) {
				t.Errorf("%d files with a memory of %d", files, memory)
			}
		})
	}
}

// TestKeyOrder checks that keys come back and compare as their cells do.
func TestKeyOrder(t *testing.T) {
	ordered := []Cell{
		{Null: true}, {Number: math.MinInt64}, {Number: -1}, {Number: 0}, {Number: 255}, {Number: 256}, {Number: math.MaxInt64},
		{IsText: true}, {IsText: true, Text: "\x00"}, {IsText: true, Text: "\x00\x00"}, {IsText: true, Text: "\x00\x01"},
		{IsText: true, Text: "a"}, {IsText: true, Text: "a\x00"}, {IsText: true, Text: "ab"}, {IsText: true, Text: "b"},
	}
	var before []byte
	for i, c := range ordered {
		key := AppendCell(AppendCell(nil, c), Cell{Number: 7})
		if i > 0 && bytes.Compare(before, key) >= 0 {
			t.Errorf("key of %+v is not behind that of %+v", c, ordered[i-1])
		}
		before = key
		cells, err := Cells(key, 2)
		if err != nil || cells[0] != c || cells[1].Number != 7 {
			t.Errorf("key of %+v comes back as %+v, %v", c, cells, err)
		}
		for cut := range key {
			if _, err := Cells(key[:cut], 2); err == nil {
				t.Errorf("key of %+v cut to %d octets is taken", c, cut)
			}
		}
	}
}

func TestLongKey(t *testing.T) {
	b := New([]Operation{Sum}, 0, nil)
	if err := b.Add(make([]byte, maxKey+1), []Number{Of(1)}); err == nil {
		t.Error("a key too long is taken")
	}
}
