package accounting

import (
	"encoding/binary"
	"slices"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/runs"
)

// The busiest second of a group is found by sorting the octets of its seconds behind
// its key. A second at the edge of an interval that begins within it is two: what is
// counted is the part of a second that lies in one interval, a moment, which is told by
// its begin. An interval has one moment in each second. The moments of a window of
// seconds are one row: the key is that of the group and the number of the window, 64
// bits, and behind it each moment has its place in the window and its octets. Rows of
// equal keys add up.

const (
	windowSeconds = 256 // a power of two; places in it have 8 bits
	windowTail    = 8

	// mostMoments is how many moments a row has, so that it fits.
	mostMoments = 32
)

// seconds are the octets of moments in a window.
type seconds struct {
	moments []byte // of a row: the place of each, and its octets as a varint
	octets  []uint64
	known   [windowSeconds / 64]uint64 // which places of octets have any
}

// secondOrder is the order of the rows.
func secondOrder() runs.Order[item[seconds]] {
	return keyOrder(
		func(dst []byte, s *seconds) []byte { return append(dst, s.moments...) },
		func(src []byte, s *seconds) bool {
			s.moments = src
			for len(src) > 0 {
				var octets uint64
				rest, ok := cutNumber(src[1:], &octets)
				if !ok {
					return false
				}
				src = rest
			}
			return len(s.moments) > 0
		})
}

func resetSeconds(sums *seconds) {
	if sums.octets == nil {
		sums.octets = make([]uint64, windowSeconds)
	}
	clear(sums.known[:])
}

// addSeconds adds the moments of a row.
func addSeconds(sums, row *seconds) {
	for src := row.moments; len(src) > 0; {
		at, octets := src[0], uint64(0)
		src, _ = cutNumber(src[1:], &octets) // they were checked
		if bit := uint64(1) << (at % 64); sums.known[at/64]&bit == 0 {
			sums.known[at/64] |= bit
			sums.octets[at] = 0
		}
		sums.octets[at] += octets
	}
}

// secondsRows gives what was added up as rows that fit.
func secondsRows(sum *item[seconds], yield func(*item[seconds])) {
	row := item[seconds]{key: sum.key}
	moments := 0
	for at, octets := range sum.sums.octets {
		if sum.sums.known[at/64]&(1<<(at%64)) == 0 {
			continue
		}
		if moments == mostMoments {
			yield(&row)
			row.sums.moments, moments = row.sums.moments[:0], 0
		}
		row.sums.moments = binary.AppendUvarint(append(row.sums.moments, byte(at)), octets)
		moments++
	}
	if moments > 0 {
		yield(&row)
	}
}

// takeSeconds keeps the busiest second of a row's group.
func takeSeconds(row *flow.SchemeRow, _ []byte, sums *seconds) {
	for at, octets := range sums.octets {
		if sums.known[at/64]&(1<<(at%64)) != 0 {
			row.HasPeak, row.Peak = true, max(row.Peak, octets)
		}
	}
}

// secondTable collects octets by group and moment, for one scheme. Most of what comes
// of a group is of the moment that came last, so that only this one is looked at: a
// moment may be collected in several parts.
type secondTable struct {
	keys   *keySet // of groups, without interval
	latest []part  // one a group, not filled if nothing has come
	before []part  // those that were the latest

	// Room for sorting and for a row.
	order, counts []uint32
	row           item[seconds]
}

// part is what a group has in a moment, or some of it.
type part struct {
	first  flow.Timestamp // of the moment
	octets uint64
	group  uint32
	filled bool
}

const partSize = 24

// group gives the number of a group by its key.
func (t *secondTable) group(key []byte) uint32 {
	n, fresh := t.keys.number(key)
	if fresh {
		t.latest = append(t.latest, part{group: uint32(n)})
	}
	return uint32(n)
}

// add adds octets of a group in a moment.
func (t *secondTable) add(group uint32, first flow.Timestamp, octets uint64) {
	p := &t.latest[group]
	if p.filled {
		if p.first == first {
			p.octets += octets
			return
		}
		t.before = append(t.before, *p)
	}
	p.first, p.octets, p.filled = first, octets, true
}

// octets is how much memory the table takes, with the room for sorting.
func (t *secondTable) octets() int {
	return t.keys.octets() - firstSlots*slotSize + len(t.latest)*(2*partSize+8) + len(t.before)*(partSize+4)
}

// flush hands all moments to the sorter.
func (t *secondTable) flush(c *collector, intervalOf func(flow.Timestamp) flow.Interval) error {
	for i := range t.latest {
		if t.latest[i].filled {
			t.before = append(t.before, t.latest[i])
		}
	}
	t.sort()
	c.mu.Lock()
	defer c.mu.Unlock()
	r := &t.row
	open, moments := false, 0
	var group uint32
	var start, window flow.Timestamp
	for _, i := range t.order {
		p := &t.before[i]
		second := secondOf(p.first)
		if from := intervalOf(p.first).Start; !open || p.group != group || from != start || second/windowSeconds != window || moments == mostMoments {
			if open {
				c.seconds.Add(r)
			}
			open, moments = true, 0
			group, start, window = p.group, from, second/windowSeconds
			r.key = append(append(r.key[:0], make([]byte, startLength)...), t.keys.key(int(group))...)
			putStart(r.key, start)
			r.key = binary.BigEndian.AppendUint64(r.key, uint64(window))
			r.sums.moments = r.sums.moments[:0]
		}
		r.sums.moments = binary.AppendUvarint(append(r.sums.moments, byte(second%windowSeconds)), p.octets)
		moments++
	}
	if open {
		c.seconds.Add(r)
	}
	t.keys.reset()
	t.latest, t.before = t.latest[:0], t.before[:0]
	return c.seconds.Err()
}

// secondOf numbers seconds from the first one that there is, so that numbers are not
// negative.
func secondOf(t flow.Timestamp) flow.Timestamp {
	const first = flow.MinTimestamp / flow.Timestamp(time.Second)
	second := t / flow.Timestamp(time.Second)
	if t%flow.Timestamp(time.Second) < 0 {
		second--
	}
	return second - first + 1
}

// sort gives the places of all parts in the order of their groups, those of a group as
// they came.
func (t *secondTable) sort() {
	t.counts = append(t.counts[:0], make([]uint32, len(t.latest)+1)...)
	for i := range t.before {
		t.counts[t.before[i].group+1]++
	}
	for i := range t.latest {
		t.counts[i+1] += t.counts[i]
	}
	t.order = slices.Grow(t.order[:0], len(t.before))[:len(t.before)]
	for i := range t.before {
		at := &t.counts[t.before[i].group]
		t.order[*at] = uint32(i)
		*at++
	}
}
