package recordfilter

import (
	"math"
	"strconv"

	"netstream/aggregate/flow"
)

// captured gives the observation point of a record; ok is false for exported ones.
func captured(refs *references, r *flow.Record) (p flow.Point, ok bool) {
	if r.Export != nil {
		return p, false
	}
	return refs.points.Point(r.Key.Point), true
}

// interfaceColumn is a column of interface indexes.
func interfaceColumn(name string, field flow.Fields, exported func(*flow.Export) uint32, metered func(*flow.Point) (uint32, bool)) Column {
	return Column{Name: name, Type: "uint32", number: func(refs *references, r *flow.Record) (int64, bool) {
		if p, ok := captured(refs, r); ok {
			index, known := metered(&p)
			return int64(index), known
		}
		return int64(exported(r.Export)), r.Export.Has&field != 0
	}}
}

// interfaceName is a column of the names of interfaces.
func interfaceName(name string, exported func(*flow.Export) uint32, metered func(*flow.Point) (uint32, bool)) Column {
	told := exporterName(name, exported)
	return Column{Name: name, Type: "text", same: func(refs *references, r *flow.Record, text string) (same, known bool) {
		p, ok := captured(refs, r)
		if !ok {
			return told.same(refs, r, text)
		}
		_, known = metered(&p)
		return p.IndexName == text, known && p.IndexName != ""
	}}
}

// Directions of captures beyond the numbers of flowDirection, which has eight bits.
const meteredDirection = 1 << 8

func directionColumn() Column {
	return Column{Name: "direction", Type: "text", meaning: named, name: direction, number: func(refs *references, r *flow.Record) (int64, bool) {
		p, ok := captured(refs, r)
		switch {
		case !ok:
			return int64(r.Export.Direction), r.Export.Has&flow.FieldDirection != 0
		case p.Direction == flow.DirectionIngress:
			return 0, true
		case p.Direction == flow.DirectionEgress:
			return 1, true
		}
		return meteredDirection + int64(p.Direction), p.Direction != flow.DirectionUnknown
	}}
}

// direction gives the texts of flowDirection (61), and those that only captures have.
// Values that are not registered have their number.
func direction(n int) (string, int64) {
	const exported = math.MaxUint8
	switch {
	case n == 0:
		return flow.DirectionIngress.String(), 0
	case n == 1:
		return flow.DirectionEgress.String(), 1
	case n <= exported:
		return strconv.Itoa(n), int64(n)
	case n <= exported+2:
		d := flow.DirectionInternal + flow.Direction(n-exported-1)
		return d.String(), meteredDirection + int64(d)
	}
	return "", 0
}
