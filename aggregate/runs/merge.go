package runs

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// runBuffer is the size of the buffers that runs are written and read with. A
// merge of a thousand runs holds 64 MiB of them.
const runBuffer = 64 << 10

// Merge gives the rows of all finished sorters in their order. yield gets each
// row in a place of its own until the next call; it must not keep it. The files
// of the runs are closed in any case.
func Merge[T any](sorters []*Sorter[T], yield func(*T) error) error {
	var heads []*head[T]
	var errs []error
	for _, s := range sorters {
		heads = append(heads, &head[T]{order: &s.order, rows: s.rows, refs: s.refs})
		for _, r := range s.files {
			source := bufio.NewReaderSize(io.NewSectionReader(r.file, 0, r.octets), runBuffer)
			heads = append(heads, &head[T]{order: &s.order, source: source, row: new(T)})
		}
	}
	errs = append(errs, merge(heads, yield))
	for _, s := range sorters {
		for _, r := range s.files {
			if err := r.file.Close(); err != nil {
				errs = append(errs, fmt.Errorf("cannot close a sorted run: %w", err))
			}
		}
		s.rows, s.refs, s.files = nil, nil, nil
	}
	return errors.Join(errs...)
}

// head is a run being read: from memory by refs, or from a file.
type head[T any] struct {
	order     *Order[T]
	rows      []T
	refs      []ref
	source    *bufio.Reader
	encoded   []byte
	row       *T
	high, low uint64
}

// next moves on to the next row; false at the end of the run.
func (h *head[T]) next() (bool, error) {
	if h.source == nil {
		if len(h.refs) == 0 {
			return false, nil
		}
		r := h.refs[0]
		h.refs = h.refs[1:]
		h.row, h.high, h.low = &h.rows[r.row], r.high, r.low
		return true, nil
	}
	length, err := binary.ReadUvarint(h.source)
	if err == io.EOF {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("cannot read a sorted run: %w", err)
	}
	if length > runBuffer {
		return false, fmt.Errorf("cannot read a sorted run: row of %d octets, want at most %d", length, runBuffer)
	}
	encoded, err := h.source.Peek(int(length))
	if err != nil {
		return false, fmt.Errorf("cannot read a sorted run: %w", err)
	}
	if err := h.order.Decode(encoded, h.row); err != nil {
		return false, fmt.Errorf("cannot read a sorted run: %w", err)
	}
	h.source.Discard(int(length)) // cannot fail: Peek gave as much
	h.high, h.low = h.order.Prefix(h.row)
	return true, nil
}

func (h *head[T]) less(other *head[T]) bool {
	if h.high != other.high {
		return h.high < other.high
	}
	if h.low != other.low {
		return h.low < other.low
	}
	return h.order.Compare(h.row, other.row) < 0
}

// merge merges by a binary heap of the runs' heads.
func merge[T any](all []*head[T], yield func(*T) error) error {
	var heap []*head[T]
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

func down[T any](heap []*head[T], i int) {
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
