package meter

import "netstream/aggregate/flow"

// State is one flow key with its open flow, if any. The zero State with its Key
// set, as Reset makes it, is a key without a flow. Fields are ordered by how often packets touch
// them: a packet that changes nothing but counters stays within the first ones.
type State struct {
	Key flow.Key

	open, ended     bool // ended: FIN or RST was seen whose rule is EndByGrace
	turned          bool // the initiator of the conversation is the destination of Key
	oriented        bool // turned says so of the record before, or of the open flow
	tentative       bool // turned hangs on the flow's second packet
	second          bool // the first packet is the second one of its frame
	hasPrevious     bool
	parted          bool // some of the open flow is in totals and counts already, see fillWhole
	ordinal         uint32
	lastClock       flow.Timestamp
	firstClock      flow.Timestamp
	interval        flow.Timestamp // start of the interval of the current slice
	sliceFirst      flow.Timestamp
	sliceLast       flow.Timestamp
	side                           // of all packets, or with Pair of those that run as Key says
	start, end      flow.Timestamp // of the slices handed over
	fragments, late uint64
	firstNumber     uint64
	previousStart   flow.Timestamp // start of the record before, valid iff hasPrevious
	firstInput      uint32
}

// Reset makes s the state of a key without a flow, whatever it was before. What
// only an open flow has is left as it is, to be set when one begins.
func (s *State) Reset(key *flow.Key) {
	s.Key = *key
	s.open, s.hasPrevious, s.ordinal, s.oriented = false, false, 0, false
}

// Touch reads of s what a packet changes, so that it is in the cache. What it gives has no
// meaning.
func (s *State) Touch() uint64 {
	return uint64(s.Key.Source[0]) + uint64(s.sliceLast) + s.flagLanes
}

// TouchAll is Touch for a State that a flow will begin in.
func (s *State) TouchAll() uint64 {
	return s.Touch() + s.total.WireOctets + s.fragments
}

// TouchEnd reads of s what the end of a flow that is a whole needs.
func (s *State) TouchEnd() uint64 {
	return s.Touch() + uint64(s.lastClock) + s.slice.Packets + s.fragments + uint64(s.firstInput)
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
	s.open = false
}

// fill sets what a flow record says of the flow as a whole, but for its times.
func (s *State) fill(r *flow.Record, reason flow.EndReason) {
	r.Key = s.Key
	r.Ordinal, r.FirstNumber, r.FirstInput = s.ordinal, s.firstNumber, s.firstInput
	r.Fragments, r.LatePackets, r.EndReason = s.fragments, s.late, reason
}

// take notes what p, which belongs to the open flow and to its current slice, means
// for the flow as a whole.
func (s *State) take(p *flow.Packet) {
	m := &p.Meta
	s.lastClock = p.Clock
	s.sliceFirst = min(s.sliceFirst, p.Time)
	s.sliceLast = max(s.sliceLast, p.Time)
	if m.Marks&(flow.MarkFragment|flow.MarkLate) != 0 {
		if m.Marks&flow.MarkFragment != 0 {
			s.fragments++
		}
		if m.Marks&flow.MarkLate != 0 {
			s.late++
		}
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
