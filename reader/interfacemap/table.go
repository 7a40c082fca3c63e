package interfacemap

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// MaxSize bounds the octets of a map that is read from a file.
const MaxSize = 16 << 20

// The columns of a map.
const (
	columnFile      = "file"
	columnInterface = "interface"
	columnIndex     = "if_index"
	columnName      = "if_name"
)

// Read reads a map from CSV (RFC 4180, UTF-8). The first line names the columns, in any
// order: if_index, and if they are needed file, interface and if_name, which are the
// members of a [Rule]. Lines that begin with # are comments. Errors name the line.
func Read(from io.Reader) (Map, error) {
	limited := &io.LimitedReader{R: from, N: MaxSize + 1}
	lines := csv.NewReader(limited)
	lines.Comment, lines.FieldsPerRecord, lines.ReuseRecord = '#', -1, true
	first, err := lines.Read()
	if err == io.EOF {
		return nil, errors.New("there is no line that names the columns")
	}
	if err != nil {
		return nil, worded(err)
	}
	columns, err := columnsOf(first)
	if err != nil {
		return nil, at(lines, err)
	}
	var m Map
	for {
		fields, err := lines.Read()
		switch {
		case limited.N == 0:
			return nil, fmt.Errorf("there are more than %d octets", MaxSize)
		case err == io.EOF:
			return m, nil
		case err != nil:
			return nil, worded(err)
		case len(m) == MaxRules:
			return nil, at(lines, fmt.Errorf("there are more than %d rules", MaxRules))
		}
		rule, err := columns.rule(fields)
		if err != nil {
			return nil, at(lines, err)
		}
		m = append(m, rule)
	}
}

// at adds the line to an error.
func at(lines *csv.Reader, err error) error {
	line, _ := lines.FieldPos(0)
	return fmt.Errorf("line %d: %w", line, err)
}

// worded gives an error of the CSV as others are worded.
func worded(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("line %d: column %d: %w", parse.Line, parse.Column, parse.Err)
	}
	return err
}

// columnNames are the names of the columns that a map has.
type columnNames []string

func columnsOf(first []string) (columnNames, error) {
	known := []string{columnFile, columnInterface, columnIndex, columnName}
	var columns columnNames
	for i, name := range first {
		if i == 0 {
			name = strings.TrimPrefix(name, "\ufeff") // some programs begin UTF-8 with it
		}
		switch {
		case !slices.Contains(known, name):
			return nil, fmt.Errorf("column %q is none of %s", name, strings.Join(known, ", "))
		case slices.Contains(columns, name):
			return nil, fmt.Errorf("column %s occurs twice", name)
		}
		columns = append(columns, name)
	}
	if !slices.Contains(columns, columnIndex) {
		return nil, fmt.Errorf("there is no column %s", columnIndex)
	}
	return columns, nil
}

func (c columnNames) rule(fields []string) (Rule, error) {
	if len(fields) != len(c) {
		return Rule{}, fmt.Errorf("got %d fields, want %d", len(fields), len(c))
	}
	var r Rule
	for i, field := range fields {
		switch c[i] {
		case columnFile:
			r.File = strings.Clone(field)
		case columnInterface:
			r.Interface = strings.Clone(field)
		case columnName:
			r.Name = strings.Clone(field)
		case columnIndex:
			var err error
			if r.Index, err = parseIndex(field); err != nil {
				return Rule{}, err
			}
		}
	}
	return newRule(r)
}

// String gives the map as Read reads it, so that equal maps have equal texts; "" if it
// has no rules.
func (m Map) String() string {
	if len(m) == 0 {
		return ""
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write([]string{columnFile, columnInterface, columnIndex, columnName}) // to memory: it cannot fail
	for i := range m {
		r := &m[i]
		_ = w.Write([]string{r.File, r.Interface, strconv.FormatUint(uint64(r.Index), 10), r.Name})
	}
	w.Flush()
	return b.String()
}
