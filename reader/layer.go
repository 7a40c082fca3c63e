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

// insides numbers the observation points inside the tunnels of one capture
// interface. Most packets run in the tunnel of the one before.
type insides struct {
	numbers map[flow.Encapsulation]uint32
	last    flow.Encapsulation
	number  uint32 // of last
}

// inside gives the number of the observation point inside a tunnel.
func (p *Packets) inside(from *observed, within *flow.Encapsulation) (uint32, error) {
	if within.Tunnel == flow.TunnelNone {
		return from.point, nil
	}
	known := &from.inside
	if *within == known.last {
		return known.number, nil
	}
	number, ok := known.numbers[*within]
	if !ok {
		var err error
		number, err = p.number(flow.Point{Interface: p.options.Points.Point(from.point).Interface, Inside: *within},
			"meter the outer packets with --meter outer: the tunnels of all captures count together")
		if err != nil {
			return 0, err
		}
		if known.numbers == nil {
			known.numbers = make(map[flow.Encapsulation]uint32)
		}
		known.numbers[*within] = number
	}
	known.last, known.number = *within, number
	return number, nil
}

// takeInner meters what tunnels carry: see [Layer].
func (p *Packets) takeInner(from *observed, f *capture.Frame) error {
	packet := p.orderer.Slot()
	within, reason, detail := from.decoder.DecodeInner(packet, f.Data, f.Length)
	if reason == flow.ReasonAccounted && !f.TimeValid {
		reason = flow.ReasonTimeOutOfRange
	}
	if reason != flow.ReasonAccounted {
		p.account.excluded(reason, detail, f, packet.Meta.WireOctets)
		return nil
	}
	point, err := p.inside(from, &within)
	if err != nil {
		return err
	}
	if p.options.Layer == LayerBoth && within.Tunnel != flow.TunnelNone {
		inner := *packet
		// What runs in a pseudowire has no outer packet.
		if reason, _ := from.decoder.Decode(packet, f.Data, f.Length); reason == flow.ReasonAccounted {
			if err := p.complete(&inner, f, point, true); err != nil {
				return err
			}
			p.keepSecond(f, &inner)
			if isFirstFragment(&inner) {
				packet.Meta.Marks |= flow.MarkCarriesFragment
			}
			point = from.point
		} else {
			*packet = inner
		}
	}
	if err := p.complete(packet, f, point, point != from.point); err != nil {
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
