package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// capture is one capture file of the corpus, as INDEX.tsv has it.
type capture struct {
	path       string   // relative to the corpus folder
	kind       string   // container format and compression
	sha256     string   // of the file, lower-case hexadecimal
	references []string // reference results of the project it is from, relative to the corpus folder
}

// readIndex reads the captures of INDEX.tsv that lie below one of the folders.
func readIndex(corpus string, folders []string) ([]capture, error) {
	text, err := os.ReadFile(filepath.Join(corpus, "INDEX.tsv"))
	if err != nil {
		return nil, fmt.Errorf("cannot read the index of the corpus: %w", err)
	}
	rows, err := readTable(string(text), "file", "kind", "sha256", "truth_files")
	if err != nil {
		return nil, fmt.Errorf("cannot read the index of the corpus: %w", err)
	}
	var captures []capture
	for _, row := range rows {
		c := capture{path: row[0], kind: row[1], sha256: row[2]}
		if row[3] != "-" {
			c.references = strings.Split(row[3], ";")
		}
		if strings.Contains(c.kind, "pcap") && below(c.path, folders) {
			captures = append(captures, c)
		}
	}
	return captures, nil
}

func below(path string, folders []string) bool {
	for _, folder := range folders {
		if strings.HasPrefix(path, folder+"/") {
			return true
		}
	}
	return false
}

// readTable gives the named columns of a table with tabs between the cells and
// the names of the columns in its first line. Lines that begin with # and empty
// ones are left out.
func readTable(text string, columns ...string) ([][]string, error) {
	header, body, _ := strings.Cut(text, "\n")
	names := strings.Split(strings.TrimSuffix(header, "\r"), "\t")
	places := make([]int, len(columns))
	for i, column := range columns {
		places[i] = -1
		for j, name := range names {
			if name == column {
				places[i] = j
			}
		}
		if places[i] < 0 {
			return nil, fmt.Errorf("cannot find column %q among %d", column, len(names))
		}
	}
	var rows [][]string
	for number, line := range strings.Split(body, "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line == "" || line[0] == '#' {
			continue
		}
		cells := strings.Split(line, "\t")
		row := make([]string, len(columns))
		for i, place := range places {
			if place >= len(cells) {
				return nil, fmt.Errorf("cannot read line %d: got %d cells, want at least %d", number+2, len(cells), place+1)
			}
			row[i] = cells[place]
		}
		rows = append(rows, row)
	}
	return rows, nil
}
