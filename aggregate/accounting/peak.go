package accounting

import (
	"time"

	"netstream/aggregate/flow"
)

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

	touched uint64 // keeps the reads ahead alive
}

// moment is what one flow has in one second. The zero moment has no flow.
type moment struct {
	key         flow.Key
	first, last flow.Timestamp // of the second, as far as it lies in the interval
	octets      uint64
	used        bool // there is a flow
	reversed    bool // its packets run against the key
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
		s.tables = append(s.tables, secondTable{keys: newKeySet()})
	}
	return s
}

// Err gives the first error of all that happened.
func (s *Seconds) Err() error { return s.err }

// Add takes those of the packets that have the given numbers.
func (s *Seconds) Add(packets []flow.Packet, numbers []uint16) {
	for _, i := range numbers { // so that cache misses overlap
		s.touched += s.places[packets[i].Hash%flowPlaces].octets
	}
	for _, i := range numbers {
		p := &packets[i]
		at := p.Hash % flowPlaces
		reversed := p.Meta.Marks&flow.MarkReversed != 0
		if reversed {
			at ^= 1
		}
		m := &s.places[at]
		if p.Time >= m.first && p.Time <= m.last && m.used && m.reversed == reversed && m.key == p.Key {
			m.octets, m.filled = m.octets+p.Meta.Octets, true
			continue
		}
		s.handOn(int(at))
		if !m.used || m.reversed != reversed || m.key != p.Key {
			s.meet(int(at), &p.Key, reversed)
		}
		m.first, m.last = momentOf(p.Time, s.intervalOf(p.Time))
		m.octets, m.filled = p.Meta.Octets, true
	}
}

// meet looks up the groups of a flow, or of the direction of a biflow that runs against
// its key, which has not got its place yet.
func (s *Seconds) meet(at int, key *flow.Key, reversed bool) {
	of := key
	if reversed {
		of = s.feed.reversed(key)
	}
	s.feed.begin(of, nil)
	groups := s.groups[at*len(s.tables):][:len(s.tables)]
	for i := range s.tables {
		groups[i] = s.tables[i].group(s.feed.schemes[i].key[startLength:])
	}
	m := &s.places[at]
	m.key, m.reversed, m.used = *key, reversed, true
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
		_ = s.Flush()
	}
}

// Flush hands on all that was summed. It gives the first error of all.
func (s *Seconds) Flush() error {
	for at := range s.places {
		if m := &s.places[at]; m.filled {
			for i, group := range s.groups[at*len(s.tables):][:len(s.tables)] {
				s.tables[i].add(group, m.first, m.octets)
			}
		}
	}
	clear(s.places) // groups are numbered anew
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
