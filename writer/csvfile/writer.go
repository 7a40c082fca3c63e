package csvfile

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"strconv"
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
)

var errClosed = errors.New("writer is closed")

// Writer writes one table with rows of type R. It is not safe for concurrent
// use.
type Writer[R any] struct {
	name   string
	w      io.Writer
	parts  []part[R]
	tail   string // ends a line, with the commas in front of cells that are NULL throughout
	times  calendar
	buffer []byte
	text   []byte          // reused
	short  table.ShortText // likewise
	rows   int64
	err    error
}

// part is a column some cells of which may have a value.
type part[R any] struct {
	table.Column[R]
	commas  string        // in front of it, with those of cells that are NULL throughout
	null    func(*R) bool // nil if it never is
	spelled cells         // used for columns with symbols only
}

// New begins a CSV file with the table of that name and columns on w; the name
// shows in errors only. The caller keeps w and closes it after the writer; the
// writer never does.
func New[R any](w io.Writer, name string, columns []table.Column[R]) (*Writer[R], error) {
	writer := &Writer[R]{name: name, w: w, times: newCalendar(), buffer: make([]byte, 0, firstBuffer)}
	commas := 0
	for i := range columns {
		if i > 0 {
			writer.buffer = append(writer.buffer, ',')
			commas++
		}
		writer.buffer = append(writer.buffer, columns[i].Name...)
		if !columns[i].Absent {
			writer.parts = append(writer.parts, part[R]{Column: columns[i], commas: strings.Repeat(",", commas), null: columns[i].NullTest()})
			commas = 0
		}
	}
	writer.tail = strings.Repeat(",", commas) + "\n"
	writer.buffer = append(writer.buffer, '\n')
	return writer, nil
}

// Rows is the number of rows written so far.
func (w *Writer[R]) Rows() int64 { return w.rows }

// WriteBatch writes rows in their order. It keeps none of them. After an error
// the file is of no use, and every further call fails with that error.
func (w *Writer[R]) WriteBatch(rows []R) error {
	for i := range rows {
		if err := w.Write(&rows[i]); err != nil {
			return err
		}
	}
	return w.err
}

// Write writes one row.
func (w *Writer[R]) Write(row *R) error {
	if w.err != nil {
		return w.err
	}
	dst := w.buffer
	for i := range w.parts {
		p := &w.parts[i]
		dst = append(dst, p.commas...)
		if p.null == nil || !p.null(row) {
			dst = w.appendCell(dst, p, row)
		}
	}
	w.buffer = append(dst, w.tail...)
	w.rows++
	if len(w.buffer) >= flushSize {
		return w.flush()
	}
	return nil
}

// appendCell appends a cell that is not NULL.
func (w *Writer[R]) appendCell(dst []byte, p *part[R], row *R) []byte {
	switch {
	case p.Symbol != nil:
		return w.appendSymbol(dst, p, p.Symbol(row))
	case p.Text != nil:
		w.text = p.Text(w.text[:0], row)
		return AppendText(dst, w.text)
	}
	v := p.Int(row)
	switch p.Kind {
	case table.TimestampMicro:
		return w.times.append(dst, v, 6)
	case table.TimestampNano:
		return w.times.append(dst, v, 9)
	case table.Bool:
		return strconv.AppendBool(dst, v != 0)
	case table.Float64:
		return strconv.AppendFloat(dst, math.Float64frombits(uint64(v)), 'g', -1, 64)
	}
	return strconv.AppendInt(dst, v, 10)
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
