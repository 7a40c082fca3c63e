package carry

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"netstream/aggregate/flow"
)

// Numbers are what the rows of a run refer to by number.
type Numbers struct {
	Points *flow.Points
	Names  *flow.Names

	// Input gives what is to be known of an input by its ordinal, for flows that began
	// in it. It is asked when rows are written.
	Input func(ordinal uint32) Input

	// Reversed says that the reverses of observation points must have numbers, too.
	Reversed bool
}

// Input is an input that was read before: what flows say that began in it.
type Input struct {
	Name             string
	Packets, Records uint64 // of the inputs before it
}

// The kinds of rows. Those that say what a number means come in front of the first
// row that has it.
const (
	kindRow = iota
	kindPoint
	kindName
	kindInput
)

// maxRow bounds a row in octets: a sorted run's, and what is around it.
const maxRow = 1 << 16

// Writer writes the rows of one section, each behind its length. Its first error is
// that of Flush; rows are dropped from then on.
type Writer struct {
	w       *bufio.Writer
	numbers Numbers
	points  map[uint32]uint32
	names   map[uint32]uint32
	inputs  map[uint32]bool
	row     []byte
	head    []byte
	rows    uint64
	octets  uint64
	err     error
}

// NewWriter gives a writer of a section that is empty.
func NewWriter(w io.Writer, numbers Numbers) *Writer {
	return &Writer{
		w: bufio.NewWriterSize(w, 1<<16), numbers: numbers,
		points: make(map[uint32]uint32), names: make(map[uint32]uint32), inputs: make(map[uint32]bool),
	}
}

// Point gives the number that an observation point has in the section.
func (w *Writer) Point(number uint32) uint32 {
	local, known := w.points[number]
	if !known {
		local = uint32(len(w.points))
		w.points[number] = local
		point := w.numbers.Points.Point(number)
		w.put(kindPoint, func(c *Coder) { c.point(&point) })
	}
	return local
}

// Name gives the number that a name has in the section; 0 is no name.
func (w *Writer) Name(number uint32) uint32 {
	if number == 0 {
		return 0
	}
	local, known := w.names[number]
	if !known {
		local = uint32(len(w.names)) + 1
		w.names[number] = local
		name := w.numbers.Names.Name(number)
		w.put(kindName, func(c *Coder) { c.Text(&name) })
	}
	return local
}

// Input makes an input known whose ordinal the next row has.
func (w *Writer) Input(ordinal uint32) {
	if w.inputs[ordinal] {
		return
	}
	w.inputs[ordinal] = true
	input := w.numbers.Input(ordinal)
	w.put(kindInput, func(c *Coder) { codeInput(c, &ordinal, &input) })
}

func codeInput(c *Coder, ordinal *uint32, input *Input) {
	Number(c, ordinal)
	c.Text(&input.Name)
	Number(c, &input.Packets)
	Number(c, &input.Records)
}

// Row writes a row, which encode encodes. It must not ask the writer for anything.
func (w *Writer) Row(encode func(*Coder)) {
	w.put(kindRow, encode)
	w.rows++
}

func (w *Writer) put(kind byte, encode func(*Coder)) {
	c := NewEncoder(append(w.row[:0], kind))
	encode(c)
	w.row = c.octets
	w.head = binary.AppendUvarint(w.head[:0], uint64(len(w.row)))
	w.octets += uint64(len(w.head) + len(w.row))
	if w.err == nil && len(w.row) > maxRow {
		w.err = fmt.Errorf("row of %d octets, want at most %d", len(w.row), maxRow)
	}
	if w.err == nil {
		_, w.err = w.w.Write(w.head)
	}
	if w.err == nil {
		_, w.err = w.w.Write(w.row)
	}
}

// Size gives the rows of the section, without those that say what numbers mean, and
// its octets.
func (w *Writer) Size() (rows, octets uint64) { return w.rows, w.octets }

// Flush hands on what is buffered.
func (w *Writer) Flush() error {
	if w.err == nil {
		w.err = w.w.Flush()
	}
	return w.err
}

// Reader reads the rows of one section.
type Reader struct {
	r       *bufio.Reader
	numbers Numbers
	points  []uint32
	names   []uint32
	inputs  map[uint32]Input
	row     []byte
}

// NewReader gives a reader of the octets of a section. What it learns of inputs goes to
// inputs, unless that is nil.
func NewReader(r io.Reader, numbers Numbers, inputs map[uint32]Input) *Reader {
	return &Reader{r: bufio.NewReaderSize(r, 1<<16), numbers: numbers, names: []uint32{0}, inputs: inputs}
}

// Next gives the next row to be decoded; it is valid until the next call. io.EOF means
// that there is none.
func (r *Reader) Next() (*Coder, error) {
	for {
		length, err := binary.ReadUvarint(r.r)
		if err != nil {
			return nil, err // io.EOF only at the end of a row
		}
		if length == 0 || length > maxRow {
			return nil, ErrDamaged
		}
		if uint64(cap(r.row)) < length {
			r.row = make([]byte, maxRow)
		}
		r.row = r.row[:length]
		if _, err := io.ReadFull(r.r, r.row); err != nil {
			return nil, errors.Join(ErrDamaged, err)
		}
		c := NewDecoder(r.row[1:])
		if r.row[0] == kindRow {
			return c, nil
		}
		if err := r.learn(r.row[0], c); err != nil {
			return nil, err
		}
	}
}

// Each gives all rows that are left to take, which must not keep them.
func (r *Reader) Each(take func(*Coder) error) error {
	for {
		c, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = take(c)
		}
		if err != nil {
			return err
		}
	}
}

// learn takes a row that says what a number means.
func (r *Reader) learn(kind byte, c *Coder) error {
	switch kind {
	case kindPoint:
		var point flow.Point
		c.point(&point)
		if err := c.Finish(); err != nil {
			return err
		}
		number, err := r.numbers.Points.Number(point)
		if err == nil && r.numbers.Reversed {
			_, err = r.numbers.Points.Reversed(number)
		}
		r.points = append(r.points, number)
		return err
	case kindName:
		var name string
		c.Text(&name)
		r.names = append(r.names, r.numbers.Names.Number([]byte(name)))
	case kindInput:
		var ordinal uint32
		var input Input
		codeInput(c, &ordinal, &input)
		if r.inputs != nil {
			r.inputs[ordinal] = input
		}
	default:
		return ErrDamaged
	}
	return c.Finish()
}

// Point gives the number in this run of an observation point of the section.
func (r *Reader) Point(local uint32) (uint32, error) {
	if uint64(local) >= uint64(len(r.points)) {
		return 0, ErrDamaged
	}
	return r.points[local], nil
}

// Name gives the number in this run of a name of the section.
func (r *Reader) Name(local uint32) (uint32, error) {
	if uint64(local) >= uint64(len(r.names)) {
		return 0, ErrDamaged
	}
	return r.names[local], nil
}
