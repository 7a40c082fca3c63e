package parquetfile_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"netstream/writer/table"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
)

// scatteredColumns are columns of the same numbers, of 16 bits, of 64 bits and of 64 bits that may be NULL where the
// number is a multiple of 7.
func scatteredColumns() []table.Column[int64] {
	declare := func(name string, kind table.Kind, null func(*int64) bool, of func(int64) int64) table.Column[int64] {
		return table.Column[int64]{Name: name, Kind: kind, Definition: "A number.", Pattern: table.Scattered, Null: null, Int: func(r *int64) int64 { return of(*r) }}
	}
	return []table.Column[int64]{
		declare("narrow", table.Uint16, nil, func(n int64) int64 { return n & 0xffff }),
		declare("wide", table.Int64, nil, func(n int64) int64 { return n * math.MaxInt32 }),
		declare("nullable", table.Int64, func(r *int64) bool { return *r%7 == 0 }, func(n int64) int64 { return -n }),
	}
}

// TestScatteredNumbers: each row group has a dictionary if its first page tells that it would be shorter so.
func TestScatteredNumbers(t *testing.T) {
	const groupRows, pageRows = 131072, 16384
	rng := rand.New(rand.NewPCG(1, 2))
	var rows []int64
	add := func(n int, row func(i int) int64) {
		for i := range n {
			rows = append(rows, row(i))
		}
	}
	add(groupRows, func(int) int64 { return rng.Int64N(1 << 16) })          // of all ports
	add(groupRows, func(int) int64 { return 40 + 20*rng.Int64N(3) })        // lengths of probes
	add(groupRows, func(i int) int64 { return int64(i) })                   // one after the other
	add(pageRows, func(int) int64 { return 1 + rng.Int64N(4) })             // few at first,
	add(groupRows-pageRows, func(int) int64 { return rng.Int64N(1 << 40) }) // and then all different
	add(groupRows, func(i int) int64 { return 443 + int64(i/9000) })        // long runs
	add(groupRows, func(int) int64 { return 7 })                            // always the same, or NULL
	add(pageRows/2, func(i int) int64 { return min(int64(i), 200) * 1000 }) // even steps, and then always the same
	columns := scatteredColumns()
	checkRoundTrip(t, "scattered", columns, rows)
	checkArrow(t, "scattered", columns, rows)

	octets := write(t, "scattered", columns, rows, 777)
	if !bytes.Equal(octets, write(t, "scattered", columns, rows, 5000)) {
		t.Error("how rows are shared out shows in the file")
	}
	r, err := file.NewParquetReader(bytes.NewReader(octets))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for column, want := range [][]bool{ // whether a row group has a dictionary
		{false, true, false, true, true, true, false},
		{false, true, false, true, true, true, false},
		{false, true, false, true, true, false, false}, // there are no values to number where all are NULL
	} {
		for group, dictionary := range want {
			m, err := r.MetaData().RowGroup(group).ColumnChunk(column)
			if err != nil {
				t.Fatal(err)
			}
			if got := slices.Contains(m.Encodings(), parquet.Encodings.RLEDict); got != dictionary || m.HasDictionaryPage() != dictionary ||
				slices.Contains(m.Encodings(), parquet.Encodings.DeltaBinaryPacked) == dictionary {
				t.Errorf("column %d, row group %d: encodings %v, dictionary page %v, want %v", column, group, m.Encodings(), m.HasDictionaryPage(), dictionary)
			}
		}
	}
}
