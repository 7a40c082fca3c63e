package accounting

import (
	"encoding/binary"
	"net/netip"

	"netstream/aggregate/flow"
)

// value gives the cell of a column for a flow.
func (s *subject) value(c *flow.SchemeColumn, config *Config) flow.SchemeValue {
	switch c.Field {
	case flow.SchemeExporter:
		return addressOf(s.point.Exporter)
	case flow.SchemeDomain:
		return number(s.point.Exported, uint64(s.point.Domain))
	case flow.SchemeInterface:
		return flow.SchemeValue{Known: s.point.Interface != "", Text: s.point.Interface}
	case flow.SchemeLabel:
		if c.Label >= len(s.attributes.Labels) {
			return flow.SchemeValue{}
		}
		label := s.attributes.Labels[c.Label]
		return flow.SchemeValue{Known: label != "", Text: label}
	case flow.SchemeSource, flow.SchemeDestination, flow.SchemeSourcePrefix, flow.SchemeDestinationPrefix,
		flow.SchemeSourceMask, flow.SchemeDestinationMask, flow.SchemeSourcePrefixMask, flow.SchemeDestinationPrefixMask:
		return s.prefix(c, config)
	case flow.SchemeVLAN, flow.SchemeInnerVLAN, flow.SchemeMPLSLabel, flow.SchemeMPLSLabel2, flow.SchemeMPLSLabel3,
		flow.SchemeSourceMAC, flow.SchemeDestinationMAC, flow.SchemeFlowLabel, flow.SchemeTCPFlags:
		if s.exported {
			return s.exportedHeader(c.Field)
		}
		return s.header(c.Field)
	case flow.SchemeTunnelType, flow.SchemeTunnelID, flow.SchemeOuterSource, flow.SchemeOuterDestination, flow.SchemeVNI:
		return s.tunnel(c.Field)
	case flow.SchemeVersion, flow.SchemeSourcePort, flow.SchemeDestinationPort, flow.SchemeProtocol,
		flow.SchemeClassOfService, flow.SchemeDSCP, flow.SchemePrecedence:
		return s.ofKey(c.Field)
	}
	return s.routing(c.Field)
}

func number(known bool, v uint64) flow.SchemeValue {
	if !known {
		return flow.SchemeValue{}
	}
	return flow.SchemeValue{Known: true, Low: v}
}

func addressCell(known bool, octets *[16]byte, version uint8) flow.SchemeValue {
	if !known {
		return flow.SchemeValue{}
	}
	return flow.SchemeValue{Known: true, High: binary.BigEndian.Uint64(octets[:8]), Low: binary.BigEndian.Uint64(octets[8:]), Version: version}
}

func addressOf(a netip.Addr) flow.SchemeValue {
	if !a.IsValid() {
		return flow.SchemeValue{}
	}
	octets := a.As16()
	return addressCell(true, &octets, 0)
}

// ofKey gives what is in the key proper.
func (s *subject) ofKey(f flow.SchemeField) flow.SchemeValue {
	k := s.key
	switch f {
	case flow.SchemeVersion:
		return number(k.Version != 0, uint64(k.Version))
	case flow.SchemeSourcePort:
		return number(k.Shape&(flow.Ports|flow.NoSourcePort) == flow.Ports, uint64(k.SourcePort))
	case flow.SchemeDestinationPort:
		return number(k.Shape&(flow.Ports|flow.NoDestinationPort) == flow.Ports, uint64(k.DestinationPort))
	case flow.SchemeProtocol:
		return number(k.Shape&flow.NoProtocol == 0, uint64(k.Protocol))
	}
	known, class := k.Shape&flow.NoClassOfService == 0, uint64(k.ClassOfService)
	switch f {
	case flow.SchemeDSCP:
		return number(known, class>>2)
	case flow.SchemePrecedence:
		return number(known, class>>5)
	}
	return number(known, class)
}

