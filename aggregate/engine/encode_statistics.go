package engine

import (
	"netstream/aggregate/flow"
)

// Records with statistics have the mark of packets that carry a fragment, which rows
// have no other use for, and the statistics at their end.
const markStatistics = flow.MarkCarriesFragment

const (
	hasMoments = 1 << iota
	hasEarly
)

func appendStatistics(dst []byte, r *flow.Record) []byte {
	s := r.Statistics
	var has byte
	if s.HasMoments {
		has |= hasMoments
	}
	if s.HasEarly {
		has |= hasEarly
	}
	dst = append(dst, has)
	if s.HasMoments {
		dst = appendMoments(dst, &s.Forward)
		if r.Reverse != nil {
			dst = appendMoments(dst, &s.Reverse)
		}
		dst = appendPeriods(dst, &s.Active)
		dst = appendPeriods(dst, &s.Idle)
	}
	dst = appendUint(dst, uint64(len(s.Early)))
	for i := range s.Early {
		e := &s.Early[i]
		octets := e.Octets << 1 // lengths have 33 bits at most
		if e.Reverse {
			octets |= 1
		}
		dst = appendUint(appendUint(dst, octets), e.Gap)
	}
	return dst
}

func appendMoments(dst []byte, m *flow.Moments) []byte {
	for _, v := range [...]uint64{m.LengthSquares.High, m.LengthSquares.Low, m.Gaps, m.GapSquares.High, m.GapSquares.Low, m.MinGap, m.MaxGap} {
		dst = appendUint(dst, v)
	}
	for _, v := range m.Classes {
		dst = appendUint(dst, v)
	}
	return dst
}

func appendPeriods(dst []byte, p *flow.Periods) []byte {
	for _, v := range [...]uint64{p.Count, p.Sum, p.Min, p.Max} {
		dst = appendUint(dst, v)
	}
	return dst
}

func (d *decoder) statistics(r *flow.Record, s *flow.Statistics) {
	early := s.Early[:0]
	*s = flow.Statistics{}
	r.Statistics = s
	has := d.octets(1)[0]
	s.HasMoments, s.HasEarly = has&hasMoments != 0, has&hasEarly != 0
	if s.HasMoments {
		d.moments(&s.Forward)
		if r.Reverse != nil {
			d.moments(&s.Reverse)
		}
		d.periods(&s.Active)
		d.periods(&s.Idle)
	}
	for n := d.uint(); n > 0 && !d.failed; n-- {
		octets, gap := d.uint(), d.uint()
		early = append(early, flow.EarlyPacket{Octets: octets >> 1, Gap: gap, Reverse: octets&1 != 0})
	}
	s.Early = early
}

func (d *decoder) moments(m *flow.Moments) {
	m.LengthSquares.High, m.LengthSquares.Low, m.Gaps = d.uint(), d.uint(), d.uint()
	m.GapSquares.High, m.GapSquares.Low, m.MinGap, m.MaxGap = d.uint(), d.uint(), d.uint(), d.uint()
	for i := range m.Classes {
		m.Classes[i] = d.uint()
	}
}

func (d *decoder) periods(p *flow.Periods) {
	p.Count, p.Sum, p.Min, p.Max = d.uint(), d.uint(), d.uint(), d.uint()
}
