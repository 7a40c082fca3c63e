package runs

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
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
	var row T
	return MergeTo(sorters, func() *T { return &row }, yield)
}

// MergeTo is Merge for a caller who says where the next row is to be. What is there
// before does not matter.
func MergeTo[T any](sorters []*Sorter[T], place func() *T, yield func(*T) error) error {
	if len(sorters) == 0 {
		return nil
	}
	decode := sorters[0].order.Decode
	return MergeEncoded(sorters, func(encoded []byte) error {
		row := place()
		if err := decode(encoded, row); err != nil {
			return Damaged(err)
		}
		return yield(row)
	})
}

// MergeEncoded is Merge for a caller who decodes rows himself, as Order.Decode does.
func MergeEncoded[T any](sorters []*Sorter[T], yield func(encoded []byte) error) error {
	err := mergeSorters(sorters, yield)
	for _, s := range sorters {
		if closing := s.Close(); err == nil {
			err = closing
		}
	}
	return err
}

// Damaged gives the error of a row that could not be decoded.
func Damaged(err error) error { return &SpillError{"read", err} }

func mergeSorters[T any](sorters []*Sorter[T], yield func(encoded []byte) error) error {
	files := 0
	for _, s := range sorters {
		if s.err != nil {
			return s.err
		}
		files += len(s.files)
	}
	buffer := min(runBuffer, max(leastBuffer, mergeMemory/max(1, files)))
	var heads []*head
	for _, s := range sorters {
		order := &s.order
		for _, m := range append(s.kept, resident{s.octets, s.refs}) {
			heads = append(heads, &head{compare: order.Compare, prefixOf: order.Prefix, octets: m.octets, refs: m.refs})
		}
		for _, r := range s.files {
			heads = append(heads, order.fileHead(r, buffer))
		}
	}
	return merge(heads, yield)
}

// fileHead begins to read a run, with a buffer of at most so many octets.
func (o *Order[T]) fileHead(r run, buffer int) *head {
	size := int(min(int64(max(buffer, leastBuffer)), r.octets))
	return &head{compare: o.Compare, prefixOf: o.Prefix, file: r.file, behind: r.octets, buffer: make([]byte, 0, size+Slack), left: r.rows}
}

// head is a run being read: from memory by refs, or from a file.
type head struct {
	compare  func(a, b []byte) int
	prefixOf func([]byte) (first, second, third uint64)

	octets []byte
	refs   []ref

	file   File
	offset int64  // of the file, up to which it was read
	behind int64  // octets of the file that are not in the buffer yet
	buffer []byte // what was read
	at     int    // what of it is done with; of a run in memory the number of rows
	left   uint64 // rows of the file that are still to come

	row    []byte // valid until next
	prefix [prefixNumbers]uint64
	over   bool // there is no row left
	place  int  // among the heads

	touched byte // keeps the reads of touch alive
}

// next moves on to the next row, or says that the run is over.
func (h *head) next() error {
	if h.file == nil {
		h.nextInMemory()
		return nil
	}
	if h.left == 0 {
		h.end()
		return nil
	}
	h.left--
	if len(h.buffer)-h.at < MaxRow+binary.MaxVarintLen16 && h.behind > 0 {
		if err := h.fill(); err != nil {
			return &SpillError{"read", err}
		}
	}
	length, n := uint64(0), 0
	if h.at < len(h.buffer) && h.buffer[h.at] < 0x80 { // as nearly all are
		length, n = uint64(h.buffer[h.at]), 1
	} else {
		length, n = binary.Uvarint(h.buffer[h.at:])
	}
	switch {
	case n < 0:
		return &SpillError{"read", errors.New("length of a row has more than 64 bits")}
	case length > MaxRow:
		return &SpillError{"read", fmt.Errorf("row of %d octets, want at most %d", length, MaxRow)}
	case n == 0 || int(length) > len(h.buffer)-h.at-n:
		return &SpillError{"read", io.ErrUnexpectedEOF}
	}
	begin := h.at + n
	h.at = begin + int(length)
	h.row = h.buffer[begin:h.at]
	h.prefix[0], h.prefix[1], h.prefix[2] = h.prefixOf(h.row)
	return nil
}

