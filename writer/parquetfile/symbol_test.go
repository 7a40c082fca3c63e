package parquetfile_test

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"netstream/writer/table"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
)

// symbolRow is a cell of a column of symbols; 0 is NULL.
type symbolRow uint64

// symbolColumns are two columns of the same symbols, with short texts and with long
// ones, of which a few fill a page.
func symbolColumns() []table.Column[symbolRow] {
	declare := func(name string, spell func(dst []byte, s table.Symbol) []byte) table.Column[symbolRow] {
		return table.Column[symbolRow]{
			Name: name, Kind: table.Text, Definition: "A symbol.",
			Null:   func(r *symbolRow) bool { return *r == 0 },
			Symbol: func(r *symbolRow) table.Symbol { return table.Symbol{Low: uint64(*r)} },
			Spell:  spell,
		}
	}
	short := func(dst []byte, s table.Symbol) []byte { return strconv.AppendUint(dst, s.Low*s.Low, 36) }
	long := strings.Repeat("long ", 60)
	return []table.Column[symbolRow]{
		declare("short", short),
		declare("long", func(dst []byte, s table.Symbol) []byte { return short(append(dst, long...), s) }),
	}
}

// TestMostlyDifferentSymbols: a row group whose first page has many different texts
// has no dictionary; the next one decides anew.
func TestMostlyDifferentSymbols(t *testing.T) {
	const groupRows, pageRows = 131072, 16384
	var rows []symbolRow
	add := func(n int, row func(i int) int) {
		for i := range n {
			rows = append(rows, symbolRow(row(i)))
		}
	}
	add(groupRows, func(i int) int { return i + 1 })                            // all differ
	add(groupRows, func(i int) int { return i % 1000 })                         // few, with NULLs
	add(pageRows, func(i int) int { return i * 9 / 10 })                        // mostly different, some twice in a row, NULLs in front,
	add(groupRows-pageRows, func(i int) int { return 1 + i/500 })               // and then long runs
	add(groupRows, func(i int) int { return 1 + i*max(0, i-pageRows)%100_000 }) // one at first, then many
	add(1500, func(i int) int { return i })
	columns := symbolColumns()
	checkRoundTrip(t, "symbols", columns, rows)
	checkArrow(t, "symbols", columns, rows)

	octets := write(t, "symbols", columns, rows, 777)
	if !bytes.Equal(octets, write(t, "symbols", columns, rows, 5000)) {
		t.Error("how rows are shared out shows in the file")
	}
	r, err := file.NewParquetReader(bytes.NewReader(octets))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for column, want := range [][]bool{
		{false, true, false, true, false}, // whether a row group has a dictionary
		{true, true, true, true, false},   // long texts keep it: 1 MiB of them do not fit into a page
	} {
		for group, dictionary := range want {
			m, err := r.MetaData().RowGroup(group).ColumnChunk(column)
			if err != nil {
				t.Fatal(err)
			}
			if got := slices.Contains(m.Encodings(), parquet.Encodings.RLEDict); got != dictionary || m.HasDictionaryPage() != dictionary {
				t.Errorf("column %d, row group %d: encodings %v, dictionary page %v, want %v", column, group, m.Encodings(), m.HasDictionaryPage(), dictionary)
			}
		}
	}
}
