package duckdb

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// checkCSV reads both forms of each table with DuckDB and
// compares them cell by cell, rows in their order.
func checkCSV(t *testing.T, d *database, o *output) {
	csv := run(t, "csv", o.setting, o.inputs...)
	if got, want := csv.tables(), o.tables(); !slices.Equal(got, want) {
		t.Fatalf("tables of CSV are %v, of Parquet %v", got, want)
	}
	for _, table := range o.tables() {
		d.exec("CREATE TABLE csv_%s AS SELECT row_number() OVER () - 1 AS place, * FROM %s", table, d.csv(csv, table, quote(o.path(table))))
		some := table == "ledger" && o.manifest.Totals.PacketsRead > 0 || table == "exporters"
		d.equal("SELECT file_row_number AS place, * EXCLUDE file_row_number FROM "+table, "FROM csv_"+table, some)
	}
}

// csv gives the table function that reads a CSV table with the column types of its
// Parquet twin. NULL is an empty cell, "" an empty text.
func (d *database) csv(o *output, table, twin string) string {
	d.t.Helper()
	var columns []string
	for _, c := range d.rows("SELECT column_name, column_type FROM (DESCRIBE FROM %s)", twin) {
		columns = append(columns, fmt.Sprintf("%s: %s", quote(c[0]), quote(c[1])))
	}
	return fmt.Sprintf("read_csv(%s, header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', new_line = '\\n', "+
		"allow_quoted_nulls = false, parallel = false, columns = {%s})", quote(o.path(table)), strings.Join(columns, ", "))
}

// checkThirdReader reads the Parquet tables with parquet-go/parquet-go and
// compares them with what DuckDB reads.
func checkThirdReader(t *testing.T, d *database, o *output) {
	for _, table := range o.tables() {
		path := o.path(table)
		want := d.rows("SELECT * FROM (%s)", storedValues(d, path))
		got := readAll(t, path)
		if len(got) != len(want) {
			t.Fatalf("%s: %d rows, DuckDB reads %d", table, len(got), len(want))
		}
		for i := range got {
			if g, w := strings.Join(got[i], "|"), strings.Join(want[i], "|"); g != w {
				t.Fatalf("%s, row %d:\ngot    %s\nDuckDB %s", table, i, g, w)
			}
		}
	}
}

// storedValues gives a query of a table's cells as they are stored: times as
// numbers in their unit.
func storedValues(d *database, path string) string {
	d.t.Helper()
	var cells []string
	for _, c := range d.rows("SELECT column_name, column_type FROM (DESCRIBE FROM %s)", quote(path)) {
		switch c[1] {
		case "TIMESTAMP WITH TIME ZONE":
			cells = append(cells, "epoch_us("+c[0]+")")
		case "TIMESTAMP_NS":
			cells = append(cells, "epoch_ns("+c[0]+")")
		default:
			cells = append(cells, c[0])
		}
	}
	return "SELECT " + strings.Join(cells, ", ") + " FROM " + quote(path)
}

// readAll reads a Parquet file with parquet-go/parquet-go, each cell as text.
func readAll(t *testing.T, path string) [][]string {
	t.Helper()
	file, err := os.Open(filepath.Clean(path))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	opened, err := parquet.OpenFile(file, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	var unsigned []bool
	for _, field := range opened.Schema().Fields() {
		logical := field.Type().LogicalType()
		integer, is := (*format.IntType)(nil), false
		if logical != nil {
			integer, is = logical.Value.(*format.IntType)
		}
		unsigned = append(unsigned, is && !integer.IsSigned)
	}
	var all [][]string
	for _, group := range opened.RowGroups() {
		rows := group.Rows()
		buffer := make([]parquet.Row, 100)
		for {
			n, err := rows.ReadRows(buffer)
			for _, row := range buffer[:n] {
				cells := make([]string, len(row))
				for i, value := range row {
					switch {
					case value.IsNull():
						cells[i] = "NULL"
					case unsigned[i]: // String takes the stored 32 bits for signed
						cells[i] = strconv.FormatUint(uint64(value.Uint32()), 10)
					default:
						cells[i] = value.String()
					}
				}
				all = append(all, cells)
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return all
}
