package reader

import (
	"netstream/aggregate/flow"
	"netstream/reader/capture"
)

// Layer says which IP packet of a frame is metered where tunnels carry one in
// another (docs/metering.md section 1).
type Layer uint8

// The layers.
const (
	LayerOuter Layer = iota // the outermost one
	LayerInner              // the innermost one that can be reached
	LayerBoth               // both, if there are two
)

// String gives the name of the layer as the option has it.
func (l Layer) String() string {
	switch l {
	case LayerOuter:
		return "outer"
	case LayerInner:
		return "inner"
	case LayerBoth:
		return "both"
	}
	return "unknown"
}

// takeInner meters what tunnels carry: see [Layer].
func (p *Packets) takeInner(from *observed, f *capture.Frame) error {
	packet := p.orderer.Slot()
	within, reason, detail := from.decoder.DecodeInner(packet, f.Data, f.Length)
	if reason != flow.ReasonAccounted && p.takesWithoutIP(from, f, packet, reason) {
		reason = flow.ReasonAccounted
	}
	if reason == flow.ReasonAccounted && !f.TimeValid {
		reason, detail = flow.ReasonTimeOutOfRange, 0
	}
	if reason != flow.ReasonAccounted {
		p.account.excluded(reason, detail, f, packet.Meta.WireOctets)
		return nil
	}
	at := p.spotOf(from, f.Data, f.Direction, &packet.Key)
	at.inside = within
	point, err := p.pointAt(from, at)
	if err != nil {
		return err
	}
	isInner := within.Tunnel != flow.TunnelNone
	if p.options.Layer == LayerBoth && isInner {
		inner := *packet
		// What runs in a pseudowire has no outer packet.
		if reason, _ := from.decoder.Decode(packet, f.Data, f.Length); reason == flow.ReasonAccounted {
			if err := p.complete(&inner, f, point, true); err != nil {
				return err
			}
			p.keepSecond(f, &inner)
			if inner.Meta.Marks&flow.MarkFragment != 0 {
				packet.Meta.Marks |= flow.MarkCarriesFragment
			}
			isInner = false
			if point, err = p.pointAt(from, p.spotOf(from, f.Data, f.Direction, &packet.Key)); err != nil {
				return err
			}
		} else {
			*packet = inner
		}
	}
	if err := p.complete(packet, f, point, isInner); err != nil {
		return err
	}
	p.offer(f, packet)
	return nil
}

// keepSecond keeps the inner packet of a frame until the outer one leaves. Only one
// of them waits in the orderer, since whether the time stamp of a frame is to be
// believed is told by the frames behind it.
func (p *Packets) keepSecond(f *capture.Frame, second *flow.Packet) {
	if p.seconds == nil {
		p.seconds = make(map[uint64]flow.Packet)
	}
	p.seconds[f.Number] = *second
}

// noteSecond counts the inner packet of a frame that is metered.
func (p *Packets) noteSecond(f *capture.Frame) {
	if second, ok := p.seconds[f.Number]; ok {
		p.account.Notes[NoteSecond].add(f, &second.Meta)
		if p.keys == nil {
			p.account.Imprint.AddPacket(&second)
		}
		if second.Meta.Marks&flow.MarkDepthLimited != 0 { // of the frame, which is accounted with its outer packet
			p.account.Notes[NoteDepthLimited].add(f, &second.Meta)
		}
	}
}

// forgetSecond gives up the inner packet of a frame that is not metered.
func (p *Packets) forgetSecond(f *capture.Frame) { delete(p.seconds, f.Number) }

// leaveBoth is leave for [LayerBoth]: the inner packet of a frame comes behind the
// outer one.
func (p *Packets) leaveBoth(dst []flow.Packet) int {
	taken := p.orderer.Take(dst[:len(dst)/2])
	p.finishPackets(dst[:taken])
	all := taken
	for i := range dst[:taken] {
		if _, ok := p.seconds[dst[i].Number]; ok {
			all++
		}
	}
	for at, i := all, taken-1; i >= 0; i-- {
		outer := dst[i]
		if second, ok := p.seconds[outer.Number]; ok {
			delete(p.seconds, outer.Number)
			second.Clock, second.Meta.Input = outer.Clock, p.ordinal
			second.Meta.Marks |= outer.Meta.Marks&flow.MarkLate | flow.MarkSecond
			p.finishKey(&second)
			at--
			dst[at] = second
		}
		at--
		dst[at] = outer
	}
	return all
}
