package reader

import (
	"netstream/aggregate/flow"
	"netstream/reader/capture"
	"netstream/reader/header"
)

// Directions says what tells the direction of captured packets.
type Directions uint8

// The sources of directions.
const (
	DirectionsOfCapture  Directions = iota // epb_flags of pcapng, packet types of cooked captures
	DirectionsOfNetworks                   // Options.LocalNetworks, by the addresses of the metered packet
	DirectionsOfNobody                     // directions are not known
)

// String gives the name of the source as the option has it.
func (d Directions) String() string {
	switch d {
	case DirectionsOfCapture:
		return "capture"
	case DirectionsOfNetworks:
		return "local-net"
	case DirectionsOfNobody:
		return "none"
	}
	return "unknown"
}

// spot is where at a capture interface packets are observed: what the observation point
// has beside what it has for all frames of the interface. The zero spot is that of frames
// that tell nothing.
type spot struct {
	hasIndex  bool
	index     uint32
	direction flow.Direction
	inside    flow.Encapsulation
}

// spots numbers the observation points at one capture interface. Most packets are at the
// spot of the last one before that ran in the same direction.
type spots struct {
	numbers map[spot]uint32
	last    [flow.DirectionExternal + 1]struct {
		at     spot
		number uint32 // unless at is the zero spot
	}
}

// told gives what a frame tells of where it was observed; direction is that of its options.
// These go before its cooked header, and the map of interfaces before both.
func (from *observed) told(frame []byte, direction uint8) (told header.Cooked) {
	if from.cooked {
		told = header.ReadCooked(from.linkType, frame)
	}
	if from.mapped {
		told.HasIndex, told.Index = false, 0
	}
	switch direction { // both bits set say nothing
	case capture.DirectionInbound:
		told.Direction = flow.DirectionIngress
	case capture.DirectionOutbound:
		told.Direction = flow.DirectionEgress
	}
	return told
}

// spotOf gives where a packet of a frame was observed if it runs in no tunnel; direction is what the options of the frame
// tell. It is the zero spot, and nobody need ask, unless from.varies or the options tell a direction.
func (p *Packets) spotOf(from *observed, frame []byte, direction uint8, k *flow.Key) spot {
	told := from.told(frame, direction)
	at := spot{hasIndex: told.HasIndex, index: told.Index}
	switch p.options.Directions {
	case DirectionsOfCapture:
		at.direction = told.Direction
	case DirectionsOfNetworks:
		if k.Version != 0 {
			at.direction = p.options.LocalNetworks.Direction(k)
		}
	}
	return at
}

// pointAt gives the number of the observation point at a spot. At the zero spot it is from.point.
func (p *Packets) pointAt(from *observed, at spot) (uint32, error) {
	if at == (spot{}) {
		return from.point, nil
	}
	known := &from.spots
	last := &known.last[at.direction]
	if at == last.at {
		return last.number, nil
	}
	number, ok := known.numbers[at]
	if !ok {
		var err error
		if number, err = p.numberSpot(from, &at); err != nil {
			return 0, err
		}
		if known.numbers == nil {
			known.numbers = make(map[spot]uint32)
		}
		known.numbers[at] = number
	}
	last.at, last.number = at, number
	return number, nil
}

// numberSpot numbers the observation point at a spot.
func (p *Packets) numberSpot(from *observed, at *spot) (uint32, error) {
	point := p.options.Points.Point(from.point)
	if at.hasIndex {
		point.HasIndex, point.Index = true, at.index
	}
	point.Direction, point.Inside = at.direction, at.inside
	if p.mask != nil {
		p.mask.Encapsulation(&point.Inside)
	}
	hint := "read fewer captures in one run: the interfaces of all count together"
	if at.inside.Tunnel != flow.TunnelNone {
		hint = "meter the outer packets with --meter outer: the tunnels of all captures count together"
	}
	return p.number(point, hint)
}

// observe prepares for the frames of one capture interface.
func (p *Packets) observe(index int) error {
	described := p.capture.Interfaces()[index]
	observes := flow.Point{Interface: described.Name}
	rule, mapped := p.options.Interfaces.Find(p.account.Name, described.Name)
	if mapped {
		observes.HasIndex, observes.Index, observes.IndexName = true, rule.Index, rule.Name
	}
	point, err := p.number(observes, "read fewer captures in one run: the interface names of all count together")
	if err != nil {
		return err
	}
	cooked := header.IsCooked(described.LinkType)
	p.interfaces = append(p.interfaces, observed{
		decoder:   p.decoder(described.LinkType, described.FCSLength),
		linkType:  described.LinkType,
		fcsLength: described.FCSLength,
		point:     point,
		mapped:    mapped,
		cooked:    cooked,
		varies:    cooked || p.options.Directions == DirectionsOfNetworks,
	})
	return nil
}
