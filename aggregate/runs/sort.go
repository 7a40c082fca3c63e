package runs

import (
	"math"
	"math/bits"
	"slices"
)

// Rows in memory are put in order by distributing them over the range of the first
// number of their prefixes that differs, then each part over its own range, until
// parts are small enough to be compared. Rows come nearly evenly spread over time,
// so that two or three such passes, each linear, replace most of the comparisons.
// A ref holds only the number that it is sorted by, so that passes move little; where
// rows agree in it, the next one is fetched from the rows. Each pass narrows the range
// of a number by fewBits or partBits bits, so that no input makes more than 16 passes of
// each of the three numbers.
const (
	partBits  = 8
	mostParts = 1 << partBits
	manyRows  = 1 << 10 // from which partBits bits are distributed by at a time
	fewBits   = 4       // by which fewer are
	fewRows   = 20      // up to which comparing is faster
)

func (s *Sorter[T]) sort() {
	if len(s.spare) < len(s.refs) {
		s.spare = make([]ref, cap(s.refs))
	}
	refs, spare := s.refs, s.spare[:len(s.refs)]
	low, high := uint64(math.MaxUint64), uint64(0)
	for i := range refs {
		r := &refs[i]
		first, second, _ := s.order.Prefix(s.row(*r))
		r.key = first
		spare[i] = ref{second, r.at, r.length}
		low, high = min(low, r.key), max(high, r.key)
	}
	if low == high { // as in rows of one interval, which have their next number already
		s.sortFrom(spare, refs, 1, true)
	} else {
		s.sortFrom(refs, spare, 0, false)
	}
}

// load sets the keys of refs to a number of the rows' prefixes, the second one or the third.
func (s *Sorter[T]) load(refs []ref, number int) {
	for i := range refs {
		r := &refs[i]
		if _, second, third := s.order.Prefix(s.row(*r)); number == 1 {
			r.key = second
		} else {
			r.key = third
		}
	}
}

// sortFrom sorts rows that agree in the numbers before the given one, which their keys
// are. They are in refs, and in the end in spare if that is said.
func (s *Sorter[T]) sortFrom(refs, spare []ref, number int, toSpare bool) {
	if len(refs) > fewRows {
		if low, high := extremes(refs); low != high {
			s.sortParts(refs, spare, low, high, number, toSpare)
			return
		}
	} else {
		insertionSort(refs)
	}
	s.sortEqual(refs, spare, number)
	if toSpare {
		copy(spare, refs)
	}
}

// sortParts sorts rows as sortFrom does, whose keys lie between low and high.
func (s *Sorter[T]) sortParts(refs, spare []ref, low, high uint64, number int, toSpare bool) {
	width := partBits
	if len(refs) < manyRows {
		width = fewBits
	}
	ends := distribute(refs, spare, low, max(bits.Len64(high-low)-width, 0), 1<<width)
	begin := uint32(0)
	for _, end := range ends[:1<<width] {
		if begin < end {
			s.sortFrom(spare[begin:end], refs[begin:end], number, !toSpare)
		}
		begin = end
	}
}

// sortEqual sorts those rows that agree in their keys, in whose order they are.
func (s *Sorter[T]) sortEqual(refs, spare []ref, number int) {
	for begin, end := 0, 0; begin < len(refs); begin = end {
		for end = begin + 1; end < len(refs) && refs[end].key == refs[begin].key; end++ {
		}
		switch equal := refs[begin:end]; {
		case len(equal) == 1:
		case number+1 == prefixNumbers:
			s.compareSort(equal)
		default:
			s.load(equal, number+1)
			s.sortFrom(equal, spare[begin:end], number+1, false)
		}
	}
}

// insertionSort sorts few rows by their keys.
func insertionSort(refs []ref) {
	for i := 1; i < len(refs); i++ {
		r := refs[i]
		j := i
		for ; j > 0 && r.key < refs[j-1].key; j-- {
			refs[j] = refs[j-1]
		}
		refs[j] = r
	}
}

// compareSort sorts rows whose prefixes agree.
func (s *Sorter[T]) compareSort(refs []ref) {
	slices.SortFunc(refs, func(a, b ref) int { return s.order.Compare(s.row(a), s.row(b)) })
}

func extremes(refs []ref) (low, high uint64) {
	low, high = refs[0].key, refs[0].key
	for i := range refs {
		low, high = min(low, refs[i].key), max(high, refs[i].key)
	}
	return low, high
}

// distribute copies refs in the order of so many parts, the rows of a part in the order
// that they had, and gives the end of each part.
func distribute(from, to []ref, low uint64, shift, parts int) (ends [mostParts]uint32) {
	part := func(r *ref) uint8 { return uint8((r.key - low) >> (shift & 63)) }
	for i := range from {
		ends[part(&from[i])]++
	}
	sum := uint32(0)
	for i, n := range ends[:parts] {
		ends[i] = sum // where the part begins
		sum += n
	}
	for i := range from {
		p := part(&from[i])
		to[ends[p]] = from[i]
		ends[p]++
	}
	return ends
}
