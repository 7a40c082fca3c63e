package parquetfile

import (
	"testing"

	"netstream/writer/table"
)

// TestHashKeys gives values that have one hash for some multipliers, and wants nearly as many
// different hashes as values.
func TestHashKeys(t *testing.T) {
	const values = 4096
	families := map[string]func(i uint64) table.Symbol{
		"a factor of zero":    func(i uint64) table.Symbol { return table.Symbol{Low: 0xa0761d6478bd642f, High: i << 32, Class: 6} },
		"the other one":       func(i uint64) table.Symbol { return table.Symbol{Low: i, High: 0xe7037ed1a0b428db ^ 6, Class: 6} },
		"numbers in a row":    func(i uint64) table.Symbol { return table.Symbol{Low: i, Class: 6} },
		"IPv4 in a row":       func(i uint64) table.Symbol { return table.Symbol{Low: 0xffff<<32 | i, Class: 4} },
		"IPv4 by a multiple":  func(i uint64) table.Symbol { return table.Symbol{Low: 0xffff<<32 | i*0x9e3779b1&(1<<32-1), Class: 4} },
		"upper bits, nothing": func(i uint64) table.Symbol { return table.Symbol{High: i << 48, Class: 6} },
	}
	for name, value := range families {
		key := newHashKey()
		slots := make(map[uint64]bool)
		for i := range uint64(values) {
			s := value(i)
			hash, _ := key.symbol(&s)
			slots[hash>>32] = true
		}
		if len(slots) < values*9/10 {
			t.Errorf("%s: %d values have %d hashes", name, values, len(slots))
		}
	}
}
