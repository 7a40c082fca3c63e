package parquetfile_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/parquetfile"
	"netstream/writer/readback"
	"netstream/writer/rowtest"
	"netstream/writer/table"
)

// write gives the file of a table, written in batches of the given size.
func write[R any](t *testing.T, name string, columns []table.Column[R], rows []R, batch int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := parquetfile.New(&out, name, columns)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(rows); i += batch {
		if err := w.WriteBatch(rows[i:min(i+batch, len(rows))]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if w.Rows() != int64(len(rows)) {
		t.Fatalf("writer counts %d rows, want %d", w.Rows(), len(rows))
	}
	return out.Bytes()
}

// save puts a file where readback can open it.
func save(t *testing.T, octets []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "table.parquet")
	if err := os.WriteFile(path, octets, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// checkRoundTrip writes rows, reads them back with parquet-go and compares every
// cell and every sum.
func checkRoundTrip[R any](t *testing.T, name string, columns []table.Column[R], rows []R) {
	t.Helper()
	path := save(t, write(t, name, columns, rows, 1000))
	n, err := readback.Rows(path)
	if err != nil || n != int64(len(rows)) {
		t.Fatalf("Rows = %d, %v, want %d", n, err, len(rows))
	}
	summary, err := readback.Summarize(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(summary.Columns) != len(columns) {
		t.Fatalf("%d columns, want %d", len(summary.Columns), len(columns))
	}
	for i := range columns {
		c := &columns[i]
		want := readback.Column{Name: c.Name, Integer: c.Kind != table.Text && c.Kind != table.Float64 && c.Kind != table.Bool, Bool: c.Kind == table.Bool, Float: c.Kind == table.Float64}
		cells, err := readback.Cells(path, c.Name)
		if err != nil {
			t.Fatal(err)
		}
		if len(cells) != len(rows) {
			t.Fatalf("column %s has %d cells, want %d", c.Name, len(cells), len(rows))
		}
		for j := range rows {
			null, number, text := rowtest.Cell(c, &rows[j])
			if cell := (readback.Cell{Null: null, Int: number, Text: text}); cells[j] != cell {
				t.Fatalf("column %s, row %d: got %+v, want %+v", c.Name, j, cells[j], cell)
			}
			if null {
				want.Nulls++
			} else if want.Integer {
				want.Sum.Add(number)
			}
		}
		got := summary.Columns[i]
		if got.Name != want.Name || got.Nulls != want.Nulls || got.Integer != want.Integer || got.Float != want.Float || got.Sum != want.Sum {
			t.Errorf("summary %+v, want %+v", got, want)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	micro, nano := rowtest.Options(), rowtest.Options()
	micro.WithMAC, micro.Elements = false, nil
	nano.Nanoseconds = true
	options := map[string]table.Options{"microseconds": micro, "nanoseconds": nano}
	for _, n := range []int{0, 1, 7, 8, 9, 511, 5000, 20_000} {
		for name, o := range options {
			t.Run(name, func(t *testing.T) {
				checkRoundTrip(t, table.FlowTable, table.Flows(o), rowtest.Wild(n, uint64(n)))
				checkRoundTrip(t, table.IntervalTable, table.Intervals(o), rowtest.WildIntervals(n, uint64(n)))
				checkRoundTrip(t, table.ExporterTable, table.Exporters(o), rowtest.Exporters(n, uint64(n)))
			})
		}
		checkRoundTrip(t, table.LedgerTable, table.Ledger(), rowtest.Ledger(n, uint64(n)))
	}
}

func TestRoundTripRealistic(t *testing.T) {
	o := rowtest.Options()
	checkRoundTrip(t, table.FlowTable, table.Flows(o), rowtest.Flows(20_000, 3))
	checkRoundTrip(t, table.IntervalTable, table.Intervals(o), rowtest.Intervals(20_000, 3))
	for _, rows := range [][]flow.Record{rowtest.Exported(20_000, 3), rowtest.ExportedRich(20_000, 3)} {
		checkRoundTrip(t, table.FlowTable, table.Flows(o), rows)
		checkRoundTrip(t, table.IntervalTable, table.Intervals(o), rowtest.ExportedIntervals(rows))
	}
}

// TestRowGroups writes more than two row groups, with a page that is not full at
// the end of the table.
func TestRowGroups(t *testing.T) {
	rows := rowtest.Wild(2*131072+20_001, 9)
	all := table.Flows(rowtest.Options())
	var columns []table.Column[flow.Record]
	for _, c := range all {
		switch c.Name {
		case "flow_start", "exporter_ip", "sampling_rate", "mpls_labels", "src_ip", "dst_port", "bytes", "flow_id", "community_id", "mpls_label":
			columns = append(columns, c)
		}
	}
	checkRoundTrip(t, table.FlowTable, columns, rows)
	path := save(t, write(t, table.FlowTable, columns, rows, 777))
	summary, err := readback.Summarize(path, "bytes")
	if err != nil || summary.RowGroups != 3 || len(summary.Columns) != 1 {
		t.Errorf("%d row groups, %d columns, %v, want 3 and 1", summary.RowGroups, len(summary.Columns), err)
	}
}

// TestLongText writes texts that fill pages and are too long for statistics.
func TestLongText(t *testing.T) {
	rows := rowtest.Ledger(60, 1)
	for i := range rows {
		rows[i].Input = string(bytes.Repeat([]byte{byte('a' + i%26)}, 100_000))
	}
	checkRoundTrip(t, table.LedgerTable, table.Ledger(), rows)
}

func TestMetadata(t *testing.T) {
	columns := table.Ledger()
	summary, err := readback.Summarize(save(t, write(t, table.LedgerTable, columns, nil, 1)))
	if err != nil {
		t.Fatal(err)
	}
	want, err := table.Metadata(table.LedgerTable, columns)
	if err != nil {
		t.Fatal(err)
	}
	if len(summary.Metadata) != len(want) {
		t.Errorf("%d keys, want %d", len(summary.Metadata), len(want))
	}
	for _, pair := range want {
		if summary.Metadata[pair.Key] != pair.Value {
			t.Errorf("%s is %q, want %q", pair.Key, summary.Metadata[pair.Key], pair.Value)
		}
	}
}
