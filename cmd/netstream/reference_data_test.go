package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestReferenceDataInAnyOrder: the output is a function of what the files of reference
// data say, not of their order, names and compression, nor of the number of workers.
func TestReferenceDataInAnyOrder(t *testing.T) {
	files := []string{"rib.mrt", "rib-v1.mrt", "pfx2as.txt"}
	var arguments []string
	for _, name := range files {
		arguments = append(arguments, "--as", filepath.Join(references, name))
	}
	input := filepath.Join(captures, "lab.pcapng")
	want := outputOf(t, append(arguments, "-j", "1", input)...)
	folder := t.TempDir()
	arguments = nil
	for i, name := range slices.Backward(files) {
		content, err := os.ReadFile(filepath.Join(references, name))
		if err != nil {
			t.Fatal(err)
		}
		var compressed bytes.Buffer
		w := gzip.NewWriter(&compressed)
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, strings.Repeat("x", i+1))
		if err := os.WriteFile(path, compressed.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		arguments = append(arguments, "--as", path)
	}
	got := outputOf(t, append(arguments, "-j", "4", input)...)
	for _, table := range []string{"flows.parquet", "intervals.parquet"} {
		if readFile(t, got, table) != readFile(t, want, table) {
			t.Errorf("%s depends on more than what the files say", table)
		}
	}
}

// TestReferenceDataAddColumns: with reference data the tables hold what they hold
// without, in the same order, and more.
func TestReferenceDataAddColumns(t *testing.T) {
	for _, input := range []string{filepath.Join(captures, "lab.pcapng"), filepath.Join(exports, "nfcapd-layout2.nfcapd"), filepath.Join(exports, "v8-13.raw")} {
		plain := outputOf(t, "-o", "csv", input)
		enriched := outputOf(t, append(append([]string{"-o", "csv"}, referenceArguments()...), input)...)
		for _, table := range []string{"flows.csv", "intervals.csv"} {
			before, after := sheetOf(t, readFile(t, plain, table)), sheetOf(t, readFile(t, enriched, table))
			if len(before.rows) != len(after.rows) {
				t.Fatalf("%s of %s has %d rows with reference data, want %d", table, input, len(after.rows), len(before.rows))
			}
			for at, column := range before.columns {
				place := slices.Index(after.columns, column)
				for i := range before.rows {
					// Cells that were not known may be known now, and an exporter's 0 too.
					if was := before.rows[i][at]; was != "" && was != "0" && after.rows[i][place] != was {
						t.Fatalf("%s of %s, row %d, %s: got %q, want %q", table, input, i, column, after.rows[i][place], was)
					}
				}
			}
		}
	}
}
