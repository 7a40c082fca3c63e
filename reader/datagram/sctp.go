package datagram

import (
	"bytes"
	"encoding/binary"
)

// Of DATA chunks, RFC 9260 section 3.3.1.
const (
	chunkDATA       = 0
	chunkDATALength = 16 // octets in front of the user data
	chunkEnding     = 1  // last fragment of its user message
	chunkBeginning  = 2  // first fragment
)

// chunks puts the user messages of one direction of an SCTP association together.
// Fragments of a message have consecutive transmission sequence numbers (TSN),
// whatever stream they are of (RFC 9260 section 6.9).
type chunks struct {
	parts  map[uint32]part // fragments by TSN
	octets int             // of the parts
	seen   seen
}

// maxParts is the number of fragments that an association may keep: eight times
// what the longest message has over links with the least MTU of IPv6, as messages
// of several streams may be under way.
const maxParts = 1024

// part is a fragment of a user message.
type part struct {
	flags  uint8
	octets []byte
}

func (c *chunks) cost() int { return c.octets + len(c.parts)*pieceOverhead }

// add keeps a fragment. If its message is there in whole with it, add appends the
// message to b and forgets the fragments.
func (c *chunks) add(tsn uint32, flags uint8, octets, b []byte) (all []byte, whole bool) {
	if c.parts == nil {
		c.parts = make(map[uint32]part)
	}
	c.parts[tsn] = part{flags, bytes.Clone(octets)}
	c.octets += len(octets)
	first := tsn
	for c.parts[first].flags&chunkBeginning == 0 {
		first--
		if _, ok := c.parts[first]; !ok {
			return b, false
		}
	}
	last := tsn
	for c.parts[last].flags&chunkEnding == 0 {
		last++
		if _, ok := c.parts[last]; !ok {
			return b, false
		}
	}
	for ; first != last+1; first++ {
		b = append(b, c.parts[first].octets...)
		c.octets -= len(c.parts[first].octets)
		delete(c.parts, first)
	}
	return b, true
}

// seenWindow is the number of TSNs before the greatest one that are remembered.
const seenWindow = 4096

// seen remembers which TSNs came, so that what is sent again counts once.
type seen struct {
	any      bool
	greatest uint32
	came     [seenWindow / 64]uint64
}

// again notes a TSN and says whether it came before. One that is older than what
// is remembered has come, as senders do not have that much under way.
func (s *seen) again(tsn uint32) bool {
	if !s.any {
		s.any, s.greatest = true, tsn
	}
	switch distance := int64(int32(tsn - s.greatest)); {
	case distance >= seenWindow || distance < -maxWindow:
		s.came, s.greatest = [seenWindow / 64]uint64{}, tsn
	case distance > 0:
		for ; s.greatest != tsn; s.greatest++ {
			s.clear(s.greatest + 1)
		}
	case distance <= -seenWindow:
		return true
	}
	word, bit := &s.came[tsn%seenWindow/64], uint64(1)<<(tsn%64)
	came := *word&bit != 0
	*word |= bit
	return came
}

func (s *seen) clear(tsn uint32) { s.came[tsn%seenWindow/64] &^= 1 << (tsn % 64) }

// sctp looks into an SCTP packet, RFC 9260 section 3.
func (r *Packets) sctp(p *ipPayload, frames Frames) {
	const header = 12
	switch {
	case p.length < header:
		r.fates.add(OutcomeBadLength, 0, frames)
		return
	case len(p.octets) < header:
		r.fates.add(OutcomeTruncatedHeader, 0, frames)
		return
	}
	key := connectionKey{
		endpoints: r.endpoints(binary.BigEndian.Uint16(p.octets), binary.BigEndian.Uint16(p.octets[2:])),
		tag:       binary.BigEndian.Uint32(p.octets[4:]),
		protocol:  protocolSCTP,
	}
	var c *connection
	data := false
	var cut []byte // the user data of a chunk that was cut
	rest, missing := p.octets[header:], p.length-len(p.octets)
	for len(rest) >= 4 {
		kind, flags, length := rest[0], rest[1], int(binary.BigEndian.Uint16(rest[2:]))
		if length < 4 || length > len(rest)+missing {
			break
		}
		if kind == chunkDATA && length > chunkDATALength {
			data = true
			if length > len(rest) {
				cut = rest[min(len(rest), chunkDATALength):]
				break
			}
			if c == nil {
				c = r.association(key)
			}
			r.chunk(&key.endpoints, c, flags, rest[4:length])
		}
		rest = rest[min((length+3)&^3, len(rest)):]
	}
	if c == nil {
		c = r.connections.get(key)
	}
	switch fits, decided := isIPFIX(cut); {
	case cut != nil && len(r.found) == 0 && (c != nil && c.carries == exports || c == nil && fits && decided):
		r.fates.add(OutcomeCutMessage, 0, frames)
	case c == nil || !data:
		r.fates.add(OutcomeNotExport, 0, frames)
	default:
		r.account(c, frames)
	}
	if c != nil {
		r.weigh(key, c)
	}
}

// association gives the connection of a packet with user data.
func (r *Packets) association(key connectionKey) *connection {
	if c := r.connections.get(key); c != nil {
		return c
	}
	return r.follow(key)
}

// chunk takes a DATA chunk; body is all of it behind the chunk header.
func (r *Packets) chunk(e *endpoints, c *connection, flags uint8, body []byte) {
	if c.carries == otherwise {
		return
	}
	tsn, octets := binary.BigEndian.Uint32(body), body[chunkDATALength-4:]
	if c.seen.again(tsn) {
		if c.carries == exports {
			r.tally.RetransmittedOctets += uint64(len(octets))
		}
		return
	}
	if flags&chunkBeginning != 0 && c.carries == undecided {
		if fits, decided := isIPFIX(octets); !fits {
			r.decide(c, otherwise)
			r.dropChunks(c)
			return
		} else if decided {
			r.decide(c, exports)
		}
	}
	if flags&(chunkBeginning|chunkEnding) != chunkBeginning|chunkEnding {
		start := len(r.scratch)
		whole := false
		if r.scratch, whole = c.chunks.add(tsn, flags, octets, r.scratch); !whole {
			if len(c.parts) > maxParts {
				r.dropChunks(c)
			}
			return
		}
		octets = r.scratch[start:]
	}
	r.userMessage(e, c, octets)
}

// userMessage delivers the messages of an SCTP user message.
func (r *Packets) userMessage(e *endpoints, c *connection, octets []byte) {
	fits, decided := isIPFIX(octets)
	if c.carries == undecided && !(fits && decided) {
		r.decide(c, otherwise)
		r.dropChunks(c)
		return
	}
	r.decide(c, exports)
	if version(octets) == versionIPFIX && r.messages(e, octets) {
		return
	}
	if len(octets) >= shortestHeader && exportVersion(version(octets)) {
		r.tally.Malformed++
		r.deliver(e, octets)
		return
	}
	r.tally.LostOctets += uint64(len(octets))
}

// dropChunks gives up the fragments that an association keeps.
func (r *Packets) dropChunks(c *connection) {
	if c.carries == exports && len(c.parts) > 0 {
		r.tally.Holes++
		r.tally.LostOctets += uint64(c.chunks.octets)
	}
	c.parts, c.chunks.octets = nil, 0
}
