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
// number by fewBits or partBits bits, so that no input makes more than 16 passes of
// each of the three numbers.
const (
	partBits  = 8
	mostParts = 1 << partBits
	manyRows  = 1 << 10 // from which partBits bits are distributed by at a time
	fewBits   = 4       // by which fewer are
	fewRows   = 20      // up to which comparing is faster
)

func (s *Sorter[T]) sort() { s.sortFrom(s.refs, 0) }

// sortFrom sorts rows whose prefixes agree in the numbers before the given one.
func (s *Sorter[T]) sortFrom(refs []ref, number int) {
	for ; number < len(Prefix{}) && len(refs) > fewRows; number++ {
		low, high := extremes(refs, number)
		if low == high {
			continue
		}
		width := partBits
		if len(refs) < manyRows {
			width = fewBits
		}
		shift := max(bits.Len64(high-low)-width, 0)
		ends := distribute(refs, number, low, shift, 1<<width)
		begin := uint32(0)
		for _, end := range ends[:1<<width] {
			if end-begin > 1 {
				s.sortFrom(refs[begin:end], number)
			}
			begin = end
		}
		return
	}
	if len(refs) <= fewRows {
		s.insertionSort(refs)
	} else {
		s.compareSort(refs)
	}
}

// insertionSort sorts few rows.
func (s *Sorter[T]) insertionSort(refs []ref) {
	for i := 1; i < len(refs); i++ {
		r := refs[i]
		j := i
		for ; j > 0 && s.less(&r, &refs[j-1]); j-- {
			refs[j] = refs[j-1]
		}
		refs[j] = r
	}
}

func (s *Sorter[T]) less(a, b *ref) bool {
	for i := range a.prefix {
		if a.prefix[i] != b.prefix[i] {
			return a.prefix[i] < b.prefix[i]
		}
	}
	return s.order.Compare(s.row(*a), s.row(*b)) < 0
}

// compareSort sorts many rows whose prefixes agree.
func (s *Sorter[T]) compareSort(refs []ref) {
	slices.SortFunc(refs, func(a, b ref) int { return s.order.Compare(s.row(a), s.row(b)) })
}

func extremes(refs []ref, number int) (low, high uint64) {
	low, high = refs[0].prefix[number], refs[0].prefix[number]
	for i := range refs {
		v := refs[i].prefix[number]
		low, high = min(low, v), max(high, v)
	}
	return low, high
}

// distribute brings refs into the order of so many parts, the rows of a part in any
// order, and gives the end of each part (American flag sort: McIlroy, Bostic,
// McIlroy, "Engineering radix sort", 1993).
func distribute(refs []ref, number int, low uint64, shift, parts int) (ends [mostParts]uint32) {
	part := func(r *ref) uint8 { return uint8((r.prefix[number] - low) >> shift) }
	for i := range refs {
		ends[part(&refs[i])]++
	}
	var next [mostParts]uint32
	sum := uint32(0)
	for i, n := range ends[:parts] {
		next[i] = sum
		sum += n
		ends[i] = sum
	}
	for p := range parts {
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
