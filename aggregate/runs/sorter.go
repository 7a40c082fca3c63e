package runs

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// Order says how rows of one kind are compared and laid out in a run.
type Order[T any] struct {
	// Prefix gives two numbers that order rows as Compare does, as far as they
	// differ. They spare most of the comparisons of whole rows.
	Prefix func(*T) (high, low uint64)

	// Compare gives -1, 0 or +1.
	Compare func(a, b *T) int

	// Append appends the encoded row to dst; Decode reads it back from exactly
	// those octets.
	Append func(dst []byte, row *T) []byte
	Decode func(src []byte, row *T) error
}

// File is where one run is kept: written once, then read once from the start.
type File interface {
	io.Writer
	io.ReaderAt
	Close() error // gives the space back
}

// Sorter takes rows in any order. It is not safe for concurrent use.
type Sorter[T any] struct {
	order  Order[T]
	limit  int
	create func() (File, error)

	rows  []T
	refs  []ref
	files []run
	err   error
}

type ref struct {
	high, low uint64
	row       int32
}

type run struct {
	file   File
	octets int64
}

// NewSorter gives a sorter that keeps limit rows in memory and asks create for
// a file each time that it has to write them out.
func NewSorter[T any](order Order[T], limit int, create func() (File, error)) *Sorter[T] {
	return &Sorter[T]{order: order, limit: limit, create: create}
}

// Add takes a copy of row. The first error is kept and given by Finish.
func (s *Sorter[T]) Add(row *T) {
	if len(s.rows) >= s.limit && s.err == nil {
		s.err = s.spill()
	}
	if s.err != nil {
		return
	}
	high, low := s.order.Prefix(row)
	s.refs = append(s.refs, ref{high, low, int32(len(s.rows))})
	s.rows = append(s.rows, *row)
}

func (s *Sorter[T]) sort() {
	rows, compare := s.rows, s.order.Compare
	slices.SortFunc(s.refs, func(a, b ref) int {
		switch {
		case a.high != b.high:
			if a.high < b.high {
				return -1
			}
			return 1
		case a.low != b.low:
			if a.low < b.low {
				return -1
			}
			return 1
		}
		return compare(&rows[a.row], &rows[b.row])
	})
}

// spill writes the rows in memory out as a run.
func (s *Sorter[T]) spill() error {
	s.sort()
	file, err := s.create()
	if err != nil {
		return fmt.Errorf("cannot create a sorted run: %w", err)
	}
	w := bufio.NewWriterSize(file, runBuffer)
	var encoded, length []byte
	var octets int64
	for _, r := range s.refs {
		encoded = s.order.Append(encoded[:0], &s.rows[r.row])
		length = binary.AppendUvarint(length[:0], uint64(len(encoded)))
		octets += int64(len(length) + len(encoded))
		if _, err := w.Write(length); err != nil {
			return fmt.Errorf("cannot write a sorted run: %w", err)
		}
		if _, err := w.Write(encoded); err != nil {
			return fmt.Errorf("cannot write a sorted run: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("cannot write a sorted run: %w", err)
	}
	s.files = append(s.files, run{file, octets})
	s.rows, s.refs = s.rows[:0], s.refs[:0]
	return nil
}

// Finish sorts what is in memory. After it the sorter can be merged; it gives
// the first error of all that happened.
func (s *Sorter[T]) Finish() error {
	if s.err == nil {
		s.sort()
	}
	return s.err
}
