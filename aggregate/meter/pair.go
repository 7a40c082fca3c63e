package meter

import (
	"netstream/aggregate/connection"
	"netstream/aggregate/flow"
)

// Pair is what the open flow of a State needs besides it to be a biflow (RFC 5103):
// the packets that run against Key, and what both directions together tell. It means
// nothing unless the State has an open flow, and holds no pointer.
type Pair struct {
	against    side // of the packets that flow.MarkReversed says are turned around
	spans      [2]span
	closing    [2]bool // FIN was seen whose rule is EndByGrace
	connection connection.State
}

// span is the time from the earliest to the latest packet of one direction.
type span struct{ first, last flow.Timestamp }

// begin makes x the Pair of a flow that p begins.
func (x *Pair) begin(s *State) {
	s.side = side{}
	*x = Pair{}
}

// count counts a packet of the current slice on the side that it is of.
func (x *Pair) count(s *State, p *flow.Packet) {
	of, from := &s.side, directionOf(p)
	if from == 1 {
		of = &x.against
	}
	if of.packets() == 0 {
		of.begin(p)
		x.spans[from] = span{p.Time, p.Time}
	}
	of.count(&p.Meta)
	x.spans[from].first, x.spans[from].last = min(x.spans[from].first, p.Time), max(x.spans[from].last, p.Time)
	x.connection.Add(p, from)
}

// ends says whether the flow is in its end after p: with the rule EndByGrace a RST
// ends both directions, a FIN its own. Grace are the control bits with that rule.
func (x *Pair) ends(p *flow.Packet, grace uint16) bool {
	grace &= p.Meta.TCPFlags
	if grace&flow.TCPFin != 0 {
		x.closing[directionOf(p)] = true
	}
	return grace&flow.TCPRst != 0 || x.closing[0] && x.closing[1]
}

// reopens says whether p begins another connection than that of the open flow, of
// which one direction is closed.
func (x *Pair) reopens(p *flow.Packet) bool {
	return p.Meta.TCPFlags&flow.TCPSyn != 0 && (x.closing[0] || x.closing[1])
}

// directionOf gives 0 if a packet runs as its key says, 1 if it runs against it.
func directionOf(p *flow.Packet) int {
	if p.Meta.Marks&flow.MarkReversed != 0 {
		return 1
	}
	return 0
}

// role gives what the headers of a packet alone tell of its sender.
func role(p *flow.Packet) flow.Role {
	key := p.Key
	if directionOf(p) == 1 {
		key = key.Reversed()
	}
	return p.Meta.Role(&key)
}

// orient says who the initiator of the flow is that p begins: who the headers of p say
// it is, else who it was in the record before if that may be asked, else the sender. An
// end that talks to itself is the initiator.
func (m *Process) orient(s *State, p *flow.Packet) {
	from := directionOf(p)
	s.tentative = false
	if m.oneEnded(&s.Key) {
		s.turned, s.oriented = false, true
		return
	}
	switch role(p) {
	case flow.RoleInitiator:
		s.turned = from == 1
	case flow.RoleResponder:
		s.turned = from == 0
	default:
		if !s.oriented {
			s.turned, s.tentative = from == 1, true
		}
	}
	s.oriented = true
}

// oneEnded says whether both directions of a key are the same.
func (m *Process) oneEnded(key *flow.Key) bool {
	return key.Reversed() == *key && m.reversed(key.Point) == key.Point
}

// confirm is for the second packet of a flow whose first one did not tell who the
// initiator is. If it has the same clock and runs the other way, it could as well have
// been the first: its headers decide, else the source of Key, the lower endpoint, is
// the initiator.
func (s *State) confirm(p *flow.Packet) {
	s.tentative = false
	from := directionOf(p)
	if p.Clock != s.firstClock || (from == 1) == s.turned {
		return
	}
	switch role(p) {
	case flow.RoleInitiator:
		s.turned = from == 1
	case flow.RoleResponder: // so the first one was of the initiator, as it was taken
	default:
		s.turned = false
	}
}

// key gives the key of the open flow as its rows have it: from the initiator.
func (m *Process) key(s *State) flow.Key {
	if !s.turned {
		return s.Key
	}
	key := s.Key.Reversed()
	key.Point = m.reversed(s.Key.Point)
	return key
}

// sides gives the side of the initiator and that of the responder.
func (x *Pair) sides(s *State) (forward, reverse *side) {
	if s.turned {
		return &x.against, &s.side
	}
	return &s.side, &x.against
}

// result gives the reverse direction of the open flow, whose slices are all handed over.
func (x *Pair) result(s *State, to *flow.Reverse) {
	_, reverse := x.sides(s)
	initiator := 0
	if s.turned {
		initiator = 1
	}
	span := x.spans[1-initiator]
	*to = flow.Reverse{
		Start: span.first, End: span.last, Counters: reverse.total,
		TCPFlags: reverse.tcpFlags, TCPFlagCounts: reverse.flagCounts, Marks: reverse.marks & flow.MarkTCP,
		MinOctets: reverse.minOctets, MaxOctets: reverse.maxOctets, MinTTL: reverse.minTTL, MaxTTL: reverse.maxTTL,
		TCP: x.connection.Result(initiator),
	}
}
