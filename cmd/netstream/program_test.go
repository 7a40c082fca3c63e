package main

import (
	"bytes"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// captures is where the test captures of the repository are.
const captures = "../../testdata/capture"

// exports is where the exporter files of the repository are.
const exports = "../../testdata/export"

// ending is what came of a run of the program in this process.
type ending struct {
	code   int
	out    string
	errors string
}

// netstream runs a command line, with nothing on standard input.
func netstream(args ...string) ending { return netstreamWith(strings.NewReader(""), args...) }

func netstreamWith(stdin io.Reader, args ...string) ending {
	var out, errors bytes.Buffer
	code := run(args, &console{in: stdin, out: &out, err: &errors})
	return ending{code, out.String(), errors.String()}
}

// tablesOf runs netstream run with CSV tables and gives their octets.
func tablesOf(t *testing.T, args ...string) (flows, intervals string) {
	t.Helper()
	out := outputOf(t, append([]string{"-o", "csv"}, args...)...)
	return readFile(t, out, "flows.csv"), readFile(t, out, "intervals.csv")
}

// outputOf runs netstream run, which must succeed, and gives the output
// directory.
func outputOf(t *testing.T, args ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	if got := netstream(append([]string{"run", "-w", out}, args...)...); got.code != exitOK {
		t.Fatalf("netstream run %q: exit code %d: %s", args, got.code, got.errors)
	}
	return out
}

func readFile(t *testing.T, path ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// saved writes a file of its own folder and gives its path.
func saved(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sheet is a table as CSV has it.
type sheet struct {
	columns []string
	rows    [][]string
}

func sheetOf(t *testing.T, content string) sheet {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(content)).ReadAll()
	if err != nil || len(records) == 0 {
		t.Fatalf("cannot read a table of %d octets: %v", len(content), err)
	}
	return sheet{records[0], records[1:]}
}

// row gives access to the cells of one row by their columns.
type row struct {
	columns, cells []string
}

// cell gives a cell; the column must exist.
func (r row) cell(column string) *string { return &r.cells[slices.Index(r.columns, column)] }

// has says whether there is a column.
func (r row) has(column string) bool { return slices.Contains(r.columns, column) }

// changed gives the table with all rows changed.
func (s sheet) changed(change func(r row)) sheet {
	rows := make([][]string, len(s.rows))
	for i := range rows {
		rows[i] = slices.Clone(s.rows[i])
		change(row{s.columns, rows[i]})
	}
	return sheet{s.columns, rows}
}

// without gives the table with columns emptied.
func (s sheet) without(columns ...string) sheet {
	return s.changed(func(r row) {
		for _, c := range columns {
			*r.cell(c) = ""
		}
	})
}

// where gives the rows that are wanted.
func (s sheet) where(wanted func(r row) bool) sheet {
	kept := sheet{columns: s.columns}
	for _, cells := range s.rows {
		if wanted(row{s.columns, cells}) {
			kept.rows = append(kept.rows, cells)
		}
	}
	return kept
}

// sorted gives the rows in an order that depends on nothing but themselves.
func (s sheet) sorted() sheet {
	rows := slices.Clone(s.rows)
	slices.SortFunc(rows, slices.Compare)
	return sheet{s.columns, rows}
}

// mustEqual compares two tables and names the first cell that differs.
func mustEqual(t *testing.T, what string, got, want sheet) {
	t.Helper()
	for i := range min(len(got.rows), len(want.rows)) {
		for j, column := range want.columns {
			if got.rows[i][j] != want.rows[i][j] {
				t.Fatalf("%s: row %d, column %s: got %q, want %q\n got %q\nwant %q",
					what, i+1, column, got.rows[i][j], want.rows[i][j], got.rows[i], want.rows[i])
			}
		}
	}
	if len(got.rows) != len(want.rows) {
		t.Fatalf("%s: got %d rows, want %d", what, len(got.rows), len(want.rows))
	}
}

// mustBeSame compares the octets of tables.
func mustBeSame(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		mustEqual(t, what, sheetOf(t, got), sheetOf(t, want))
		t.Fatalf("%s: equal cells in %d and %d octets", what, len(got), len(want))
	}
}
