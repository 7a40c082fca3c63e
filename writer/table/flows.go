package table

import (
	"strings"

	"netstream/aggregate/flow"
)

// Flows declares the flow table: one row a flow record, in the order of
// docs/metering.md section 4. The columns are the same for flows that this program
// has metered and for those that exporters have.
func Flows(o Options) []Column[flow.Record] {
	key := func(r *flow.Record) *flow.Key { return &r.Key }
	points := newObservedPoints(o.Points)
	columns := flowTimes(&o)
	columns = append(columns, pointColumns(points, key)...)
	columns = append(columns, flowDevice(&o, points)...)
	columns = append(columns, keyColumns(key)...)
	columns = append(columns, counterColumns(func(r *flow.Record) *flow.Counters { return &r.Counters })...)
	columns = append(columns, flowSampling(&o)...)
	columns = append(columns, flowTCP(&o)...)
	columns = append(columns, flowHeaders()...)
	columns = append(columns, flowTags()...)
	if o.Biflows {
		columns = append(columns, flowReverse(&o)...)
		columns = append(columns, flowConnection()...)
	}
	columns = append(columns, flowStatistics(&o)...)
	columns = append(columns, flowRouting(&o)...)
	columns = append(columns, flowTranslation()...)
	columns = append(columns, flowApplication(&o)...)
	columns = append(columns, flowVRF(&o)...)
	columns = append(columns, flowTunnel(&o, points)...)
	if o.WithMAC {
		columns = append(columns, flowMAC(&o)...)
	}
	columns = append(columns, flowProvenance()...)
	columns = append(columns, flowIdentity(points)...)
	columns = append(columns, flowOrigin(&o)...)
	columns = withBatches(byField(&o, lacks, columns), takeFlows,
		keyBatches[flow.Record](points), counterBatches[flow.Record](), flowBatches(&o), tcpBatches(), identityBatches(&o, points))
	columns = withFlexible(&o, points, key, columns)
	columns = append(columns, referenceColumns(o.Reference, flowAttributes)...)
	return append(columns, flowElements(&o)...)
}

// lacks gives the test whether a flow has none of the fields.
func lacks(need flow.Fields) func(*flow.Record) bool {
	return func(r *flow.Record) bool { return r.Fields()&need == 0 }
}

func flowDevice(o *Options, points *observedPoints) []Column[flow.Record] {
	return deviceColumns(o, points, named(o, flowAttributes, device[flow.Record]{
		key:       func(r *flow.Record) *flow.Key { return &r.Key },
		has:       (*flow.Record).Fields,
		inIf:      func(r *flow.Record) uint32 { return r.Export.InIf },
		outIf:     func(r *flow.Record) uint32 { return r.Export.OutIf },
		inName:    exportedName(func(e *flow.Export) uint32 { return e.InIfName }),
		outName:   exportedName(func(e *flow.Export) uint32 { return e.OutIfName }),
		direction: func(r *flow.Record) uint8 { return r.Export.Direction },
	}))
}

// exportedName gives the number of a name, 0 if there is none.
func exportedName(of func(*flow.Export) uint32) func(*flow.Record) uint32 {
	return func(r *flow.Record) uint32 {
		if r.Export == nil {
			return 0
		}
		return of(r.Export)
	}
}

