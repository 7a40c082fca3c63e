package runs

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// Order says how rows of one kind are laid out and compared. Rows are kept and
// compared encoded: that takes a third of the memory, and a row is decoded once,
// when its turn has come.
type Order[T any] struct {
	// Append appends the encoded row to dst; at most MaxRow octets. Decode reads it
	// back from exactly those octets.
	Append func(dst []byte, row *T) []byte
	Decode func(src []byte, row *T) error

	// Prefix gives numbers that order encoded rows as Compare does, the first that
	// differs deciding, as far as they differ. They spare most of the comparisons,
	// each of which fetches two rows from all over the memory.
	Prefix func(row []byte) Prefix

	// Compare gives -1, 0 or +1 for two encoded rows.
	Compare func(a, b []byte) int
}

// Prefix orders rows as far as it differs.
type Prefix [3]uint64

func (p *Prefix) compare(q *Prefix) int {
	for i := range p {
		if p[i] != q[i] {
			if p[i] < q[i] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// MaxRow is the greatest length of an encoded row in octets.
const MaxRow = 4096

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

	octets []byte // encoded rows, one behind the other
	refs   []ref
	files  []run
	err    error
}

// ref is one row of octets. The limit of a sorter keeps offsets in 32 bits.
type ref struct {
	prefix     Prefix
	at, length uint32
}

const refSize = 32

// MaxMemory is the greatest limit of a sorter in octets.
const MaxMemory = 1 << 31

type run struct {
	file   File
	octets int64
}

// NewSorter gives a sorter that keeps rows of up to limit octets in memory, at
// most MaxMemory, and asks create for a file each time that it has to write them
// out.
func NewSorter[T any](order Order[T], limit int, create func() (File, error)) *Sorter[T] {
	return &Sorter[T]{order: order, limit: min(limit, MaxMemory), create: create}
}

// Add takes a row. The first error is kept and given by Finish.
func (s *Sorter[T]) Add(row *T) {
	if len(s.octets)+len(s.refs)*refSize >= s.limit && len(s.refs) > 0 && s.err == nil {
		s.err = s.spill()
	}
	if s.err != nil {
		return
	}
	if s.octets == nil {
		// Growing step by step would copy everything several times over.
		s.octets = make([]byte, 0, s.limit*3/4+MaxRow)
		s.refs = make([]ref, 0, s.limit/4/refSize+1)
	}
	at := len(s.octets)
	s.octets = s.order.Append(s.octets, row)
	s.refs = append(s.refs, ref{s.order.Prefix(s.octets[at:]), uint32(at), uint32(len(s.octets) - at)})
}

func (s *Sorter[T]) row(r ref) []byte { return s.octets[r.at : r.at+r.length] }

func (s *Sorter[T]) sort() {
	slices.SortFunc(s.refs, func(a, b ref) int {
		if c := a.prefix.compare(&b.prefix); c != 0 {
			return c
		}
		return s.order.Compare(s.row(a), s.row(b))
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
	var length []byte
	var octets int64
	for _, r := range s.refs {
		length = binary.AppendUvarint(length[:0], uint64(r.length))
		octets += int64(len(length)) + int64(r.length)
		if _, err := w.Write(length); err != nil {
			return fmt.Errorf("cannot write a sorted run: %w", err)
		}
		if _, err := w.Write(s.row(r)); err != nil {
			return fmt.Errorf("cannot write a sorted run: %w", err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("cannot write a sorted run: %w", err)
	}
	s.files = append(s.files, run{file, octets})
	s.octets, s.refs = s.octets[:0], s.refs[:0]
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
