package main

import (
	"net/netip"
	"slices"
	"strings"

	"netstream/aggregate/accounting"
	"netstream/aggregate/flow"
	"netstream/aggregate/tally"
	"netstream/writer/finished"
	"netstream/writer/table"
)

// What reference data tell of a flow is in the interval table, as schemes have it, but for
// flows of exporters: schemes have what each record tells, which the interval table does
// not hold.

// referenced gives how a column of a scheme is made that the interval table has if the run
// has read reference data.
func (o *sumOptions) referenced(c *flow.SchemeColumn) (sumField, bool) {
	number := numberCell(func(v int64) int64 { return v })
	switch c.Field {
	case flow.SchemeSourceAS, flow.SchemeDestinationAS:
		return sumField{columns: []string{c.Name}, cell: number, result: keyResult, direct: true}, true
	case flow.SchemeSourceRoute, flow.SchemeDestinationRoute:
		return sumField{columns: []string{c.Name}, cell: number, result: keyResult, direct: true, routed: true}, true
	case flow.SchemeLabel:
		return sumField{columns: []string{c.Name}, cell: plainCell, result: keyResult, direct: true}, true
	case flow.SchemeSourcePrefix, flow.SchemeSourcePrefixMask:
		return o.routed(c, "src_ip", "src_mask"), true
	case flow.SchemeDestinationPrefix, flow.SchemeDestinationPrefixMask:
		return o.routed(c, "dst_ip", "dst_mask"), true
	}
	return sumField{}, false
}

// routed gives the address as far as its route goes, or how far that is.
func (o *sumOptions) routed(c *flow.SchemeColumn, address, mask string) sumField {
	field := sumField{columns: []string{address, mask}, direct: true, routed: true, result: addressResult}
	field.cell = func(cells []finished.Cell) tally.Cell {
		a, length, _ := o.route(cells)
		if !a.IsValid() {
			return tally.Cell{Null: true}
		}
		return octetsOf(netip.PrefixFrom(a, length).Masked().Addr())
	}
	if c.Field == flow.SchemeSourcePrefixMask || c.Field == flow.SchemeDestinationPrefixMask {
		field.result = keyResult
		field.cell = func(cells []finished.Cell) tally.Cell {
			a, length, _ := o.route(cells)
			if !a.IsValid() {
				return tally.Cell{Null: true}
			}
			return tally.Cell{Number: int64(length)}
		}
	}
	return field
}

// route gives the address of two cells, address and prefix length of its route, how many
// of its bits a scheme has, and where that is from; docs/accounting.md section 2. The zero
// Addr is an address that is not known.
func (o *sumOptions) route(cells []finished.Cell) (netip.Addr, int, flow.RouteSources) {
	if cells[0].Null {
		return netip.Addr{}, 0, 0
	}
	a, bits, ok := addressOf(cells[0].Text)
	if !ok {
		return netip.Addr{}, 0, 0
	}
	least := int(o.minimum.IPv6)
	if a.Is4() {
		least = int(o.minimum.IPv4)
	}
	length, from := least, flow.RouteFromMinimum
	if mask := &cells[1]; !mask.Null {
		length, from = int(mask.Int), flow.RouteFromTable
		if o.minimumGiven {
			length = max(length, least)
		}
	}
	return a, min(length, bits), from
}

// whole refuses runs whose flow key has prefixes in the place of addresses: their column of
// the prefix length is that of the key, not of a route.
func (o *sumOptions) whole(all []*finished.Run) error {
	for _, r := range all {
		if strings.Contains(r.Manifest.Parameters["key"], "/") {
			return fail(exitUsage, o.elsewhere(), "cannot sum by %s: the flow key of %s has prefixes, which hide the routes", o.scheme.Name, r.Path)
		}
	}
	return nil
}

// elsewhere says where the table is to be had.
func (o *sumOptions) elsewhere() string { return "netstream run -A " + o.scheme.Name + " has it" }

// routeColumns gives the places of the scheme's columns of prefixes, of the source and of
// the destination, -1 for none.
func (o *sumOptions) routeColumns() [2]int {
	places := [2]int{-1, -1}
	for i := range o.scheme.Columns {
		switch o.scheme.Columns[i].Field {
		case flow.SchemeSourcePrefix:
			places[0] = i
		case flow.SchemeDestinationPrefix:
			places[1] = i
		}
	}
	return places
}

// routeNames are the columns that say where lengths are from, as the places of
// routeColumns.
func routeNames() [2]string { return [2]string{"src_mask_source", "dst_mask_source"} }

// routeNumbers gives 1 for each of the two sources of lengths that a row has: of a table
// and the minimum.
func routeNumbers(from flow.RouteSources) [2]tally.Number {
	of := func(bit flow.RouteSources) tally.Number {
		if from&bit != 0 {
			return tally.Of(1)
		}
		return tally.Of(0)
	}
	return [2]tally.Number{of(flow.RouteFromTable), of(flow.RouteFromMinimum)}
}

// routeResult gives the cell of a group for the greatest of these numbers.
func routeResult(numbers [2]tally.Number) table.ResultCell {
	var from flow.RouteSources
	if numbers[0] != tally.Of(0) {
		from |= flow.RouteFromTable
	}
	if numbers[1] != tally.Of(0) {
		from |= flow.RouteFromMinimum
	}
	if from == 0 {
		return table.ResultCell{Null: true}
	}
	return textOf(from.String())
}

// labelsIn gives the fields of a scheme's definition, any of which could be a column of
// reference data.
func labelsIn(text string) []string {
	_, fields, _ := strings.Cut(text, "=")
	known := accounting.FieldNames()
	var labels []string
	for field := range strings.SplitSeq(fields, ",") {
		if isLabel(field) && !slices.Contains(known, field) {
			labels = append(labels, field)
		}
	}
	return labels
}

// isLabel says whether a column of reference data can have the name.
func isLabel(name string) bool {
	return name == "service" || name == "dscp_class" || strings.HasPrefix(name, "src_") || strings.HasPrefix(name, "dst_")
}
