package csvfile_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"netstream/aggregate/flow"
	"netstream/writer/csvfile"
	"netstream/writer/rowtest"
	"netstream/writer/table"
)

func write[R any](t *testing.T, columns []table.Column[R], rows []R) []byte {
	t.Helper()
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
	if w.Rows() != int64(len(rows)) {
		t.Fatalf("writer counts %d rows, want %d", w.Rows(), len(rows))
	}
	return out.Bytes()
}

func TestGolden(t *testing.T) {
	points := flow.NewPoints()
	point, err := points.Number(flow.Point{Interface: `=cmd|' /C "calc"'!A1`})
	if err != nil {
		t.Fatal(err)
	}
	known := flow.IntervalRecord{
		Key: flow.Key{
			Source: flow.MappedIPv4([4]byte{192, 0, 2, 1}), Destination: flow.MappedIPv4([4]byte{198, 51, 100, 2}),
			SourcePort: 65535, DestinationPort: 53, Point: point, Protocol: 17, ClassOfService: 184, Version: 4, Shape: 1,
		},
		Start: 1_700_000_100_000_000_000, End: 1_700_000_400_000_000_000, Complete: true, First: 1_700_000_100_000_000_999, Last: 1_700_000_399_999_999_999,
		Counters:    flow.Counters{Packets: 2, Octets: 120, WireOctets: 148, PayloadOctets: 64},
		FlowsActive: 2, FlowsStarted: 1, TCPFlags: 3, Marks: flow.MarkTCP,
		Has: flow.MeteredFields, Distribution: flow.DistributionDirect,
	}
	unknown := flow.IntervalRecord{Key: flow.Key{Source: [16]byte{0: 0x20, 15: 1}, Version: 6, Protocol: 89}, Start: flow.MinTimestamp, End: -9_223_371_900_000_000_000, First: flow.MinTimestamp, Last: flow.MaxTimestamp,
		Has: flow.MeteredFields, Distribution: flow.DistributionDirect}
	const head = "interval_start,interval_end,interface,exporter_ip,observation_domain,in_if,in_if_name,out_if,out_if_name,direction,ip_version,src_ip,dst_ip,src_port,dst_port,protocol,tos," +
		"flows_active,flows_started,flows_ended,packets,bytes,wire_bytes,payload_bytes,packets_scaled,bytes_scaled,tunnel_type,tunnel_id,outer_src_ip,outer_dst_ip,tcp_flags,first_seen,last_seen,distribution,complete\n"
	const interfaceCell = `"'=cmd|' /C ""calc""'!A1"`
	for _, c := range []struct {
		name        string
		nanoseconds bool
		want        string
	}{
		{"microseconds", false, head +
			"2023-11-14T22:15:00.000000Z,2023-11-14T22:20:00.000000Z," + interfaceCell + ",,,,,,,,4,192.0.2.1,198.51.100.2,65535,53,17,184,2,1,0,2,120,148,64,,,,,,,3,2023-11-14T22:15:00.000000Z,2023-11-14T22:19:59.999999Z,direct,true\n" +
			"1677-09-21T00:12:43.145224Z,1677-09-21T00:15:00.000000Z,,,,,,,,,6,2000::1,::,,,89,0,0,0,0,0,0,0,0,,,,,,,,1677-09-21T00:12:43.145224Z,2262-04-11T23:47:16.854775Z,direct,false\n"},
		{"nanoseconds", true, head +
			"2023-11-14T22:15:00.000000000Z,2023-11-14T22:20:00.000000000Z," + interfaceCell + ",,,,,,,,4,192.0.2.1,198.51.100.2,65535,53,17,184,2,1,0,2,120,148,64,,,,,,,3,2023-11-14T22:15:00.000000999Z,2023-11-14T22:19:59.999999999Z,direct,true\n" +
			"1677-09-21T00:12:43.145224192Z,1677-09-21T00:15:00.000000000Z,,,,,,,,,6,2000::1,::,,,89,0,0,0,0,0,0,0,0,,,,,,,,1677-09-21T00:12:43.145224192Z,2262-04-11T23:47:16.854775807Z,direct,false\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			columns := table.Intervals(table.Options{Points: points, Nanoseconds: c.nanoseconds})
			if got := string(write(t, columns, []flow.IntervalRecord{known, unknown})); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// TestParsed parses what was written with encoding/csv and compares every cell
// with what the declaration says.
func TestParsed(t *testing.T) {
	for _, nanoseconds := range []bool{false, true} {
		o := rowtest.Options()
		o.Nanoseconds = nanoseconds
		checkParsed(t, table.Flows(o), rowtest.Wild(5000, 1))
		checkParsed(t, table.Flows(o), rowtest.Flows(5000, 1))
		checkParsed(t, table.Flows(o), rowtest.ExportedRich(5000, 1))
		checkParsed(t, table.Intervals(o), rowtest.WildIntervals(5000, 1))
		checkParsed(t, table.Exporters(o), rowtest.Exporters(5000, 1))
	}
	checkParsed(t, table.Ledger(), rowtest.Ledger(5000, 1))
	checkParsed(t, table.Ledger(), nil)
}

func checkParsed[R any](t *testing.T, columns []table.Column[R], rows []R) {
	t.Helper()
	out := write(t, columns, rows)
	if lines := bytes.Count(out, []byte("\n")); lines != len(rows)+1 {
		t.Fatalf("%d lines, want %d", lines, len(rows)+1)
	}
	records, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != len(rows)+1 {
		t.Fatalf("%d records, want %d", len(records), len(rows)+1)
	}
	for i := range columns {
		c := &columns[i]
		if records[0][i] != c.Name {
			t.Fatalf("column %d is named %s, want %s", i, records[0][i], c.Name)
		}
		for j := range rows {
			checkCell(t, c, &rows[j], records[j+1][i])
		}
	}
}

func checkCell[R any](t *testing.T, c *table.Column[R], row *R, got string) {
	t.Helper()
	null, number, text := rowtest.Cell(c, row)
	want := strconv.FormatInt(number, 10)
	switch {
	case null:
		want = ""
	case c.Kind == table.Text:
		want, got = text, csvfile.ParseText(got)
	case c.Kind == table.TimestampMicro:
		want = time.UnixMicro(number).UTC().Format("2006-01-02T15:04:05.000000Z")
	case c.Kind == table.TimestampNano:
		want = time.Unix(0, number).UTC().Format("2006-01-02T15:04:05.000000000Z")
	case c.Kind == table.Bool:
		want = strconv.FormatBool(number == 1)
	case c.Kind == table.Float64:
		rate, err := strconv.ParseFloat(got, 64)
		if err != nil || rate != math.Float64frombits(uint64(number)) {
			t.Fatalf("column %s: got %q, want %v", c.Name, got, math.Float64frombits(uint64(number)))
		}
		return
	}
	if got != want {
		t.Fatalf("column %s: got %q, want %q", c.Name, got, want)
	}
}

// TestNullAndEmpty tells NULL from an empty text.
func TestNullAndEmpty(t *testing.T) {
	out := string(write(t, table.Ledger(), []table.LedgerRow{{Outcome: "accounted"}}))
	if want := "\n\"\",packet,accounted,,,,,,,,,,,,\n"; !strings.HasSuffix(out, want) {
		t.Errorf("got %q, want it to end in %q", out, want)
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"name", "eth0", "eth0"},
		{"Windows name", `\Device\NPF_{1}`, `\Device\NPF_{1}`},
		{"formula", "=1+1", "'=1+1"},
		{"plus", "+1", "'+1"},
		{"minus", "-1", "'-1"},
		{"at", "@SUM(A1)", "'@SUM(A1)"},
		{"full width", "＝1", "'＝1"},
		{"behind blanks", " \u00a0\u3000=1", "' \u00a0\u3000=1"},
		{"within", "a=1", "a=1"},
		{"blank", " a", " a"},
		{"tab", "\t=1", `'\x09=1`},
		{"carriage return", "\ra", `'\x0da`},
		{"line break", "a\r\n=1", `'a\x0d\x0a=1`},
		{"escape sequence", "\x1b[31m", `'\x1b[31m`},
		{"bidirectional mark", "a\u202eb", `'a\xe2\x80\xaeb`},
		{"line separator", "a\u2028b", `'a\xe2\x80\xa8b`},
		{"apostrophe", "'a", "''a"},
		{"apostrophe within", "a'", "a'"},
		{"backslash in an escaped text", "=\\x41\n", `'=\\x41\x0a`},
		{"comma", "a,b", `"a,b"`},
		{"quotation marks", `"a"`, `"""a"""`},
		{"all", "=\"a\",\n", `"'=""a"",\x0a"`},
		{"not UTF-8", "\xff", `'\xff`},
		{"empty", "", `""`},
		{"other scripts", "日本é", "日本é"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(csvfile.AppendText(nil, []byte(c.text))); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			checkText(t, c.text)
		})
	}
}

func TestHostileText(t *testing.T) {
	for _, text := range rowtest.Hostile(10_000, 1) {
		checkText(t, text)
	}
}

// checkText checks that a cell comes back as its text, is one line, and does not
// begin as a formula does.
func checkText(t *testing.T, text string) {
	t.Helper()
	line := append(csvfile.AppendText([]byte("1,"), []byte(text)), ",2\n"...)
	records, err := csv.NewReader(bytes.NewReader(line)).ReadAll()
	if err != nil || len(records) != 1 || len(records[0]) != 3 {
		t.Fatalf("%q: %q reads as %q, %v", text, line, records, err)
	}
	cell := records[0][1]
	if back := csvfile.ParseText(cell); back != text {
		t.Fatalf("%q: %q comes back as %q", text, cell, back)
	}
	if bytes.Count(line, []byte("\n")) != 1 || strings.ContainsFunc(cell, func(r rune) bool { return !unicode.IsGraphic(r) }) {
		t.Fatalf("%q: characters without a glyph in %q", text, cell)
	}
	begin := strings.TrimLeftFunc(cell, unicode.IsSpace)
	if begin != "" && strings.ContainsAny(begin[:1], "=+-@") {
		t.Fatalf("%q: %q begins as a formula", text, cell)
	}
}

func FuzzText(f *testing.F) {
	for _, text := range rowtest.Hostile(100, 2) {
		f.Add(text)
	}
	f.Fuzz(checkText)
}

func FuzzParseText(f *testing.F) {
	for _, cell := range []string{"", "'", `'\`, `'\x`, `'\x4`, `'\xzz`, `'\\`, "a"} {
		f.Add(cell)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		if text := csvfile.ParseText(cell); len(text) > len(cell) {
			t.Errorf("%q gives the longer %q", cell, text)
		}
	})
}

func TestNoAllocations(t *testing.T) {
	rows := append(rowtest.Flows(500, 1), rowtest.Wild(500, 1)...)
	w, err := csvfile.New(discard{}, "flows", table.Flows(rowtest.Options()))
	if err != nil {
		t.Fatal(err)
	}
	batch := func() {
		if err := w.WriteBatch(rows); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 { // until all texts have their room
		batch()
	}
	if n := testing.AllocsPerRun(10, batch); n != 0 {
		t.Errorf("%v allocations for %d rows, want 0", n, len(rows))
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

var errFull = errors.New("no space left on device")

type fullDevice struct{ space int }

func (d *fullDevice) Write(p []byte) (int, error) {
	n := min(len(p), d.space)
	d.space -= n
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

// TestFullDevice has the device fail behind every octet.
func TestFullDevice(t *testing.T) {
	columns, rows := table.Ledger(), rowtest.Ledger(50, 1)
	size := len(write(t, columns, rows))
	for space := range size + 1 {
		w, err := csvfile.New(&fullDevice{space: space}, "ledger", columns)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.WriteBatch(rows); err != nil {
			t.Fatal(err) // all of it fits into the buffer
		}
		err = w.Close()
		if space < size && !errors.Is(err, errFull) || space == size && err != nil {
			t.Fatalf("space %d of %d: %v", space, size, err)
		}
		if err := w.Close(); err == nil {
			t.Fatalf("space %d of %d: second Close succeeds", space, size)
		}
	}
}

// TestFullDeviceLarge fails while rows are written: the error stays.
func TestFullDeviceLarge(t *testing.T) {
	w, err := csvfile.New(&fullDevice{space: 300_000}, "flows", table.Flows(rowtest.Options()))
	if err != nil {
		t.Fatal(err)
	}
	rows := rowtest.Flows(10_000, 1)
	if err := w.WriteBatch(rows); !errors.Is(err, errFull) {
		t.Errorf("WriteBatch gives %v", err)
	}
	if err := w.Write(&rows[0]); !errors.Is(err, errFull) {
		t.Errorf("Write gives %v", err)
	}
	if err := w.Close(); !errors.Is(err, errFull) {
		t.Errorf("Close gives %v", err)
	}
}

func BenchmarkFlows(b *testing.B) {
	b.ReportAllocs()
	rows := rowtest.Flows(200_000, 1)
	w, err := csvfile.New(discard{}, "flows", table.Flows(rowtest.Options()))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := w.WriteBatch(rows); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(w.Rows())/b.Elapsed().Seconds(), "rows/s")
}
