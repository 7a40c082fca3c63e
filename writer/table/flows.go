package table

import (
	"strings"

	"netstream/aggregate/flow"
)

// Flows declares the flow table: one row a flow record, in the order of
// docs/metering.md section 4.
func Flows(o Options) []Column[flow.Record] {
	key := func(r *flow.Record) *flow.Key { return &r.Key }
	columns := flowTimes(&o)
	columns = append(columns, interfaceColumn(&o, key))
	columns = append(columns, keyColumns(key)...)
	columns = append(columns, counterColumns(func(r *flow.Record) *flow.Counters { return &r.Counters })...)
	columns = append(columns, flowTCP()...)
	columns = append(columns, flowHeaders()...)
	if o.WithMAC {
		columns = append(columns, flowMAC()...)
	}
	return append(columns, flowProvenance(&o)...)
}

func flowTimes(o *Options) []Column[flow.Record] {
	return []Column[flow.Record]{
		{
			Name: "flow_start", Kind: o.timestampKind(), Pattern: Near,
			Elements:   o.byUnit(Element{154, "flowStartMicroseconds"}, Element{156, "flowStartNanoseconds"}),
			Definition: "Least time stamp of the flow's packets.",
			Int:        timestamp(o, func(r *flow.Record) flow.Timestamp { return r.Start }),
		}, {
			Name: "flow_end", Kind: o.timestampKind(), Pattern: Near,
			Elements:   o.byUnit(Element{155, "flowEndMicroseconds"}, Element{157, "flowEndNanoseconds"}),
			Definition: "Greatest time stamp of the flow's packets.",
			Int:        timestamp(o, func(r *flow.Record) flow.Timestamp { return r.End }),
		}, {
			Name: "duration_us", Kind: Int64, Elements: []Element{{162, "flowDurationMicroseconds"}}, Unit: "us", Pattern: Near,
			Definition: "flow_end - flow_start, both in whole microseconds rounded towards the past.",
			Int:        func(r *flow.Record) int64 { return r.End.Microseconds() - r.Start.Microseconds() },
		},
	}
}

// flowTCP declares the control bits: the OR of all, and for each the number of
// packets that had it set.
func flowTCP() []Column[flow.Record] {
	notTCP := func(r *flow.Record) bool { return r.Marks&flow.MarkTCP == 0 }
	columns := []Column[flow.Record]{
		tcpFlagsColumn(func(r *flow.Record) uint16 { return r.TCPFlags }, notTCP),
	}
	bits := [flow.TCPFlagCount]struct {
		name    string
		element Element
	}{
		{"fin", Element{219, "tcpFinTotalCount"}},
		{"syn", Element{218, "tcpSynTotalCount"}},
		{"rst", Element{220, "tcpRstTotalCount"}},
		{"psh", Element{221, "tcpPshTotalCount"}},
		{"ack", Element{222, "tcpAckTotalCount"}},
		{"urg", Element{223, "tcpUrgTotalCount"}},
		{"ece", Element{}},
		{"cwr", Element{}},
		{"ae", Element{}},
	}
	for bit, b := range bits {
		c := Column[flow.Record]{
			Name: "tcp_" + b.name, Kind: Int64, Unit: "packets",
			Definition: "Number of packets with the TCP control bit " + strings.ToUpper(b.name) + " set; NULL if no TCP flags were seen.",
			Null:       notTCP,
			Int:        func(r *flow.Record) int64 { return count(r.TCPFlagCounts[bit]) },
		}
		if b.element.Number != 0 {
			c.Elements = []Element{b.element}
		}
		columns = append(columns, c)
	}
	return columns
}

// flowHeaders declares what else the packets' headers said.
func flowHeaders() []Column[flow.Record] {
	return []Column[flow.Record]{
		{
			Name: "min_ttl", Kind: Uint8, Elements: []Element{{52, "minimumTTL"}}, Unit: "hops",
			Definition: "Least IPv4 Time to Live or IPv6 Hop Limit of the packets.",
			Int:        func(r *flow.Record) int64 { return int64(r.MinTTL) },
		}, {
			Name: "max_ttl", Kind: Uint8, Elements: []Element{{53, "maximumTTL"}}, Unit: "hops",
			Definition: "Greatest IPv4 Time to Live or IPv6 Hop Limit of the packets.",
			Int:        func(r *flow.Record) int64 { return int64(r.MaxTTL) },
		}, {
			Name: "min_ip_len", Kind: Int64, Elements: []Element{{25, "minimumIpTotalLength"}}, Unit: "octets",
			Definition: "Length of the shortest IP packet, header included.",
			Int:        func(r *flow.Record) int64 { return count(r.MinOctets) },
		}, {
			Name: "max_ip_len", Kind: Int64, Elements: []Element{{26, "maximumIpTotalLength"}}, Unit: "octets",
			Definition: "Length of the longest IP packet, header included.",
			Int:        func(r *flow.Record) int64 { return count(r.MaxOctets) },
		}, {
			Name: "vlan_id", Kind: Uint16, Elements: []Element{{243, "dot1qVlanId"}},
			Definition: "VLAN identifier of the outermost tag of the flow's first packet; NULL if it had none.",
			Null:       func(r *flow.Record) bool { return r.Marks&flow.MarkVLAN == 0 },
			Int:        func(r *flow.Record) int64 { return int64(r.VLAN) },
		}, {
			Name: "inner_vlan_id", Kind: Uint16, Elements: []Element{{245, "dot1qCustomerVlanId"}},
			Definition: "VLAN identifier of the tag behind the outermost one of the flow's first packet; NULL if it had none.",
			Null:       func(r *flow.Record) bool { return r.Marks&flow.MarkInnerVLAN == 0 },
			Int:        func(r *flow.Record) int64 { return int64(r.InnerVLAN) },
		}, {
			Name: "mpls_label", Kind: Uint32, Elements: []Element{{70, "mplsTopLabelStackSection"}},
			Definition: "The 20 label bits of the top MPLS label stack entry of the flow's first packet; NULL if it had none.",
			Null:       func(r *flow.Record) bool { return r.Marks&flow.MarkMPLS == 0 },
			Int:        func(r *flow.Record) int64 { return int64(r.MPLSTop) },
		},
	}
}

