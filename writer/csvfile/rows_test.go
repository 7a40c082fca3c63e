package csvfile

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"netstream/writer/table"
)

// TestEach reads what the writer writes: NULL and an empty text apart, texts that are
// quoted and escaped, and times of both units.
func TestEach(t *testing.T) {
	columns := []table.ResultColumn{{Name: "n", Kind: table.Int64}, {Name: "t", Kind: table.Text}, {Name: "us", Kind: table.TimestampMicro},
		{Name: "ns", Kind: table.TimestampNano}, {Name: "f", Kind: table.Float64}}
	texts := []string{"", "a", `say "x", y`, "=1+1", "'", "line\nbreak", `back\slash`, `=back\slash`, "ü", ",", `"`, `""`}
	var file bytes.Buffer
	w, err := New(&file, "rows", table.Results(columns))
	if err != nil {
		t.Fatal(err)
	}
	var want [][]Cell
	for i, text := range texts {
		v := int64(i) - 3
		cells := []table.ResultCell{{Int: v}, {Text: text}, {Int: v * 1000001}, {Int: v * 1000000001}, {Int: int64(i)}}
		if i%3 == 2 {
			cells[0], cells[2] = table.ResultCell{Null: true}, table.ResultCell{Null: true}
		}
		if err := w.Write(&table.ResultRow{Cells: cells}); err != nil {
			t.Fatal(err)
		}
		var row []Cell
		for _, c := range cells {
			row = append(row, Cell(c))
		}
		want = append(want, row)
	}
	if err := w.Write(&table.ResultRow{Cells: []table.ResultCell{{}, {Null: true}, {}, {}, {}}}); err != nil {
		t.Fatal(err)
	}
	want = append(want, []Cell{{}, {Null: true}, {}, {}, {}})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	order := []int{4, 1, 0, 3, 2} // not that of the file
	var names []string
	var kinds []table.Kind
	for _, at := range order {
		names, kinds = append(names, columns[at].Name), append(kinds, columns[at].Kind)
	}
	rows := 0
	err = Each(bytes.NewReader(file.Bytes()), names, kinds, func(row []Cell) error {
		for i, at := range order {
			if row[i] != want[rows][at] {
				t.Errorf("row %d, column %s: got %+v, want %+v", rows, names[i], row[i], want[rows][at])
			}
		}
		rows++
		return nil
	})
	if err != nil || rows != len(want) {
		t.Errorf("%d rows, want %d: %v", rows, len(want), err)
	}
}

func TestEachOfDamagedFiles(t *testing.T) {
	for _, text := range []string{"", "a,b\n1\n", "a,b\n1,2,3\n", "a,b\n\"1,2\n", "a,b\n\"1\"x,2\n", "a,b\nx,2\n", "b,c\n1,2\n", "a,b\n1.5,2\n"} {
		err := Each(strings.NewReader(text), []string{"a"}, []table.Kind{table.Int64}, func([]Cell) error { return nil })
		if err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// FuzzCells parts lines as encoding/csv does, where that takes them.
func FuzzCells(f *testing.F) {
	f.Add(`a,"b,""c",,`)
	f.Add(`"",x`)
	f.Fuzz(func(t *testing.T, line string) {
		cells, err := appendCells(nil, line)
		if strings.ContainsAny(line, "\r\n") || line == "" {
			return
		}
		want, wrong := csv.NewReader(strings.NewReader(line)).Read()
		if wrong != nil {
			return
		}
		var got []string
		for _, cell := range cells {
			if strings.HasPrefix(cell, `"`) {
				cell = strings.ReplaceAll(cell[1:len(cell)-1], `""`, `"`)
			}
			got = append(got, cell)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q is %q, %v, want %q", line, got, err, want)
		}
	})
}
