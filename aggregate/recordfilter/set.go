package recordfilter

import (
	"cmp"
	"math"
	"net/netip"
	"slices"

	"netstream/aggregate/flow"
)

// value is what a column is compared with. Which member is valid follows from the
// column.
type value struct {
	// number is the cell; if it is not exact, the greatest cell below what was
	// written, as of a time between two microseconds. A text that is not exact is one
	// that no cell can have.
	number int64
	exact  bool

	first, last netip.Addr // equal unless it is a prefix
	prefix      bool

	text string
}

// upTo says whether there can be a range from v to other.
func (v *value) upTo(other value) bool {
	if v.first.IsValid() {
		return v.first.BitLen() == other.first.BitLen() && v.first.Compare(other.first) <= 0
	}
	return v.number < other.number || v.number == other.number && (v.exact || !other.exact)
}

// set is the cells of a column that a comparison asks for.
type set struct {
	column    *Column
	numbers   []span[int64]
	addresses []span[netip.Addr]
	texts     []string
}

// span is all cells from low to high, both included.
type span[T any] struct{ low, high T }

func (c *Column) newSet() *set { return &set{column: c} }

// addBetween adds what lies between two values, both included.
func (s *set) addBetween(from, to value) {
	switch {
	case s.column.address != nil:
		s.addresses = append(s.addresses, span[netip.Addr]{from.first, to.last})
	case s.column.same != nil:
		if from.exact {
			s.texts = append(s.texts, from.text)
		}
	default:
		low := from.number
		if !from.exact && low == math.MaxInt64 {
			return
		} else if !from.exact {
			low++
		}
		s.addNumbers(low, to.number)
	}
}

// addBelow adds what is less than v, or at most v.
func (s *set) addBelow(v value, included bool) {
	if s.column.address != nil {
		least, last := netip.IPv4Unspecified(), v.last
		if v.first.Is6() {
			least = netip.IPv6Unspecified()
		}
		if !included {
			if v.first == least {
				return
			}
			last = v.first.Prev()
		}
		s.addresses = append(s.addresses, span[netip.Addr]{least, last})
		return
	}
	high := v.number
	if v.exact && !included {
		if high == math.MinInt64 {
			return
		}
		high--
	}
	s.addNumbers(math.MinInt64, high)
}

// addAbove adds what is greater than v, or at least v.
func (s *set) addAbove(v value, included bool) {
	if s.column.address != nil {
		greatest, first := netip.AddrFrom4([4]byte{255, 255, 255, 255}), v.first
		if v.first.Is6() {
			greatest = netip.AddrFrom16([16]byte(slices.Repeat([]byte{255}, 16)))
		}
		if !included {
			if v.last == greatest {
				return
			}
			first = v.last.Next()
		}
		s.addresses = append(s.addresses, span[netip.Addr]{first, greatest})
		return
	}
	low := v.number
	if !v.exact || !included {
		if low == math.MaxInt64 {
			return
		}
		low++
	}
	s.addNumbers(low, math.MaxInt64)
}

func (s *set) addNumbers(low, high int64) {
	if low <= high {
		s.numbers = append(s.numbers, span[int64]{low, high})
	}
}

// test makes the test whether a cell is known and in the set, or known and not in
// it.
func (s *set) test(in bool) test {
	switch c := s.column; {
	case c.address != nil:
		return addressTest(c.address, united(s.addresses, netip.Addr.Compare), in)
	case c.same != nil:
		if len(s.texts) == 0 { // none that a cell can have
			known := c.nullTest(false)
			return func(refs *references, r *flow.Record) bool { return !in && known(refs, r) }
		}
		return textTest(c.same, s.texts, in)
	default:
		return numberTest(c.number, united(s.numbers, cmp.Compare[int64]), in)
	}
}

func numberTest(get func(*references, *flow.Record) (int64, bool), spans []span[int64], in bool) test {
	if len(spans) == 1 {
		low, high := spans[0].low, spans[0].high
		return func(refs *references, r *flow.Record) bool {
			n, known := get(refs, r)
			return known && (low <= n && n <= high) == in
		}
	}
	return func(refs *references, r *flow.Record) bool {
		n, known := get(refs, r)
		return known && contains(spans, n, cmp.Compare[int64]) == in
	}
}

func addressTest(get func(*references, *flow.Record) (netip.Addr, bool), spans []span[netip.Addr], in bool) test {
	return func(refs *references, r *flow.Record) bool {
		a, known := get(refs, r)
		return known && contains(spans, a, netip.Addr.Compare) == in
	}
}

func textTest(same func(*references, *flow.Record, string) (same, known bool), texts []string, in bool) test {
	return func(refs *references, r *flow.Record) bool {
		found, known := same(refs, r, texts[0])
		for i := 1; i < len(texts) && known && !found; i++ {
			found, _ = same(refs, r, texts[i])
		}
		return known && found == in
	}
}

// united puts spans in order and makes those one that overlap.
func united[T any](spans []span[T], compare func(a, b T) int) []span[T] {
	slices.SortFunc(spans, func(a, b span[T]) int { return cmp.Or(compare(a.low, b.low), compare(a.high, b.high)) })
	var all []span[T]
	for _, s := range spans {
		if n := len(all); n > 0 && compare(s.low, all[n-1].high) <= 0 {
			if compare(s.high, all[n-1].high) > 0 {
				all[n-1].high = s.high
			}
			continue
		}
		all = append(all, s)
	}
	return all
}

// contains says whether v is in one of the spans, which are in order.
func contains[T any](spans []span[T], v T, compare func(a, b T) int) bool {
	low, high := 0, len(spans)
	for low < high {
		middle := int(uint(low+high) / 2)
		if compare(spans[middle].high, v) < 0 {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low < len(spans) && compare(spans[low].low, v) <= 0
}
