package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"netstream/writer/manifest"
	"netstream/writer/outdir"
)

// madeRun writes a run directory with one table of an accounting scheme, as a run would
// that knows customers and directions.
func madeRun(t *testing.T, id string, rows ...string) string {
	t.Helper()
	out := t.TempDir()
	content := "interval_start,interval_end,customer,in_if,direction,packets,bytes\n" + strings.Join(rows, "\n") + "\n"
	m := &manifest.Manifest{Schema: manifest.Schema{Name: outdir.SchemaName, Version: manifest.Version}, RunID: id, Complete: true,
		Parameters: map[string]string{"time_unit": "us"}}
	zero := manifest.Number("0")
	m.Totals.PacketsRead, m.Totals.PacketsAccounted, m.Totals.Bytes, m.Totals.WireBytes, m.Totals.PayloadBytes = zero, zero, zero, zero, zero
	m.Totals.Messages, m.Totals.RecordsRead, m.Totals.RecordsAccounted, m.Totals.PacketsScaled, m.Totals.BytesScaled = zero, zero, zero, zero, zero
	sums := ""
	write := func(name, content string) string {
		path := filepath.Join(out, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		digest := sha256.Sum256([]byte(content))
		sums += hex.EncodeToString(digest[:]) + "  " + name + "\n"
		return hex.EncodeToString(digest[:])
	}
	digest := write("accounting/customers.csv", content)
	m.Outputs = []manifest.Output{{Name: "accounting/customers.csv", Table: "accounting/customers", Rows: uint64(len(rows)), Size: int64(len(content)), SHA256: digest}}
	var document bytes.Buffer
	if err := m.Write(&document); err != nil {
		t.Fatal(err)
	}
	write(outdir.ManifestName, document.String())
	write(outdir.SumsName, sums)
	return out
}

// billRow gives a row of five minutes.
func billRow(start time.Time, customer string, in int, direction string, packets, octets uint64) string {
	const layout = "2006-01-02T15:04:05.000000Z"
	start = start.UTC()
	return fmt.Sprintf("%s,%s,%s,%d,%s,%d,%d", start.Format(layout), start.Add(5*time.Minute).Format(layout), customer, in, direction, packets, octets)
}

// billed runs netstream bill, which must succeed, and gives its rows.
func billed(t *testing.T, args ...string) sheet {
	t.Helper()
	got := netstream(append([]string{"bill", "-o", "csv"}, args...)...)
	if got.code != exitOK {
		t.Fatalf("bill %q: exit code %d: %s", args, got.code, got.errors)
	}
	return sheetOf(t, got.out)
}

func (s sheet) column(t *testing.T, name string) []string {
	t.Helper()
	if !slices.Contains(s.columns, name) {
		t.Fatalf("there is no column %s in %q", name, s.columns)
	}
	var cells []string
	for _, cells1 := range s.rows {
		cells = append(cells, cells1[slices.Index(s.columns, name)])
	}
	return cells
}

// TestBillPublished bills the samples that a provider published. They are those in which
// there are rows; the rest of the day is no sample.
func TestBillPublished(t *testing.T) {
	in := []string{".139", ".653", ".201", ".116", ".084", ".032", ".047", ".185", ".198", ".203",
		".276", ".370", ".971", ".233", ".218", ".182", ".169", ".126", ".131", ".157"}
	out := []string{"1.347", "1.435", "1.229", ".523", ".438", ".231", ".347", ".689", ".940", "1.248",
		"1.385", "1.427", "3.988", "1.265", "1.221", "1.013", ".992", ".874", ".896", "1.002"}
	start := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	var rows []string
	for i := range in {
		for direction, rate := range map[string]string{"ingress": in[i], "egress": out[i]} {
			r, ok := new(big.Rat).SetString(rate)
			if !ok {
				t.Fatal(rate)
			}
			octets := r.Mul(r, big.NewRat(300*1e6, 8)).Num().Uint64()
			rows = append(rows, billRow(start.Add(time.Duration(i)*5*time.Minute), "acme", 1, direction, 1, octets))
		}
	}
	slices.Sort(rows)
	run := madeRun(t, "aa", rows...)
	for direction, want := range map[string][3]string{
		"in": {"653000", "in", "1"}, "out": {"1.435e+06", "out", "1"}, "max": {"1.435e+06", "out", "1"}, "sample-max": {"1.435e+06", "sample-max", "1"}, "sum": {"2.088e+06", "sum", "1"},
	} {
		s := billed(t, run, "--by", "customer", "--period", "2026-01-05", "--missing", "absent", "--direction", direction)
		got := [3]string{s.column(t, "rate_bps")[0], s.column(t, "billed")[0], s.column(t, "samples_dropped")[0]}
		if got != want || s.column(t, "samples_used")[0] != "20" || s.column(t, "samples_expected")[0] != "288" {
			t.Errorf("%s: %q, want %q", direction, got, want)
		}
	}
	// Of 288 samples of a day 14 are dropped, of which 20 are not 0: the 15th greatest.
	s := billed(t, run, "--by", "customer", "--period", "2026-01-05", "--direction", "out")
	if got := s.column(t, "rate_bps")[0]; got != "874000" || s.column(t, "samples_dropped")[0] != "14" {
		t.Errorf("with zeros: %s bit/s, want 874000", got)
	}
}

// TestBillNaive compares bills of random months in a zone with a change of clocks with a
// plain recomputation in floating-point numbers, which hold these counts exactly.
func TestBillNaive(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	begin, end := time.Date(2026, 3, 1, 0, 0, 0, 0, zone), time.Date(2026, 4, 1, 0, 0, 0, 0, zone)
	random := rand.New(rand.NewPCG(7, 8))
	const samples = 8916 // 31 days of 288, less one hour
	var parts [2][]string
	counts := map[string][]float64{}
	for range 3000 {
		customer := string(rune('a' + random.IntN(4)))
		at := random.IntN(samples+40) - 20 // some lie past the period
		octets := random.Uint64N(1 << 40)
		part := random.IntN(2)
		parts[part] = append(parts[part], billRow(begin.Add(time.Duration(at)*5*time.Minute), customer, 1, "", 1, octets))
		if at >= 0 && at < samples {
			if counts[customer] == nil {
				counts[customer] = make([]float64, samples)
			}
			counts[customer][at] += float64(octets)
		}
	}
	if end.Sub(begin) != samples*5*time.Minute {
		t.Fatal("the month has another length")
	}
	a, b := madeRun(t, "aa", parts[0]...), madeRun(t, "bb", parts[1]...)
	args := []string{a, b, "--by", "customer", "--period", "2026-03", "--zone", "Europe/Berlin"}
	for _, rate := range []int{50, 90, 95, 98, 100} {
		s := billed(t, append(args, "--rate", fmt.Sprintf("p%d", rate))...)
		for i, customer := range s.column(t, "customer") {
			sorted := slices.Clone(counts[customer])
			slices.Sort(sorted)
			slices.Reverse(sorted)
			want := new(big.Rat).SetFloat64(sorted[min(samples*(100-rate)/100, samples-1)])
			want.Mul(want, big.NewRat(8, 300))
			if got := s.column(t, "rate_exact")[i]; got != want.String() {
				t.Errorf("p%d of %s is %s, want %s", rate, customer, got, want)
			}
			sum := 0.0
			for _, v := range sorted {
				sum += v
			}
			if got := s.column(t, "volume")[i]; got != strconv.FormatFloat(sum, 'f', 0, 64) {
				t.Errorf("volume of %s is %s, want %.0f", customer, got, sum)
			}
		}
	}
	one, other := netstream(append([]string{"bill"}, args...)...), netstream("bill", b, a, "--by", "customer", "--period", "2026-03", "--zone", "Europe/Berlin")
	mustBeSame(t, "runs in another order", other.out, one.out)
}

// TestBillCombine has a customer with two interfaces that are busy at different times.
func TestBillCombine(t *testing.T) {
	start := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	var rows []string
	for i := range 20 {
		at := start.Add(time.Duration(i) * 5 * time.Minute)
		rows = append(rows, billRow(at, "acme", 1, "ingress", 10, uint64(37500*(i+1))), billRow(at, "acme", 2, "ingress", 10, uint64(37500*(20-i))))
	}
	run := madeRun(t, "aa", rows...)
	args := []string{run, "--by", "customer", "--period", "2026-01-05", "--missing", "absent", "--direction", "in"}
	first := billed(t, args...)
	if got := first.column(t, "rate_bps")[0]; got != "21000" { // 21 in each sample
		t.Errorf("sum first: %s", got)
	}
	each := billed(t, append(args, "--combine", "percentile-first", "--per", "in_if")...)
	if got := each.column(t, "rate_bps")[0]; got != "38000" || each.column(t, "series")[0] != "2" { // 19 of each
		t.Errorf("percentile first: %s", got)
	}
	overhead := billed(t, append(args, "--l2-overhead", "18")...)
	if got := overhead.column(t, "rate_exact")[0]; got != "105048/5" { // 21000 + 20 * 18 * 8 / 300
		t.Errorf("with overhead: %s", got)
	}
	packets := billed(t, append(args, "--counter", "packets")...)
	if got := packets.column(t, "rate_exact")[0]; got != "1/15" {
		t.Errorf("packets: %s", got)
	}
}

// TestBillTariff has the items of two customers.
func TestBillTariff(t *testing.T) {
	tariff := saved(t, "tariff.toml", []byte(`
currency = "EUR"

[[item]]
name = "port"
unit = "period"
price = "99.995"

[[item]]
name = "transit"
match = { customer = "acme" }
unit = "Mbit/s"
direction = "max"
price = "0.35"

[[item]]
name = "day"
unit = "GB"
window = [{ days = "mon-fri", from = "08:00", to = "18:00" }]
tier = [{ up_to = "1", price = "0.5" }, { price = "0.25" }]
`))
	berlin := time.FixedZone("", 3600)
	rows := []string{
		billRow(time.Date(2026, 1, 5, 7, 55, 0, 0, berlin), "acme", 1, "ingress", 1, 9_000_000_000),
		billRow(time.Date(2026, 1, 5, 8, 0, 0, 0, berlin), "acme", 1, "ingress", 1, 1_500_000_000),
		billRow(time.Date(2026, 1, 5, 17, 55, 0, 0, berlin), "acme", 1, "egress", 1, 1_000_000_000),
		billRow(time.Date(2026, 1, 5, 18, 0, 0, 0, berlin), "bravo", 1, "egress", 1, 7_000_000_000),
	}
	run := madeRun(t, "aa", rows...)
	s := billed(t, run, "--by", "customer", "--period", "2026-01-05", "--zone", "Europe/Berlin", "--missing", "outage", "--rate", "p75", "--tariff", tariff)
	got := s.only([]string{"customer", "item", "tier", "quantity", "unit", "price", "amount"})
	want := [][]string{
		{"acme", "port", "", "1.000000", "period", "99.995", "100.00"},
		{"acme", "transit", "", "40.000000", "Mbit/s", "0.35", "14.00"},
		{"acme", "day", "1", "1.000000", "GB", "0.50", "0.50"},
		{"acme", "day", "2", "1.500000", "GB", "0.25", "0.38"}, // 0.375
		{"acme", "total", "", "", "", "", "114.88"},
		{"bravo", "port", "", "1.000000", "period", "99.995", "100.00"},
		{"bravo", "day", "1", "0.000000", "GB", "0.50", "0.00"},
		{"bravo", "total", "", "", "", "", "100.00"},
	}
	mustEqual(t, "items", got, sheet{got.columns, want})
}
