package connection

import "netstream/aggregate/flow"

// sequence follows the sequence numbers of one direction. Numbers are extended to 64
// bits, so that they do not wrap: the first one is put at 2^32 and its 32 bits.
type sequence struct {
	next  uint64 // behind the highest octet that was sent
	begun bool   // next is valid

	syn     uint32 // number of the last SYN; valid iff haveSyn
	haveSyn bool
	used    uint8 // of holes

	holes [MaxHoles]hole // octets below next that were not seen, in the order of their numbers
	lost  uint64         // octets of holes that are not remembered any more

	retransmitted, outOfOrder uint64
}

// hole is a range of sequence numbers, the end not included.
type hole struct{ start, end uint64 }

const (
	// MaxHoles is how many gaps are remembered for each direction. The lowest one makes
	// room for another: its octets count as missing from then on.
	MaxHoles = 8

	// maxJump is how far a segment may lie from the last one, in octets: the largest
	// window is 2^30 (RFC 7323 section 2.3). One beyond begins the numbers anew.
	maxJump = 1 << 30
)

// add takes the next segment, and says whether it is another beginning of the numbers, of
// which acknowledgments so far say nothing: a SYN, or one too far from the numbers before.
// acknowledged are the octets that were acknowledged and not seen by then.
func (s *sequence) add(m *flow.Meta, acknowledged uint64) (anew bool) {
	syn, fin := m.TCPFlags&flow.TCPSyn != 0, m.TCPFlags&flow.TCPFin != 0
	length := uint64(m.PayloadOctets) // of sequence numbers
	if syn {
		length++
	}
	if fin {
		length++
	}
	if length == 0 || m.TCPFlags&flow.TCPRst != 0 {
		return false
	}
	distance := int64(int32(m.Sequence - uint32(s.next)))
	another := syn && !(s.haveSyn && s.syn == m.Sequence)
	if syn {
		s.syn, s.haveSyn = m.Sequence, true
	}
	if !s.begun || another || distance > maxJump || distance < -maxJump {
		anew = s.begun || syn
		s.lost += acknowledged
		s.begin(m.Sequence, length)
		return anew
	}
	start := s.next + uint64(distance)
	end := start + length
	switch {
	case distance >= 0:
		if distance > 0 {
			s.leave(hole{s.next, start})
		}
		s.next = end
	case length == 1 && !syn && !fin && end == s.next: // keep-alive, RFC 9293 section 3.8.4
	default:
		if s.fill(hole{start, end}) {
			s.outOfOrder++
		} else {
			s.retransmitted++
		}
		s.next = max(s.next, end)
	}
	return false
}

// begin numbers octets from a segment on.
func (s *sequence) begin(number uint32, length uint64) {
	s.lost, s.used = s.missing(), 0
	s.begun, s.next = true, 1<<32+uint64(number)+length
}

// leave remembers a gap behind all others.
func (s *sequence) leave(gap hole) {
	if s.used == MaxHoles {
		s.forget()
	}
	s.holes[s.used] = gap
	s.used++
}

// forget gives up the lowest gap.
func (s *sequence) forget() {
	s.lost += s.holes[0].end - s.holes[0].start
	copy(s.holes[:], s.holes[1:s.used])
	s.used--
}

// fill takes a range out of the gaps, and says whether it was in any.
func (s *sequence) fill(seen hole) bool {
	old, used := s.holes, s.used
	s.used = 0
	filled := false
	for _, gap := range old[:used] {
		if seen.end <= gap.start || gap.end <= seen.start {
			s.leave(gap)
			continue
		}
		filled = true
		if gap.start < seen.start {
			s.leave(hole{gap.start, seen.start})
		}
		if seen.end < gap.end {
			s.leave(hole{seen.end, gap.end})
		}
	}
	return filled
}

// missing gives the octets that were not seen below next.
func (s *sequence) missing() uint64 {
	sum := s.lost
	for _, gap := range s.holes[:s.used] {
		sum += gap.end - gap.start
	}
	return sum
}

// outstanding says whether octets were sent that an acknowledgment leaves out.
func (s *sequence) outstanding(acknowledgment uint32) bool {
	return s.begun && int32(uint32(s.next)-acknowledgment) > 0
}

// unseen gives the octets from next on that an acknowledgment says were sent.
func (s *sequence) unseen(acknowledgment uint32) uint64 {
	distance := int32(acknowledgment - uint32(s.next))
	if !s.begun || distance <= 0 || distance > maxJump {
		return 0
	}
	return uint64(distance)
}
