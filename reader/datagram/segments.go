package datagram

import (
	"netstream/aggregate/flow"
)

// maxWindow is how far in octets a segment can lie from the one expected and still
// be of the same connection. RFC 7323 allows windows of 1 GiB; exporters do not
// come near, and ports are used again.
const maxWindow = 16 << 20

// segments puts the octets of one direction of a TCP connection in order (RFC
// 9293 section 3.10.7.4). Of octets that came twice, the first count.
type segments struct {
	started  bool
	next     uint32 // sequence number of the octet at received
	received int64  // octets in order so far
	buffer   []byte // octets in order; those before at are in messages or lost
	at       int
	lost     bool   // where the next message begins must be searched
	ahead    pieces // behind a hole; by their place among all octets
	since    flow.Timestamp
}

// begin sets the sequence number of the first octet.
func (s *segments) begin(next uint32) { s.started, s.next = true, next }

// rest gives the octets in order that are in no message yet.
func (s *segments) rest() []byte { return s.buffer[s.at:] }

// far says whether a sequence number cannot be of the same connection.
func (s *segments) far(sequence uint32) bool {
	distance := int64(int32(sequence - s.next))
	return distance > maxWindow || distance < -maxWindow
}

// insert takes a segment and gives how many of its octets had come before.
func (s *segments) insert(sequence uint32, octets []byte, now flow.Timestamp) (again int) {
	place := s.received + int64(int32(sequence-s.next))
	if place < s.received {
		again = int(min(s.received-place, int64(len(octets))))
		octets, place = octets[again:], place+int64(again)
	}
	switch {
	case len(octets) == 0:
	case place == s.received:
		s.append(octets)
		s.pull()
	default:
		if len(s.ahead.list) == 0 {
			s.since = now
		}
		before := s.ahead.octets
		s.ahead.insert(place, octets)
		again += len(octets) - (s.ahead.octets - before)
	}
	return again
}

func (s *segments) append(octets []byte) {
	s.buffer = append(s.buffer, octets...)
	s.received += int64(len(octets))
	s.next += uint32(len(octets))
}

// pull appends what is kept and now in order.
func (s *segments) pull() {
	for len(s.ahead.list) > 0 && s.ahead.list[0].start <= s.received {
		first := s.ahead.pop()
		if first.end() > s.received {
			s.append(first.octets[s.received-first.start:])
		}
	}
}

// waited says whether the hole in front of what is kept will not be filled.
func (s *segments) waited(now flow.Timestamp) bool {
	return len(s.ahead.list) > 0 && (s.ahead.cost() > MaxAhead || now.Since(s.since) > SegmentLifetime)
}

// skip goes on behind the hole.
func (s *segments) skip(now flow.Timestamp) {
	missing := s.ahead.list[0].start - s.received
	s.received += missing
	s.next += uint32(missing)
	s.lost, s.since = true, now
	s.pull()
}

// compact frees the octets that are in messages or lost. It must not be called
// before the messages of the last frame were taken.
func (s *segments) compact() {
	const keep = 8 << 10 // what a buffer may hold on to without octets in it
	switch {
	case s.at == 0:
	case s.at == len(s.buffer) && cap(s.buffer) > keep:
		s.buffer = nil
	default:
		s.buffer = s.buffer[:copy(s.buffer, s.rest())]
	}
	s.at = 0
}

// release frees everything: the connection carries something else.
func (s *segments) release() { s.buffer, s.at, s.ahead = nil, 0, pieces{} }

func (s *segments) cost() int { return cap(s.buffer) + s.ahead.cost() }

// extract delivers the messages that are there in whole. atEnd says that nothing
// will follow without a hole.
func (r *Packets) extract(e *endpoints, c *connection, atEnd bool) {
	for c.carries != otherwise && len(c.rest()) > 0 {
		if c.lost && !r.search(c, atEnd) {
			return
		}
		if c.carries == undecided {
			fits, decided := isIPFIX(c.rest())
			if !decided && !atEnd {
				return
			}
			if !fits || !decided {
				r.decide(c, otherwise)
				return
			}
			r.decide(c, exports)
		}
		n, whole, err := r.measure(c.rest())
		switch {
		case err != nil || version(c.rest()) != versionIPFIX && len(c.rest()) >= 2 || whole && n < shortestHeader:
			c.lost = true
			r.lose(c, 1)
		case !whole && !atEnd:
			return
		case !whole: // cut, or its length is wrong and others are inside
			c.lost = true
			r.lose(c, 1)
		default:
			r.deliver(e, c.rest()[:n])
			c.at += n
		}
	}
}

// lose passes over octets that are in no message.
func (r *Packets) lose(c *connection, octets int) {
	c.at += octets
	if c.carries == exports {
		r.tally.LostOctets += uint64(octets)
	}
}

// search looks for the next plausible message among the octets in order and says
// whether there is one. It passes over the octets before it, or before the first
// place of which too little has come to tell.
func (r *Packets) search(c *connection, atEnd bool) bool {
	rest := c.rest()
	for i := range rest {
		found, decided := r.follows(rest[i:], atEnd)
		if decided && !found {
			continue
		}
		r.lose(c, i)
		c.lost = !decided
		return decided
	}
	r.lose(c, len(rest))
	return false
}

// follows says whether an IPFIX message begins here that ends with the octets or
// in front of another one.
func (r *Packets) follows(octets []byte, atEnd bool) (found, decided bool) {
	fits, decided := isIPFIX(octets)
	if !decided {
		return false, atEnd
	}
	if !fits {
		return false, true
	}
	n, whole, err := r.measure(octets)
	switch {
	case err != nil || n < shortestHeader:
		return false, true
	case !whole:
		return false, atEnd
	}
	fits, _ = isIPFIX(octets[n:])
	return fits, true
}

// closeSegments takes what can still be had from a connection: nothing will fill
// its holes.
func (r *Packets) closeSegments(key *connectionKey, c *connection) {
	for len(c.ahead.list) > 0 && c.carries != otherwise {
		r.skipHole(&key.endpoints, c)
	}
	r.extract(&key.endpoints, c, true)
	r.lose(c, len(c.rest()))
	c.ahead = pieces{}
}

// skipHole gives up the octets in front of what is kept.
func (r *Packets) skipHole(e *endpoints, c *connection) {
	r.extract(e, c, true)
	r.lose(c, len(c.rest()))
	if c.carries == exports {
		r.tally.Holes++
	}
	c.skip(r.now)
}
