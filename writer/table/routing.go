package table

import (
	"strconv"

	"netstream/aggregate/flow"
)

// flowRouting declares what the exporter knew of the way of the packets from its
// forwarding tables.
func flowRouting(o *Options) []Column[flow.Record] {
	return append(flowNextHops(o), flowPrefixes(o)...)
}

func flowNextHops(o *Options) []Column[flow.Record] {
	return []Column[flow.Record]{
		{
			Name: "mpls_labels", Kind: Text, Elements: []Element{{70, "mplsTopLabelStackSection"}},
			Definition: "The labels of the MPLS label stack as the exporter tells them, the top first, with / between them; NULL if it tells none.",
			Null: func(r *flow.Record) bool {
				return r.Export == nil || r.Export.Has&flow.FieldLabels == 0 || r.Export.LabelCount == 0
			},
			Absent: o.absent(flow.FieldLabels),
			Text:   appendLabels,
		}, {
			Name: "next_hop", Kind: Text, Elements: []Element{{15, "ipNextHopIPv4Address"}, {62, "ipNextHopIPv6Address"}},
			Definition: "Address of the next router; NULL if the exporter does not tell.",
			field:      flow.FieldNextHop,
			Symbol:     func(r *flow.Record) Symbol { return plainAddressSymbol(&r.Export.NextHop) },
			Spell:      spellAddress,
		}, {
			Name: "bgp_next_hop", Kind: Text, Elements: []Element{{18, "bgpNextHopIPv4Address"}, {63, "bgpNextHopIPv6Address"}},
			Definition: "Address of the next BGP router; NULL if the exporter does not tell.",
			field:      flow.FieldBGPNextHop,
			Symbol:     func(r *flow.Record) Symbol { return plainAddressSymbol(&r.Export.BGPNextHop) },
			Spell:      spellAddress,
		},
	}
}

func flowPrefixes(o *Options) []Column[flow.Record] {
	if o.Reference.routes() {
		return append(routeColumns(flowAttributes), forwardingColumn())
	}
	return []Column[flow.Record]{
		{
			Name: "src_as", Kind: Uint32, Elements: []Element{{16, "bgpSourceAsNumber"}},
			Definition: "Autonomous system of the source, origin or peer as the exporter is configured, 0 where it has none; NULL if it does not tell.",
			field:      flow.FieldSourceAS,
			Int:        func(r *flow.Record) int64 { return int64(r.Export.SourceAS) },
		}, {
			Name: "dst_as", Kind: Uint32, Elements: []Element{{17, "bgpDestinationAsNumber"}},
			Definition: "Autonomous system of the destination, origin or peer as the exporter is configured, 0 where it has none; NULL if it does not tell.",
			field:      flow.FieldDestinationAS,
			Int:        func(r *flow.Record) int64 { return int64(r.Export.DestinationAS) },
		}, {
			Name: "src_mask", Kind: Uint8, Elements: []Element{{9, "sourceIPv4PrefixLength"}, {29, "sourceIPv6PrefixLength"}}, Unit: "bits",
			Definition: "Prefix length of the source's route; NULL if the exporter does not tell.",
			field:      flow.FieldSourceMask,
			Int:        func(r *flow.Record) int64 { return int64(r.Export.SourceMask) },
		}, {
			Name: "dst_mask", Kind: Uint8, Elements: []Element{{13, "destinationIPv4PrefixLength"}, {30, "destinationIPv6PrefixLength"}}, Unit: "bits",
			Definition: "Prefix length of the destination's route; NULL if the exporter does not tell.",
			field:      flow.FieldDestinationMask,
			Int:        func(r *flow.Record) int64 { return int64(r.Export.DestinationMask) },
		},
		forwardingColumn(),
	}
}

func forwardingColumn() Column[flow.Record] {
	return Column[flow.Record]{
		Name: "forwarding_status", Kind: Uint8, Elements: []Element{{89, "forwardingStatus"}},
		Definition: "What the exporter did with the packets: two bits of status (0 unknown, 1 forwarded, 2 dropped, 3 consumed) and six of reason; NULL if it does not tell.",
		field:      flow.FieldForwardingStatus,
		Int:        func(r *flow.Record) int64 { return int64(r.Export.ForwardingStatus) },
	}
}

// appendLabels appends the label stack of an exported record.
func appendLabels(dst []byte, r *flow.Record) []byte {
	e := r.Export
	for i, label := range e.Labels[:min(e.LabelCount, flow.MaxLabels)] {
		if i > 0 {
			dst = append(dst, '/')
		}
		dst = strconv.AppendUint(dst, uint64(label), 10)
	}
	return dst
}