// prefix gives an address, as far as it is in the scheme's key, or how far that is.
func (s *subject) prefix(c *flow.SchemeColumn, config *Config) flow.SchemeValue {
	k := s.key
	heldSource, heldDestination := s.held()
	octets, known, held, route := &k.Source, k.Shape&flow.NoSource == 0, heldSource, s.source
	switch c.Field {
	case flow.SchemeDestination, flow.SchemeDestinationMask, flow.SchemeDestinationPrefix, flow.SchemeDestinationPrefixMask:
		octets, known, held, route = &k.Destination, k.Shape&flow.NoDestination == 0, heldDestination, s.destination
	}
	if !known {
		return flow.SchemeValue{}
	}
	length := min(held, c.Lengths.IPv6)
	if k.Version == 4 {
		length = min(held, c.Lengths.IPv4)
	}
	switch c.Field {
	case flow.SchemeSourcePrefix, flow.SchemeDestinationPrefix, flow.SchemeSourcePrefixMask, flow.SchemeDestinationPrefixMask:
		length = route.effective(config, k.Version, held).length
	}
	switch c.Field {
	case flow.SchemeSourceMask, flow.SchemeDestinationMask, flow.SchemeSourcePrefixMask, flow.SchemeDestinationPrefixMask:
		return number(true, uint64(length))
	}
	high, low := masked(octets, k.Version, length)
	return flow.SchemeValue{Known: true, High: high, Low: low, Version: k.Version}
}

// routing gives what exporters and tables know of the packets' way.
func (s *subject) routing(f flow.SchemeField) flow.SchemeValue {
	a, e := s.attributes, s.export
	switch f {
	case flow.SchemeDirection, flow.SchemeInIf, flow.SchemeOutIf:
		if !s.exported {
			return s.observed(f)
		}
	}
	switch f {
	case flow.SchemeDirection:
		return number(e.Has&flow.FieldDirection != 0, uint64(e.Direction))
	case flow.SchemeInIf:
		return number(e.Has&flow.FieldInIf != 0, uint64(e.InIf))
	case flow.SchemeOutIf:
		return number(e.Has&flow.FieldOutIf != 0, uint64(e.OutIf))
	case flow.SchemeSourceRoute:
		return number(s.source.from != 0, uint64(s.source.length))
	case flow.SchemeDestinationRoute:
		return number(s.destination.from != 0, uint64(s.destination.length))
	case flow.SchemeSourceAS:
		if a.Has&flow.FieldSourceAS != 0 {
			return number(true, uint64(a.SourceAS))
		}
		return number(e.Has&flow.FieldSourceAS != 0, uint64(e.SourceAS))
	case flow.SchemeDestinationAS:
		if a.Has&flow.FieldDestinationAS != 0 {
			return number(true, uint64(a.DestinationAS))
		}
		return number(e.Has&flow.FieldDestinationAS != 0, uint64(e.DestinationAS))
	case flow.SchemeNextHop:
		return addressCell(e.Has&flow.FieldNextHop != 0, &e.NextHop, 0)
	case flow.SchemeBGPNextHop:
		return addressCell(e.Has&flow.FieldBGPNextHop != 0, &e.BGPNextHop, 0)
	case flow.SchemeForwardingStatus:
		return number(e.Has&flow.FieldForwardingStatus != 0, uint64(e.ForwardingStatus))
	}
	return flow.SchemeValue{}
}

// observed gives the interface and the direction of captured packets. Directions that
// exporters do not have come behind the eight bits of flowDirection.
func (s *subject) observed(f flow.SchemeField) flow.SchemeValue {
	p := s.point
	switch f {
	case flow.SchemeInIf:
		index, known := p.InIf()
		return number(known, uint64(index))
	case flow.SchemeOutIf:
		index, known := p.OutIf()
		return number(known, uint64(index))
	}
	switch p.Direction {
	case flow.DirectionUnknown:
		return flow.SchemeValue{}
	case flow.DirectionIngress:
		return number(true, 0)
	case flow.DirectionEgress:
		return number(true, 1)
	}
	return number(true, 1<<8+uint64(p.Direction))
}

