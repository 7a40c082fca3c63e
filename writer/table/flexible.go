package table

import "netstream/aggregate/flow"

// flexible says how the columns about flexible keys read rows of type R.
type flexible[R any] struct {
	points *observedPoints
	key    func(*R) *flow.Key
}

// of gives what the key of a metered row holds beyond the 7-tuple.
func (f *flexible[R]) of(r *R) *flow.Flexible { return &f.points.at(f.key(r).Point).Flexible }

// exported says whether the row is of exported flows, whose keys are their
// exporter's.
func (f *flexible[R]) exported(r *R) bool { return f.points.at(f.key(r).Point).Exported }

// flexibleColumns declares the fields of the run's flexible key that the 7-tuple does
// not have.
func flexibleColumns[R any](o *Options, points *observedPoints, key func(*R) *flow.Key) []Column[R] {
	f := &flexible[R]{points, key}
	all := append(f.prefixes(), f.link()...)
	var columns []Column[R]
	for _, c := range append(all, f.header()...) {
		if o.Key&c.field != 0 {
			columns = append(columns, c.column)
		}
	}
	return columns
}

// flexibleColumn is a column and the field of the key that it shows.
type flexibleColumn[R any] struct {
	field  flow.KeyFields
	column Column[R]
}

func (f *flexible[R]) number(field flow.KeyFields, column Column[R], of func(*flow.Flexible) int64) flexibleColumn[R] {
	column.Null = func(r *R) bool { return f.of(r).Has&field == 0 }
	column.Int = func(r *R) int64 { return of(f.of(r)) }
	return flexibleColumn[R]{field, column}
}

func (f *flexible[R]) address(field flow.KeyFields, column Column[R], of func(*flow.Flexible) *[6]byte) flexibleColumn[R] {
	column.Kind = Text
	column.Null = func(r *R) bool { return f.of(r).Has&field == 0 }
	column.Symbol = func(r *R) Symbol { return macSymbol(of(f.of(r))) }
	column.Spell = spellMAC
	return flexibleColumn[R]{field, column}
}

func (f *flexible[R]) prefixes() []flexibleColumn[R] {
	return []flexibleColumn[R]{
		f.number(flow.KeySourceMask, Column[R]{
			Name: "src_mask", Kind: Uint8, Elements: []Element{{9, "sourceIPv4PrefixLength"}, {29, "sourceIPv6PrefixLength"}}, Unit: "bits",
			Definition: "Prefix length of src_ip in the flow key, or as the exporter tells it.",
		}, func(k *flow.Flexible) int64 { return int64(k.SourceMask) }),
		f.number(flow.KeyDestinationMask, Column[R]{
			Name: "dst_mask", Kind: Uint8, Elements: []Element{{13, "destinationIPv4PrefixLength"}, {30, "destinationIPv6PrefixLength"}}, Unit: "bits",
			Definition: "Prefix length of dst_ip in the flow key, or as the exporter tells it.",
		}, func(k *flow.Flexible) int64 { return int64(k.DestinationMask) }),
	}
}

