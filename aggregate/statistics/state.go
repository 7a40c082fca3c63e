package statistics

import (
	"math/bits"

	"netstream/aggregate/flow"
)

// IdleGap is the time without a packet in either direction, in nanoseconds, that ends an
// active period.
const IdleGap = 5_000_000_000

// Settings say what is kept.
type Settings struct {
	Moments bool
	Early   int // packets; 0 to MaxEarly
}

// MaxEarly is how many of the first packets of a flow can be kept.
const MaxEarly = 255

// Any says whether anything is kept.
func (s Settings) Any() bool { return s.Moments || s.Early > 0 }

// State is what is known of the packets of one flow. The zero State is that of a flow
// without packets. It holds no pointer.
type State struct {
	ways         [2]way
	latest       flow.Timestamp // greatest time of both directions; valid if begun
	begun        bool
	early        uint8 // packets kept
	activeSince  flow.Timestamp
	active, idle flow.Periods // without the active period under way
}

// way is one direction.
type way struct {
	flow.Moments
	packets uint64
	latest  flow.Timestamp // greatest time; valid if there are packets
}

// Add takes the next packet. from is 0 if it ran from the source of the key to its
// destination, 1 if it ran the other way. early has room for the packets that are kept.
func (s *State) Add(p *flow.Packet, from int, settings Settings, early []flow.EarlyPacket) {
	gap := uint64(0)
	if s.begun {
		gap = since(p.Time, s.latest)
	}
	if int(s.early) < len(early) {
		early[s.early] = flow.EarlyPacket{Octets: p.Meta.Octets, Gap: gap, Reverse: from == 1}
		s.early++
	}
	if settings.Moments {
		s.ways[from].add(p)
		s.period(p.Time, gap)
	}
	if !s.begun || p.Time > s.latest {
		s.begun, s.latest = true, p.Time
	}
}

// since gives the nanoseconds from one time to another, 0 if that is earlier.
func since(later, earlier flow.Timestamp) uint64 {
	if later <= earlier {
		return 0
	}
	return uint64(later) - uint64(earlier)
}

// period ends the active period if a gap is too long for it.
func (s *State) period(at flow.Timestamp, gap uint64) {
	switch {
	case !s.begun:
		s.activeSince = at
	case gap > IdleGap:
		addPeriod(&s.active, since(s.latest, s.activeSince))
		addPeriod(&s.idle, gap)
		s.activeSince = at
	}
}

func addPeriod(p *flow.Periods, length uint64) {
	if p.Count == 0 {
		p.Min = length
	}
	p.Count++
	p.Sum += length
	p.Min, p.Max = min(p.Min, length), max(p.Max, length)
}

func (w *way) add(p *flow.Packet) {
	octets := p.Meta.Octets
	addSquare(&w.LengthSquares, octets)
	w.Classes[class(octets)]++
	if w.packets > 0 {
		gap := since(p.Time, w.latest)
		w.Gaps += gap
		addSquare(&w.GapSquares, gap)
		if w.packets == 1 {
			w.MinGap = gap
		}
		w.MinGap, w.MaxGap = min(w.MinGap, gap), max(w.MaxGap, gap)
	}
	if w.packets == 0 || p.Time > w.latest {
		w.latest = p.Time
	}
	w.packets++
}

func addSquare(sum *flow.Squares, v uint64) {
	high, low := bits.Mul64(v, v)
	var carry uint64
	sum.Low, carry = bits.Add64(sum.Low, low, 0)
	sum.High += high + carry
}

// class gives the class of a length.
func class(octets uint64) int {
	for i, bound := range flow.LengthClassBounds() {
		if octets <= bound {
			return i
		}
	}
	return flow.LengthClasses - 1
}

// Result gives what the packets amount to. initiator is 0 if the source of the key is
// the initiator, 1 if the destination is; early is that of Add. The result refers to it,
// and is valid until the next packet.
func (s *State) Result(initiator int, settings Settings, early []flow.EarlyPacket, to *flow.Statistics) {
	*to = flow.Statistics{HasMoments: settings.Moments, HasEarly: settings.Early > 0}
	if settings.Moments {
		to.Forward, to.Reverse = s.ways[initiator].Moments, s.ways[1-initiator].Moments
		to.Active, to.Idle = s.active, s.idle
		addPeriod(&to.Active, since(s.latest, s.activeSince))
	}
	if settings.Early > 0 {
		to.Early = early[:s.early]
		if initiator == 1 {
			for i := range to.Early {
				to.Early[i].Reverse = !to.Early[i].Reverse
			}
		}
	}
}