// header gives what flow keys can hold beyond the 7-tuple.
func (s *subject) header(f flow.SchemeField) flow.SchemeValue {
	k := &s.point.Flexible
	has := func(field flow.KeyFields) bool { return k.Has&field != 0 }
	switch f {
	case flow.SchemeVLAN:
		return number(has(flow.KeyVLAN), uint64(k.VLAN))
	case flow.SchemeInnerVLAN:
		return number(has(flow.KeyInnerVLAN), uint64(k.InnerVLAN))
	case flow.SchemeMPLSLabel:
		return number(has(flow.KeyMPLSLabel), uint64(k.MPLS[0]))
	case flow.SchemeMPLSLabel2:
		return number(has(flow.KeyMPLSLabel2), uint64(k.MPLS[1]))
	case flow.SchemeMPLSLabel3:
		return number(has(flow.KeyMPLSLabel3), uint64(k.MPLS[2]))
	case flow.SchemeSourceMAC:
		return number(has(flow.KeySourceMAC), mac(&k.SourceMAC))
	case flow.SchemeDestinationMAC:
		return number(has(flow.KeyDestinationMAC), mac(&k.DestinationMAC))
	case flow.SchemeFlowLabel:
		return number(has(flow.KeyFlowLabel), uint64(k.FlowLabel))
	case flow.SchemeTCPFlags:
		return number(has(flow.KeyTCPFlags), uint64(k.TCPFlags))
	}
	return flow.SchemeValue{}
}

// exportedHeader gives the same of exported flows. Their flags are those of all
// packets, and so in no key.
func (s *subject) exportedHeader(f flow.SchemeField) flow.SchemeValue {
	r, e := s.record, s.export
	label := func(at uint8) flow.SchemeValue {
		return number(e.Has&flow.FieldLabels != 0 && e.LabelCount > at, uint64(e.Labels[at]))
	}
	switch f {
	case flow.SchemeVLAN:
		return number(r.Marks&flow.MarkVLAN != 0, uint64(r.VLAN))
	case flow.SchemeInnerVLAN:
		return number(r.Marks&flow.MarkInnerVLAN != 0, uint64(r.InnerVLAN))
	case flow.SchemeMPLSLabel:
		return label(0)
	case flow.SchemeMPLSLabel2:
		return label(1)
	case flow.SchemeMPLSLabel3:
		return label(2)
	case flow.SchemeSourceMAC:
		return number(e.Has&flow.FieldSourceMAC != 0, mac(&r.SourceMAC))
	case flow.SchemeDestinationMAC:
		return number(e.Has&flow.FieldDestinationMAC != 0, mac(&r.DestinationMAC))
	}
	return flow.SchemeValue{}
}

func mac(a *[6]byte) uint64 {
	return uint64(binary.BigEndian.Uint16(a[:2]))<<32 | uint64(binary.BigEndian.Uint32(a[2:]))
}

// tunnel gives the tunnel around the packets.
func (s *subject) tunnel(f flow.SchemeField) flow.SchemeValue {
	t, e := &s.point.Inside, s.export
	inside := t.Tunnel != flow.TunnelNone
	switch f {
	case flow.SchemeTunnelType:
		return number(inside, uint64(t.Tunnel))
	case flow.SchemeTunnelID:
		return number(t.HasID, uint64(t.ID))
	case flow.SchemeVNI:
		virtual := t.Tunnel == flow.TunnelVXLAN || t.Tunnel == flow.TunnelVXLANGPE || t.Tunnel == flow.TunnelGeneve
		return number(virtual && t.HasID, uint64(t.ID))
	case flow.SchemeOuterSource:
		if e.Has&flow.FieldOuterSource != 0 {
			return addressCell(true, &e.OuterSource, 0)
		}
		return addressCell(t.OuterVersion != 0, &t.OuterSource, t.OuterVersion)
	}
	if e.Has&flow.FieldOuterDestination != 0 {
		return addressCell(true, &e.OuterDestination, 0)
	}
	return addressCell(t.OuterVersion != 0, &t.OuterDestination, t.OuterVersion)
}
