package runs

import (
	"math/bits"
	"slices"
)

// Rows in memory are put in order by distributing them over the range of the first
// number of their prefixes that differs, then each part over its own range, until
// parts are small enough to be compared. Rows come nearly evenly spread over time,
// so that two or three such passes, each linear, replace most of the comparisons,
// which took half of the time that a row cost. Each pass narrows the range of a
// number by partBits bits, so that no input makes more than 8 passes of each of
// the three numbers.
const (
	partBits = 8
	parts    = 1 << partBits
	fewRows  = 48 // up to which comparing is faster
)

func (s *Sorter[T]) sort() { s.sortFrom(s.refs, 0) }

// sortFrom sorts rows whose prefixes agree in the numbers before the given one.
func (s *Sorter[T]) sortFrom(refs []ref, number int) {
	for ; number < len(Prefix{}) && len(refs) > fewRows; number++ {
		low, high := extremes(refs, number)
		if low == high {
			continue
		}
		shift := max(bits.Len64(high-low)-partBits, 0)
		ends := distribute(refs, number, low, shift)
		begin := uint32(0)
		for _, end := range ends {
			if end-begin > 1 {
				s.sortFrom(refs[begin:end], number)
			}
			begin = end
		}
		return
	}
	s.compareSort(refs)
}

func (s *Sorter[T]) compareSort(refs []ref) {
	slices.SortFunc(refs, func(a, b ref) int {
		if c := a.prefix.compare(&b.prefix); c != 0 {
			return c
		}
		return s.order.Compare(s.row(a), s.row(b))
	})
}

func extremes(refs []ref, number int) (low, high uint64) {
	low, high = refs[0].prefix[number], refs[0].prefix[number]
	for i := range refs {
		v := refs[i].prefix[number]
		low, high = min(low, v), max(high, v)
	}
	return low, high
}

// distribute brings refs into the order of their parts, the rows of a part in any
// order, and gives the end of each part (American flag sort: McIlroy, Bostic,
// McIlroy, "Engineering radix sort", 1993).
func distribute(refs []ref, number int, low uint64, shift int) (ends [parts]uint32) {
	part := func(r *ref) uint8 { return uint8((r.prefix[number] - low) >> shift) }
	for i := range refs {
		ends[part(&refs[i])]++
	}
	var next [parts]uint32
	sum := uint32(0)
	for i, n := range ends {
		next[i] = sum
		sum += n
		ends[i] = sum
	}
	for p := range next {
		for next[p] < ends[p] {
			r := &refs[next[p]]
			for q := part(r); int(q) != p; q = part(r) {
				refs[next[q]], *r = *r, refs[next[q]]
				next[q]++
			}
			next[p]++
		}
	}
	return ends
}
