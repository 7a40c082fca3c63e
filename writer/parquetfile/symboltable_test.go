package parquetfile

import (
	"math/rand/v2"
	"testing"

	"netstream/writer/table"
)

// TestSymbolTable numbers symbols in batches and compares the numbers with those of a map,
// of IPv4 addresses, which slots tell apart, of others, and of those that have one hash.
func TestSymbolTable(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	ipv4 := func() table.Symbol { return table.Symbol{Low: 0xffff<<32 | uint64(random.Uint32N(60_000)), Class: 4} }
	any := func() table.Symbol {
		return table.Symbol{High: random.Uint64N(300), Low: random.Uint64N(300), Class: random.Uint32()}
	}
	kinds := []struct {
		name string
		next func() table.Symbol
	}{
		{"IPv4", ipv4},
		{"almost IPv4", func() table.Symbol {
			return table.Symbol{Low: 0xffff<<32 | uint64(random.Uint32N(2000)), Class: random.Uint32N(7)}
		}},
		{"any", any},
		{"one hash", func() table.Symbol { return table.Symbol{High: random.Uint64N(700), Low: 0xa0761d6478bd642f} }},
		{"few", func() table.Symbol { return table.Symbol{Low: random.Uint64N(3)} }},
		{"few and many", func() table.Symbol { return table.Symbol{Low: random.Uint64N([]uint64{10, 10, 90}[random.IntN(3)])} }},
		{"mixture", func() table.Symbol {
			if random.Uint32N(10) == 0 {
				return any()
			}
			return ipv4()
		}},
		{"zero", func() table.Symbol { return table.Symbol{} }},
	}
	symbols := newSymbolTable()
	for _, kind := range kinds { // one after the other: of those before nothing must be left
		want := make(map[table.Symbol]uint32)
		for range 200 {
			batch := make([]table.Symbol, 1+random.IntN(700))
			for i := range batch {
				batch[i] = kind.next()
			}
			numbers := make([]uint32, len(batch))
			symbols.numberAll(numbers, batch)
			for i, s := range batch {
				if _, known := want[s]; !known {
					want[s] = uint32(len(want))
				}
				if numbers[i] != want[s] {
					t.Fatalf("%s: symbol %v has number %d, want %d", kind.name, s, numbers[i], want[s])
				}
			}
		}
		if len(symbols.symbols) != len(want) {
			t.Fatalf("%s: %d symbols, want %d", kind.name, len(symbols.symbols), len(want))
		}
		for i, s := range symbols.symbols {
			if want[s] != uint32(i) {
				t.Fatalf("%s: symbol number %d is %v, which has number %d", kind.name, i, s, want[s])
			}
		}
		symbols.reset()
	}
}
