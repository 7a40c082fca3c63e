package meter

import (
	"math"
	"time"

	"netstream/aggregate/flow"
)

// ageing is what makes flows end, ready to be asked for every packet: what nobody
// has set costs a branch.
type ageing struct {
	general  Timers
	own      *[256]Timers // by protocol; nil if all have the general ones
	endGrace time.Duration

	grace     uint16 // control bits with the rule EndByGrace
	closing   uint16 // those that can end a record with their packet
	immediate uint16 // those of them that do it to a record of one packet, too

	limited               bool
	maxOctets, maxPackets uint64
	cutEvery              time.Duration
}

func newAgeing(s *Settings) ageing {
	a := ageing{
		general:  Timers{Idle: s.IdleTimeout, Active: s.ActiveTimeout},
		endGrace: s.EndGrace, cutEvery: s.CutEvery,
		limited:   s.MaxOctets > 0 || s.MaxPackets > 0,
		maxOctets: math.MaxUint64, maxPackets: math.MaxUint64,
	}
	if s.MaxOctets > 0 {
		a.maxOctets = s.MaxOctets
	}
	if s.MaxPackets > 0 {
		a.maxPackets = s.MaxPackets
	}
	if len(s.Protocols) > 0 {
		a.own = new([256]Timers)
		for protocol := range a.own {
			a.own[protocol] = s.TimersOf(uint8(protocol))
		}
	}
	a.setRule(flow.TCPFin, s.Fin)
	a.setRule(flow.TCPRst, s.Rst)
	return a
}

func (a *ageing) setRule(bit uint16, rule EndRule) {
	switch rule {
	case EndByGrace:
		a.grace |= bit
	case EndAtOnce:
		a.closing |= bit
		a.immediate |= bit
	case EndIfOpen:
		a.closing |= bit
	}
}

func (a *ageing) timers(protocol uint8) *Timers {
	if a.own == nil {
		return &a.general
	}
	return &a.own[protocol]
}

// ends gives the reason for which p ends the open flow, 0 if it belongs to it.
func (a *ageing) ends(s *State, x Extension, p *flow.Packet) flow.EndReason {
	timers := a.timers(s.Key.Protocol)
	gap := p.Clock.Since(s.lastClock)
	overlong := timers.Active > 0 && p.Clock.Since(s.firstClock) > timers.Active
	switch {
	case a.cut(s, p.Clock):
		return a.endByCut(s)
	case s.ended:
		if gap > a.endGrace || overlong || p.Meta.TCPFlags&flow.TCPSyn != 0 {
			return flow.EndOfFlow
		}
	case gap > timers.Idle:
		return flow.EndIdleTimeout
	case x.Pair != nil && x.reopens(p):
		return flow.EndOfFlow
	case overlong:
		return flow.EndActiveTimeout
	}
	if a.limited && a.exceeds(s, x, p) {
		return flow.EndLackOfResources
	}
	return 0
}

// onlyTimers says whether nothing ends flows but the general timers, and control bits.
func (a *ageing) onlyTimers() bool { return a.own == nil && !a.limited && a.cutEvery == 0 }

// continues says, if onlyTimers does, that neither the idle timeout nor its control bits let p
// end the open flow. Where it says no, ends and endsWith know better.
func (a *ageing) continues(s *State, p *flow.Packet) bool {
	// Differences of clocks in order, which have room in 64 bits without a sign.
	return uint64(p.Clock)-uint64(s.lastClock) <= uint64(a.general.Idle) && p.Clock >= s.lastClock &&
		p.Meta.TCPFlags&(a.closing|uint16(s.stops)) == 0
}

// activeUntil gives a clock before which the general active timeout does not end a flow whose first packet has
// the clock first: the first one at which it does, if that can be told.
func (a *ageing) activeUntil(first flow.Timestamp) flow.Timestamp {
	if a.general.Active <= 0 {
		return flow.MaxTimestamp
	}
	return after(first, a.general.Active)
}

// after gives the first clock that lies by more than d, which is not negative, after t, MaxTimestamp if there is none.
func after(t flow.Timestamp, d time.Duration) flow.Timestamp {
	if t >= flow.MaxTimestamp-flow.Timestamp(d) {
		return flow.MaxTimestamp
	}
	return t + flow.Timestamp(d) + 1
}

// exceeds says whether p would take the open flow above a limit.
func (a *ageing) exceeds(s *State, x Extension, p *flow.Packet) bool {
	sum := s.handedOver()
	sum.Add(s.slice)
	if x.Pair != nil {
		sum.Add(x.against.handedOver())
		sum.Add(x.against.slice)
	}
	return sum.Octets+p.Meta.Octets > a.maxOctets || sum.Packets+1 > a.maxPackets
}

// endsWith says whether the record ends with p, which it has counted. Found says
// whether the flow was open before.
func (a *ageing) endsWith(p *flow.Packet, found bool) bool {
	closing := p.Meta.TCPFlags & a.closing
	return closing != 0 && (found || closing&a.immediate != 0)
}

// cut says whether a multiple of cutEvery lies behind the flow's packets by now.
func (a *ageing) cut(s *State, now flow.Timestamp) bool {
	return a.cutEvery > 0 && a.parts(s.firstClock, now)
}

// parts says whether two times lie in different periods of cutEvery.
func (a *ageing) parts(earlier, later flow.Timestamp) bool {
	return later.Interval(a.cutEvery) > earlier.Interval(a.cutEvery)
}

// endByCut gives the reason of a flow that is cut: what happened first.
func (a *ageing) endByCut(s *State) flow.EndReason {
	switch {
	case s.ended:
		return flow.EndOfFlow
	case a.cutAfter(s.firstClock).Since(s.lastClock) > a.timers(s.Key.Protocol).Idle:
		return flow.EndIdleTimeout
	}
	return flow.EndForced
}

// cutAfter gives the first multiple of cutEvery behind t, which there is one of in
// the representable range.
func (a *ageing) cutAfter(t flow.Timestamp) flow.Timestamp {
	width := flow.Timestamp(a.cutEvery)
	start := t.Interval(a.cutEvery)
	if start == flow.MinTimestamp { // it may be cut
		return (start + width).Interval(a.cutEvery)
	}
	return start + width
}

// endAt gives the reason of a flow that is open when no packet of it is left and the
// largest clock of all is end.
func (a *ageing) endAt(s *State, end flow.Timestamp) flow.EndReason {
	switch {
	case s.ended:
		return flow.EndOfFlow
	case a.cut(s, end):
		return a.endByCut(s)
	case end.Since(s.lastClock) > a.timers(s.Key.Protocol).Idle:
		return flow.EndIdleTimeout
	}
	return flow.EndForced
}
