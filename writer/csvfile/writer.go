package csvfile

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"strconv"

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
	name    string
	w       io.Writer
	columns []table.Column[R]
	spelled []cells // by column; used for columns with symbols only
	times   calendar
	buffer  []byte
	text    []byte // reused
	rows    int64
	err     error
}

// New begins a CSV file with the table of that name and columns on w; the name
// shows in errors only. The caller keeps w and closes it after the writer; the
// writer never does.
func New[R any](w io.Writer, name string, columns []table.Column[R]) (*Writer[R], error) {
	writer := &Writer[R]{
		name: name, w: w, columns: columns, spelled: make([]cells, len(columns)), times: newCalendar(),
		buffer: make([]byte, 0, firstBuffer),
	}
	for i := range columns {
		if i > 0 {
			writer.buffer = append(writer.buffer, ',')
		}
		writer.buffer = append(writer.buffer, columns[i].Name...)
	}
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
	for i := range w.columns {
		if i > 0 {
			w.buffer = append(w.buffer, ',')
		}
		w.appendCell(i, row)
	}
	w.buffer = append(w.buffer, '\n')
	w.rows++
	if len(w.buffer) >= flushSize {
		return w.flush()
	}
	return nil
}

func (w *Writer[R]) appendCell(i int, row *R) {
	c := &w.columns[i]
	if c.Absent || c.Null != nil && c.Null(row) {
		return
	}
	switch {
	case c.Symbol != nil:
		w.appendSymbol(i, c.Symbol(row))
	case c.Text != nil:
		w.text = c.Text(w.text[:0], row)
		w.buffer = AppendText(w.buffer, w.text)
	case c.Kind == table.TimestampMicro:
		w.buffer = w.times.append(w.buffer, c.Int(row), 6)
	case c.Kind == table.TimestampNano:
		w.buffer = w.times.append(w.buffer, c.Int(row), 9)
	case c.Kind == table.Bool:
		w.buffer = strconv.AppendBool(w.buffer, c.Int(row) != 0)
	case c.Kind == table.Float64:
		w.buffer = strconv.AppendFloat(w.buffer, math.Float64frombits(uint64(c.Int(row))), 'g', -1, 64)
	default:
		w.buffer = strconv.AppendInt(w.buffer, c.Int(row), 10)
	}
}

func (w *Writer[R]) appendSymbol(i int, symbol table.Symbol) {
	if want := w.cells(); len(w.spelled[i]) < want {
		w.spelled[i] = make(cells, want)
	}
	kept := w.spelled[i].at(symbol)
	if kept.symbol != symbol || len(kept.cell) == 0 {
		w.text = w.columns[i].Spell(w.text[:0], symbol)
		kept.symbol = symbol
		kept.cell = AppendText(kept.cell[:0], w.text)
	}
	w.buffer = append(w.buffer, kept.cell...)
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
