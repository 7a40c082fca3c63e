package parquetfile_test

import (
	"bytes"
	"math"
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/rowtest"
	"netstream/writer/table"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
)

// TestArrowReads reads tables with Arrow's reader, whose pages are not what the
// writer made its own with, and compares every cell.
func TestArrowReads(t *testing.T) {
	o := rowtest.Options()
	allNull := rowtest.Flows(20_000, 1)
	for i := range allNull {
		allNull[i].Marks, allNull[i].Key.Point, allNull[i].Key.Shape = 0, 0, 0
	}
	for name, rows := range map[string][]flow.Record{
		"none": nil, "wild": rowtest.Wild(20_000, 8), "realistic": rowtest.Flows(140_000, 8), "all NULL": allNull,
		"exported": rowtest.Exported(20_000, 8), "rich": rowtest.ExportedRich(20_000, 8),
	} {
		t.Run(name, func(t *testing.T) { checkArrow(t, table.FlowTable, table.Flows(o), rows) })
	}
	checkArrow(t, table.IntervalTable, table.Intervals(o), rowtest.WildIntervals(3000, 8))
	checkArrow(t, table.LedgerTable, table.Ledger(), rowtest.Ledger(3000, 8))
	checkArrow(t, table.LedgerTable, table.Ledger(), make([]table.LedgerRow, 10))
	checkArrow(t, table.ExporterTable, table.Exporters(o), rowtest.Exporters(3000, 8))
	checkArrow(t, table.ExporterTable, table.Exporters(o), make([]table.ExporterRow, 10))
	checkArrow(t, "rates", rateColumns(), rates())
}

func checkArrow[R any](t *testing.T, name string, columns []table.Column[R], rows []R) {
	t.Helper()
	r, err := file.NewParquetReader(bytes.NewReader(write(t, name, columns, rows, 1000)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.NumRows() != int64(len(rows)) || r.MetaData().GetCreatedBy() != "netstream" {
		t.Fatalf("%d rows by %s, want %d", r.NumRows(), r.MetaData().GetCreatedBy(), len(rows))
	}
	if root := r.MetaData().Schema.Root(); root.RepetitionType() != parquet.Repetitions.Required {
		t.Errorf("the root is %s", root.RepetitionType())
	}
	for g := range r.NumRowGroups() {
		group := r.RowGroup(g)
		here := rows[:group.NumRows()]
		rows = rows[group.NumRows():]
		for i := range columns {
			checkArrowStatistics(t, r, g, i, columns[i].Nullable())
			column, err := group.Column(i)
			if err != nil {
				t.Fatal(err)
			}
			checkArrowColumn(t, &columns[i], column, here)
		}
	}
}

// checkArrowStatistics checks what pages cannot tell.
func checkArrowStatistics(t *testing.T, r *file.Reader, group, column int, nullable bool) {
	t.Helper()
	chunk, err := r.MetaData().RowGroup(group).ColumnChunk(column)
	if err != nil {
		t.Fatal(err)
	}
	if dictionary := chunk.Encodings()[0] == parquet.Encodings.RLEDict; dictionary != chunk.HasDictionaryPage() {
		t.Fatalf("column %d, row group %d: encodings %v, dictionary page %t", column, group, chunk.Encodings(), chunk.HasDictionaryPage())
	}
	statistics, err := chunk.Statistics()
	if err != nil {
		t.Fatal(err)
	}
	if !statistics.HasNullCount() || statistics.NullCount() > 0 && !nullable {
		t.Fatalf("column %d, row group %d: %d NULLs", column, group, statistics.NullCount())
	}
	if !statistics.HasMinMax() && statistics.NullCount() < chunk.NumValues() {
		t.Fatalf("column %d, row group %d: no least and greatest value", column, group)
	}
}

func checkArrowColumn[R any](t *testing.T, c *table.Column[R], reader file.ColumnChunkReader, rows []R) {
	t.Helper()
	n := int64(len(rows))
	levels := make([]int16, n)
	var number func(i int) int64
	var text func(i int) string
	readAll(t, c.Name, n, reader, levels, &number, &text)
	value := 0
	for i := range rows {
		null, wantNumber, wantText := rowtest.Cell(c, &rows[i])
		if isNull := c.Nullable() && levels[i] == 0; isNull != null {
			t.Fatalf("column %s, row %d: NULL %t, want %t", c.Name, i, isNull, null)
		}
		if null {
			continue
		}
		if c.Kind == table.Text {
			if got := text(value); got != wantText {
				t.Fatalf("column %s, row %d: %q, want %q", c.Name, i, got, wantText)
			}
		} else if got := number(value); got != wantNumber {
			t.Fatalf("column %s, row %d: %d, want %d", c.Name, i, got, wantNumber)
		}
		value++
	}
}

// readAll reads n values with their levels.
func readAll(t *testing.T, name string, n int64, reader file.ColumnChunkReader, levels []int16, number *func(int) int64, text *func(int) string) {
	t.Helper()
	var read func(from, values int64) (int64, int, error)
	switch r := reader.(type) {
	case *file.Int32ColumnChunkReader:
		v := make([]int32, n)
		read = func(from, values int64) (int64, int, error) {
			return r.ReadBatch(n-from, v[values:], levels[from:], nil)
		}
		*number = func(i int) int64 { return int64(uint32(v[i])) }
	case *file.Int64ColumnChunkReader:
		v := make([]int64, n)
		read = func(from, values int64) (int64, int, error) {
			return r.ReadBatch(n-from, v[values:], levels[from:], nil)
		}
		*number = func(i int) int64 { return v[i] }
	case *file.BooleanColumnChunkReader:
		v := make([]bool, n)
		read = func(from, values int64) (int64, int, error) {
			return r.ReadBatch(n-from, v[values:], levels[from:], nil)
		}
		*number = func(i int) int64 {
			if v[i] {
				return 1
			}
			return 0
		}
	case *file.Float64ColumnChunkReader:
		v := make([]float64, n)
		read = func(from, values int64) (int64, int, error) {
			return r.ReadBatch(n-from, v[values:], levels[from:], nil)
		}
		*number = func(i int) int64 { return int64(math.Float64bits(v[i])) }
	case *file.ByteArrayColumnChunkReader:
		v := make([]parquet.ByteArray, n)
		all := make([]string, 0, n)
		read = func(from, values int64) (int64, int, error) {
			total, got, err := r.ReadBatch(n-from, v[values:], levels[from:], nil)
			for _, octets := range v[values : values+int64(got)] {
				all = append(all, string(octets)) // they lie in the page
			}
			return total, got, err
		}
		*text = func(i int) string { return all[i] }
	default:
		t.Fatalf("column %s: unexpected type %T", name, reader)
	}
	for from, values := int64(0), int64(0); from < n; {
		total, got, err := read(from, values)
		if err != nil || total == 0 {
			t.Fatalf("column %s: %d of %d values, %v", name, from, n, err)
		}
		from += total
		values += int64(got)
	}
}
