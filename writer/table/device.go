package table

import (
	"strconv"

	"netstream/aggregate/flow"
)

// device is what the columns of the exporter's interfaces read of rows of type R.
// The accessors are called for rows only that have the field or the name.
type device[R any] struct {
	inIf, outIf         func(*R) int64
	noInName, noOutName func(*R) bool
	inName, outName     func(*R) Symbol // number in the run's Names
	direction           func(*R) Symbol
}

// deviceColumns declares through which interfaces of the exporter the flow went.
func deviceColumns[R any](o *Options, d device[R]) []Column[R] {
	return []Column[R]{
		{
			Name: "in_if", Kind: Uint32, Elements: []Element{{10, "ingressInterface"}},
			Definition: "Interface of the exporter on which the packets came in, by its SNMP ifIndex; NULL if the exporter does not tell.",
			field:      flow.FieldInIf,
			Int:        d.inIf,
		},
		nameColumn(o, "in_if_name", Element{82, "interfaceName"},
			nameDefinition(o, "in_if"), d.noInName, d.inName),
		{
			Name: "out_if", Kind: Uint32, Elements: []Element{{14, "egressInterface"}},
			Definition: "Interface of the exporter on which the packets went out, by its SNMP ifIndex, 0 for packets that went nowhere; NULL if the exporter does not tell.",
			field:      flow.FieldOutIf,
			Int:        d.outIf,
		},
		nameColumn(o, "out_if_name", Element{82, "interfaceName"},
			nameDefinition(o, "out_if"), d.noOutName, d.outName),
		{
			Name: "direction", Kind: Text, Elements: []Element{{61, "flowDirection"}},
			Definition: "Where the exporter metered the packets: ingress or egress; a value that is not registered as its number; NULL if the exporter does not tell.",
			field:      flow.FieldDirection,
			Symbol:     d.direction,
			Spell:      spellDirection,
		},
	}
}

// nameDefinition defines the name of an interface.
func nameDefinition(o *Options, of string) string {
	if o.Reference.interfaces() {
		return "Name of " + of + ", as the exporter gives it in options or in the record, else as --interfaces does; NULL if neither gives one."
	}
	return "Name of " + of + ", as the exporter gives it in options or in the record; NULL if it gives none."
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

func spellDirection(dst []byte, s Symbol) []byte {
	switch s.Low {
	case 0:
		return append(dst, "ingress"...)
	case 1:
		return append(dst, "egress"...)
	}
	return strconv.AppendUint(dst, s.Low, 10)
}
