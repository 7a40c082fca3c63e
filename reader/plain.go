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
	sums := plainSums{keyed: p.keys != nil}
	offset, number := p.capture.Place()
	run := p.orderer.Run()
	packets, counted := p.roomOf(&run)
	taken := 0
	for ; read < most && (taken < len(packets) || !counted); read, number = read+1, number+1 {
		frame, length, at, ok := records.Next()
		if !ok {
			break
		}
		if index := records.Interface(); index != way.index {
			way = p.plainWay(index)
		}
		if way.matches != nil && !way.matches.Match(frame, length) {
			sums.exclude(flow.ReasonFiltered, len(frame), &flow.Meta{WireOctets: wireOctets(length, way.fcsLength)}, offset+records.Before(), number)
			continue
		}
		packet := &p.spare
		if taken < len(packets) {
			packet = &packets[taken]
		}
		point, prepared, plain := p.decodePlain(&way, packet, frame, length, records.Direction())
		if plain && p.selection != nil && !p.selection.Time.Contains(at) {
			sums.exclude(flow.ReasonOutOfTimeRange, len(frame), &packet.Meta, offset+records.Before(), number)
			p.account.outside(&p.selection.Time, at)
			continue
		}
		if !plain || taken == len(packets) || !run.Follows(at) {
			records.Back(len(frame), length)
			break
		}
		if p.selection != nil && p.selection.isCopy(way.from, frame, length, at) {
			sums.exclude(flow.ReasonDuplicate, len(frame), &packet.Meta, offset+records.Before(), number)
			continue
		}
		run.Reach(at)
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

// roomOf gives the room of a run for packets that are metered, and says whether their number has a bound.
func (p *Packets) roomOf(run *clock.Run) (packets []flow.Packet, counted bool) {
	packets = run.Packets
	if p.selection == nil || !p.selection.Count.Set {
		return packets, false
	}
	left := p.selection.Count.Packets - min(p.selection.Count.Packets, p.account.Accounted.Packets)
	return packets[:min(uint64(len(packets)), left)], true
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

// decodePlain decodes a packet, says whether nothing about it is odd, and gives its point and what waiting gives for that.
func (p *Packets) decodePlain(w *plainWay, packet *flow.Packet, frame []byte, length uint32, direction uint8) (point, prepared uint32, plain bool) {
	if w.from == nil {
		return 0, 0, false
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
		return 0, 0, false
	}
	if w.tell {
		return p.plainPoint(w.from, frame, direction, &packet.Key)
	}
	return w.point, w.prepared, true
}

// plainSums are what readPlain counts of packets one behind the other.
type plainSums struct {
	keyed              bool // keys are not the packets' own
	metered, truncated Tally
	first, last        flow.Timestamp // of those that are metered, in order
	marks              flow.Mark
	imprint            flow.Imprint
	excluded           [flow.ReasonCount]Tally
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

// exclude counts a packet that is not metered.
func (s *plainSums) exclude(reason flow.Reason, captured int, m *flow.Meta, offset int64, number uint64) {
	t := &s.excluded[reason]
	if t.Packets == 0 {
		t.FirstOffset, t.FirstNumber = offset, number
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
