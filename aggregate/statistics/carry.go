package statistics

import (
	"netstream/aggregate/carry"
	"netstream/aggregate/flow"
)

// Carry codes the state and the packets that are kept, to be handed over to another
// run. early is that of Add.
func (s *State) Carry(c *carry.Coder, early []flow.EarlyPacket) {
	for i := range s.ways {
		s.ways[i].carry(c)
	}
	carry.Signed(c, &s.latest)
	c.Bool(&s.begun)
	carry.Signed(c, &s.activeSince)
	for _, p := range []*flow.Periods{&s.active, &s.idle} {
		for _, v := range []*uint64{&p.Count, &p.Sum, &p.Min, &p.Max} {
			carry.Number(c, v)
		}
	}
	carry.Number(c, &s.early)
	s.early = uint8(min(int(s.early), len(early))) // whatever was decoded
	for i := range early[:s.early] {
		carry.Number(c, &early[i].Octets)
		carry.Number(c, &early[i].Gap)
		c.Bool(&early[i].Reverse)
	}
}

func (w *way) carry(c *carry.Coder) {
	for _, v := range []*uint64{
		&w.LengthSquares.High, &w.LengthSquares.Low, &w.Gaps, &w.GapSquares.High, &w.GapSquares.Low,
		&w.MinGap, &w.MaxGap, &w.packets,
	} {
		carry.Number(c, v)
	}
	for i := range w.Classes {
		carry.Number(c, &w.Classes[i])
	}
	carry.Signed(c, &w.latest)
}