func flowTimes(o *Options) []Column[flow.Record] {
	return []Column[flow.Record]{
		{
			Name: "flow_start", Kind: o.timestampKind(), Pattern: Near,
			Elements:   o.byUnit(Element{154, "flowStartMicroseconds"}, Element{156, "flowStartNanoseconds"}),
			Definition: "Least time stamp of the flow's packets; of exported flows as time_source says.",
			Int:        timestamp(o, func(r *flow.Record) flow.Timestamp { return r.Start }),
		}, {
			Name: "flow_end", Kind: o.timestampKind(), Pattern: Near,
			Elements:   o.byUnit(Element{155, "flowEndMicroseconds"}, Element{157, "flowEndNanoseconds"}),
			Definition: "Greatest time stamp of the flow's packets; of exported flows as time_source says.",
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
func flowTCP(o *Options) []Column[flow.Record] {
	notTCP := func(r *flow.Record) bool { return r.Marks&flow.MarkTCP == 0 }
	columns := []Column[flow.Record]{
		tcpFlagsColumn(func(r *flow.Record) uint16 { return r.TCPFlags }, notTCP),
	}
	for bit, b := range tcpBits() {
		c := Column[flow.Record]{
			Name: "tcp_" + b.name, Kind: Int64, Unit: "packets",
			Definition: "Number of packets with the TCP control bit " + strings.ToUpper(b.name) + " set; NULL if no TCP flags were seen, and for exported flows.",
			Null:       lacksFlagCounts, Absent: o.absent(flow.FieldTCPFlagCounts),
			Int: func(r *flow.Record) int64 { return count(r.TCPFlagCounts[bit]) },
		}
		if b.element.Number != 0 {
			c.Elements = []Element{b.element}
		}
		columns = append(columns, c)
	}
	return columns
}

// lacksFlagCounts tells whether the packets with the control bits were not counted.
func lacksFlagCounts(r *flow.Record) bool {
	if r.Export == nil && r.Reverse == nil && r.Key.Version != 0 { // without asking for all fields
		return r.Marks&flow.MarkTCP == 0
	}
	return r.Marks&flow.MarkTCP == 0 || r.Fields()&flow.FieldTCPFlagCounts == 0
}

// tcpBit is a control bit by its name and the element that counts it.
type tcpBit struct {
	name    string
	element Element
}

// tcpBits gives the control bits by their numbers.
func tcpBits() [flow.TCPFlagCount]tcpBit {
	return [flow.TCPFlagCount]tcpBit{
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
}

// flowHeaders declares the extremes of what the packets' headers said.
func flowHeaders() []Column[flow.Record] {
	return []Column[flow.Record]{
		{
			Name: "min_ttl", Kind: Uint8, Elements: []Element{{52, "minimumTTL"}}, Unit: "hops",
			Definition: "Least IPv4 Time to Live or IPv6 Hop Limit of the packets; NULL if the exporter does not tell, and of frames without IP.",
			field:      flow.FieldMinTTL,
			Int:        func(r *flow.Record) int64 { return int64(r.MinTTL) },
		}, {
			Name: "max_ttl", Kind: Uint8, Elements: []Element{{53, "maximumTTL"}}, Unit: "hops",
			Definition: "Greatest IPv4 Time to Live or IPv6 Hop Limit of the packets; NULL if the exporter does not tell, and of frames without IP.",
			field:      flow.FieldMaxTTL,
			Int:        func(r *flow.Record) int64 { return int64(r.MaxTTL) },
		}, {
			Name: "min_ip_len", Kind: Int64, Elements: []Element{{25, "minimumIpTotalLength"}}, Unit: "octets",
			Definition: "Length of the shortest IP packet, header included; NULL if the exporter does not tell, and of frames without IP.",
			field:      flow.FieldMinOctets,
			Int:        func(r *flow.Record) int64 { return count(r.MinOctets) },
		}, {
			Name: "max_ip_len", Kind: Int64, Elements: []Element{{26, "maximumIpTotalLength"}}, Unit: "octets",
			Definition: "Length of the longest IP packet, header included; NULL if the exporter does not tell, and of frames without IP.",
			field:      flow.FieldMaxOctets,
			Int:        func(r *flow.Record) int64 { return count(r.MaxOctets) },
		},
	}
}

// flowTags declares the tags of the packets below IP.
func flowTags() []Column[flow.Record] {
	return []Column[flow.Record]{
		{
			Name: "vlan_id", Kind: Uint16, Elements: []Element{{58, "vlanId"}, {243, "dot1qVlanId"}},
			Definition: "VLAN identifier of the outermost tag of the flow's first packet, of a biflow of the first one from src_ip to dst_ip; NULL if it had none.",
			Null:       func(r *flow.Record) bool { return r.Marks&flow.MarkVLAN == 0 },
			Int:        func(r *flow.Record) int64 { return int64(r.VLAN) },
		}, {
			Name: "inner_vlan_id", Kind: Uint16, Elements: []Element{{245, "dot1qCustomerVlanId"}},
			Definition: "VLAN identifier of the tag behind the outermost one of the flow's first packet, of a biflow of the first one from src_ip to dst_ip; NULL if it had none.",
			Null:       func(r *flow.Record) bool { return r.Marks&flow.MarkInnerVLAN == 0 },
			Int:        func(r *flow.Record) int64 { return int64(r.InnerVLAN) },
		}, {
			Name: "mpls_label", Kind: Uint32, Elements: []Element{{70, "mplsTopLabelStackSection"}},
			Definition: "The 20 label bits of the top MPLS label stack entry of the flow's first packet, of a biflow of the first one from src_ip to dst_ip; NULL if it had none.",
			Null:       func(r *flow.Record) bool { return r.Marks&flow.MarkMPLS == 0 },
			Int:        func(r *flow.Record) int64 { return int64(r.MPLSTop) },
		},
	}
}
