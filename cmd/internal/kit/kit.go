// Package kit is the kit of known answers of netstream selftest: the small captures and
// exporter files of testdata with what must come of each, and digests of the tables that
// must come of some of them under several options. A test of cmd/netstream holds both to
// testdata, and writes them anew with -update.
package kit

import (
	"archive/zip"
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed inputs.zip digests.tsv
var embedded embed.FS

// The files of the kit, as they lie in this folder.
const (
	InputsName  = "inputs.zip"
	DigestsName = "digests.tsv"
)

// Kit is what is embedded.
type Kit struct {
	Inputs  fs.FS // the folders capture, export and reference
	Digests []Digest
}

// Digest is what a table must be under the options of a case, whatever its format.
type Digest struct{ Case, Table, Rows, SHA256 string }

// Load gives the kit.
func Load() (*Kit, error) {
	packed, err := embedded.ReadFile(InputsName)
	if err != nil {
		return nil, err
	}
	inputs, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return nil, fmt.Errorf("cannot open the kit: %w", err)
	}
	k := &Kit{Inputs: inputs}
	digests, err := embedded.ReadFile(DigestsName)
	if err != nil {
		return nil, err
	}
	lines, err := Lines(string(digests), 4)
	for _, line := range lines {
		k.Digests = append(k.Digests, Digest{line[0], line[1], line[2], line[3]})
	}
	return k, err
}

// Lines reads a table with tabs between its cells and names in its first line.
func Lines(text string, cells int) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = '\t', cells, true
	lines, err := r.ReadAll()
	if err != nil || len(lines) == 0 {
		return nil, fmt.Errorf("cannot read the kit: %w", err)
	}
	return lines[1:], nil
}
