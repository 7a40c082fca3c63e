package runs

import (
	"math"
	"math/bits"
	"slices"
)

// Rows in memory are put in order by distributing them over the range of the first
// number of their prefixes that differs: many rows over a few parts, each of which fits
// into the cache, and those of a part over as many as there are rows. Rows come nearly
// evenly spread over time, so that in the end hardly any two are in one part, and little is
// left to compare; where many are, they are distributed again, over the range of theirs.
// A ref holds only the number that it is sorted by, so that passes move little; where
// rows agree in it, the next one is fetched from the rows. Each pass narrows the range
// of a number by fewBits bits at least, so that no input makes more than 16 passes of
// each of the numbers.
const (
	partBits = 8       // by which many rows are distributed at a time
	manyRows = 1 << 14 // from which rows are many
	mostBits = 11      // by which fewer are at most
	fewBits  = 4       // and at least
	fewRows  = 20      // up to which comparing is faster
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

// load sets the keys of refs to a number of the rows, from the second one on.
func (s *Sorter[T]) load(refs []ref, number int) {
	for i := range refs {
		row := s.row(refs[i])
		var numbers [allNumbers]uint64
		if number < prefixNumbers {
			_, numbers[1], numbers[2] = s.order.Prefix(row)
		} else {
			numbers[3], numbers[4] = s.order.Further(row)
		}
		refs[i].key = numbers[number]
	}
}

// lastNumber is the last one that rows are sorted by before they are compared.
func (s *Sorter[T]) lastNumber() int {
	if s.order.Further != nil {
		return allNumbers - 1
	}
	return prefixNumbers - 1
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
		insertionSort(refs, refs)
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
		width = min(max(bits.Len(uint(len(refs))), fewBits), mostBits)
	}
	base := len(s.ends)
	s.ends = slices.Grow(s.ends, 1<<width)[:base+1<<width]
	ends := s.ends[base:]
	distribute(refs, spare, low, max(bits.Len64(high-low)-width, 0), ends)
	if len(refs) < manyRows && largest(ends) <= fewRows {
		sorted := refs
		if toSpare {
			sorted = spare
		}
		insertionSort(spare, sorted)
		other := spare
		if toSpare {
			other = refs
		}
		s.sortEqual(sorted, other, number)
	} else {
		begin := uint32(0)
		for _, end := range ends {
			if begin < end {
				s.sortFrom(spare[begin:end], refs[begin:end], number, !toSpare)
			}
			begin = end
		}
	}
	s.ends = s.ends[:base]
}

// largest gives how many rows the largest part has.
func largest(ends []uint32) (most uint32) {
	begin := uint32(0)
	for _, end := range ends {
		most = max(most, end-begin)
		begin = end
	}
	return most
}

// sortEqual sorts those rows that agree in their keys, in whose order they are.
func (s *Sorter[T]) sortEqual(refs, spare []ref, number int) {
	touched := 0
	for begin, end := 0, 0; begin < len(refs); begin = end {
		if begin >= touched {
			touched = min(begin+touchRows, len(refs))
			s.touched += touchEqual(s.octets, refs[begin:touched])
		}
		for end = begin + 1; end < len(refs) && refs[end].key == refs[begin].key; end++ {
		}
		switch equal := refs[begin:end]; {
		case len(equal) == 1:
		case number == s.lastNumber():
			s.compareSort(equal)
		default:
			s.load(equal, number+1)
			s.sortFrom(equal, spare[begin:end], number+1, false)
		}
	}
}

// touchEqual reads the first octet of rows that agree in their keys with a neighbour, the next numbers of which are
// to be fetched from them, so that the cache misses overlap. What it gives has no meaning.
func touchEqual(octets []byte, refs []ref) (sum byte) {
	for i := 1; i < len(refs); i++ {
		if refs[i].key == refs[i-1].key {
			sum += octets[refs[i-1].at] + octets[refs[i].at]
		}
	}
	return sum
}

// insertionSort sorts rows by their keys, few or nearly in order, to another place or where they are.
func insertionSort(from, to []ref) {
	to = to[:len(from)]
	for i, r := range from {
		j := i
		for ; j > 0 && r.key < to[j-1].key; j-- {
			to[j] = to[j-1]
		}
		to[j] = r
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

// distribute copies refs in the order of parts, the rows of a part in the order that they had,
// and sets ends, one a part, to the end of each.
func distribute(from, to []ref, low uint64, shift int, ends []uint32) {
	clear(ends)
	for i := range from {
		ends[(from[i].key-low)>>(shift&63)]++
	}
	sum := uint32(0)
	for i, n := range ends {
		ends[i] = sum // where the part begins
		sum += n
	}
	for i := range from {
		end := &ends[(from[i].key-low)>>(shift&63)]
		to[*end] = from[i]
		*end++
	}
}
