package naive

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// cell gives the cell of a column for a flow and, of a prefix, where its length is from.
func (a *Accounting) cell(s *subject, c flow.SchemeColumn) (flow.SchemeValue, flow.RouteSources) {
	switch c.Field {
	case flow.SchemeSource, flow.SchemeSourcePrefix, flow.SchemeSourceMask, flow.SchemeSourcePrefixMask, flow.SchemeSourceRoute:
		return a.prefix(s, c, &s.key.Source, s.key.Shape&flow.NoSource == 0, s.beyond[SourceMask], flow.FieldSourceMask)
	case flow.SchemeDestination, flow.SchemeDestinationPrefix, flow.SchemeDestinationMask, flow.SchemeDestinationPrefixMask, flow.SchemeDestinationRoute:
		return a.prefix(s, c, &s.key.Destination, s.key.Shape&flow.NoDestination == 0, s.beyond[DestinationMask], flow.FieldDestinationMask)
	case flow.SchemeInterface:
		return flow.SchemeValue{Known: s.place.Interface != "", Text: s.place.Interface}, 0
	}
	if v, ok := s.address(c.Field); ok {
		return v, 0
	}
	v := s.number(c.Field)
	if v < 0 {
		return flow.SchemeValue{}, 0
	}
	return flow.SchemeValue{Known: true, Low: uint64(v)}, 0
}

// prefix gives an address, or its length, as far as it is in the key.
func (a *Accounting) prefix(s *subject, c flow.SchemeColumn, address *[16]byte, known bool, held int64, field flow.Fields) (flow.SchemeValue, flow.RouteSources) {
	family, whole := 1, int64(128)
	if s.key.Version == 4 {
		family, whole = 0, 32
	}
	if held < 0 {
		held = whole
	}
	route := int64(-1)
	if s.record != nil && s.record.Export.Has&field != 0 {
		route = int64(s.record.Export.SourceMask)
		if field == flow.FieldDestinationMask {
			route = int64(s.record.Export.DestinationMask)
		}
	}
	if c.Field == flow.SchemeSourceRoute || c.Field == flow.SchemeDestinationRoute {
		if route < 0 {
			return flow.SchemeValue{}, 0
		}
		return flow.SchemeValue{Known: true, Low: uint64(route)}, 0
	}
	if !known {
		return flow.SchemeValue{}, 0
	}
	length, from := route, flow.RouteFromRecord
	fixed := map[flow.SchemeField]bool{flow.SchemeSource: true, flow.SchemeSourceMask: true, flow.SchemeDestination: true, flow.SchemeDestinationMask: true}
	switch {
	case fixed[c.Field]:
		length, from = []int64{int64(c.Lengths.IPv4), int64(c.Lengths.IPv6)}[family], 0
	case route < 0:
		length, from = int64(a.Minimum[family]), flow.RouteFromMinimum
	case a.MinimumGiven && length < int64(a.Minimum[family]):
		length = int64(a.Minimum[family])
	}
	length = min(length, whole)
	if held < length {
		length = held
		if from != 0 {
			from = flow.RouteFromKey
		}
	}
	switch c.Field {
	case flow.SchemeSourceMask, flow.SchemeDestinationMask, flow.SchemeSourcePrefixMask, flow.SchemeDestinationPrefixMask:
		return flow.SchemeValue{Known: true, Low: uint64(length)}, from
	}
	network := prefix(*address, s.key.Version, [2]int{int(length), int(length)})
	return addressCell(network, s.key.Version), from
}

func addressCell(a [16]byte, version uint8) flow.SchemeValue {
	return flow.SchemeValue{Known: true, Version: version, High: binary.BigEndian.Uint64(a[:]), Low: binary.BigEndian.Uint64(a[8:])}
}

// address gives the addresses that are not those of the key; ok is false for other
// fields.
func (s *subject) address(f flow.SchemeField) (v flow.SchemeValue, ok bool) {
	var e flow.Export
	if s.record != nil {
		e = *s.record.Export
	}
	told := func(field flow.Fields, a [16]byte) flow.SchemeValue {
		if e.Has&field == 0 {
			return flow.SchemeValue{}
		}
		return addressCell(a, 0)
	}
	switch f {
	case flow.SchemeExporter:
		if s.point.Exporter.IsValid() {
			v = addressCell(s.point.Exporter.As16(), 0)
		}
	case flow.SchemeNextHop:
		v = told(flow.FieldNextHop, e.NextHop)
	case flow.SchemeBGPNextHop:
		v = told(flow.FieldBGPNextHop, e.BGPNextHop)
	case flow.SchemeOuterSource:
		if v = told(flow.FieldOuterSource, e.OuterSource); s.inside.OuterVersion != 0 {
			v = addressCell(s.inside.OuterSource, s.inside.OuterVersion)
		}
	case flow.SchemeOuterDestination:
		if v = told(flow.FieldOuterDestination, e.OuterDestination); s.inside.OuterVersion != 0 {
			v = addressCell(s.inside.OuterDestination, s.inside.OuterVersion)
		}
	default:
		return v, false
	}
	return v, true
}

