package table_test

import (
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/rowtest"
	"netstream/writer/table"
)

// TestBatches has what columns say of many rows be what they say of each one, of flows
// and intervals of all kinds, under all options that have a say in it.
func TestBatches(t *testing.T) {
	flows := append(rowtest.Flows(2000, 1), rowtest.Wild(2000, 2)...)
	flows = append(flows, rowtest.Exported(500, 3)...)
	paired := rowtest.Flows(1000, 4)
	rowtest.Pair(paired, 5)
	flows = append(flows, paired...)
	intervals := append(rowtest.Intervals(2000, 1), rowtest.WildIntervals(2000, 2)...)
	batches := 0
	for variant := range 16 {
		o := rowtest.Options()
		o.Nanoseconds = variant&1 != 0
		o.Biflows = variant&2 != 0
		if variant&4 != 0 {
			o.Key = flow.KeySource | flow.KeyVLAN | flow.KeyMPLSLabel | flow.KeyTCPFlags | flow.KeySourceMAC
		}
		if variant&8 != 0 {
			o.FirstPacketOf = func(input uint32, number uint64) uint64 { return uint64(input)<<20 + number }
		}
		batches += checkBatches(t, table.Flows(o), flows)
		batches += checkBatches(t, table.Intervals(o), intervals)
	}
	if batches == 0 {
		t.Error("no column has a batch")
	}
}

// checkBatches gives how many columns have a batch.
func checkBatches[R any](t *testing.T, columns []table.Column[R], rows []R) (batches int) {
	t.Helper()
	together := table.NewRows(columns)
	together.Take(rows)
	null, ints, symbols := make([]bool, len(rows)), make([]int64, len(rows)), make([]table.Symbol, len(rows))
	for i := range columns {
		c := &columns[i]
		if c.Nulls != nil && c.Null == nil || c.Ints != nil && c.Int == nil || c.Symbols != nil && c.Symbol == nil {
			t.Fatalf("column %s has a batch of what it does not declare", c.Name)
		}
		if c.Nulls == nil && c.Ints == nil && c.Symbols == nil {
			continue
		}
		batches++
		clear(null)
		if c.Nulls != nil {
			c.Nulls.Mark(null, together)
		} else if c.Null != nil {
			for j := range rows {
				null[j] = c.Null(&rows[j])
			}
		}
		if c.Ints != nil {
			c.Ints(ints, together)
		}
		if c.Symbols != nil {
			c.Symbols(symbols, together)
		}
		for j := range rows {
			r := &rows[j]
			switch wantNull := c.Null != nil && c.Null(r); {
			case null[j] != wantNull:
				t.Fatalf("column %s, row %d: NULL %t, want %t", c.Name, j, null[j], wantNull)
			case wantNull:
			case c.Ints != nil && ints[j] != c.Int(r):
				t.Fatalf("column %s, row %d: %d, want %d", c.Name, j, ints[j], c.Int(r))
			case c.Symbols != nil && symbols[j] != c.Symbol(r):
				t.Fatalf("column %s, row %d: %v, want %v", c.Name, j, symbols[j], c.Symbol(r))
			}
		}
	}
	return batches
}
