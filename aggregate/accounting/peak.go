package accounting

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"math/bits"
	"time"

	"netstream/aggregate/flow"
)

// The busiest second of a group is found by sorting the octets of its seconds behind
// its key. A second at the edge of an interval that begins within it is two: what is
// counted is the part of a second that lies in one interval, a moment, which is told by
// its begin, 64 bits.

const secondTail = 8

// addOctets adds the octets of a moment that were summed in two places.
func addOctets(octets, other *uint64) { *octets += *other }

// takeSecond keeps the busiest second of a row's group.
func takeSecond(row *flow.SchemeRow, _ []byte, octets *uint64) {
	row.HasPeak, row.Peak = true, max(row.Peak, *octets)
}

// Seconds takes the packets that are metered and sums their octets by group and
// second. It is for one goroutine.
//
// Most packets are of flows whose last packet was in the same second: the octets of
// such a moment are collected by flow first, in places told by the flow's hash, which
// also keep the numbers of the flow's groups.
type Seconds struct {
	feed     *Feed // which works out groups
	calendar flow.Calendar
	current  flow.Interval // that a time was looked up in last

	places []moment
	groups []uint32 // of the flow of each place, one a scheme
	tables []secondTable
	memory int
	err    error
}

// moment is what one flow has in one second. The zero moment has no flow.
type moment struct {
	key         flow.Key
	first, last flow.Timestamp // of the second, as far as it lies in the interval
	octets      uint64
	used        bool // there is a flow
	filled      bool // octets are to be handed on
}

// flowPlaces is how many flows are kept at a time, a power of two.
const flowPlaces = 1 << 14

// NewSeconds gives nil if peaks are not asked for. The calendar has the intervals.
func (b *Book) NewSeconds(calendar flow.Calendar) *Seconds {
	if !b.config.Peak {
		return nil
	}
	s := &Seconds{
		feed: b.NewFeed(), calendar: calendar, current: calendar.Interval(0), memory: b.feedMemory,
		places: make([]moment, flowPlaces), groups: make([]uint32, flowPlaces*len(b.collectors)),
	}
	for range b.collectors {
		s.tables = append(s.tables, newSecondTable())
	}
	return s
}

// Err gives the first error of all that happened.
func (s *Seconds) Err() error { return s.err }

// Add takes those of the packets that have the given numbers.
func (s *Seconds) Add(packets []flow.Packet, numbers []uint16) {
	for _, i := range numbers {
		p := &packets[i]
		at := p.Hash % flowPlaces
		m := &s.places[at]
		if p.Time >= m.first && p.Time <= m.last && m.used && m.key == p.Key {
			m.octets, m.filled = m.octets+p.Meta.Octets, true
			continue
		}
		s.handOn(int(at))
		if !m.used || m.key != p.Key {
			s.meet(int(at), &p.Key)
		}
		m.first, m.last = momentOf(p.Time, s.intervalOf(p.Time))
		m.octets, m.filled = p.Meta.Octets, true
	}
}

// meet looks up the groups of a flow that has not got its place yet.
func (s *Seconds) meet(at int, key *flow.Key) {
	s.feed.begin(key, nil)
	groups := s.groups[at*len(s.tables):][:len(s.tables)]
	for i := range s.tables {
		n, _ := s.tables[i].keys.number(s.feed.schemes[i].key[startLength:])
		groups[i] = uint32(n)
	}
	s.places[at].key, s.places[at].used = *key, true
}

// handOn adds what a place has collected to its groups.
func (s *Seconds) handOn(at int) {
	m := &s.places[at]
	if !m.filled {
		return
	}
	full := false
	for i, group := range s.groups[at*len(s.tables):][:len(s.tables)] {
		t := &s.tables[i]
		t.add(group, m.first, m.octets)
		full = full || t.octets() > s.memory
	}
	m.octets, m.filled = 0, false
	if full {
		s.Flush()
	}
}