// number gives the value of a field that is a number, -1 if it is not known.
func (s *subject) number(f flow.SchemeField) int64 {
	k := &s.key
	if known := map[flow.SchemeField]bool{
		flow.SchemeSourcePort:      k.Shape&flow.Ports != 0 && k.Shape&flow.NoSourcePort == 0,
		flow.SchemeDestinationPort: k.Shape&flow.Ports != 0 && k.Shape&flow.NoDestinationPort == 0,
		flow.SchemeProtocol:        k.Shape&flow.NoProtocol == 0,
		flow.SchemeClassOfService:  k.Shape&flow.NoClassOfService == 0,
		flow.SchemeDSCP:            k.Shape&flow.NoClassOfService == 0,
		flow.SchemePrecedence:      k.Shape&flow.NoClassOfService == 0,
		flow.SchemeVersion:         k.Version != 0,
	}; known[f] {
		return map[flow.SchemeField]int64{
			flow.SchemeSourcePort: int64(k.SourcePort), flow.SchemeDestinationPort: int64(k.DestinationPort),
			flow.SchemeProtocol: int64(k.Protocol), flow.SchemeClassOfService: int64(k.ClassOfService),
			flow.SchemeDSCP: int64(k.ClassOfService / 4), flow.SchemePrecedence: int64(k.ClassOfService / 32),
			flow.SchemeVersion: int64(k.Version),
		}[f]
	}
	place, beyond := map[flow.SchemeField]int{
		flow.SchemeVLAN: VLAN, flow.SchemeInnerVLAN: InnerVLAN, flow.SchemeMPLSLabel: MPLSLabel, flow.SchemeMPLSLabel2: MPLSLabel2,
		flow.SchemeMPLSLabel3: MPLSLabel3, flow.SchemeSourceMAC: SourceMAC, flow.SchemeDestinationMAC: DestinationMAC,
		flow.SchemeFlowLabel: FlowLabel, flow.SchemeTCPFlags: TCPFlags,
	}[f]
	if beyond && s.record == nil {
		return s.beyond[place]
	}
	switch t := s.inside.Tunnel; {
	case f == flow.SchemeTunnelType && t != flow.TunnelNone:
		return int64(t)
	case f == flow.SchemeTunnelID && s.inside.HasID,
		f == flow.SchemeVNI && s.inside.HasID && (t == flow.TunnelVXLAN || t == flow.TunnelVXLANGPE || t == flow.TunnelGeneve):
		return int64(s.inside.ID)
	}
	if s.record == nil {
		return s.observed(f)
	}
	if f == flow.SchemeDomain && s.point.Exported {
		return int64(s.point.Domain)
	}
	return s.told(f)
}

// observed gives what is known of where packets were captured, -1 if nothing is.
func (s *subject) observed(f flow.SchemeField) int64 {
	out := s.place.Direction == "egress"
	switch {
	case f == flow.SchemeInIf && !out, f == flow.SchemeOutIf && out:
		return s.place.Index
	case f == flow.SchemeDirection:
		if value, known := map[string]int64{"ingress": 0, "egress": 1, "internal": 259, "external": 260}[s.place.Direction]; known {
			return value
		}
	}
	return -1
}

// told gives what an exporter tells of a field that is a number, -1 if it tells nothing.
func (s *subject) told(f flow.SchemeField) int64 {
	r, e := s.record, s.record.Export
	label := func(n uint8) int64 {
		if e.Has&flow.FieldLabels == 0 || e.LabelCount < n {
			return -1
		}
		return int64(e.Labels[n-1])
	}
	switch f {
	case flow.SchemeMPLSLabel:
		return label(1)
	case flow.SchemeMPLSLabel2:
		return label(2)
	case flow.SchemeMPLSLabel3:
		return label(3)
	}
	v, known := map[flow.SchemeField]struct {
		told  bool
		value int64
	}{
		flow.SchemeVLAN:             {r.Marks&flow.MarkVLAN != 0, int64(r.VLAN)},
		flow.SchemeInnerVLAN:        {r.Marks&flow.MarkInnerVLAN != 0, int64(r.InnerVLAN)},
		flow.SchemeSourceMAC:        {e.Has&flow.FieldSourceMAC != 0, number(r.SourceMAC)},
		flow.SchemeDestinationMAC:   {e.Has&flow.FieldDestinationMAC != 0, number(r.DestinationMAC)},
		flow.SchemeInIf:             {e.Has&flow.FieldInIf != 0, int64(e.InIf)},
		flow.SchemeOutIf:            {e.Has&flow.FieldOutIf != 0, int64(e.OutIf)},
		flow.SchemeDirection:        {e.Has&flow.FieldDirection != 0, int64(e.Direction)},
		flow.SchemeSourceAS:         {e.Has&flow.FieldSourceAS != 0, int64(e.SourceAS)},
		flow.SchemeDestinationAS:    {e.Has&flow.FieldDestinationAS != 0, int64(e.DestinationAS)},
		flow.SchemeForwardingStatus: {e.Has&flow.FieldForwardingStatus != 0, int64(e.ForwardingStatus)},
	}[f]
	if !known || !v.told {
		return -1
	}
	return v.value
}
