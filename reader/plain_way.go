package reader

import (
	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/filter"
)

// oddMarks are those of packets that take the way of all others: their remarks are
// counted one by one, and what becomes of fragments is decided there.
const oddMarks = notedMarks&^flow.MarkTruncated | flow.MarkCarriesFragment

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
