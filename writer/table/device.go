package table

import (
	"strconv"

	"netstream/aggregate/flow"
)

// device is what the columns of the interfaces read of rows of type R. The accessors but
// has, key and those of names are called for exported rows only that have the field.
type device[R any] struct {
	key             func(*R) *flow.Key
	has             func(*R) flow.Fields // of exported rows
	inIf, outIf     func(*R) uint32
	inName, outName func(*R) uint32 // number in the run's Names, 0 if there is none
	direction       func(*R) uint8
}

// deviceColumns declares through which interfaces the flow went: those of the exporter,
// or the one at which it was captured.
func deviceColumns[R any](o *Options, points *observedPoints, d device[R]) []Column[R] {
	w := &way[R]{points, d}
	column := func(name string, element Element, kind Kind, definition string, field flow.Fields, metered func(*flow.Point) bool) Column[R] {
		return Column[R]{
			Name: name, Kind: kind, Elements: []Element{element}, Definition: definition,
			Null: w.lacks(field, metered), Absent: o.absent(field), Always: o.always(field),
		}
	}
	noIn := func(p *flow.Point) bool { _, ok := p.InIf(); return !ok }
	noOut := func(p *flow.Point) bool { _, ok := p.OutIf(); return !ok }
	in := column("in_if", Element{10, "ingressInterface"}, Uint32,
		"Interface on which the packets came in, by its SNMP ifIndex: of the exporter, NULL if it does not tell; of captures the one at which they were captured, as --interface, --interface-map or the frames tell it, unless direction is egress.",
		flow.FieldInIf, noIn)
	in.Int = w.index(d.inIf)
	out := column("out_if", Element{14, "egressInterface"}, Uint32,
		"Interface on which the packets went out, by its SNMP ifIndex: of the exporter, 0 for packets that went nowhere, NULL if it does not tell; of captures the one at which they were captured, if direction is egress.",
		flow.FieldOutIf, noOut)
	out.Int = w.index(d.outIf)
	direction := column("direction", Element{61, "flowDirection"}, Text,
		"Which way the packets went: ingress or egress, as the exporter metered them, a value that is not registered as its number; of captures as epb_flags or the cooked header tells it for the interface, or with --local-net as the addresses tell it for the local networks, and then also internal (from one to another of them) and external (past them); NULL if it is not known or not in the flow key.",
		flow.FieldDirection, func(p *flow.Point) bool { return p.Direction == flow.DirectionUnknown })
	direction.Symbol, direction.Spell = w.direction, spellDirection
	return []Column[R]{
		in,
		w.name(o, "in_if_name", nameDefinition(o, "in_if"), noIn, d.inName),
		out,
		w.name(o, "out_if_name", nameDefinition(o, "out_if"), noOut, d.outName),
		direction,
	}
}

// way reads the interfaces and the direction of rows of both kinds.
type way[R any] struct {
	points *observedPoints
	device[R]
}

// at gives the point of a row.
func (w *way[R]) at(r *R) *flow.Point { return &w.points.at(w.key(r).Point).Point }

// lacks gives the test whether a row does not know a field.
func (w *way[R]) lacks(field flow.Fields, metered func(*flow.Point) bool) func(*R) bool {
	return func(r *R) bool {
		n := w.key(r).Point
		if n == 0 {
			return w.has(r)&field == 0
		}
		if p := &w.points.at(n).Point; !p.Exported {
			return metered(p)
		}
		return w.has(r)&field == 0
	}
}

// index gives the accessor of an interface: captures have one at most.
func (w *way[R]) index(exported func(*R) uint32) func(*R) int64 {
	return func(r *R) int64 {
		if p := w.at(r); !p.Exported {
			return int64(p.Index)
		}
		return int64(exported(r))
	}
}

// Directions of captures beyond the numbers of flowDirection, which has eight bits.
const meteredDirection = 1 << 8

func (w *way[R]) direction(r *R) Symbol {
	p := w.at(r)
	switch {
	case p.Exported:
		return Symbol{Low: uint64(w.device.direction(r))}
	case p.Direction == flow.DirectionIngress:
		return Symbol{Low: 0}
	case p.Direction == flow.DirectionEgress:
		return Symbol{Low: 1}
	}
	return Symbol{Low: meteredDirection + uint64(p.Direction)}
}

func spellDirection(dst []byte, s Symbol) []byte {
	switch {
	case s.Low == 0:
		return append(dst, flow.DirectionIngress.String()...)
	case s.Low == 1:
		return append(dst, flow.DirectionEgress.String()...)
	case s.Low > meteredDirection:
		return append(dst, flow.Direction(s.Low-meteredDirection).String()...)
	}
	return strconv.AppendUint(dst, s.Low, 10)
}

// name declares the name of an interface. Names of captures are those of their points,
// which the upper half of a symbol numbers, or of reference data.
func (w *way[R]) name(o *Options, name, definition string, none func(*flow.Point) bool, number func(*R) uint32) Column[R] {
	c := nameColumn[R](o, name, Element{82, "interfaceName"}, definition, nil, nil)
	spell := c.Spell
	c.Null = func(r *R) bool {
		n := w.key(r).Point
		if n == 0 {
			return true
		}
		if p := &w.points.at(n).Point; !p.Exported {
			return (none(p) || p.IndexName == "") && number(r) == 0
		}
		return number(r) == 0
	}
	c.Symbol = func(r *R) Symbol {
		if p := w.at(r); !p.Exported && !none(p) && p.IndexName != "" {
			return Symbol{High: uint64(w.key(r).Point)}
		}
		return Symbol{Low: uint64(number(r))}
	}
	c.Spell = func(dst []byte, s Symbol) []byte {
		if s.High != 0 {
			return appendValid(dst, w.points.at(uint32(s.High)).IndexName)
		}
		return spell(dst, s)
	}
	return c
}

// nameDefinition defines the name of an interface.
func nameDefinition(o *Options, of string) string {
	files := ""
	if o.Reference.interfaces() {
		files = ", else as --interfaces does"
	}
	return "Name of " + of + ", as the exporter gives it in options or in the record, or for captures --interface or --interface-map" + files + "; NULL if there is none."
}

// nameColumn declares a column of names that are known by their numbers in the
// run's Names.
func nameColumn[R any](o *Options, name string, element Element, definition string, none func(*R) bool, number func(*R) Symbol) Column[R] {
	names := o.Names
	return Column[R]{
		Name: name, Kind: Text, Elements: []Element{element}, Definition: definition,
		Null: none, Absent: o.absent(flow.FieldNames) && !o.Reference.interfaces(),
		Symbol: number,
		Spell:  func(dst []byte, s Symbol) []byte { return appendValid(dst, names.Name(uint32(s.Low))) },
	}
}
