package runs

import (
	"encoding/binary"
	"errors"
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
	size := int(min(int64(max(buffer, leastBuffer)), r.octets))
	return &head{compare: o.Compare, prefixOf: o.Prefix, file: r.file, behind: r.octets, buffer: make([]byte, 0, size), left: r.rows}
}

// head is a run being read: from memory by refs, or from a file.
type head struct {
	compare  func(a, b []byte) int
	prefixOf func([]byte) Prefix

	octets []byte
	refs   []ref

	file   File
	offset int64  // of the file, up to which it was read
	behind int64  // octets of the file that are not in the buffer yet
	buffer []byte // what was read
	at     int    // what of it is done with
	left   uint64 // rows of the file that are still to come

	row    []byte // valid until next
	prefix Prefix
}

// next moves on to the next row; false at the end of the run.
func (h *head) next() (bool, error) {
	if h.file == nil {
		if len(h.refs) == 0 {
			return false, nil
		}
		r := &h.refs[0]
		h.row, h.prefix = h.octets[r.at:r.at+r.length], r.prefix
		h.refs = h.refs[1:]
		return true, nil
	}
	h.row = nil
	if h.left == 0 {
		return false, nil
	}
	h.left--
	if len(h.buffer)-h.at < MaxRow+binary.MaxVarintLen16 && h.behind > 0 {
		if err := h.fill(); err != nil {
			return false, &SpillError{"read", err}
		}
	}
	length, n := binary.Uvarint(h.buffer[h.at:])
	switch {
	case n < 0:
		return false, &SpillError{"read", errors.New("length of a row has more than 64 bits")}
	case length > MaxRow:
		return false, &SpillError{"read", fmt.Errorf("row of %d octets, want at most %d", length, MaxRow)}
	case n == 0 || int(length) > len(h.buffer)-h.at-n:
		return false, &SpillError{"read", io.ErrUnexpectedEOF}
	}
	begin := h.at + n
	h.at = begin + int(length)
	h.row = h.buffer[begin:h.at]
	h.prefix = h.prefixOf(h.row)
	return true, nil
}

// fill moves what is left in the buffer to its front and reads as much behind it as it
// has room for.
func (h *head) fill() error {
	kept := copy(h.buffer[:cap(h.buffer)], h.buffer[h.at:])
	h.at = 0
	room := int(min(int64(cap(h.buffer)-kept), h.behind))
	n, err := h.file.ReadAt(h.buffer[kept:kept+room], h.offset)
	h.buffer = h.buffer[:kept+n]
	h.offset += int64(n)
	h.behind -= int64(n)
	switch {
	case n == room:
		return nil
	case err == nil || err == io.EOF:
		return io.ErrUnexpectedEOF
	}
	return err
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
