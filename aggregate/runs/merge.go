package runs

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// mergeMemory bounds the buffers of a merge in octets, as long as there are no
// more runs than it gives leastBuffer, which holds any row, to each.
const (
	mergeMemory = 32 << 20
	leastBuffer = 2 * MaxRow
)

// Merge gives the rows of all finished sorters in their order. yield gets each
// row in a place of its own until the next call; it must not keep it. The sorters
// are closed in any case. It gives the first error: of a sorter, a [*SpillError],
// or the one that yield gave, as it is.
func Merge[T any](sorters []*Sorter[T], yield func(*T) error) error {
	err := mergeSorters(sorters, yield)
	for _, s := range sorters {
		if closing := s.Close(); err == nil {
			err = closing
		}
	}
	return err
}

func mergeSorters[T any](sorters []*Sorter[T], yield func(*T) error) error {
	files := 0
	for _, s := range sorters {
		if s.err != nil {
			return s.err
		}
		files += len(s.files)
	}
	buffer := min(runBuffer, max(leastBuffer, mergeMemory/max(1, files)))
	var heads []*head
	var order *Order[T]
	for _, s := range sorters {
		order = &s.order
		heads = append(heads, &head{compare: order.Compare, prefixOf: order.Prefix, octets: s.octets, refs: s.refs})
		for _, r := range s.files {
			heads = append(heads, order.fileHead(r, buffer))
		}
	}
	var row T
	return merge(heads, func(encoded []byte) error {
		if err := order.Decode(encoded, &row); err != nil {
			return &SpillError{"read", err}
		}
		return yield(&row)
	})
}

// fileHead begins to read a run, with a buffer of at most so many octets.
func (o *Order[T]) fileHead(r run, buffer int) *head {
	source := bufio.NewReaderSize(io.NewSectionReader(r.file, 0, r.octets), int(min(int64(buffer), r.octets)))
	return &head{compare: o.Compare, prefixOf: o.Prefix, source: source, left: r.rows}
}

// head is a run being read: from memory by refs, or from a file.
type head struct {
	compare  func(a, b []byte) int
	prefixOf func([]byte) Prefix

	octets []byte
	refs   []ref
	source *bufio.Reader
	left   uint64 // rows of source that are still to come

	row    []byte // valid until next
	prefix Prefix
}

// next moves on to the next row; false at the end of the run.
func (h *head) next() (bool, error) {
	if h.source == nil {
		if len(h.refs) == 0 {
			return false, nil
		}
		r := h.refs[0]
		h.refs = h.refs[1:]
		h.row, h.prefix = h.octets[r.at:r.at+r.length], r.prefix
		return true, nil
	}
	h.source.Discard(len(h.row)) // cannot fail: it was peeked at
	h.row = nil
	if h.left == 0 {
		return false, nil
	}
	h.left--
	length, err := binary.ReadUvarint(h.source)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return false, &SpillError{"read", err}
	}
	if length > MaxRow {
		return false, &SpillError{"read", fmt.Errorf("row of %d octets, want at most %d", length, MaxRow)}
	}
	if h.row, err = h.source.Peek(int(length)); err != nil {
		h.row = nil
		return false, &SpillError{"read", err}
	}
	h.prefix = h.prefixOf(h.row)
	return true, nil
}

func (h *head) less(other *head) bool {
	if c := h.prefix.compare(&other.prefix); c != 0 {
		return c < 0
	}
	return h.compare(h.row, other.row) < 0
}

// merge merges by a binary heap of the runs' heads.
func merge(all []*head, yield func([]byte) error) error {
	var heap []*head
	for _, h := range all {
		ok, err := h.next()
		if err != nil {
			return err
		}
		if ok {
			heap = append(heap, h)
		}
	}
	for i := len(heap)/2 - 1; i >= 0; i-- {
		down(heap, i)
	}
	for len(heap) > 0 {
		if err := yield(heap[0].row); err != nil {
			return err
		}
		ok, err := heap[0].next()
		if err != nil {
			return err
		}
		if !ok {
			heap[0] = heap[len(heap)-1]
			heap = heap[:len(heap)-1]
		}
		if len(heap) > 1 {
			down(heap, 0)
		}
	}
	return nil
}

func down(heap []*head, i int) {
	for {
		child := 2*i + 1
		if child >= len(heap) {
			return
		}
		if child+1 < len(heap) && heap[child+1].less(heap[child]) {
			child++
		}
		if !heap[child].less(heap[i]) {
			return
		}
		heap[i], heap[child] = heap[child], heap[i]
		i = child
	}
}
