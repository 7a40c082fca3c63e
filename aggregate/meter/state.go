package meter

import "netstream/aggregate/flow"

// State is one flow key with its open flow, if any. The zero State with its Key
// set, as Reset makes it, is a key without a flow. Fields are in lines of the cache, 64 octets
// each, by how often packets touch them: a packet that changes nothing but counters stays
// within the first two, and what no packet of a flow needs is not written when it begins.
type State struct {
	// The first line tells what Continue asks.
	Key         flow.Key
	open, ended bool           // ended: FIN or RST was seen whose rule is EndByGrace
	behind      bool           // sliceLast lacks the packets that Continue took, the latest of which has the clock lastClock
	stops       uint8          // control bits of packets that Continue does not take, see deadline
	lastClock   flow.Timestamp // of the last packet
	until       flow.Timestamp // packets that Continue takes have a clock before, see deadline

	// The next three lines. It is of all packets, or with Pair of those that run as Key says.
	side

	// What few flows need.
	start, end      flow.Timestamp // of the slices handed over, valid iff parted
	fragments, late uint64
	_               [32]byte

	// The last line is what the end of a flow reads beside the first three. As the sixth it is an odd one: states are
	// six lines apart, so that even lines of all share one half of the cache's sets, and two of the four read are even.
	turned        bool // the initiator of the conversation is the destination of Key
	oriented      bool // turned says so of the record before, or of the open flow
	tentative     bool // turned hangs on the flow's second packet
	second        bool // the first packet is the second one of its frame
	hasPrevious   bool
	odd           bool   // fragments and late are valid, else both are 0
	parted        bool   // some of the open flow is in totals and counts already, see fillWhole
	ordinal       uint32 // see shut
	firstInput    uint32
	previousStart flow.Timestamp // start of the record before, valid iff hasPrevious
	firstClock    flow.Timestamp
	firstNumber   uint64
	interval      flow.Timestamp // start of the interval of the current slice
	sliceFirst    flow.Timestamp
	sliceLast     flow.Timestamp
}

// Reset makes s the state of a key without a flow, whatever it was before. What
// only an open flow has is left as it is, to be set when one begins.
func (s *State) Reset(key *flow.Key) {
	s.Key = *key
	s.open, s.behind, s.until = false, false, flow.MinTimestamp
	s.hasPrevious, s.ordinal, s.oriented = false, 0, false
}

// Touch reads of s what a packet changes, so that it is in the cache. What it gives has no
// meaning.
func (s *State) Touch() uint64 {
	return uint64(s.lastClock) + s.flagLanes
}

// TouchAll is Touch for a State that a flow will begin in, or in which one that is a whole will end.
func (s *State) TouchAll() uint64 {
	return s.Touch() + uint64(s.vlan) + uint64(s.firstInput)
}

// Open says whether the key has an open flow.
func (s *State) Open() bool { return s.open }

// LastClock gives the clock of the key's last packet.
func (s *State) LastClock() flow.Timestamp { return s.lastClock }

// forget makes the record before one that has no say in the next one.
func (s *State) forget() { s.ordinal, s.hasPrevious, s.oriented = 0, false, false }

// shut notes that the open flow, which began at start, is over.
func (s *State) shut(start flow.Timestamp) {
	if s.hasPrevious && s.previousStart == start {
		s.ordinal++
	} else {
		s.ordinal = 0
	}
	s.previousStart, s.hasPrevious = start, true
	s.open, s.until = false, flow.MinTimestamp
}

// fill sets what a flow record says of the flow as a whole, but for its times.
func (s *State) fill(r *flow.Record, reason flow.EndReason) {
	r.Key = s.Key
	r.Ordinal, r.FirstNumber, r.FirstInput = s.ordinal, s.firstNumber, s.firstInput
	r.Fragments, r.LatePackets, r.EndReason = 0, 0, reason
	if s.odd {
		r.Fragments, r.LatePackets = s.fragments, s.late
	}
}

// take notes what p, which belongs to the open flow and to its current slice, means
// for the flow as a whole.
func (s *State) take(p *flow.Packet) {
	s.lastClock = p.Clock
	s.sliceFirst = min(s.sliceFirst, p.Time)
	s.sliceLast = max(s.sliceLast, p.Time)
	if p.Meta.Marks&oddMarks != 0 {
		s.takeOdd(p.Meta.Marks)
	}
}

// oddMarks are those that a flow counts, and few flows have.
const oddMarks = flow.MarkFragment | flow.MarkLate

// takeOdd counts a packet that is a fragment, late or both.
func (s *State) takeOdd(marks flow.Mark) {
	s.validateOdd()
	if marks&flow.MarkFragment != 0 {
		s.fragments++
	}
	if marks&flow.MarkLate != 0 {
		s.late++
	}
}

// validateOdd makes fragments and late valid.
func (s *State) validateOdd() {
	if !s.odd {
		s.odd, s.fragments, s.late = true, 0, 0
	}
}

// span gives the times of the earliest and the latest packet of the open flow.
func (s *State) span() (start, end flow.Timestamp) {
	if !s.parted {
		return s.sliceFirst, s.sliceLast
	}
	return min(s.start, s.sliceFirst), max(s.end, s.sliceLast)
}

// catchUp makes sliceLast valid.
func (s *State) catchUp() {
	if s.behind {
		s.behind, s.sliceLast = false, max(s.sliceLast, s.lastClock)
	}
}

// firstPlace gives the place of the flow's first packet as [Slice] has it.
func (s *State) firstPlace() uint64 {
	place := 2 * s.firstNumber
	if s.second {
		place++
	}
	return place
}
