package table

import (
	"time"

	"netstream/aggregate/flow"
)

// Intervals declares the interval table: one row a flow key and interval, in
// the order of docs/metering.md section 5.
func Intervals(o Options) []Column[flow.IntervalRecord] {
	type record = flow.IntervalRecord
	key := func(r *record) *flow.Key { return &r.Key }
	columns := []Column[record]{
		{
			Name: "interval_start", Kind: o.timestampKind(), Pattern: Near,
			Elements:   o.byUnit(Element{154, "flowStartMicroseconds"}, Element{156, "flowStartNanoseconds"}),
			Definition: "Begin of the interval, which belongs to it; a multiple of the width since the Unix epoch.",
			Int:        timestamp(&o, func(r *record) flow.Timestamp { return r.Start }),
		}, {
			Name: "interval_end", Kind: o.timestampKind(), Pattern: Near,
			Elements:   o.byUnit(Element{155, "flowEndMicroseconds"}, Element{157, "flowEndNanoseconds"}),
			Definition: "End of the interval, which does not belong to it any more.",
			Int:        timestamp(&o, func(r *record) flow.Timestamp { return intervalEnd(r.Start, o.IntervalWidth) }),
		},
		interfaceColumn(&o, key),
	}
	columns = append(columns, keyColumns(key)...)
	columns = append(columns, intervalFlows()...)
	columns = append(columns, counterColumns(func(r *record) *flow.Counters { return &r.Counters })...)
	return append(columns,
		tcpFlagsColumn(
			func(r *record) uint16 { return r.TCPFlags },
			func(r *record) bool { return r.Marks&flow.MarkTCP == 0 }),
		Column[record]{
			Name: "first_seen", Kind: o.timestampKind(), Pattern: Near,
			Definition: "Least time stamp of the packets in the interval.",
			Int:        timestamp(&o, func(r *record) flow.Timestamp { return r.First }),
		},
		Column[record]{
			Name: "last_seen", Kind: o.timestampKind(), Pattern: Near,
			Definition: "Greatest time stamp of the packets in the interval.",
			Int:        timestamp(&o, func(r *record) flow.Timestamp { return r.Last }),
		},
		Column[record]{
			Name: "distribution", Kind: Text, Elements: []Element{{384, "valueDistributionMethod"}},
			Definition: "How the volume came into the interval (RFC 7015): direct (7), each packet in the interval of its own time stamp.",
			Symbol:     func(*record) Symbol { return Symbol{} },
			Spell:      func(dst []byte, _ Symbol) []byte { return append(dst, "direct"...) },
		},
	)
}

func intervalFlows() []Column[flow.IntervalRecord] {
	return []Column[flow.IntervalRecord]{
		{
			Name: "flows_active", Kind: Int64, Elements: []Element{{375, "originalFlowsPresent"}}, Unit: "flows",
			Definition: "Number of flow records of the key with a packet in the interval.",
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

// intervalEnd gives the end of the interval that begins at start. The first
// interval of the representable range may be cut at its start, and the last one
// at its end, where the result saturates.
func intervalEnd(start flow.Timestamp, width time.Duration) flow.Timestamp {
	behind := int64(start) % int64(width) // 0 but in the first interval of the range
	if behind < 0 {
		behind += int64(width)
	}
	rest := flow.Timestamp(int64(width) - behind)
	if start > flow.MaxTimestamp-rest {
		return flow.MaxTimestamp
	}
	return start + rest
}
