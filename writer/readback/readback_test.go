package readback_test

import (
	"bytes"
	"encoding/csv"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/writer/csvfile"
	"netstream/writer/parquetfile"
	"netstream/writer/readback"
	"netstream/writer/rowtest"
	"netstream/writer/table"
)

func save[R any](t testing.TB, name string, columns []table.Column[R], rows []R) string {
	t.Helper()
	var out bytes.Buffer
	w, err := parquetfile.New(&out, name, columns)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteBatch(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return saveOctets(t, out.Bytes())
}

func saveOctets(t testing.TB, octets []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "table.parquet")
	if err := os.WriteFile(path, octets, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSummarize(t *testing.T) {
	rows := make([]flow.Record, 3)
	for i := range rows {
		rows[i] = flow.Record{
			Key:   flow.Key{Version: 4, Shape: flow.Shape(i % 2), DestinationPort: 65535},
			Start: flow.Timestamp(1000 * i), Counters: flow.Counters{Packets: 1<<63 - 1, Octets: uint64(10 - i)},
		}
	}
	path := save(t, table.FlowTable, table.Flows(table.Options{Points: flow.NewPoints()}), rows)
	s, err := readback.Summarize(path, "flow_start", "dst_port", "packets", "bytes", "tcp_flags", "src_ip", "interface")
	if err != nil {
		t.Fatal(err)
	}
	if s.Rows != 3 || s.RowGroups != 1 || s.Metadata[table.MetadataTable] != table.FlowTable {
		t.Errorf("got %+v", s)
	}
	want := []readback.Column{
		{Name: "flow_start", Integer: true, Sum: readback.Sum{Low: 3}, Max: 2, Ascending: true},
		{Name: "interface", Nulls: 3, Ascending: true},
		{Name: "src_ip", Min: 0, Max: 0, Ascending: true},
		{Name: "dst_port", Nulls: 2, Integer: true, Sum: readback.Sum{Low: 65535}, Min: 65535, Max: 65535, Ascending: true},
		{Name: "packets", Integer: true, Sum: readback.Sum{High: 1, Low: 1<<63 - 3}, Min: 1<<63 - 1, Max: 1<<63 - 1, Ascending: true},
		{Name: "bytes", Integer: true, Sum: readback.Sum{Low: 27}, Min: 8, Max: 10},
		{Name: "tcp_flags", Nulls: 3, Integer: true, Ascending: true},
	}
	if len(s.Columns) != len(want) {
		t.Fatalf("%d columns, want %d", len(s.Columns), len(want))
	}
	for i := range want {
		if s.Columns[i] != want[i] {
			t.Errorf("got %+v, want %+v", s.Columns[i], want[i])
		}
	}
	packets, ok := s.Column("packets")
	if !ok || packets.Sum.String() != "27670116110564327421" {
		t.Errorf("sum of packets is %s", packets.Sum)
	}
	if _, ok := packets.Sum.Int64(); ok {
		t.Error("sum of packets fits into an int64")
	}
	if _, err := readback.Summarize(path, "no_such_column"); err == nil {
		t.Error("a column that is not there is summarised")
	}
	if _, err := readback.Cells(path, "no_such_column"); err == nil {
		t.Error("a column that is not there is read")
	}
}

func TestSum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var sum readback.Sum
	want := new(big.Int)
	for range 1000 {
		v := int64(r.Uint64())
		if r.IntN(3) == 0 {
			v = -1 << 63
		}
		sum.Add(v)
		want.Add(want, big.NewInt(v))
		if sum.String() != want.String() {
			t.Fatalf("got %s, want %s", sum, want)
		}
		if v, ok := sum.Int64(); ok != want.IsInt64() || ok && v != want.Int64() {
			t.Fatalf("Int64 gives %d, %t for %s", v, ok, want)
		}
	}
}

// TestCSVEqualsParquet compares the cells of both formats with each other.
func TestCSVEqualsParquet(t *testing.T) {
	o := rowtest.Options()
	compareFormats(t, table.Flows(o), rowtest.Wild(2000, 5))
	compareFormats(t, table.Intervals(o), rowtest.WildIntervals(2000, 5))
	o.Nanoseconds = true
	compareFormats(t, table.Flows(o), rowtest.Flows(2000, 5))
	compareFormats(t, table.Flows(o), rowtest.ExportedRich(2000, 5))
	compareFormats(t, table.Ledger(), rowtest.Ledger(2000, 5))
	compareFormats(t, table.Exporters(o), rowtest.Exporters(2000, 5))
}

func compareFormats[R any](t *testing.T, columns []table.Column[R], rows []R) {
	t.Helper()
	path := save(t, "test", columns, rows)
	var out bytes.Buffer
	w, err := csvfile.New(&out, "test", columns)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteBatch(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range columns {
		cells, err := readback.Cells(path, c.Name)
		if err != nil {
			t.Fatal(err)
		}
		if len(cells) != len(records)-1 {
			t.Fatalf("%d rows in Parquet, %d in CSV", len(cells), len(records)-1)
		}
		for j, cell := range cells {
			if got := parse(t, c.Kind, records[j+1][i]); got != cell && !(c.Kind == table.Text && got.Text == cell.Text) {
				t.Fatalf("column %s, row %d: %+v in CSV, %+v in Parquet", c.Name, j, got, cell)
			}
		}
	}
}

// parse gives a CSV cell. A NULL text cannot be told from an empty one there.
func parse(t *testing.T, kind table.Kind, cell string) readback.Cell {
	t.Helper()
	if cell == "" {
		return readback.Cell{Null: true}
	}
	switch kind {
	case table.Text:
		return readback.Cell{Text: csvfile.ParseText(cell)}
	case table.TimestampMicro, table.TimestampNano:
		at, err := time.Parse(time.RFC3339Nano, cell)
		if err != nil {
			t.Fatal(err)
		}
		if kind == table.TimestampMicro {
			return readback.Cell{Int: at.UnixMicro()}
		}
		return readback.Cell{Int: at.UnixNano()}
	case table.Bool:
		v, err := strconv.ParseBool(cell)
		if err != nil {
			t.Fatal(err)
		}
		if v {
			return readback.Cell{Int: 1}
		}
		return readback.Cell{}
	case table.Float64:
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			t.Fatal(err)
		}
		return readback.Cell{Int: int64(math.Float64bits(v))}
	}
	v, err := strconv.ParseInt(cell, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return readback.Cell{Int: v}
}

func TestNotATable(t *testing.T) {
	whole, err := os.ReadFile(save(t, table.LedgerTable, table.Ledger(), rowtest.Ledger(10, 1)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		octets []byte
		want   string
	}{
		{"empty", nil, "0 octets"},
		{"magic only", []byte("PAR1"), "4 octets"},
		{"cut", whole[:len(whole)-1], "footer is missing"},
		{"no footer", append(bytes.Clone(whole[:100]), "PAR1\xff\xff\xff\x7fPAR1"...), "footer of 2147483647 octets"},
		{"footer of zeros", append(make([]byte, 100), "\x10\x00\x00\x00PAR1"...), "cannot read back"},
		{"text", []byte("flow_start,flow_end,duration_us\n"), "footer is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := saveOctets(t, c.octets)
			if _, err := readback.Rows(path); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Rows gives %v, want %q", err, c.want)
			}
			if _, err := readback.Summarize(path); err == nil {
				t.Error("Summarize succeeds")
			}
		})
	}
	if _, err := readback.Rows(filepath.Join(t.TempDir(), "missing")); !os.IsNotExist(err) && err == nil {
		t.Error("a file that is not there has rows")
	}
}

// TestDamage flips bits all over a table. Nothing may panic, and if a table is
// read at all, then as what was written, as far as statistics can tell.
func TestDamage(t *testing.T) {
	columns := table.Flows(rowtest.Options())
	rows := rowtest.Flows(300, 1)
	whole, err := os.ReadFile(save(t, table.FlowTable, columns, rows))
	if err != nil {
		t.Fatal(err)
	}
	want, err := readback.Summarize(saveOctets(t, whole), "packets", "flow_start", "src_port")
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 1))
	refused := 0
	for range 400 {
		damaged := bytes.Clone(whole)
		damaged[r.IntN(len(damaged))] ^= 1 << r.IntN(8)
		got, err := readback.Summarize(saveOctets(t, damaged), "packets", "flow_start", "src_port")
		if err != nil {
			refused++
			continue
		}
		for i := range got.Columns {
			if got.Columns[i].Min != want.Columns[i].Min || got.Columns[i].Max != want.Columns[i].Max {
				t.Errorf("damage not seen: %+v, want %+v", got.Columns[i], want.Columns[i])
			}
		}
	}
	if refused == 0 {
		t.Error("no damage was seen at all")
	}
}

func BenchmarkSummarize(b *testing.B) {
	rows := rowtest.Flows(200_000, 1)
	path := save(b, table.FlowTable, table.Flows(rowtest.Options()), rows)
	for _, c := range []struct {
		name    string
		columns []string
	}{
		{"all", nil},
		{"counters", []string{"packets", "bytes", "wire_bytes", "payload_bytes"}},
		{"order", []string{"flow_start"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var values int64
			for b.Loop() {
				s, err := readback.Summarize(path, c.columns...)
				if err != nil {
					b.Fatal(err)
				}
				values += s.Rows * int64(len(s.Columns))
			}
			b.ReportMetric(float64(values)/b.Elapsed().Seconds(), "values/s")
		})
	}
}

func BenchmarkRows(b *testing.B) {
	path := save(b, table.FlowTable, table.Flows(rowtest.Options()), rowtest.Flows(200_000, 1))
	for b.Loop() {
		if _, err := readback.Rows(path); err != nil {
			b.Fatal(err)
		}
	}
}
