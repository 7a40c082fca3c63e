package reader

import (
	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/filter"
)

// oddMarks are those of packets that take the way of all others: their remarks are
// counted one by one, and what becomes of fragments is decided there.
const oddMarks = notedMarks&^flow.MarkTruncated | flow.MarkCarriesFragment

// takesPlain says whether nothing is asked for that readPlain leaves out.
func (p *Packets) takesPlain() bool {
	return p.selection == nil && (p.keys == nil || !p.keys.varies) && p.mask == nil
}

// readPlain does what read does for at most so many frames, as long as nothing about them
// is odd, and gives their number: most packets of most captures then cost no decisions
// that are the same for all, and are counted together. What it leaves, read takes.
func (p *Packets) readPlain(most int) (read int) {
	records, ok := p.capture.Plain()
	if !ok {
		return 0
	}
	way := plainWay{index: -1}
	sums := plainSums{keyed: p.keys != nil}
	offset, number := p.capture.Place()
	run := p.orderer.Run()
	packets := run.Packets
	taken := 0
	for ; read < most; read, number = read+1, number+1 {
		frame, length, at, ok := records.Next()
		if !ok {
			break
		}
		if index := records.Interface(); index != way.index {
			way = p.plainWay(index)
		}
		if way.matches != nil && !way.matches.Match(frame, length) {
			sums.filter(len(frame), wireOctets(length, way.fcsLength), offset+records.Before(), number)
			continue
		}
		from := way.from
		if from == nil || taken == len(packets) {
			records.Back(len(frame), length)
			break
		}
		packet := &packets[taken]
		var reason flow.Reason
		tunnel := flow.TunnelNone
		if p.options.Layer == LayerOuter {
			reason, _ = from.decoder.Decode(packet, frame, length)
		} else {
			var within flow.Encapsulation
			within, reason, _ = from.decoder.DecodeInner(packet, frame, length)
			tunnel = within.Tunnel
		}
		plain := reason == flow.ReasonAccounted && tunnel == flow.TunnelNone && packet.Meta.Marks&oddMarks == 0 && run.Follows(at)
		point, prepared := way.point, way.prepared
		if plain && way.tell {
			point, prepared, plain = p.plainPoint(from, frame, records.Direction(), &packet.Key)
		}
		if !plain {
			records.Back(len(frame), length)
			break
		}
		packet.Time, packet.Clock, packet.Number, packet.Key.Point = at, at, number, point
		if sums.keyed {
			packet.Hash = uint64(prepared)
		} else {
			packet.Hash = p.options.Hasher.Hash(&packet.Key)
		}
		packet.Meta.Input = p.ordinal
		sums.meter(packet, len(frame), offset+records.Before())
		taken++
	}
	p.orderer.PutRun(&run, taken, sums.marks)
	p.capture.Taken(&records)
	p.account.addPlain(&sums)
	return read
}

// plainWay is how readPlain takes the frames of an interface.
type plainWay struct {
	index           int
	from            *observed       // nil if read is to take the next frame that is selected
	matches         *filter.Program // says which are; nil if all are
	fcsLength       int8
	tell            bool   // frames can tell more of where they were observed
	point, prepared uint32 // for those that do not
}

// plainWay leaves frames to read where none of the interface was selected yet, and where the one before had a frame check
// sequence of its own.
func (p *Packets) plainWay(index int) plainWay {
	w := plainWay{index: index, matches: p.filter.program(index), fcsLength: p.capture.Interfaces()[index].FCSLength}
	if index >= len(p.interfaces) || p.interfaces[index].fcsLength != w.fcsLength || w.matches == nil && p.filter != nil {
		return w
	}
	from := &p.interfaces[index]
	w.tell = from.varies || p.capture.Format() == capture.PCAPNG
	w.point = from.point
	var known bool
	if w.prepared, known = p.waiting(w.point); known || w.tell {
		w.from = from
	}
	return w
}

// plainSums are what readPlain counts of packets one behind the other.
type plainSums struct {
	keyed                        bool // keys are not the packets' own
	metered, truncated, filtered Tally
	first, last                  flow.Timestamp // of those that are metered, in order
	marks                        flow.Mark
	imprint                      flow.Imprint
}

// meter counts a packet of which so many octets were captured, in a record at offset.
func (s *plainSums) meter(packet *flow.Packet, captured int, offset int64) {
	if s.last = packet.Time; s.metered.Packets == 0 {
		s.first, s.metered.FirstOffset, s.metered.FirstNumber = packet.Time, offset, packet.Number
	}
	s.marks |= packet.Meta.Marks
	s.metered.addFrame(captured, &packet.Meta)
	if !s.keyed {
		s.imprint.AddPacket(packet)
	}
	cut := uint64(packet.Meta.Marks & flow.MarkTruncated / flow.MarkTruncated)
	if s.truncated.Packets == 0 && cut != 0 {
		s.truncated.FirstOffset, s.truncated.FirstNumber = offset, packet.Number
	}
	s.truncated.addIf(cut, captured, &packet.Meta)
}

// filter counts a packet that is not selected.
func (s *plainSums) filter(captured int, wire uint32, offset int64, number uint64) {
	if s.filtered.Packets == 0 {
		s.filtered.FirstOffset, s.filtered.FirstNumber = offset, number
	}
	s.filtered.addFrame(captured, &flow.Meta{WireOctets: wire})
}

// addPlain counts what metered and excluded count packet by packet.
func (a *Account) addPlain(s *plainSums) {
	if s.filtered.Packets > 0 {
		a.other(Outcome{Reason: flow.ReasonFiltered}).addTally(&s.filtered)
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

// plainPoint gives the point of a packet whose frame can tell more of where it was observed, and what waiting gives for that.
// It says false where read has to say what is wrong, or to number a point.
func (p *Packets) plainPoint(from *observed, frame []byte, direction uint8, key *flow.Key) (point, prepared uint32, known bool) {
	point = from.point
	if from.varies || direction != capture.DirectionUnknown {
		var err error
		if point, err = p.pointOf(from, frame, direction, key, &flow.Encapsulation{}); err != nil {
			return 0, 0, false
		}
	}
	prepared, known = p.waiting(point)
	return point, prepared, known
}

// waiting gives what waits in Packet.Hash of packets that were observed at a point, if keys are not the 7-tuple, and says
// whether it is known already.
func (p *Packets) waiting(point uint32) (prepared uint32, known bool) {
	if p.keys == nil {
		return 0, true
	}
	return p.keys.numberOf(point)
}
