package reader

import (
	"netstream/aggregate/flow"
	"netstream/reader/capture"
)

// plainSums are what readPlain counts of packets one behind the other.
type plainSums struct {
	keyed              bool // keys are not the packets' own
	metered, truncated Tally
	first, last        flow.Timestamp // of those that are metered, in order
	marks              flow.Mark
	imprint            flow.Imprint
	excluded           [flow.ReasonCount]Tally

	records *capture.Plain // that give them, the present one last
	offset  int64          // of the first record
}

// meter counts a packet of which so many octets were captured.
func (s *plainSums) meter(packet *flow.Packet, captured int) {
	if s.last = packet.Time; s.metered.Packets == 0 {
		s.first, s.metered.FirstOffset, s.metered.FirstNumber = packet.Time, s.offset+s.records.Before(), packet.Number
	}
	s.marks |= packet.Meta.Marks
	s.metered.addFrame(captured, &packet.Meta)
	if !s.keyed {
		s.imprint.AddPacket(packet)
	}
	cut := uint64(packet.Meta.Marks & flow.MarkTruncated / flow.MarkTruncated)
	if s.truncated.Packets == 0 && cut != 0 {
		s.truncated.FirstOffset, s.truncated.FirstNumber = s.offset+s.records.Before(), packet.Number
	}
	s.truncated.addIf(cut, captured, &packet.Meta)
}

// exclude counts a packet that is not metered.
func (s *plainSums) exclude(reason flow.Reason, captured int, m *flow.Meta, number uint64) {
	t := &s.excluded[reason]
	if t.Packets == 0 {
		t.FirstOffset, t.FirstNumber = s.offset+s.records.Before(), number
	}
	t.addFrame(captured, m)
}

// addPlain counts what metered, excluded and unselected count packet by packet.
func (a *Account) addPlain(s *plainSums) {
	for _, reason := range []flow.Reason{flow.ReasonFiltered, flow.ReasonOutOfTimeRange, flow.ReasonDuplicate} {
		if tally := &s.excluded[reason]; tally.Packets > 0 {
			a.other(Outcome{Reason: reason}).addTally(tally)
		}
	}
	if s.metered.Packets == 0 {
		return
	}
	if a.Accounted.Packets == 0 {
		a.FirstTime, a.LastTime = s.first, s.last
	}
	a.FirstTime, a.LastTime = min(a.FirstTime, s.first), max(a.LastTime, s.last)
	a.Accounted.addTally(&s.metered)
	a.Notes[NoteTruncated].addTally(&s.truncated)
	a.Imprint += s.imprint
}
