package parquetfile_test

import (
	"bytes"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/parquetfile"
	"netstream/writer/rowtest"
	"netstream/writer/table"
)

// writeExpecting writes rows of a table that is told to expect so many.
func writeExpecting[R any](t *testing.T, out io.Writer, name string, columns []table.Column[R], rows []R, expected uint64) {
	t.Helper()
	w, err := parquetfile.New(out, name, columns)
	if err != nil {
		t.Fatal(err)
	}
	w.Expect(expected)
	for batch := range slices.Chunk(rows, batchRows) {
		if err := w.WriteBatch(batch); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestExpect writes the same rows whatever is expected: with addresses that come again and such that do not, of several
// row groups, and of less than a page.
func TestExpect(t *testing.T) {
	scan := rowtest.Flows(60_000, 2)
	for i := range scan {
		scan[i].Key.Source[15], scan[i].Key.Source[14], scan[i].Key.Source[13] = byte(i), byte(i>>8), byte(i>>16)
	}
	columns := table.Flows(rowtest.Options())
	for name, rows := range map[string][]flow.Record{
		"row groups": slices.Concat(rowtest.Flows(150_000, 1), rowtest.ExportedRich(5_000, 1), rowtest.Wild(5_000, 1)),
		"scan":       scan,
		"page":       rowtest.Flows(16_384, 3),
		"few":        rowtest.Flows(3_000, 4),
		"one":        rowtest.Flows(1, 5),
		"none":       nil,
	} {
		want := write(t, table.FlowTable, columns, rows, batchRows)
		for _, expected := range []uint64{0, 1, 1_000, 16_384, 16_385, uint64(len(rows)), 131_072, math.MaxUint64} {
			var got bytes.Buffer
			if writeExpecting(t, &got, table.FlowTable, columns, rows, expected); !bytes.Equal(got.Bytes(), want) {
				t.Errorf("%s: the file of %d rows is another one when %d are expected", name, len(rows), expected)
			}
		}
	}
}

// TestExpectSparesMemory writes a row group with and without a word of how many rows there will be.
func TestExpectSparesMemory(t *testing.T) {
	columns, rows := table.Flows(options(flow.MeteredFields)), rowtest.Flows(131_072, 1)
	allocated := func(expected uint64) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		writeExpecting(t, io.Discard, table.FlowTable, columns, rows, expected)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	grown, reserved := allocated(0), allocated(uint64(len(rows)))
	t.Logf("%d octets allocated, %d when rows are expected", grown, reserved)
	if reserved > grown*2/3 {
		t.Errorf("%d octets allocated when rows are expected, want at most two thirds of %d", reserved, grown)
	}
}

// TestExpectLongTexts writes tables that begin with a page of long texts, of which short ones make the rest: what is reserved by
// the first page must not be a multiple of what the table takes.
func TestExpectLongTexts(t *testing.T) {
	type row struct {
		number uint64
		octets int // of the text
	}
	spell := func(dst []byte, number uint64, octets int) []byte {
		random := rand.New(rand.NewPCG(number, 1))
		for range octets {
			dst = append(dst, 'a'+byte(random.IntN(26)))
		}
		return dst
	}
	var rows []row
	for i := range uint64(131_072) {
		octets := 2
		if i < 16_384 {
			octets = 1 << 10
		}
		rows = append(rows, row{i % 16_384, octets})
	}
	for name, column := range map[string]table.Column[row]{
		"texts": {Name: "text", Kind: table.Text, Text: func(dst []byte, r *row) []byte { return spell(dst, r.number, r.octets) }},
		"symbols": {Name: "text", Kind: table.Text, Symbol: func(r *row) table.Symbol {
			return table.Symbol{Low: r.number * uint64(r.octets>>10), High: 1} // the short ones are all the same
		}, Spell: func(dst []byte, s table.Symbol) []byte { return spell(dst, s.Low, 1<<10) }},
	} {
		allocated := func(expected uint64) uint64 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			writeExpecting(t, io.Discard, "long", []table.Column[row]{column}, rows, expected)
			runtime.ReadMemStats(&after)
			return after.TotalAlloc - before.TotalAlloc
		}
		grown, reserved := allocated(0), allocated(uint64(len(rows)))
		t.Logf("%s: %d octets allocated, %d when rows are expected", name, grown, reserved)
		if reserved > grown+16<<20 {
			t.Errorf("%s: %d octets allocated when rows are expected, want hardly more than %d", name, reserved, grown)
		}
	}
}
