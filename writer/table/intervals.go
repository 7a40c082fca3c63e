package table

import "netstream/aggregate/flow"

// Intervals declares the interval table: one row a flow key and interval, in
// the order of docs/metering.md section 5.
func Intervals(o Options) []Column[flow.IntervalRecord] {
	type record = flow.IntervalRecord
	key := func(r *record) *flow.Key { return &r.Key }
	lacks := func(need flow.Fields) func(*record) bool {
		return func(r *record) bool { return r.Has&need == 0 }
	}
	columns := []Column[record]{
		{
			Name: "interval_start", Kind: o.timestampKind(), Pattern: Near,
			Elements:   o.byUnit(Element{154, "flowStartMicroseconds"}, Element{156, "flowStartNanoseconds"}),
			Definition: "Begin of the interval, which belongs to it: a multiple of the width since the Unix epoch, or of local time (docs/metering.md section 5).",
			Int:        timestamp(&o, func(r *record) flow.Timestamp { return r.Start }),
		}, {
			Name: "interval_end", Kind: o.timestampKind(), Pattern: Near,
			Elements:   o.byUnit(Element{155, "flowEndMicroseconds"}, Element{157, "flowEndNanoseconds"}),
			Definition: "End of the interval, which does not belong to it any more.",
			Int:        timestamp(&o, func(r *record) flow.Timestamp { return r.End }),
		},
	}
	points := newObservedPoints(o.Points)
	columns = append(columns, pointColumns(points, key)...)
	columns = append(columns, deviceColumns(&o, points, named(&o, intervalAttributes, device[record]{
		key:       key,
		has:       func(r *record) flow.Fields { return r.Has },
		inIf:      func(r *record) uint32 { return r.InIf },
		outIf:     func(r *record) uint32 { return r.OutIf },
		inName:    func(r *record) uint32 { return r.InIfName },
		outName:   func(r *record) uint32 { return r.OutIfName },
		direction: func(r *record) uint8 { return r.Direction },
	}))...)
	columns = append(columns, keyColumns(key)...)
	columns = append(columns, intervalFlows()...)
	columns = append(columns, counterColumns(func(r *record) *flow.Counters { return &r.Counters })...)
	columns = append(columns, scaledColumns(&o, lacks,
		func(r *record) int64 { return count(r.Scaled.Packets) },
		func(r *record) int64 { return count(r.Scaled.Octets) })...)
	if o.Biflows {
		columns = append(columns, intervalReverse()...)
	}
	columns = append(columns, intervalTunnel(&o, points)...)
	columns = append(columns, intervalSpan(&o)...)
	if o.Reference.routes() {
		columns = append(columns, routeColumns(intervalAttributes)...)
	}
	columns = withBatches(byField(&o, lacks, columns), takeIntervals,
		keyBatches[record](points), counterBatches[record](), intervalBatches(&o))
	columns = withFlexible(&o, points, key, columns)
	return append(columns, referenceColumns(o.Reference, intervalAttributes)...)
}

// intervalSpan declares what else the packets of the interval amount to, and how
// they came into it.
func intervalSpan(o *Options) []Column[flow.IntervalRecord] {
	type record = flow.IntervalRecord
	return []Column[record]{
		tcpFlagsColumn(
			func(r *record) uint16 { return r.TCPFlags },
			func(r *record) bool { return r.Marks&flow.MarkTCP == 0 }),
		{
			Name: "first_seen", Kind: o.timestampKind(), Pattern: Near,
			Definition: "Least time stamp of the packets in the interval; of exported flows the least of the parts of their spans that lie in it.",
			Int:        timestamp(o, func(r *record) flow.Timestamp { return r.First }),
		}, {
			Name: "last_seen", Kind: o.timestampKind(), Pattern: Near,
			Definition: "Greatest time stamp of the packets in the interval; of exported flows the greatest of the parts of their spans that lie in it.",
			Int:        timestamp(o, func(r *record) flow.Timestamp { return r.Last }),
		}, {
			Name: "distribution", Kind: Text, Elements: []Element{{384, "valueDistributionMethod"}},
			Definition: "How the volume came into the interval (RFC 7015 section 5): direct (7), each packet in the interval of its own time stamp; of exported flows start (1), end (2), mid (3), uniform (4) or proportional (5); unspecified (0) if in several ways.",
			Symbol:     func(r *record) Symbol { return Symbol{Low: uint64(r.Distribution)} },
			Spell: func(dst []byte, s Symbol) []byte {
				return append(dst, flow.Distribution(s.Low).String()...)
			},
		},
		completeColumn("Whether the run has seen the interval from its begin to its end, so that later input adds nothing to it (docs/metering.md section 5).",
			func(r *record) bool { return r.Complete }),
	}
}

// completeColumn declares which intervals are complete.
func completeColumn[R any](definition string, complete func(*R) bool) Column[R] {
	return Column[R]{
		Name: "complete", Kind: Bool, Pattern: Varied, Definition: definition,
		Int: func(r *R) int64 { return truth(complete(r)) },
	}
}

// truth gives the cell of kind Bool.
func truth(v bool) int64 {
	if v {
		return 1
	}
	return 0
}

func intervalFlows() []Column[flow.IntervalRecord] {
	return []Column[flow.IntervalRecord]{
		{
			Name: "flows_active", Kind: Int64, Elements: []Element{{375, "originalFlowsPresent"}}, Unit: "flows",
			Definition: "Number of flow records of the key with a packet in the interval, of exported ones those whose span touches it.",
			Int:        func(r *flow.IntervalRecord) int64 { return count(r.FlowsActive) },
		}, {
			Name: "flows_started", Kind: Int64, Elements: []Element{{376, "originalFlowsInitiated"}}, Unit: "flows",
			Definition: "Number of flow records of the key whose flow_start lies in the interval.",
			Int:        func(r *flow.IntervalRecord) int64 { return count(r.FlowsStarted) },
		}, {
			Name: "flows_ended", Kind: Int64, Elements: []Element{{377, "originalFlowsCompleted"}}, Unit: "flows",
			Definition: "Number of flow records of the key whose flow_end lies in the interval.",
			Int:        func(r *flow.IntervalRecord) int64 { return count(r.FlowsEnded) },
		},
	}
}
