package enrich

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"
)

// route is what is known of a prefix.
type route struct {
	origin uint32
	bits   uint8
}

// ballot collects who says which autonomous system originates which prefix.
type ballot struct {
	votes   []vote
	counted int // of votes, how many were there after the last count
}

type vote struct {
	prefix netip.Prefix
	origin uint32
	count  uint64
}

// minimumBallot is how many votes are collected before equal ones are put together.
const minimumBallot = 1 << 16

func (b *ballot) add(prefix netip.Prefix, origin, count uint32) {
	b.votes = append(b.votes, vote{prefix, origin, uint64(count)})
	if len(b.votes) >= minimumBallot && len(b.votes) >= 2*b.counted {
		b.count()
	}
}

// count puts votes for the same origin of a prefix together.
func (b *ballot) count() {
	slices.SortFunc(b.votes, func(a, c vote) int {
		return cmp.Or(a.prefix.Compare(c.prefix), cmp.Compare(a.origin, c.origin))
	})
	kept := b.votes[:0]
	for _, v := range b.votes {
		if last := len(kept) - 1; last >= 0 && kept[last].prefix == v.prefix && kept[last].origin == v.origin {
			kept[last].count += v.count
			continue
		}
		kept = append(kept, v)
	}
	b.votes, b.counted = kept, len(kept)
}

// table gives the origin of each prefix that most say, of those with equal votes the
// least.
func (b *ballot) table() *bart.Table[route] {
	b.count()
	routes := new(bart.Table[route])
	for first := 0; first < len(b.votes); {
		best, next := b.votes[first], first+1
		for ; next < len(b.votes) && b.votes[next].prefix == best.prefix; next++ {
			if b.votes[next].count > best.count {
				best = b.votes[next]
			}
		}
		routes.Insert(best.prefix, route{best.origin, uint8(best.prefix.Bits())})
		first = next
	}
	b.votes = nil
	return routes
}

// longest gives what the table has of the longest of its prefixes that holds all of an
// address or prefix.
func longest[V any](t *bart.Table[V], p netip.Prefix) (V, bool) {
	if p.IsSingleIP() {
		return t.Lookup(p.Addr())
	}
	return t.LookupPrefix(p)
}
