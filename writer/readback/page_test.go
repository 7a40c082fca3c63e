package readback_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/readback"
	"netstream/writer/rowtest"
	"netstream/writer/table"
)

// TestReaders compares what Summarize decodes itself, beyond the first page and
// the first row group, with the cells that parquet-go reads.
func TestReaders(t *testing.T) {
	o := rowtest.Options()
	t.Run("wild", func(t *testing.T) { checkReaders(t, table.Flows(o), rowtest.Wild(40_000, 5)) })
	t.Run("exported", func(t *testing.T) { checkReaders(t, table.Flows(o), rowtest.ExportedRich(20_000, 5)) })
	t.Run("intervals", func(t *testing.T) { checkReaders(t, table.Intervals(o), rowtest.WildIntervals(20_000, 5)) })
	t.Run("row groups", func(t *testing.T) {
		checkReaders(t, table.Flows(o), rowtest.Flows(140_000, 5), "packets", "bytes", "flow_start", "src_port", "tcp_flags")
	})
	t.Run("no rows", func(t *testing.T) { checkReaders(t, table.Flows(o), []flow.Record(nil)) })
}

func checkReaders[R any](t *testing.T, columns []table.Column[R], rows []R, names ...string) {
	t.Helper()
	path := save(t, "rows", columns, rows)
	summary, err := readback.Summarize(path, names...)
	if err != nil {
		t.Fatal(err)
	}
	for _, got := range summary.Columns {
		if !got.Integer && !got.Float {
			continue
		}
		cells, err := readback.Cells(path, got.Name)
		if err != nil {
			t.Fatal(err)
		}
		if len(cells) != len(rows) {
			t.Fatalf("%s: %d cells, want %d", got.Name, len(cells), len(rows))
		}
		if want := summaryOf(cells, &got); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

// summaryOf gives what the summary of a column must be.
func summaryOf(cells []readback.Cell, of *readback.Column) readback.Column {
	want := readback.Column{Name: of.Name, Integer: of.Integer, Float: of.Float, Ascending: true}
	first := true
	var last int64
	for _, cell := range cells {
		if cell.Null {
			want.Nulls++
			continue
		}
		if of.Integer {
			want.Sum.Add(cell.Int)
		}
		if first {
			want.Min, want.Max, last, first = cell.Int, cell.Int, cell.Int, false
		}
		want.Min, want.Max = min(want.Min, cell.Int), max(want.Max, cell.Int)
		want.Ascending = want.Ascending && cell.Int >= last
		last = cell.Int
	}
	return want
}

// TestDamagedPage flips a bit in a page that parquet-go does not read: its
// checksum tells.
func TestDamagedPage(t *testing.T) {
	rows := make([]flow.Record, 40_000)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range rows {
		rows[i].Key.Version, rows[i].Counters.Octets = 4, r.Uint64()>>1
	}
	whole, err := os.ReadFile(save(t, table.FlowTable, table.Flows(table.Options{Points: flow.NewPoints()}), rows))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readback.Summarize(saveOctets(t, whole), "bytes"); err != nil {
		t.Fatal(err)
	}
	// The pages of bytes, which cannot be compressed, are near half of the file.
	seen := 0
	for part := 1; part < 16; part++ {
		damaged := bytes.Clone(whole)
		damaged[len(damaged)*part/16] ^= 0x10
		if _, err := readback.Summarize(saveOctets(t, damaged), "bytes"); err != nil && strings.Contains(err.Error(), "checksum") {
			seen++
		}
	}
	if seen < 3 {
		t.Errorf("damage was seen at %d places", seen)
	}
}