func (h *head) nextInMemory() {
	if len(h.refs) == 0 {
		h.end()
		return
	}
	if h.at%touchRows == 0 {
		h.touched += touch(h.octets, h.refs[:min(touchRows, len(h.refs))])
	}
	h.at++
	r := h.refs[0]
	h.refs = h.refs[1:]
	h.row = h.octets[r.at : r.at+r.length]
	h.prefix[0], h.prefix[1], h.prefix[2] = h.prefixOf(h.row)
}

// fill moves what is left in the buffer to its front and reads as much behind it as it
// has room for.
func (h *head) fill() error {
	kept := copy(h.buffer[:cap(h.buffer)], h.buffer[h.at:])
	h.at = 0
	room := int(min(int64(cap(h.buffer)-Slack-kept), h.behind))
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

// before says whether the row of h comes before that of another head. A run that is over
// comes behind all others.
func (h *head) before(other *head) bool {
	p, q := &h.prefix, &other.prefix
	switch {
	case p[0] != q[0]:
		return p[0] < q[0]
	case p[1] != q[1]:
		return p[1] < q[1]
	case p[2] != q[2]:
		return p[2] < q[2]
	case h.over || other.over:
		return other.over
	}
	return h.compare(h.row, other.row) < 0
}

// end says that no row is left.
func (h *head) end() {
	h.over, h.row, h.prefix = true, nil, [prefixNumbers]uint64{math.MaxUint64, math.MaxUint64, math.MaxUint64}
}

// merge gives the rows of all runs in their order. The heads play a tournament: each match
// keeps who has lost it, so that a new row of the winner meets one head a round on its way
// up, and no other match is played again (Knuth, volume 3, section 5.4.1). Who wins can
// hardly be foretold, so that no branch depends on it, unless prefixes agree. Where runs are of different
// times, rows of one follow each other: as long as they come before bound, that run is not asked again.
func merge(heads []*head, yield func([]byte) error) error {
	for i, h := range heads {
		if err := h.next(); err != nil {
			return err
		}
		h.place = i
	}
	if len(heads) == 0 {
		return nil
	}
	prefixes := make([][prefixNumbers]uint64, len(heads))
	for i, h := range heads {
		prefixes[i] = h.prefix
	}
	losers := make([]uint64, len(heads))               // places of the losers of match i, between the winners of 2i and 2i+1; heads are behind the matches
	winner, bound := play(heads, losers, 1), uint64(0) // below it is no first number of another head than the winner's
	for h := heads[winner]; !h.over; h = heads[winner] {
		if err := yield(h.row); err != nil {
			return err
		}
		if err := h.next(); err != nil {
			return err
		}
		if h.prefix[0] < bound {
			continue
		}
		prefixes[winner] = h.prefix
		before, least := winner, uint64(math.MaxUint64)
		first, second, third := h.prefix[0], h.prefix[1], h.prefix[2]
		for match := (int(winner) + len(heads)) / 2; match > 0; match /= 2 {
			other := losers[match]
			p := &prefixes[other]
			least = min(least, p[0])
			_, less := bits.Sub64(p[2], third, 0)
			_, less = bits.Sub64(p[1], second, less)
			_, less = bits.Sub64(p[0], first, less)
			if (p[0]^first)|(p[1]^second)|(p[2]^third) == 0 && heads[other].before(heads[winner]) {
				less = 1
			}
			first, second, third = first^(first^p[0])&-less, second^(second^p[1])&-less, third^(third^p[2])&-less
			swapped := (winner ^ other) & -less
			winner, losers[match] = winner^swapped, other^swapped
		}
		bound = 0
		if winner == before { // and so it has met all that could be next
			bound = least
		}
	}
	return nil
}

// play plays a match and those before it for the first time, and gives the place of its winner.
func play(heads []*head, losers []uint64, match int) uint64 {
	if match >= len(heads) {
		return uint64(match - len(heads))
	}
	winner, loser := play(heads, losers, 2*match), play(heads, losers, 2*match+1)
	if heads[loser].before(heads[winner]) {
		winner, loser = loser, winner
	}
	losers[match] = loser
	return winner
}
