package table_test

import (
	"slices"
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

// checkBatches gives how many columns have a batch. It has them tell of all rows, of many
// and of few, which have more in common.
func checkBatches[R any](t *testing.T, columns []table.Column[R], rows []R) (batches int) {
	t.Helper()
	together := table.NewRows(columns)
	for n := len(rows); n > 0; n /= 8 {
		for from := 0; from < min(len(rows), 150*n); from += n {
			together.Take(rows[from:min(from+n, len(rows))])
			for i := range columns {
				checkBatch(t, &columns[i], together)
			}
		}
	}
	for i := range columns {
		if c := &columns[i]; c.Nulls != nil || c.Ints != nil || c.Symbols != nil {
			batches++
		}
	}
	return batches
}

// checkBatch compares what a column says of the rows with what it says of each.
func checkBatch[R any](t *testing.T, c *table.Column[R], together *table.Rows[R]) {
	t.Helper()
	if c.Nulls != nil && c.Null == nil || c.Ints != nil && c.Int == nil || c.Symbols != nil && c.Symbol == nil {
		t.Fatalf("column %s has a batch of what it does not declare", c.Name)
	}
	rows := together.All
	null, ints, symbols := checkNulls(t, c, together), make([]int64, len(rows)), make([]table.Symbol, len(rows))
	if c.Ints != nil {
		c.Ints(ints, together)
	}
	if c.Symbols != nil {
		c.Symbols(symbols, together)
	}
	same, first := c.Same != nil && c.Same(together), -1
	for j := range rows {
		r := &rows[j]
		switch wantNull := c.Null != nil && c.Null(r); {
		case null[j] != wantNull:
			t.Fatalf("column %s, row %d: NULL %t, want %t", c.Name, j, null[j], wantNull)
		case wantNull:
			continue
		case c.Ints != nil && ints[j] != c.Int(r):
			t.Fatalf("column %s, row %d: %d, want %d", c.Name, j, ints[j], c.Int(r))
		case c.Symbols != nil && symbols[j] != c.Symbol(r):
			t.Fatalf("column %s, row %d: %v, want %v", c.Name, j, symbols[j], c.Symbol(r))
		}
		if first < 0 {
			first = j
		}
		if same && (ints[j] != ints[first] || symbols[j] != symbols[first]) {
			t.Fatalf("column %s, row %d: another cell than row %d has, which is said to be the same", c.Name, j, first)
		}
	}
}

// checkNulls gives which rows are NULL, and compares it with what the column says of all.
func checkNulls[R any](t *testing.T, c *table.Column[R], together *table.Rows[R]) []bool {
	t.Helper()
	null := make([]bool, len(together.All))
	if c.Nulls == nil {
		for j := range null {
			null[j] = c.Null != nil && c.Null(&together.All[j])
		}
		return null
	}
	c.Nulls.Mark(null, together)
	if c.Nulls.Same == nil {
		return null
	}
	if all, same := c.Nulls.Same(together); same && slices.Contains(null, !all) {
		t.Fatalf("column %s: all rows are said to have NULL %t", c.Name, all)
	}
	return null
}
