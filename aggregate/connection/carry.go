package connection

import "netstream/aggregate/carry"

// Carry codes the state, to be handed over to another run.
func (s *State) Carry(c *carry.Coder) {
	for i := range s.ends {
		s.ends[i].carry(c)
	}
	s.synRTT.carry(c)
	s.ackRTT.carry(c)
	c.Bool(&s.udp)
}

func (e *end) carry(c *carry.Coder) {
	carry.Number(c, &e.phase)
	carry.Number(c, &e.before)
	e.sent.carry(c)
	c.Bool(&e.seen)
	c.Bool(&e.synThenReset)
	carry.Number(c, &e.acknowledged)
	carry.Number(c, &e.window)
	c.Bool(&e.acknowledges)
	c.Bool(&e.payload)
	carry.Number(c, &e.duplicateACKs)
	carry.Number(c, &e.zeroWindows)
	carry.Number(c, &e.synSeq)
	carry.Number(c, &e.ackSeq)
	e.synAt.carry(c)
	e.ackAt.carry(c)
}

func (s *sequence) carry(c *carry.Coder) {
	carry.Number(c, &s.next)
	c.Bool(&s.begun)
	carry.Number(c, &s.syn)
	c.Bool(&s.haveSyn)
	carry.Number(c, &s.used)
	s.used = min(s.used, MaxHoles) // whatever was decoded
	for i := range s.holes[:s.used] {
		carry.Number(c, &s.holes[i].start)
		carry.Number(c, &s.holes[i].end)
	}
	carry.Number(c, &s.lost)
	carry.Number(c, &s.retransmitted)
	carry.Number(c, &s.outOfOrder)
}

func (m *moment) carry(c *carry.Coder) {
	c.Bool(&m.known)
	if m.known {
		carry.Signed(c, &m.at)
	}
}

func (s *span) carry(c *carry.Coder) {
	c.Bool(&s.known)
	if s.known {
		carry.Signed(c, &s.nanoseconds)
	}
}
