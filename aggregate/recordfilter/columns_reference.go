package recordfilter

import "netstream/aggregate/flow"

// Reference says which attributes records have from reference data, as the flow table
// has columns of them.
type Reference struct {
	Routes, Interfaces                    bool
	ASNames, Countries, Services, Classes bool
	Labels                                []string
	Text                                  func(number uint32) string
}

// withReference puts the columns that reference data complete in the place of those with
// their names, and adds the others.
func withReference(r *Reference, key flow.KeyFields, columns []Column) []Column {
	if r == nil {
		return columns
	}
	var completed []Column
	if r.Routes {
		completed = append(completed, routedColumns()...)
	}
	if r.Interfaces {
		for i := range columns {
			switch columns[i].Name {
			case "in_if_name":
				columns[i] = completedName(columns[i], func(a *flow.Attributes) uint32 { return a.InIfName })
			case "out_if_name":
				columns[i] = completedName(columns[i], func(a *flow.Attributes) uint32 { return a.OutIfName })
			}
		}
	}
	for _, c := range completed {
		for i := range columns {
			if columns[i].Name != c.Name {
				continue
			}
			if c.Name == "src_mask" && key&flow.KeySourceMask != 0 || c.Name == "dst_mask" && key&flow.KeyDestinationMask != 0 {
				c = keyOrRoute(columns[i], c)
			}
			columns[i] = c
		}
	}
	return append(columns, r.columns()...)
}

// keyOrRoute is a column of prefix lengths: that of the key, which of metered flows goes
// before the route's.
func keyOrRoute(ofKey, routed Column) Column {
	return Column{Name: ofKey.Name, Type: ofKey.Type, number: func(refs *references, r *flow.Record) (int64, bool) {
		if r.Export == nil {
			return ofKey.number(refs, r)
		}
		return routed.number(refs, r)
	}}
}

func routedColumns() []Column {
	column := func(name, kind string, field flow.Fields, get func(*flow.Attributes) int64) Column {
		return Column{Name: name, Type: kind, number: func(_ *references, r *flow.Record) (int64, bool) {
			return get(r.Attributes), r.Attributes.Has&field != 0
		}}
	}
	return []Column{
		column("src_as", "uint32", flow.FieldSourceAS, func(a *flow.Attributes) int64 { return int64(a.SourceAS) }),
		column("dst_as", "uint32", flow.FieldDestinationAS, func(a *flow.Attributes) int64 { return int64(a.DestinationAS) }),
		column("src_mask", "uint8", flow.FieldSourceMask, func(a *flow.Attributes) int64 { return int64(a.SourceMask) }),
		column("dst_mask", "uint8", flow.FieldDestinationMask, func(a *flow.Attributes) int64 { return int64(a.DestinationMask) }),
	}
}

// completedName is a column of names of interfaces that reference data complete where
// neither the exporter nor, of captures, the point has one.
func completedName(told Column, get func(*flow.Attributes) uint32) Column {
	return Column{Name: told.Name, Type: "text", same: func(refs *references, r *flow.Record, text string) (same, known bool) {
		if r.Export == nil {
			if same, known = told.same(refs, r, text); known || r.Key.Point == 0 {
				return same, known
			}
		}
		number := get(r.Attributes)
		return number != 0 && refs.names.Name(number) == text, number != 0
	}}
}

// columns gives what only reference data say.
func (r *Reference) columns() []Column {
	var columns []Column
	add := func(name string, get func(*flow.Attributes) uint32) {
		columns = append(columns, Column{Name: name, Type: "text", same: func(_ *references, record *flow.Record, text string) (same, known bool) {
			number := get(record.Attributes)
			return number != 0 && r.Text(number) == text, number != 0
		}})
	}
	if r.ASNames {
		add("src_as_name", func(a *flow.Attributes) uint32 { return a.SourceASName })
		add("dst_as_name", func(a *flow.Attributes) uint32 { return a.DestinationASName })
	}
	if r.Countries {
		add("src_country", func(a *flow.Attributes) uint32 { return a.SourceCountry })
		add("dst_country", func(a *flow.Attributes) uint32 { return a.DestinationCountry })
	}
	if r.Services {
		add("service", func(a *flow.Attributes) uint32 { return a.Service })
		columns = append(columns, enumeration("service_side", uint8(flow.SourceSide), sideName, func(_ *references, r *flow.Record) (int64, bool) {
			return int64(r.Attributes.ServiceSide), r.Attributes.ServiceSide != flow.NoSide
		}))
	}
	if r.Classes {
		add("dscp_class", func(a *flow.Attributes) uint32 { return a.Class })
	}
	for i, name := range r.Labels {
		add("src_"+name, func(a *flow.Attributes) uint32 { return a.SourceLabels[i] })
		add("dst_"+name, func(a *flow.Attributes) uint32 { return a.DestinationLabels[i] })
	}
	return columns
}

// sideName gives the sides' names, "unknown" behind the last one.
func sideName(n uint8) string {
	if n > uint8(flow.DestinationSide) {
		return "unknown"
	}
	return flow.Side(n).String()
}
