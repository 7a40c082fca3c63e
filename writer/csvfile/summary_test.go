package csvfile

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"netstream/writer/table"
)

// summarizeByLibrary is Summarize by encoding/csv.
func summarizeByLibrary(file []byte, names ...string) (Summary, error) {
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		return Summary{}, err
	}
	if len(rows) == 0 {
		return Summary{}, fmt.Errorf("no header")
	}
	s := Summary{Rows: uint64(len(rows) - 1)}
	for _, name := range names {
		column := slices.Index(rows[0], name)
		if column < 0 {
			return Summary{}, fmt.Errorf("no column %s", name)
		}
		sum, nulls := new(big.Int), uint64(0)
		for _, row := range rows[1:] {
			if row[column] == "" {
				nulls++
				continue
			}
			v, err := strconv.ParseInt(row[column], 10, 64)
			if err != nil {
				return Summary{}, err
			}
			sum.Add(sum, big.NewInt(v))
		}
		s.Sums, s.Nulls = append(s.Sums, sum), append(s.Nulls, nulls)
	}
	return s, nil
}

func (s Summary) String() string { return fmt.Sprint(s.Rows, s.Sums, s.Nulls) }

// writtenTable writes random cells: numbers of all sizes, texts with all that has a meaning in CSV, and NULL, which some columns
// are throughout.
func writtenTable(t testing.TB, random *rand.Rand) (file []byte, names []string) {
	t.Helper()
	var columns []table.ResultColumn
	full := make([]int, 2+random.IntN(40)) // of 4 cells how many are not NULL
	for i := range full {
		kind := table.Int64
		if random.IntN(3) == 0 {
			kind = table.Text
		}
		columns = append(columns, table.ResultColumn{Name: fmt.Sprintf("c%d", i), Kind: kind})
		full[i] = random.IntN(5) * random.IntN(2)
		if kind == table.Int64 && random.IntN(2) == 0 {
			names = append(names, columns[i].Name)
		}
	}
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	var octets bytes.Buffer
	w, err := New(&octets, "rows", table.Results(columns))
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{"", "a", `say "x", y`, "=1+1", "line\nbreak", ",", `"`, `""`, strings.Repeat("long,", 30)}
	for range random.IntN(200) {
		cells := make([]table.ResultCell, len(columns))
		for i := range cells {
			if cells[i].Null = random.IntN(4) >= full[i]; !cells[i].Null && columns[i].Kind == table.Text {
				cells[i].Text = texts[random.IntN(len(texts))]
			} else if !cells[i].Null {
				cells[i].Int = int64(random.Uint64()) >> random.IntN(64)
			}
		}
		if err := w.Write(&table.ResultRow{Cells: cells}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return octets.Bytes(), names
}

// Tables that are written have the sums that encoding/csv finds, in whatever pieces they are read.
func TestSummarize(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		file, names := writtenTable(t, random)
		if len(names) > 0 && random.IntN(4) == 0 {
			names = append(names, names[0])
		}
		want, err := summarizeByLibrary(file, names...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Summarize(bytes.NewReader(file), names...)
		if err != nil || got.String() != want.String() {
			t.Fatalf("%v, %v, want %v of\n%s", got, err, want, file)
		}
		if again, err := Summarize(iotest.OneByteReader(bytes.NewReader(file)), names...); err != nil || !reflect.DeepEqual(again, got) {
			t.Fatalf("octet by octet: %v, %v, want %v", again, err, got)
		}
	}
}

// Sums beyond 64 bits are exact.
func TestSummarizeLargeNumbers(t *testing.T) {
	for _, v := range []int64{math.MaxInt64, math.MinInt64} {
		file := "n,m\n" + strings.Repeat(fmt.Sprintf("%d,1\n", v), 100_000)
		s, err := Summarize(strings.NewReader(file), "n", "m")
		if want := new(big.Int).Mul(big.NewInt(v), big.NewInt(100_000)); err != nil || s.Rows != 100_000 || s.Sums[0].Cmp(want) != 0 || s.Sums[1].Int64() != 100_000 {
			t.Errorf("%v, %v, want %v", s, err, want)
		}
	}
}

// Numbers are read as strconv reads them, however they are written.
func TestSummarizeSpellings(t *testing.T) {
	for spelled, want := range map[string]string{
		"007": "7", "+5": "5", "-0": "0", "-12": "-12", "0000000000000000000000012": "12",
		"999999999999999999": "999999999999999999", "1000000000000000000": "1000000000000000000", "9223372036854775807": "9223372036854775807",
	} {
		s, err := Summarize(strings.NewReader("a,n,b\nlonger than eight octets,"+spelled+",x\n,"+spelled+",\n"), "n")
		one, _ := new(big.Int).SetString(want, 10)
		if err != nil || s.Rows != 2 || s.Nulls[0] != 0 || s.Sums[0].Cmp(one.Add(one, one)) != 0 {
			t.Errorf("%s: %v, %v, want twice %s", spelled, s, err, want)
		}
	}
}

// A row with the longest names that there are is read back, by both readers.
func TestLongRow(t *testing.T) {
	columns := make([]table.ResultColumn, 6)
	cells := make([]table.ResultCell, len(columns))
	for i := range columns {
		columns[i], cells[i].Text = table.ResultColumn{Name: fmt.Sprintf("c%d", i), Kind: table.Text}, strings.Repeat("\x01", 1<<16)
	}
	columns[5].Kind, cells[5] = table.Int64, table.ResultCell{Int: 7}
	var file bytes.Buffer
	w, err := New(&file, "rows", table.Results(columns))
	if err == nil {
		err = w.Write(&table.ResultRow{Cells: cells})
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Summarize(bytes.NewReader(file.Bytes()), "c5"); err != nil || s.Rows != 1 || s.Sums[0].Int64() != 7 {
		t.Errorf("%v, %v, want one row with 7", s, err)
	}
	if err := Each(&file, []string{"c5"}, []table.Kind{table.Int64}, func(row []Cell) error {
		if row[0].Int != 7 {
			t.Errorf("%v, want 7", row)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// What the writer does not write is refused, with its row.
func TestSummarizeWrongTables(t *testing.T) {
	broken := iotest.ErrReader(fmt.Errorf("broken"))
	for file, want := range map[string]string{
		"":                                      "cannot read back header: unexpected EOF",
		"a,b":                                   "cannot read back header: line of 3 octets without an end",
		"\"a\",b\n":                             "cannot read back header: a quotation mark is out of place",
		"a,c\n":                                 "cannot read back: there is no column b",
		"a,b\n1,2\n1,2,3\n":                     "cannot read back row 2: more than 2 cells",
		"a,b\n1,2\n1,2,3,4,5,6,7,8,9\n":         "cannot read back row 2: more than 2 cells",
		"a,b\n1,2,\n":                           "cannot read back row 1: more than 2 cells",
		"a,b\n1\n":                              "cannot read back row 1: 1 cells, want 2",
		"a,b\n1,2\n\n":                          "cannot read back row 2: 1 cells, want 2",
		"a,b\n1,2\n3,4":                         "cannot read back row 2: line of 3 octets without an end",
		"a,b\n1,x\n":                            `cannot read back row 1: column b: strconv.ParseInt: parsing "x": invalid syntax`,
		"a,b\n1,1.5\n":                          `cannot read back row 1: column b: strconv.ParseInt: parsing "1.5": invalid syntax`,
		"a,b\n1,9223372036854775808\n":          `cannot read back row 1: column b: strconv.ParseInt: parsing "9223372036854775808": value out of range`,
		"a,b\n\"x,2\n":                          "cannot read back row 1: a quotation mark is out of place",
		"a,b\n\"x\"y,2\n":                       "cannot read back row 1: a quotation mark is out of place",
		"a,b\nx\"y,2\n":                         "cannot read back row 1: a quotation mark is out of place",
		"a,b\nlonger than eight \"octets,2\n":   "cannot read back row 1: a quotation mark is out of place",
		"a,b\n\"line\nbreak\",2\n":              "cannot read back row 1: a quotation mark is out of place",
		"a,b\n1," + strings.Repeat("x", 33<<20): "cannot read back row 1: line of 16777216 octets or more",
	} {
		if s, err := Summarize(strings.NewReader(file), "b"); err == nil || err.Error() != want {
			t.Errorf("%.40q: %v, error %v, want %s", file, s, err, want)
		}
	}
	if _, err := Summarize(broken, "b"); err == nil || err.Error() != "cannot read back header: broken" {
		t.Errorf("error %v, want the one of the source", err)
	}
}

// FuzzSummarize takes nothing that encoding/csv does not take, and finds the same sums.
func FuzzSummarize(f *testing.F) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 5 {
		file, _ := writtenTable(f, random)
		f.Add(file)
	}
	f.Add([]byte("a,c1,b\n1,2,\"x, y\"\n,,\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		header, _, _ := bytes.Cut(file, []byte("\n"))
		if bytes.Contains(file, []byte("\r")) || !bytes.Contains(header, []byte(",")) { // encoding/csv leaves out carriage returns in front of line ends, and empty lines
			return
		}
		for _, names := range [][]string{{"c1"}, {"c0", "c7"}, nil} {
			got, err := Summarize(bytes.NewReader(file), names...)
			if err != nil {
				continue
			}
			if want, err := summarizeByLibrary(file, names...); err != nil || got.String() != want.String() {
				t.Fatalf("%v, want %v, %v of %q", got, want, err, file)
			}
		}
	})
}

func BenchmarkSummarize(b *testing.B) {
	row := "1,2,,,,2026-11-23T02:57:38.810601976Z,192.0.2.1,1234,,,,,,,,,,,,,,,,,,,,,,tcp,,,,,,,,,,1:LQU9qZlK+B5F3KDmev6m5PMibrg=,77,88,99,,,,,,,\n"
	file := strings.Repeat("c,", strings.Count(row, ",")-3) + "packets,bytes,wire,c\n" + strings.Repeat(row, 10_000)
	for name, summarize := range map[string]func() (Summary, error){
		"here":    func() (Summary, error) { return Summarize(strings.NewReader(file), "packets", "bytes") },
		"library": func() (Summary, error) { return summarizeByLibrary([]byte(file), "packets", "bytes") },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			for b.Loop() {
				if _, err := summarize(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
