package datagram

import (
	"cmp"
	"slices"

	"netstream/aggregate/flow"
	"netstream/reader/capture"
)

// Outcome says what a frame was to the reader of export messages. Each frame has
// exactly one. The list is closed and its names are stable.
type Outcome uint8

// The outcomes.
const (
	OutcomeExport     Outcome = iota // carried a message or a part of one
	OutcomeNotExport                 // other IP traffic, and what only keeps a connection going
	OutcomeCutMessage                // a message that the snapshot length cut
	OutcomeFragment                  // a fragment of a datagram that could not be put together
	OutcomeBadLength                 // transport header that contradicts its packet

	// What package header finds wrong in front of the transport header.
	OutcomeNotIP           // a frame of another network protocol; detail is its EtherType
	OutcomeLinkType        // the link type is not decoded; detail is its number
	OutcomeTruncatedHeader // link, IP or transport header cut by the snapshot length
	OutcomeBadIPVersion    // neither 4 nor 6 where an IP header must be
	OutcomeBadIPHeader     // IP header whose lengths contradict each other

	OutcomeFiltered // excluded by the user's filter

	// OutcomeCount is the number of outcomes.
	OutcomeCount
)

// String gives the stable name of the outcome.
func (o Outcome) String() string {
	//exhaustive:enforce
	switch o {
	case OutcomeExport:
		return "decoded"
	case OutcomeNotExport:
		return "not_export"
	case OutcomeCutMessage:
		return "cut_message"
	case OutcomeFragment:
		return "incomplete_fragments"
	case OutcomeBadLength:
		return "bad_l4_header"
	case OutcomeNotIP:
		return flow.ReasonNotIP.String()
	case OutcomeLinkType:
		return flow.ReasonUnsupportedLinkType.String()
	case OutcomeTruncatedHeader:
		return flow.ReasonTruncatedHeader.String()
	case OutcomeBadIPVersion:
		return flow.ReasonBadIPVersion.String()
	case OutcomeBadIPHeader:
		return flow.ReasonBadIPHeader.String()
	case OutcomeFiltered:
		return flow.ReasonFiltered.String()
	}
	return "unknown"
}

// isIP says whether frames of the outcome have an IP header that can be read.
func (o Outcome) isIP() bool { return o < OutcomeNotIP }

// refused gives the outcome of a frame that package header refuses.
func refused(reason flow.Reason) Outcome {
	switch reason {
	case flow.ReasonUnsupportedLinkType:
		return OutcomeLinkType
	case flow.ReasonTruncatedHeader:
		return OutcomeTruncatedHeader
	case flow.ReasonBadIPVersion:
		return OutcomeBadIPVersion
	case flow.ReasonBadIPHeader:
		return OutcomeBadIPHeader
	}
	return OutcomeNotIP
}

// Frames counts frames that have something in common.
type Frames struct {
	Packets        uint64
	WireOctets     uint64 // original frame lengths, without frame check sequence
	CapturedOctets uint64
	FirstOffset    int64  // of the first one, in the decompressed input
	FirstNumber    uint64 // of the first one; 0 if there is none
}

// one counts a single frame of the given length on the link.
func one(f *capture.Frame, wire uint32) Frames {
	return Frames{
		Packets: 1, WireOctets: uint64(wire), CapturedOctets: uint64(len(f.Data)),
		FirstOffset: f.Offset, FirstNumber: f.Number,
	}
}

// add counts other frames, too.
func (t *Frames) add(other Frames) {
	if t.Packets == 0 || other.Packets > 0 && other.FirstNumber < t.FirstNumber {
		t.FirstOffset, t.FirstNumber = other.FirstOffset, other.FirstNumber
	}
	t.Packets += other.Packets
	t.WireOctets += other.WireOctets
	t.CapturedOctets += other.CapturedOctets
}

// OutcomeFrames is the count of the frames of one outcome and detail.
type OutcomeFrames struct {
	Outcome Outcome
	Detail  uint32 // as package header has it for OutcomeNotIP and OutcomeLinkType, else 0
	Frames
}

// fates counts frames by what became of them.
type fates struct {
	plain    [OutcomeCount]Frames // without detail
	detailed map[fate]*Frames
}

type fate struct {
	outcome Outcome
	detail  uint32
}

func (f *fates) add(outcome Outcome, detail uint32, frames Frames) {
	if frames.Packets == 0 {
		return
	}
	if detail == 0 {
		f.plain[outcome].add(frames)
		return
	}
	key := fate{outcome, detail}
	count := f.detailed[key]
	if count == nil {
		if len(f.detailed) >= MaxDetails {
			f.plain[outcome].add(frames)
			return
		}
		if f.detailed == nil {
			f.detailed = make(map[fate]*Frames)
		}
		count = new(Frames)
		f.detailed[key] = count
	}
	count.add(frames)
}

// list gives the counts that are not zero, by outcome and detail.
func (f *fates) list() []OutcomeFrames {
	var all []OutcomeFrames
	for outcome, frames := range f.plain {
		if frames.Packets > 0 {
			all = append(all, OutcomeFrames{Outcome: Outcome(outcome), Frames: frames})
		}
	}
	for key, frames := range f.detailed {
		all = append(all, OutcomeFrames{key.outcome, key.detail, *frames})
	}
	slices.SortFunc(all, func(a, b OutcomeFrames) int {
		return cmp.Or(cmp.Compare(a.Outcome, b.Outcome), cmp.Compare(a.Detail, b.Detail))
	})
	return all
}
