package main

import (
	"net/netip"

	"netstream/aggregate/flow"
	"netstream/aggregate/tally"
	"netstream/writer/finished"
	"netstream/writer/table"
)

// sumField says how a column of a scheme comes from columns of the interval table. The
// cells of keys are such that they have the order of the scheme's rows.
type sumField struct {
	columns []string
	cell    func(cells []finished.Cell) tally.Cell
	result  func(tally.Cell) table.ResultCell

	// direct says that it is right for metered flows only, routed that flow keys must have
	// whole addresses.
	direct, routed bool
}

// source gives how a column of a scheme is made, if the interval table can have it.
func (o *sumOptions) source(c *flow.SchemeColumn) (sumField, bool) {
	field := func(columns []string, cell func([]finished.Cell) tally.Cell, result func(tally.Cell) table.ResultCell) sumField {
		return sumField{columns: columns, cell: cell, result: result}
	}
	same := field([]string{c.Name}, plainCell, keyResult)
	switch c.Field {
	case flow.SchemeDomain, flow.SchemeInIf, flow.SchemeOutIf, flow.SchemeVersion, flow.SchemeSourcePort, flow.SchemeDestinationPort,
		flow.SchemeProtocol, flow.SchemeClassOfService, flow.SchemeVLAN, flow.SchemeInnerVLAN, flow.SchemeMPLSLabel, flow.SchemeMPLSLabel2,
		flow.SchemeMPLSLabel3, flow.SchemeFlowLabel, flow.SchemeTunnelID:
		same.cell = numberCell(func(v int64) int64 { return v })
		return same, true
	case flow.SchemeInterface, flow.SchemeSourceMAC, flow.SchemeDestinationMAC:
		return same, true
	case flow.SchemeExporter, flow.SchemeOuterSource, flow.SchemeOuterDestination:
		return field([]string{c.Name}, addressCell(wholeLengths()), addressResult), true
	case flow.SchemeSource, flow.SchemeDestination:
		return field([]string{c.Name}, addressCell(c.Lengths), addressResult), true
	case flow.SchemeSourceMask:
		return field([]string{flow.SchemeSource.Name()}, maskCell(c.Lengths), keyResult), true
	case flow.SchemeDestinationMask:
		return field([]string{flow.SchemeDestination.Name()}, maskCell(c.Lengths), keyResult), true
	case flow.SchemeDSCP:
		return field([]string{"tos"}, numberCell(func(v int64) int64 { return v >> 2 }), keyResult), true
	case flow.SchemePrecedence:
		return field([]string{"tos"}, numberCell(func(v int64) int64 { return v >> 5 }), keyResult), true
	case flow.SchemeDirection:
		return ordered(c.Name, []string{"ingress", "egress", "internal", "external"}), true
	case flow.SchemeTunnelType:
		return ordered(c.Name, tunnelNames()), true
	case flow.SchemeVNI:
		return field([]string{"tunnel_type", "tunnel_id"}, vniCell, keyResult), true
	}
	return o.referenced(c)
}

func wholeLengths() flow.PrefixLengths { return flow.PrefixLengths{IPv4: 32, IPv6: 128} }

func plainCell(cells []finished.Cell) tally.Cell {
	return tally.Cell{Null: cells[0].Null, IsText: true, Text: cells[0].Text}
}

func numberCell(of func(int64) int64) func([]finished.Cell) tally.Cell {
	return func(cells []finished.Cell) tally.Cell {
		if cells[0].Null {
			return tally.Cell{Null: true}
		}
		return tally.Cell{Number: of(cells[0].Int)}
	}
}

// addressOf reads an address or a prefix, and gives how many bits are known.
func addressOf(text string) (netip.Addr, int, bool) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return prefix.Addr(), prefix.Bits(), true
	}
	a, err := netip.ParseAddr(text)
	return a, a.BitLen(), err == nil
}

// lengthOf gives how many bits of an address are in the key.
func lengthOf(a netip.Addr, known int, lengths flow.PrefixLengths) int {
	if a.Is4() {
		return min(known, int(lengths.IPv4))
	}
	return min(known, int(lengths.IPv6))
}

// addressCell gives the first bits of an address as 16 octets and its version.
func addressCell(lengths flow.PrefixLengths) func([]finished.Cell) tally.Cell {
	return func(cells []finished.Cell) tally.Cell {
		if cells[0].Null {
			return tally.Cell{Null: true}
		}
		a, known, ok := addressOf(cells[0].Text)
		if !ok {
			return tally.Cell{IsText: true, Text: cells[0].Text}
		}
		return octetsOf(netip.PrefixFrom(a, lengthOf(a, known, lengths)).Masked().Addr())
	}
}

func octetsOf(a netip.Addr) tally.Cell {
	octets, version := a.As16(), byte(6)
	if a.Is4() {
		version = 4
	}
	return tally.Cell{IsText: true, Text: string(append(octets[:], version))}
}

func addressResult(c tally.Cell) table.ResultCell {
	if c.Null || len(c.Text) != 17 {
		return keyResult(c)
	}
	a := netip.AddrFrom16([16]byte([]byte(c.Text[:16])))
	if c.Text[16] == 4 {
		a = a.Unmap()
	}
	return textOf(a.String())
}

func maskCell(lengths flow.PrefixLengths) func([]finished.Cell) tally.Cell {
	return func(cells []finished.Cell) tally.Cell {
		a, known, ok := addressOf(cells[0].Text)
		if cells[0].Null || !ok {
			return tally.Cell{Null: true}
		}
		return tally.Cell{Number: int64(lengthOf(a, known, lengths))}
	}
}

// ordered gives a field whose texts have an order of their own. Texts that are not known
// are numbers.
func ordered(column string, names []string) sumField {
	return sumField{columns: []string{column},
		cell: func(cells []finished.Cell) tally.Cell {
			if cells[0].Null {
				return tally.Cell{Null: true}
			}
			for i, name := range names {
				if name == cells[0].Text {
					return tally.Cell{Number: int64(i)}
				}
			}
			return tally.Cell{IsText: true, Text: cells[0].Text}
		},
		result: func(c tally.Cell) table.ResultCell {
			if c.Null || c.IsText {
				return keyResult(c)
			}
			return textOf(names[c.Number])
		}}
}

// tunnelNames gives the names of tunnels in the order of their numbers.
func tunnelNames() []string {
	names := []string{""}
	for t := flow.TunnelNone + 1; t.String() != "" && len(names) < 64; t++ {
		names = append(names, t.String())
	}
	return names
}

func vniCell(cells []finished.Cell) tally.Cell {
	switch cells[0].Text {
	case flow.TunnelVXLAN.String(), flow.TunnelVXLANGPE.String(), flow.TunnelGeneve.String():
		if !cells[1].Null {
			return tally.Cell{Number: cells[1].Int}
		}
	}
	return tally.Cell{Null: true}
}