// Flush hands on all that was summed. It gives the first error of all.
func (s *Seconds) Flush() error {
	for at := range s.places {
		m := &s.places[at]
		if m.filled {
			for i, group := range s.groups[at*len(s.tables):][:len(s.tables)] {
				s.tables[i].add(group, m.first, m.octets)
			}
		}
		*m = moment{} // groups are numbered anew
	}
	for i := range s.tables {
		if err := s.tables[i].flush(s.feed.schemes[i].collector, s.intervalOf); err != nil && s.err == nil {
			s.err = err
		}
	}
	return s.err
}

// momentOf gives the first and the last nanosecond of the part of the second of t that
// lies in its interval.
func momentOf(t flow.Timestamp, interval flow.Interval) (first, last flow.Timestamp) {
	before := modulo(t, time.Second)
	after := flow.Timestamp(time.Second) - 1 - before
	first, last = interval.Start, interval.Last
	if t >= flow.MinTimestamp+before {
		first = max(first, t-before)
	}
	if t <= flow.MaxTimestamp-after {
		last = min(last, t+after)
	}
	return first, last
}

// intervalOf gives the interval that holds t.
func (s *Seconds) intervalOf(t flow.Timestamp) flow.Interval {
	if !s.current.Contains(t) {
		s.current = s.calendar.Interval(t)
	}
	return s.current
}

func modulo(t flow.Timestamp, of time.Duration) flow.Timestamp {
	m := t % flow.Timestamp(of)
	if m < 0 {
		m += flow.Timestamp(of)
	}
	return m
}

// secondTable sums octets by group and moment, for one scheme.
type secondTable struct {
	keys    *keySet // of groups, without interval
	seed    [2]uint64
	slots   []uint32 // number + 1 of an entry, 0 for none; a power of two of them
	entries []secondEntry
}

type secondEntry struct {
	first  flow.Timestamp
	octets uint64
	group  uint32
}

const secondSize = 24

func newSecondTable() secondTable {
	// What keeps others from choosing groups and times that collide.
	seed := maphash.MakeSeed()
	return secondTable{
		keys: newKeySet(), slots: make([]uint32, firstSlots),
		seed: [2]uint64{maphash.String(seed, "group"), maphash.String(seed, "moment")},
	}
}

func (t *secondTable) hash(group uint32, first flow.Timestamp) uint64 {
	high, low := bits.Mul64(uint64(group)^t.seed[0], uint64(first)^t.seed[1])
	return high ^ low
}

// add adds octets of a group in a moment.
func (t *secondTable) add(group uint32, first flow.Timestamp, octets uint64) {
	mask := uint64(len(t.slots) - 1)
	for at := t.hash(group, first) & mask; ; at = (at + 1) & mask {
		n := t.slots[at]
		if n == 0 {
			t.entries = append(t.entries, secondEntry{first, octets, group})
			t.slots[at] = uint32(len(t.entries))
			break
		}
		if e := &t.entries[n-1]; e.group == group && e.first == first {
			e.octets += octets
			return
		}
	}
	if 2*len(t.entries) > len(t.slots) {
		t.grow()
	}
}

func (t *secondTable) grow() {
	t.slots = make([]uint32, 2*len(t.slots))
	mask := uint64(len(t.slots) - 1)
	for i := range t.entries {
		at := t.hash(t.entries[i].group, t.entries[i].first) & mask
		for t.slots[at] != 0 {
			at = (at + 1) & mask
		}
		t.slots[at] = uint32(i) + 1
	}
}

// octets is how much memory the table takes.
func (t *secondTable) octets() int {
	return t.keys.octets() + len(t.entries)*secondSize + (len(t.slots)-2*firstSlots)*slotSize
}

// flush hands all entries to the sorter.
func (t *secondTable) flush(c *collector, intervalOf func(flow.Timestamp) flow.Interval) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	row := item[uint64]{key: make([]byte, startLength)}
	for i := range t.entries {
		e := &t.entries[i]
		row.key = append(row.key[:startLength], t.keys.key(int(e.group))...)
		putStart(row.key, intervalOf(e.first).Start)
		row.key = binary.BigEndian.AppendUint64(row.key, uint64(e.first)^(math.MaxInt64+1))
		row.sums = e.octets
		c.seconds.Add(&row)
	}
	clear(t.slots)
	t.keys.reset()
	t.entries = t.entries[:0]
	return c.seconds.Err()
}
