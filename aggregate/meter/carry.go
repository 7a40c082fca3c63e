package meter

import (
	"netstream/aggregate/carry"
	"netstream/aggregate/flow"
)

// Carry codes what a state and its extension hand over to another run but for the key.
// Nothing is said of an open flow that there is not, so that equal states give equal
// octets.
func (s *State) Carry(c *carry.Coder, x Extension) {
	s.catchUp()
	c.Bool(&s.open)
	c.Bool(&s.ended)
	c.Bool(&s.turned)
	c.Bool(&s.oriented)
	c.Bool(&s.hasPrevious)
	carry.Number(c, &s.ordinal)
	carry.Signed(c, &s.lastClock)
	carry.Signed(c, &s.firstClock)
	if s.hasPrevious {
		carry.Signed(c, &s.previousStart)
	}
	if !s.open {
		return
	}
	s.start, s.end = s.span() // of all packets, so that it does not matter how often a state is handed over
	s.validateOdd()
	c.Bool(&s.tentative)
	c.Bool(&s.second)
	for _, at := range []*flow.Timestamp{&s.interval, &s.sliceFirst, &s.sliceLast, &s.start, &s.end} {
		carry.Signed(c, at)
	}
	carry.Number(c, &s.fragments)
	carry.Number(c, &s.late)
	carry.Number(c, &s.firstNumber)
	carry.Number(c, &s.firstInput)
	s.side.carry(c)
	s.parted = true
	if x.Pair != nil {
		x.Pair.carry(c)
	}
	if x.Statistics != nil {
		x.Statistics.Carry(c, x.Early)
	}
}

func (s *side) carry(c *carry.Coder) {
	s.settle()
	carry.Number(c, &s.minTTL)
	carry.Number(c, &s.maxTTL)
	carry.Number(c, &s.sliceTCPFlags)
	carry.Number(c, &s.marks)
	carry.Number(c, &s.tcpFlags)
	c.Counters(&s.slice)
	carry.Number(c, &s.minOctets)
	carry.Number(c, &s.maxOctets)
	for i := range s.flagCounts {
		carry.Number(c, &s.flagCounts[i])
	}
	c.Counters(&s.total)
	carry.Number(c, &s.vlan)
	carry.Number(c, &s.innerVLAN)
	c.Fixed(s.sourceMAC[:])
	c.Fixed(s.destinationMAC[:])
	carry.Number(c, &s.mplsTop)
}

func (x *Pair) carry(c *carry.Coder) {
	x.against.carry(c)
	for i := range x.spans {
		carry.Signed(c, &x.spans[i].first)
		carry.Signed(c, &x.spans[i].last)
		c.Bool(&x.closing[i])
	}
	x.connection.Carry(c)
}

// Remembered says whether a state says anything of its key.
func (s *State) Remembered() bool { return s.open || s.hasPrevious }

// FirstInput gives the ordinal of the input that the open flow began in.
func (s *State) FirstInput() uint32 { return s.firstInput }

// Since gives the begin of the first interval that the end of the open flow may change:
// that of its earliest packet, where its start is counted, or that of its current slice.
func (s *State) Since() flow.Timestamp {
	start, _ := s.span()
	return min(start, s.interval)
}

// Counted gives what the open flow has counted: all of it, and the part that it has
// handed over in slices.
func (s *State) Counted(x Extension) (all, handedOver flow.Counters) {
	handedOver = s.handedOver()
	all = handedOver
	all.Add(s.slice)
	if x.Pair != nil {
		reverse := x.against.handedOver()
		handedOver.Add(reverse)
		all.Add(reverse)
		all.Add(x.against.slice)
	}
	return all, handedOver
}
