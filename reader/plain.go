package reader

import (
	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/clock"
	"netstream/reader/filter"
)

// oddMarks are those of packets that take the way of all others: their remarks are
// counted one by one, and what becomes of fragments is decided there.
const oddMarks = notedMarks&^flow.MarkTruncated | flow.MarkCarriesFragment

// takesPlain says whether nothing is asked for that readPlain leaves out.
func (p *Packets) takesPlain() bool {
	return (p.selection == nil || p.selection.sampler == nil) && (p.keys == nil || !p.keys.varies) && p.mask == nil
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
	sums := plainSums{keyed: p.keys != nil, records: &records}
	var number uint64
	sums.offset, number = p.capture.Place()
	run := p.orderer.Run()
	packets, ordered := p.places(&run)
	taken := 0
	for ; read < most && taken < len(packets); read++ {
		frame, length, at, ok := records.Next()
		if !ok {
			break
		}
		if index := records.Interface(); index != way.index {
			way = p.plainWay(index)
		}
		if way.matches != nil && !way.matches.Match(frame, length) {
			sums.exclude(flow.ReasonFiltered, len(frame), &flow.Meta{WireOctets: wireOctets(length, way.fcsLength)}, number+uint64(read))
			continue
		}
		packet := &packets[taken]
		plain := false
		if way.short {
			reason, _ := way.from.decoder.Decode(packet, frame, length)
			plain = reason == flow.ReasonAccounted && packet.Meta.Marks&oddMarks == 0
			packet.Key.Point, packet.Hash = way.point, uint64(way.prepared)
		} else {
			plain = p.decodePlain(&way, packet, frame, length, records.Direction())
		}
		if plain && p.selection != nil && !p.selection.Time.Contains(at) {
			sums.exclude(flow.ReasonOutOfTimeRange, len(frame), &packet.Meta, number+uint64(read))
			p.account.outside(&p.selection.Time, at)
			continue
		}
		if !plain || !ordered || !run.Follows(at) {
			records.Back(len(frame), length)
			break
		}
		if p.selection != nil && p.selection.isCopy(way.from, frame, length, at) {
			sums.exclude(flow.ReasonDuplicate, len(frame), &packet.Meta, number+uint64(read))
			continue
		}
		run.Reach(at)
		packet.Time, packet.Clock, packet.Number, packet.Meta.Input = at, at, number+uint64(read), p.ordinal
		if !sums.keyed {
			packet.Hash = p.options.Hasher.Hash(&packet.Key)
		}
		sums.meter(packet, len(frame))
		taken++
	}
	p.orderer.PutRun(&run, taken, sums.marks)
	p.capture.Taken(&records)
	p.account.addPlain(&sums)
	return read
}

// places gives the places in a run for packets that are metered, as many as there may be of them. If the next one hangs on
// others in order, it says that these are none, and gives one for packets that are found not to be metered.
func (p *Packets) places(run *clock.Run) (packets []flow.Packet, ordered bool) {
	packets, ordered = run.Packets, true
	if len(packets) == 0 {
		packets, ordered = p.spare[:], false
	}
	if p.selection != nil && p.selection.Count.Set {
		left := p.selection.Count.Packets - min(p.selection.Count.Packets, p.account.Accounted.Packets)
		packets = packets[:min(uint64(len(packets)), left)]
	}
	return packets, ordered
}

// plainWay is how readPlain takes the frames of an interface.
type plainWay struct {
	index           int
	from            *observed       // nil if read is to take the next frame that is selected
	matches         *filter.Program // says which are; nil if all are
	fcsLength       int8
	tell            bool   // frames can tell more of where they were observed
	short           bool   // decodePlain need not be asked: the outer packet of a frame says it all
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
		w.from, w.short = from, p.options.Layer == LayerOuter && !w.tell
	}
	return w
}

// decodePlain decodes a packet, with its point and what waiting gives for that in Packet.Hash, and says whether nothing
// about it is odd.
func (p *Packets) decodePlain(w *plainWay, packet *flow.Packet, frame []byte, length uint32, direction uint8) (plain bool) {
	if w.from == nil {
		return false
	}
	var reason flow.Reason
	tunnel := flow.TunnelNone
	if p.options.Layer == LayerOuter {
		reason, _ = w.from.decoder.Decode(packet, frame, length)
	} else {
		var within flow.Encapsulation
		within, reason, _ = w.from.decoder.DecodeInner(packet, frame, length)
		tunnel = within.Tunnel
	}
	if reason != flow.ReasonAccounted || tunnel != flow.TunnelNone || packet.Meta.Marks&oddMarks != 0 {
		return false
	}
	point, prepared, plain := w.point, w.prepared, true
	if w.tell {
		point, prepared, plain = p.plainPoint(w.from, frame, direction, &packet.Key)
	}
	packet.Key.Point, packet.Hash = point, uint64(prepared)
	return plain
}

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

// plainPoint gives the point of a packet whose frame can tell more of where it was observed, and what waiting gives for that.
// It says false where read has to say what is wrong, or to number the point of a flow key.
func (p *Packets) plainPoint(from *observed, frame []byte, direction uint8, key *flow.Key) (point, prepared uint32, known bool) {
	point = from.point
	if from.varies || direction != capture.DirectionUnknown {
		var err error
		if point, err = p.pointAt(from, p.spotOf(from, frame, direction, key)); err != nil {
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
