package reference

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxLine bounds a line, in octets. Longer ones are faults.
const maxLine = 64 << 10

// lines reads a text line by line.
type lines struct {
	r      *bufio.Reader
	number int64
	report *Report
}

func newLines(r io.Reader, report *Report) *lines {
	return &lines{r: bufio.NewReaderSize(r, maxLine), report: report}
}

// next gives the next line that is neither blank nor a comment, without its end and
// without blanks around it. ok is false at the end of the text. The error is one of
// reading.
func (l *lines) next() (line string, ok bool, err error) {
	for {
		octets, err := l.r.ReadSlice('\n')
		if len(octets) > 0 {
			l.number++
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			l.fault(fmt.Errorf("it has more than %d octets", maxLine))
			octets, err = nil, l.skip()
		}
		if err != nil && err != io.EOF {
			return "", false, err
		}
		text := string(octets)
		if l.number == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		if text = strings.TrimSpace(text); text != "" && text[0] != '#' {
			return text, true, nil
		}
		if err == io.EOF {
			return "", false, nil
		}
	}
}

// skip passes over the rest of a line.
func (l *lines) skip() error {
	for {
		if _, err := l.r.ReadSlice('\n'); !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// fault counts the line that next has given last.
func (l *lines) fault(err error) { l.report.fault(Fault{Line: l.number, Text: err.Error()}) }

// separatorOf gives what parts the cells of a text whose first line this is: the first
// of comma, semicolon, bar and tab that it has, and a comma if it has none.
func separatorOf(line string) byte {
	for _, separator := range []byte(",;|\t") {
		if strings.IndexByte(line, separator) >= 0 {
			return separator
		}
	}
	return ','
}

var (
	errOpenQuote   = errors.New("a quotation mark is not closed")
	errBehindQuote = errors.New("there is text behind a closing quotation mark")
)

// split appends the cells of a line to dst: as RFC 4180 has them, but without blanks
// around them, and never longer than the line.
func split(dst []string, line string, separator byte) ([]string, error) {
	for {
		cell, rest, more, err := cut(line, separator)
		if err != nil {
			return dst, err
		}
		dst = append(dst, cell)
		if !more {
			return dst, nil
		}
		line = rest
	}
}

// cut gives the first cell of a line, and what is behind the separator if there is one.
func cut(line string, separator byte) (cell, rest string, more bool, err error) {
	trimmed := strings.TrimLeft(line, " ")
	if !strings.HasPrefix(trimmed, `"`) {
		cell, rest, more = strings.Cut(line, string(separator))
		return strings.TrimSpace(cell), rest, more, nil
	}
	var b strings.Builder
	for text := trimmed[1:]; ; {
		before, behind, found := strings.Cut(text, `"`)
		if !found {
			return "", "", false, errOpenQuote
		}
		b.WriteString(before)
		if strings.HasPrefix(behind, `"`) {
			b.WriteByte('"')
			text = behind[1:]
			continue
		}
		between, rest, more := strings.Cut(behind, string(separator))
		if strings.TrimSpace(between) != "" {
			return "", "", false, errBehindQuote
		}
		return b.String(), rest, more, nil
	}
}

// table reads a CSV text with columns that it may name in a header.
type table struct {
	*lines
	separator byte
	cells     []string
	at        []int // by wanted column: its place in a line, -1 if there is none
	needed    int   // how many cells a line must have at least
}

// column is a column that a table wants, by its names in headers. Without header they
// come in their order.
type column struct {
	names    []string
	optional bool
}

// newTable begins a table with the first line, which is a header if its first cell is
// the name of a wanted column. pending says that the line is the first row instead.
func newTable(l *lines, first string, wanted []column) (t *table, pending bool, err error) {
	t = &table{lines: l, separator: separatorOf(first), at: make([]int, len(wanted))}
	cells, err := split(nil, first, t.separator)
	if err != nil || !isHeader(cells[0], wanted) {
		for i, c := range wanted {
			if t.at[i] = i; !c.optional {
				t.needed = i + 1
			}
		}
		return t, true, nil // a fault is met once more, and counted, as a row
	}
	for i, c := range wanted {
		t.at[i] = placeOf(cells, c.names)
		switch {
		case t.at[i] >= 0 && !c.optional:
			t.needed = max(t.needed, t.at[i]+1)
		case t.at[i] < 0 && !c.optional:
			return nil, false, fmt.Errorf("the header has no column %s", c.names[0])
		}
	}
	return t, false, nil
}

func isHeader(cell string, wanted []column) bool {
	for _, c := range wanted {
		if placeOf([]string{cell}, c.names) == 0 {
			return true
		}
	}
	return false
}

// placeOf gives where the first of the names is among the cells of a header, -1 if none
// is.
func placeOf(cells, names []string) int {
	for _, name := range names {
		for i, cell := range cells {
			if strings.EqualFold(cell, name) {
				return i
			}
		}
	}
	return -1
}

// row splits a line.
func (t *table) row(line string) error {
	var err error
	if t.cells, err = split(t.cells[:0], line, t.separator); err != nil {
		return err
	}
	if len(t.cells) < t.needed {
		return fmt.Errorf("got %d cells, want at least %d", len(t.cells), t.needed)
	}
	return nil
}

// cell gives the cell of a wanted column, "" if the line has none.
func (t *table) cell(column int) string {
	if at := t.at[column]; at >= 0 && at < len(t.cells) {
		return t.cells[at]
	}
	return ""
}

// readTable reads the rows of a table. The error of use is the line's fault.
func readTable(l *lines, first string, wanted []column, use func(*table) error) error {
	t, pending, err := newTable(l, first, wanted)
	if err != nil {
		l.fault(err)
		return nil
	}
	l.report.Format = formatCSV
	line := first
	for {
		if pending {
			if err := t.row(line); err != nil {
				t.fault(err)
			} else if err := use(t); err != nil {
				t.fault(err)
			} else {
				l.report.Entries++
			}
		}
		var ok bool
		if line, ok, err = l.next(); err != nil || !ok {
			return err
		}
		pending = true
	}
}
