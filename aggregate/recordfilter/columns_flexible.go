package recordfilter

import "netstream/aggregate/flow"

// withFlexible puts the columns of a flexible key in the place of those with their names,
// which go on to say what exporters tell, and the others behind them. The order is that
// of package writer/table.
func withFlexible(key flow.KeyFields, columns []Column) []Column {
	for _, c := range flexibleColumns() {
		if key&c.field == 0 {
			continue
		}
		at := -1
		for i := range columns {
			if columns[i].Name == c.column.Name {
				at = i
			}
		}
		if at < 0 {
			columns = append(columns, c.numbered(nil))
			continue
		}
		columns[at] = c.numbered(columns[at].number)
	}
	return columns
}

// flexibleColumn is a column and the field of the key that it shows.
type flexibleColumn struct {
	field  flow.KeyFields
	column Column // without its number
	get    func(*flow.Flexible) int64
}

// numbered gives the column, whose cells of exported records another one has; nil if they
// are NULL.
func (f flexibleColumn) numbered(exported func(*references, *flow.Record) (int64, bool)) Column {
	f.column.number = func(refs *references, r *flow.Record) (int64, bool) {
		if p, ok := captured(refs, r); ok {
			return f.get(&p.Flexible), p.Flexible.Has&f.field != 0
		}
		if exported == nil {
			return 0, false
		}
		return exported(refs, r)
	}
	return f.column
}

func flexibleColumns() []flexibleColumn {
	label := func(field flow.KeyFields, name string, at int) flexibleColumn {
		return flexibleColumn{field, Column{Name: name, Type: "uint32"}, func(k *flow.Flexible) int64 { return int64(k.MPLS[at]) }}
	}
	return []flexibleColumn{
		{flow.KeySourceMask, Column{Name: "src_mask", Type: "uint8"}, func(k *flow.Flexible) int64 { return int64(k.SourceMask) }},
		{flow.KeyDestinationMask, Column{Name: "dst_mask", Type: "uint8"}, func(k *flow.Flexible) int64 { return int64(k.DestinationMask) }},
		{flow.KeyVLAN, Column{Name: "vlan_id", Type: "uint16"}, func(k *flow.Flexible) int64 { return int64(k.VLAN) }},
		{flow.KeyInnerVLAN, Column{Name: "inner_vlan_id", Type: "uint16"}, func(k *flow.Flexible) int64 { return int64(k.InnerVLAN) }},
		label(flow.KeyMPLSLabel, "mpls_label", 0),
		label(flow.KeyMPLSLabel2, "mpls_label2", 1),
		label(flow.KeyMPLSLabel3, "mpls_label3", 2),
		{flow.KeySourceMAC, Column{Name: "src_mac", Type: "text", meaning: hardware}, func(k *flow.Flexible) int64 { return hardwareNumber(k.SourceMAC[:]) }},
		{flow.KeyDestinationMAC, Column{Name: "dst_mac", Type: "text", meaning: hardware}, func(k *flow.Flexible) int64 { return hardwareNumber(k.DestinationMAC[:]) }},
		{flow.KeyEtherType, Column{Name: "ethertype", Type: "uint16", name: etherType}, func(k *flow.Flexible) int64 { return int64(k.EtherType) }},
		{flow.KeyFlowLabel, Column{Name: "flow_label", Type: "uint32"}, func(k *flow.Flexible) int64 { return int64(k.FlowLabel) }},
		{flow.KeyTCPFlags, Column{Name: "tcp_flags", Type: "uint16", meaning: bitSet, name: tcpFlag}, func(k *flow.Flexible) int64 { return int64(k.TCPFlags) }},
	}
}