func (f *flexible[R]) link() []flexibleColumn[R] {
	label := func(field flow.KeyFields, at int, name, which string) flexibleColumn[R] {
		return f.number(field, Column[R]{
			Name: name, Kind: Uint32, Elements: []Element{{70 + uint16(at), [...]string{
				"mplsTopLabelStackSection", "mplsLabelStackSection2", "mplsLabelStackSection3"}[at]}},
			Definition: "The 20 label bits of the " + which + " MPLS label stack entry, part of the flow key; NULL if there was none.",
		}, func(k *flow.Flexible) int64 { return int64(k.MPLS[at]) })
	}
	return []flexibleColumn[R]{
		f.number(flow.KeyVLAN, Column[R]{
			Name: "vlan_id", Kind: Uint16, Elements: []Element{{58, "vlanId"}, {243, "dot1qVlanId"}},
			Definition: "VLAN identifier of the outermost tag, part of the flow key; NULL if there was none.",
		}, func(k *flow.Flexible) int64 { return int64(k.VLAN) }),
		f.number(flow.KeyInnerVLAN, Column[R]{
			Name: "inner_vlan_id", Kind: Uint16, Elements: []Element{{245, "dot1qCustomerVlanId"}},
			Definition: "VLAN identifier of the tag behind the outermost one, part of the flow key; NULL if there was none.",
		}, func(k *flow.Flexible) int64 { return int64(k.InnerVLAN) }),
		label(flow.KeyMPLSLabel, 0, "mpls_label", "top"),
		label(flow.KeyMPLSLabel2, 1, "mpls_label2", "second"),
		label(flow.KeyMPLSLabel3, 2, "mpls_label3", "third"),
		f.address(flow.KeySourceMAC, Column[R]{
			Name: "src_mac", Elements: []Element{{56, "sourceMacAddress"}},
			Definition: "Source hardware address, part of the flow key, in lower-case hexadecimal with colons; NULL if the link has none.",
		}, func(k *flow.Flexible) *[6]byte { return &k.SourceMAC }),
		f.address(flow.KeyDestinationMAC, Column[R]{
			Name: "dst_mac", Elements: []Element{{80, "destinationMacAddress"}},
			Definition: "Destination hardware address, part of the flow key, in lower-case hexadecimal with colons; NULL if the link has none.",
		}, func(k *flow.Flexible) *[6]byte { return &k.DestinationMAC }),
		f.number(flow.KeyEtherType, Column[R]{
			Name: "ethertype", Kind: Uint16, Elements: []Element{{256, "ethernetType"}},
			Definition: "EtherType behind the VLAN tags, part of the flow key; NULL if the link has none, as frames of LLC without SNAP, and for exported flows.",
		}, func(k *flow.Flexible) int64 { return int64(k.EtherType) }),
	}
}

func (f *flexible[R]) header() []flexibleColumn[R] {
	return []flexibleColumn[R]{
		f.number(flow.KeyFlowLabel, Column[R]{
			Name: "flow_label", Kind: Uint32, Elements: []Element{{31, "flowLabelIPv6"}},
			Definition: "IPv6 flow label of the metered header, 20 bits, part of the flow key; NULL for IPv4 and for exported flows.",
		}, func(k *flow.Flexible) int64 { return int64(k.FlowLabel) }),
		f.number(flow.KeyTCPFlags, Column[R]{
			Name: "tcp_flags", Kind: Uint16, Elements: []Element{{6, "tcpControlBits"}},
			Definition: "TCP control bits, AE (256) in front, part of the flow key: those of each packet; of exported flows the OR of all; NULL if there were none.",
		}, func(k *flow.Flexible) int64 { return int64(k.TCPFlags) }),
	}
}

// withFlexible puts the columns of a flexible key in the place of those with their
// names, which go on to say what exporters tell, and the others at the end.
func withFlexible[R any](o *Options, points *observedPoints, key func(*R) *flow.Key, columns []Column[R]) []Column[R] {
	f := &flexible[R]{points, key}
	for _, c := range flexibleColumns(o, points, key) {
		at := -1
		for i := range columns {
			if columns[i].Name == c.Name {
				at = i
			}
		}
		if at < 0 {
			columns = append(columns, c)
			continue
		}
		columns[at] = f.either(c, columns[at])
	}
	return columns
}

// either gives a column that shows the key of metered flows and what another one has
// of exported flows.
func (f *flexible[R]) either(metered, exported Column[R]) Column[R] {
	c := metered
	c.Null = func(r *R) bool {
		if f.exported(r) {
			return exported.Null(r)
		}
		return metered.Null(r)
	}
	if c.Int != nil {
		c.Int = func(r *R) int64 {
			if f.exported(r) {
				return exported.Int(r)
			}
			return metered.Int(r)
		}
		return c
	}
	c.Symbol = func(r *R) Symbol {
		if f.exported(r) {
			return exported.Symbol(r)
		}
		return metered.Symbol(r)
	}
	return c
}
