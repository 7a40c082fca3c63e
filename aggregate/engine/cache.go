package engine

import (
	"time"

	"netstream/aggregate/flow"
)

// cache knows the order in which the flows of a shard were last seen, and bounds how
// many are open at a time (docs/metering.md section 4): when a packet needs an entry
// and there is none left, the flow that was seen least recently ends.
//
// States of one patience expire in the order in which they were last seen, so a list
// for each patience has the next one to expire at its front. There are few: one for
// each timer that is set. States without an open flow take no entry; they wait in
// lists of their own until their ordinal cannot matter any more.
type cache struct {
	most, open int
	seen       uint64 // packets so far
	places     []place
	lists      []list
}

// place is where a state of the table is, by its number.
type place struct {
	previous, next uint32 // numbers plus 1; 0 for none
	list           uint32 // index plus 1; 0 if it is in no list
	seen           uint64 // which packet of the run was its last one, from 1
}

// list has states of one kind, those seen least recently first.
type list struct {
	patience    time.Duration
	open        bool
	first, last uint32 // numbers plus 1; 0 for none
}

func newCache(most int) *cache { return &cache{most: most} }

// meterBounded takes packets in order, as meterSome does. States are forgotten one by one
// as they expire, so the table is never swept, and does not shrink.
func (s *shard) meterBounded(packets []flow.Packet, numbers []uint16) {
	c := s.cache
	for _, i := range numbers {
		p := &packets[i]
		s.expireFirst(p.Clock)
		number := s.table.number(p.Hash, &p.Key)
		state := s.table.state(number)
		if !state.Open() && c.open == c.most {
			s.evict()
		}
		c.take(number)
		s.process.Add(state, s.table.extension(number), p)
		c.seen++
		c.put(number, c.seen, s.process.Patience(state), state.Open())
	}
}

// expireFirst ends and forgets the flows that are over by now.
func (s *shard) expireFirst(now flow.Timestamp) {
	for i := range s.cache.lists {
		for s.cache.lists[i].first != 0 {
			number := s.cache.lists[i].first - 1
			state := s.table.state(number)
			if !s.process.Expired(state, now) {
				break
			}
			s.process.Flush(state, s.table.extension(number), now)
			s.cache.take(number)
			s.table.forget(s.hasher.Hash(&state.Key), number)
		}
	}
}

// evict ends the open flow that was seen least recently. Its state stays behind.
func (s *shard) evict() {
	c := s.cache
	var oldest uint32
	for i := range c.lists {
		if l := &c.lists[i]; l.open && l.first != 0 && (oldest == 0 || c.places[l.first-1].seen < c.places[oldest-1].seen) {
			oldest = l.first
		}
	}
	state := s.table.state(oldest - 1)
	s.process.Evict(state, s.table.extension(oldest-1))
	seen := c.places[oldest-1].seen
	c.take(oldest - 1)
	c.put(oldest-1, seen, s.process.Patience(state), false)
}

// put adds a state at the end of its list.
func (c *cache) put(number uint32, seen uint64, patience time.Duration, open bool) {
	index := c.listOf(patience, open)
	l := &c.lists[index]
	c.places[number] = place{previous: l.last, list: uint32(index) + 1, seen: seen}
	if l.last == 0 {
		l.first = number + 1
	} else {
		c.places[l.last-1].next = number + 1
	}
	l.last = number + 1
	if open {
		c.open++
	}
}

// take takes a state out of its list, if it is in one.
func (c *cache) take(number uint32) {
	for uint32(len(c.places)) <= number {
		c.places = append(c.places, place{})
	}
	p := c.places[number]
	if p.list == 0 {
		return
	}
	l := &c.lists[p.list-1]
	if p.previous == 0 {
		l.first = p.next
	} else {
		c.places[p.previous-1].next = p.next
	}
	if p.next == 0 {
		l.last = p.previous
	} else {
		c.places[p.next-1].previous = p.previous
	}
	if l.open {
		c.open--
	}
	c.places[number] = place{}
}

// listOf gives the index of a list, a new one if there is none.
func (c *cache) listOf(patience time.Duration, open bool) int {
	for i := range c.lists {
		if l := &c.lists[i]; l.patience == patience && l.open == open {
			return i
		}
	}
	c.lists = append(c.lists, list{patience: patience, open: open})
	return len(c.lists) - 1
}
