package csvfile

import (
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"strings"

	"netstream/writer/table"
)

const (
	// flushSize is how many octets are collected before they are written.
	flushSize = 256 << 10

	// cellsKept is the number of spelled texts kept per column, a power of two. The first rows
	// of a table have fewer: most tables that are written are small, and so are all of many partitions.
	cellsKept  = 4096
	firstCells = 16
	manyRows   = 512 // from which a column has all

	firstBuffer = 4 << 10 // octets that rows have room for at first
	rowsAtATime = 128     // of which the cells of one column after the other are taken
)

var errClosed = errors.New("writer is closed")

// Writer writes one table with rows of type R. It is not safe for concurrent
// use.
type Writer[R any] struct {
	name      string
	w         io.Writer
	parts     []part[R]
	presences []*table.Presence[R]
	taken     *table.Rows[R] // those that are being written
	tail      string         // ends a line, with the commas in front of cells that are NULL throughout
	buffer    []byte
	text      []byte          // reused
	short     table.ShortText // likewise
	one       [1]R            // likewise
	rows      int64
	err       error
}

// New begins a CSV file with the table of that name and columns on w; the name
// shows in errors only. The caller keeps w and closes it after the writer; the
// writer never does.
func New[R any](w io.Writer, name string, columns []table.Column[R]) (*Writer[R], error) {
	writer := &Writer[R]{name: name, w: w, taken: table.NewRows(columns), buffer: make([]byte, 0, firstBuffer)}
	each := table.Presences(columns)
	commas := 0
	for i := range columns {
		if i > 0 {
			writer.buffer = append(writer.buffer, ',')
			commas++
		}
		writer.buffer = append(writer.buffer, columns[i].Name...)
		if !columns[i].Absent {
			writer.parts = append(writer.parts, newPart(&columns[i], strings.Repeat(",", commas), each[i]))
			if !slices.Contains(writer.presences, each[i]) {
				writer.presences = append(writer.presences, each[i])
			}
			commas = 0
		}
	}
	writer.tail = strings.Repeat(",", commas) + "\n"
	writer.buffer = append(writer.buffer, '\n')
	return writer, nil
}

// Rows is the number of rows written so far.
func (w *Writer[R]) Rows() int64 { return w.rows }

// Write writes one row.
func (w *Writer[R]) Write(row *R) error {
	w.one[0] = *row
	return w.WriteBatch(w.one[:])
}

// WriteBatch writes rows in their order. It keeps none of them. After an error
// the file is of no use, and every further call fails with that error.
func (w *Writer[R]) WriteBatch(rows []R) error {
	for len(rows) > 0 && w.err == nil {
		some := rows[:min(len(rows), rowsAtATime)]
		rows = rows[len(some):]
		w.take(some)
		for i := range some {
			w.buffer = w.appendLine(w.buffer, i)
			w.rows++
			if len(w.buffer) >= flushSize && w.flush() != nil {
				break
			}
		}
	}
	return w.err
}

// appendLine appends a row of those that were taken.
func (w *Writer[R]) appendLine(dst []byte, row int) []byte {
	for i := range w.parts {
		p := &w.parts[i]
		if len(p.commas) == 1 {
			dst = append(dst, ',')
		} else {
			dst = append(dst, p.commas...)
		}
		if p.at.IsNull(row) {
			continue
		}
		switch p.form {
		case ofSymbols:
			dst = w.appendSymbol(dst, p, p.symbols[row])
		case ofTexts:
			w.text = p.Text(w.text[:0], &w.taken.All[row])
			dst = AppendText(dst, w.text)
		case ofIntegers:
			dst = appendInteger(dst, p.ints[row])
		default:
			dst = p.appendValue(dst, p.ints[row])
		}
	}
	return append(dst, w.tail...)
}

// appendSymbol appends the text of a symbol: anew where that is a matter of some words, else as it was spelled last.
func (w *Writer[R]) appendSymbol(dst []byte, p *part[R], symbol table.Symbol) []byte {
	if p.Short != nil {
		if p.Short(&w.short, symbol) { // of letters, digits and what stands between them in addresses and Base64
			return w.short.Append(dst)
		}
	}
	if want := w.cells(); len(p.spelled) < want {
		p.spelled = make(cells, want)
	}
	kept := p.spelled.at(symbol)
	if kept.symbol != symbol || len(kept.cell) == 0 {
		w.text = p.Spell(w.text[:0], symbol)
		kept.symbol = symbol
		kept.cell = AppendText(kept.cell[:0], w.text)
	}
	return append(dst, kept.cell...)
}

// cells is how many cells a column keeps by now.
func (w *Writer[R]) cells() int {
	if w.rows < manyRows {
		return firstCells
	}
	return cellsKept
}

func (w *Writer[R]) flush() error {
	n, err := w.w.Write(w.buffer)
	if err == nil && n < len(w.buffer) {
		err = io.ErrShortWrite
	}
	w.buffer = w.buffer[:0]
	if err != nil {
		w.err = fmt.Errorf("cannot write table %s, rows up to %d: %w", w.name, w.rows, err)
	}
	return w.err
}

// Close hands everything to the underlying writer, which it does not close. It
// returns nil only if every octet was taken. A second call fails.
func (w *Writer[R]) Close() error {
	if w.err != nil {
		return w.err
	}
	if err := w.flush(); err != nil {
		return err
	}
	w.err = errClosed
	return nil
}

// cells keeps the cells of symbols spelled before, each at a place that its hash
// says, where the next symbol of the same place overwrites it.
type cells []spelledCell

type spelledCell struct {
	symbol table.Symbol
	cell   []byte // never empty once it was spelled
}

func (c cells) at(s table.Symbol) *spelledCell {
	high, low := bits.Mul64(s.Low^0xa0761d6478bd642f, s.High^uint64(s.Class)^0xe7037ed1a0b428db)
	return &c[(high^low)&uint64(len(c)-1)]
}