func flowMAC() []Column[flow.Record] {
	noMAC := func(r *flow.Record) bool { return r.Marks&flow.MarkMAC == 0 }
	return []Column[flow.Record]{
		{
			Name: "src_mac", Kind: Text, Elements: []Element{{56, "sourceMacAddress"}},
			Definition: "Source hardware address of the flow's first packet, in lower-case hexadecimal with colons; NULL if the link has none.",
			Null:       noMAC,
			Symbol:     func(r *flow.Record) Symbol { return macSymbol(&r.SourceMAC) },
			Spell:      spellMAC,
		}, {
			Name: "dst_mac", Kind: Text, Elements: []Element{{80, "destinationMacAddress"}},
			Definition: "Destination hardware address of the flow's first packet, in lower-case hexadecimal with colons; NULL if the link has none.",
			Null:       noMAC,
			Symbol:     func(r *flow.Record) Symbol { return macSymbol(&r.DestinationMAC) },
			Spell:      spellMAC,
		},
	}
}

// flowProvenance declares how the record came about and how it is named.
func flowProvenance(o *Options) []Column[flow.Record] {
	firstPacket := func(r *flow.Record) int64 { return count(r.FirstNumber) }
	if of := o.FirstPacketOf; of != nil {
		firstPacket = func(r *flow.Record) int64 { return count(of(r.FirstInput, r.FirstNumber)) }
	}
	columns := []Column[flow.Record]{
		{
			Name: "fragments", Kind: Int64, Unit: "packets",
			Definition: "Number of packets that were IP fragments, first fragments included.",
			Int:        func(r *flow.Record) int64 { return count(r.Fragments) },
		}, {
			Name: "late_packets", Kind: Int64, Unit: "packets",
			Definition: "Number of packets whose time stamp lay further behind their file's clock than the reorder window mends.",
			Int:        func(r *flow.Record) int64 { return count(r.LatePackets) },
		}, {
			Name: "end_reason", Kind: Text, Elements: []Element{{136, "flowEndReason"}},
			Definition: "Why the record ended: idle_timeout, active_timeout, end_of_flow, forced_end or lack_of_resources.",
			Symbol:     func(r *flow.Record) Symbol { return Symbol{Low: uint64(r.EndReason)} },
			Spell: func(dst []byte, s Symbol) []byte {
				return append(dst, flow.EndReason(s.Low).String()...)
			},
		}, {
			Name: "end_reason_code", Kind: Uint8, Elements: []Element{{136, "flowEndReason"}},
			Definition: "end_reason as its registered number, 1 to 5.",
			Int:        func(r *flow.Record) int64 { return int64(r.EndReason) },
		}, {
			Name: "flow_id", Kind: Int64, Elements: []Element{{148, "flowId"}}, Pattern: Random,
			Definition: "63 bits of a hash of flow key, flow start and ordinal: the same flow has the same identifier in every run.",
			Int: func(r *flow.Record) int64 {
				return FlowID(&r.Key, o.Points.Point(r.Key.Point).Interface, r.Start, r.Ordinal)
			},
		}, {
			Name: "community_id", Kind: Text, Pattern: Varied,
			Definition: "Community ID version 1 with seed 0, the same for both directions of a connection.",
			Null:       func(*flow.Record) bool { return false },
			Text:       func(dst []byte, r *flow.Record) []byte { return AppendCommunityID(dst, &r.Key) },
		}, {
			Name: "first_packet", Kind: Int64, Pattern: Near,
			Definition: "Number of the flow's first packet, counted from 1 through all inputs in their order; run.json says at which number each input begins.",
			Int:        firstPacket,
		},
	}
	if o.FileOf == nil {
		return columns
	}
	return append(columns, Column[flow.Record]{
		Name: "first_file", Kind: Text,
		Definition: "Name of the input that holds the flow's first packet, as it was given.",
		Symbol:     func(r *flow.Record) Symbol { return Symbol{Low: uint64(r.FirstInput)} },
		Spell:      func(dst []byte, s Symbol) []byte { return appendValid(dst, o.FileOf(uint32(s.Low))) },
	}, Column[flow.Record]{
		Name: "first_file_packet", Kind: Int64, Pattern: Near,
		Definition: "Number of the flow's first packet within first_file, counted from 1.",
		Int:        func(r *flow.Record) int64 { return count(r.FirstNumber) },
	})
}
