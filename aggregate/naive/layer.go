package naive

import (
	"bytes"
	"cmp"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive/frames"
)

// Layer says which IP packets of a frame are metered: docs/metering.md section 1,
// "Tunnels".
type Layer int

// The layers.
const (
	Outer Layer = iota // the outermost one
	Inner              // the innermost one
	Both               // both, if there are two
)

// decode reads the packets of a frame that are metered. limited says that a tunnel
// was not opened because it lies too deep. With withoutIP frames that carry no IP packet
// are metered, too.
func (l Layer) decode(f frames.Frame, withoutIP bool) (p *packet, reason flow.Reason, limited bool) {
	outer, outerReason := frames.Decode(f)
	compared, octets := outer.Captured, outer.Octets // what copies are told by: section 8
	if outerReason != flow.ReasonAccounted {
		compared, octets = f.Octets, f.WireOctets
	}
	if _, reason, _ := frames.DecodeInner(f); withoutIP && outerReason == flow.ReasonNotIP && (l == Outer || reason == flow.ReasonNotIP) {
		return &packet{Packet: frames.WithoutIP(outer), compared: compared, comparedOctets: octets}, flow.ReasonAccounted, false
	}
	if l == Outer {
		return &packet{Packet: outer, compared: compared, comparedOctets: octets}, outerReason, false
	}
	inner, reason, limited := frames.DecodeInner(f)
	p = &packet{Packet: inner}
	if l == Both && reason == flow.ReasonAccounted && outerReason == flow.ReasonAccounted && inner.Inside.Tunnel != flow.TunnelNone {
		p = &packet{Packet: outer, second: p}
	}
	p.compared, p.comparedOctets = compared, octets
	return p, reason, limited
}

// locate gives the packets of a frame their places from what the frame tells.
func (p *packet) locate(o *Places, told Place) {
	p.told, p.place = told, o.of(told, p.Key)
	if p.second != nil {
		p.second.place = o.of(told, p.second.Key)
	}
}

// behindFirst gives the second packet of a frame the place of the first, behind it.
func (p *packet) behindFirst() *packet {
	second := *p.second
	second.file, second.number, second.clock, second.high = p.file, p.number, p.clock, p.high
	second.stray, second.late = p.stray, p.late
	second.behind = true
	return &second
}

// compareInsides gives the order of tunnels, none first.
func compareInsides(a, b flow.Encapsulation) int {
	return cmp.Or(cmp.Compare(a.Tunnel, b.Tunnel), compareBool(a.HasID, b.HasID), cmp.Compare(a.ID, b.ID),
		bytes.Compare(a.OuterSource[:], b.OuterSource[:]), bytes.Compare(a.OuterDestination[:], b.OuterDestination[:]),
		cmp.Compare(a.OuterVersion, b.OuterVersion))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
