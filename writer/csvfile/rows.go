package csvfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"netstream/writer/table"
)

// Cell is one cell of a finished table.
type Cell struct {
	Null bool
	Int  int64  // of every kind but Text, as table.Kind says
	Text string // of kind Text
}

// maxLine bounds the memory for a line that is read, in octets. Rows are one line each, and the longest that are written have five names of
// 64 KiB, each octet of which may be escaped by four.
const maxLine = 16 << 20

// Header gives the names of the columns of a finished table.
func Header(r io.Reader) ([]string, error) {
	lines := newLines(r)
	if !lines.Scan() {
		return nil, fmt.Errorf("cannot read the header: %w", missing(lines.Err()))
	}
	return strings.Split(lines.Text(), ","), nil
}

// Each hands the named columns of a finished table to yield row by row, in the order
// of the names, as the kinds say. The row is valid until yield returns. An error of
// yield ends it and is given as it is.
func Each(r io.Reader, names []string, kinds []table.Kind, yield func(row []Cell) error) error {
	lines := newLines(r)
	if !lines.Scan() {
		return fmt.Errorf("cannot read the header: %w", missing(lines.Err()))
	}
	header := strings.Split(lines.Text(), ",")
	columns := make([]int, len(names))
	for i, name := range names {
		if columns[i] = slices.Index(header, name); columns[i] < 0 {
			return fmt.Errorf("there is no column %s", name)
		}
	}
	row := make([]Cell, len(names))
	var cells []string
	for n := 1; lines.Scan(); n++ {
		var err error
		if cells, err = appendCells(cells[:0], lines.Text()); err == nil && len(cells) != len(header) {
			err = fmt.Errorf("%d cells, want %d", len(cells), len(header))
		}
		if err != nil {
			return fmt.Errorf("cannot read row %d: %w", n, err)
		}
		for i, column := range columns {
			if row[i], err = parseCell(cells[column], kinds[i]); err != nil {
				return fmt.Errorf("cannot read row %d, column %s: %w", n, names[i], err)
			}
		}
		if err := yield(row); err != nil {
			return err
		}
	}
	return lines.Err()
}

func newLines(r io.Reader) *bufio.Scanner {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxLine)
	return lines
}

func missing(err error) error {
	if err == nil {
		return io.ErrUnexpectedEOF
	}
	return err
}

var errQuotes = errors.New("a quotation mark is out of place")

// appendCells parts a line into its cells as they are written, with their quotation
// marks: an empty text has some, NULL has none.
func appendCells(dst []string, line string) ([]string, error) {
	for {
		end := strings.IndexByte(line, ',')
		if strings.HasPrefix(line, `"`) {
			closing := 1
			for ; closing < len(line); closing++ {
				if line[closing] != '"' {
					continue
				}
				if closing+1 < len(line) && line[closing+1] == '"' {
					closing++
					continue
				}
				break
			}
			if closing >= len(line) || closing+1 < len(line) && line[closing+1] != ',' {
				return dst, errQuotes
			}
			if end = closing + 1; end == len(line) {
				end = -1
			}
		}
		if end < 0 {
			return append(dst, line), nil
		}
		dst = append(dst, line[:end])
		line = line[end+1:]
	}
}

// parseCell reads a cell as it is written.
func parseCell(cell string, kind table.Kind) (Cell, error) {
	if cell == "" {
		return Cell{Null: true}, nil
	}
	var v int64
	var err error
	switch kind {
	case table.Text:
		if strings.HasPrefix(cell, `"`) {
			cell = strings.ReplaceAll(cell[1:len(cell)-1], `""`, `"`)
		}
		return Cell{Text: ParseText(cell)}, nil
	case table.TimestampMicro, table.TimestampNano:
		var t time.Time
		if t, err = time.Parse(time.RFC3339Nano, cell); err != nil {
			return Cell{}, err
		}
		if v = t.UnixMicro(); kind == table.TimestampNano {
			v = t.UnixNano()
		}
	case table.Bool:
		var b bool
		if b, err = strconv.ParseBool(cell); b {
			v = 1
		}
	case table.Float64:
		var f float64
		f, err = strconv.ParseFloat(cell, 64)
		v = int64(math.Float64bits(f))
	default:
		v, err = strconv.ParseInt(cell, 10, 64)
	}
	return Cell{Int: v}, err
}
