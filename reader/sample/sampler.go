package sample

import (
	"time"

	"netstream/aggregate/flow"
)

// Verdict says what becomes of a packet.
type Verdict uint8

// The verdicts.
const (
	Left     Verdict = iota // not selected
	Selected                // selected
	Held                    // selected unless another one takes its place: see [Sampler.Turn]
)

// Stream is what a sampler knows of the packets at one [Place].
type Stream struct {
	seed   uint64
	seen   uint64 // packets so far; of time windows those of the present one
	group  uint64 // of RandomPackets: number of the present group
	pick   uint64 // of the present group the packet that is selected, from 0
	window uint64 // the sampler's turn that seen belongs to
}

// Sampler samples the packets of one input, which are shown to it in file order. It
// is not safe for concurrent use.
type Sampler struct {
	spec   Spec
	late   int64  // how many windows a packet may lie before the present one
	window int64  // number of the present window; valid iff turns is not 0
	turns  uint64 // windows begun so far
}

// New gives a sampler. The spec must be valid. A packet that lies before the present
// window counts to that one if it is as many windows ahead at most as the reorder
// window, 0 or greater, makes, rounded up.
func New(spec Spec, reorderWindow time.Duration) *Sampler {
	s := &Sampler{spec: spec}
	if spec.Timed() {
		s.late = int64(reorderWindow / spec.Window)
		if reorderWindow%spec.Window > 0 {
			s.late++
		}
	}
	return s
}

// Place is what has a sampler of its own: one direction of an interface.
type Place struct {
	Interface string // its name, empty if it has none
	HasIndex  bool
	Index     uint32         // valid iff HasIndex
	Direction flow.Direction // ingress, egress or unknown
}

// Stream begins the packets at a place.
func (s *Sampler) Stream(at Place) Stream {
	return Stream{seed: streamSeed(s.spec.Seed, at)}
}

// Turn is told the time of each packet before Take. It says whether a window of time
// has ended with it: the packets that are held, at most one a stream, are selected
// then. So are those that are held when no packet is left.
func (s *Sampler) Turn(t flow.Timestamp) bool {
	if !s.spec.Timed() {
		return false
	}
	window := floorDiv(int64(t), int64(s.spec.Window))
	if s.turns > 0 && window <= s.window && window >= s.window-s.late {
		return false
	}
	s.window = window
	s.turns++
	return s.turns > 1
}

// Take judges the next packet of a stream. If it is Held, the one that the stream
// held before in the same window, if any, is not selected.
func (s *Sampler) Take(stream *Stream) Verdict {
	switch s.spec.Method {
	case FixPackets:
		stream.seen++
		if stream.seen == s.spec.Packets {
			stream.seen = 0
			return verdict(s.spec.Phase == s.spec.Packets)
		}
		return verdict(stream.seen == s.spec.Phase)
	case RandomPackets:
		return s.randomPacket(stream)
	case FixTime, RandomTime:
		return s.timed(stream)
	}
	return Selected
}

func verdict(selected bool) Verdict {
	if selected {
		return Selected
	}
	return Left
}

// randomPacket draws once a group which of its packets is selected.
func (s *Sampler) randomPacket(stream *Stream) Verdict {
	if stream.seen == 0 {
		stream.pick = below(output(stream.seed, stream.group), s.spec.Packets)
		stream.group++
	}
	selected := stream.seen == stream.pick
	stream.seen++
	if stream.seen == s.spec.Packets {
		stream.seen = 0
	}
	return verdict(selected)
}

// timed selects the first packet of a window, or any with the same probability: the
// packet that is number n in the window, from 1, takes the place of the one held if
// number n of the window's generator says 0 of 0 to n-1 (reservoir sampling).
func (s *Sampler) timed(stream *Stream) Verdict {
	if stream.window != s.turns {
		stream.window, stream.seen = s.turns, 0
	}
	stream.seen++
	if s.spec.Method == FixTime {
		return verdict(stream.seen == 1)
	}
	seed := output(stream.seed, uint64(s.window))
	if below(output(seed, stream.seen), stream.seen) > 0 {
		return Left
	}
	return Held
}

// floorDiv divides rounding towards minus infinity; b must be positive.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
