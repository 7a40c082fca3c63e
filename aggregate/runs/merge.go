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
	var heads []*head
	var order *Order[T]
	for _, s := range sorters {
		order = &s.order
		heads = append(heads, &head{compare: s.order.Compare, prefixOf: s.order.Prefix, octets: s.octets, refs: s.refs})
		for _, r := range s.files {
			source := bufio.NewReaderSize(io.NewSectionReader(r.file, 0, r.octets), runBuffer)
			heads = append(heads, &head{compare: s.order.Compare, prefixOf: s.order.Prefix, source: source})
		}
	}
	var row T
	errs := []error{merge(heads, func(encoded []byte) error {
		if err := order.Decode(encoded, &row); err != nil {
			return err
		}
		return yield(&row)
	})}
	for _, s := range sorters {
		for _, r := range s.files {
			if err := r.file.Close(); err != nil {
				errs = append(errs, fmt.Errorf("cannot close a sorted run: %w", err))
			}
		}
		s.octets, s.refs, s.files = nil, nil, nil
	}
	return errors.Join(errs...)
}

// head is a run being read: from memory by refs, or from a file.
type head struct {
	compare  func(a, b []byte) int
	prefixOf func([]byte) Prefix

	octets []byte
	refs   []ref
	source *bufio.Reader

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
	length, err := binary.ReadUvarint(h.source)
	if err == io.EOF {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("cannot read a sorted run: %w", err)
	}
	if length > MaxRow {
		return false, fmt.Errorf("cannot read a sorted run: row of %d octets, want at most %d", length, MaxRow)
	}
	if h.row, err = h.source.Peek(int(length)); err != nil {
		return false, fmt.Errorf("cannot read a sorted run: %w", err)
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
