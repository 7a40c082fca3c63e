package reader

import (
	"netstream/aggregate/flow"
	"netstream/reader/capture"
)

// oddMarks are those of packets that take the way of all others: their remarks are
// counted one by one, and what becomes of fragments is decided there.
const oddMarks = notedMarks&^flow.MarkTruncated | flow.MarkCarriesFragment

// takesPlain says whether nothing is asked for that readPlain leaves out.
func (p *Packets) takesPlain() bool {
	return p.selection == nil && p.filter == nil && (p.keys == nil || !p.keys.varies) && p.mask == nil
}

// readPlain does what read does for at most so many frames, as long as nothing about them
// is odd, and gives their number: most packets of most captures then cost no decisions
// that are the same for all, and are counted in registers. What it leaves, read takes.
func (p *Packets) readPlain(most int) int {
	if len(p.interfaces) != 1 {
		return 0
	}
	from := &p.interfaces[0]
	if from.fcsLength != p.capture.Interfaces()[0].FCSLength { // that of a frame with one of its own
		return 0
	}
	records, ok := p.capture.Plain()
	if !ok {
		return 0
	}
	keyed, tell := p.keys != nil, from.varies || p.capture.Format() == capture.PCAPNG
	point := from.point
	prepared, known := p.waiting(point)
	if !known && !tell {
		return 0
	}
	offset, number := p.capture.Place()
	metered := Tally{FirstOffset: offset, FirstNumber: number}
	var truncated Tally
	var imprint flow.Imprint
	var first, last flow.Timestamp
	var marks flow.Mark
	run := p.orderer.Run()
	packets := run.Packets[:min(most, len(run.Packets))]
	taken := 0
	for ; taken < len(packets); taken++ {
		frame, length, at, ok := records.Next()
		if !ok {
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
		if plain && tell {
			point, prepared, plain = p.plainPoint(from, frame, records.Direction(), &packet.Key)
		}
		if !plain {
			records.Back(len(frame), length)
			break
		}
		packet.Time, packet.Clock, packet.Number, packet.Key.Point = at, at, number, point
		if keyed {
			packet.Hash = uint64(prepared)
		} else {
			packet.Hash = p.options.Hasher.Hash(&packet.Key)
		}
		packet.Meta.Input = p.ordinal
		number++
		marks |= packet.Meta.Marks
		if last = at; taken == 0 {
			first = at
		}
		metered.addFrame(len(frame), &packet.Meta)
		if !keyed { // whose key is the packet's already
			imprint.AddPacket(packet)
		}
		cut := uint64(packet.Meta.Marks & flow.MarkTruncated / flow.MarkTruncated)
		if truncated.Packets == 0 && cut != 0 {
			truncated.FirstOffset, truncated.FirstNumber = offset+records.Before(), packet.Number
		}
		truncated.addIf(cut, len(frame), &packet.Meta)
	}
	p.orderer.PutRun(&run, taken, marks)
	p.capture.Taken(&records)
	if taken > 0 {
		p.account.meteredAll(&metered, &truncated, imprint, first, last)
	}
	return taken
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

// meteredAll counts packets that are metered, with times in order, of which some are
// truncated, as metered does.
func (a *Account) meteredAll(packets, truncated *Tally, imprint flow.Imprint, first, last flow.Timestamp) {
	if a.Accounted.Packets == 0 {
		a.FirstTime, a.LastTime = first, last
	}
	a.FirstTime, a.LastTime = min(a.FirstTime, first), max(a.LastTime, last)
	a.Accounted.addTally(packets)
	a.Notes[NoteTruncated].addTally(truncated)
	a.Imprint += imprint
}
