package table

import (
	"math"
	"net/netip"

	"netstream/aggregate/flow"
)

// SchemeTable gives the name of a scheme's table, which is that of its file in a
// folder.
func SchemeTable(s *flow.Scheme) string { return "accounting/" + s.Name }

// Scheme declares the table of an accounting scheme: one row a group and interval, in
// the order of interval and key columns (docs/accounting.md).
func Scheme(o Options, s *flow.Scheme) []Column[flow.SchemeRow] {
	columns := schemeTimes(&o)
	var sourceRoute, destinationRoute bool
	for i := range s.Columns {
		columns = append(columns, schemeKey(&s.Columns[i], i))
		sourceRoute = sourceRoute || s.Columns[i].Field == flow.SchemeSourcePrefix
		destinationRoute = destinationRoute || s.Columns[i].Field == flow.SchemeDestinationPrefix
	}
	if sourceRoute {
		columns = append(columns, routeColumn("src_mask_source", "src_mask", func(r *flow.SchemeRow) flow.RouteSources { return r.SourceRoutes }))
	}
	if destinationRoute {
		columns = append(columns, routeColumn("dst_mask_source", "dst_mask", func(r *flow.SchemeRow) flow.RouteSources { return r.DestinationRoutes }))
	}
	return append(columns, schemeSums(&o, s)...)
}

func schemeTimes(o *Options) []Column[flow.SchemeRow] {
	type row = flow.SchemeRow
	return []Column[row]{
		{
			Name: "interval_start", Kind: o.timestampKind(), Pattern: Near,
			Elements:   o.byUnit(Element{154, "flowStartMicroseconds"}, Element{156, "flowStartNanoseconds"}),
			Definition: "Begin of the interval, as in the interval table.",
			Int:        timestamp(o, func(r *row) flow.Timestamp { return r.Start }),
		}, {
			Name: "interval_end", Kind: o.timestampKind(), Pattern: Near,
			Elements:   o.byUnit(Element{155, "flowEndMicroseconds"}, Element{157, "flowEndNanoseconds"}),
			Definition: "End of the interval, which does not belong to it any more.",
			Int:        timestamp(o, func(r *row) flow.Timestamp { return r.End }),
		},
	}
}

func routeColumn(name, of string, routes func(*flow.SchemeRow) flow.RouteSources) Column[flow.SchemeRow] {
	return Column[flow.SchemeRow]{
		Name: name, Kind: Text,
		Definition: "Where " + of + " is from: table (of the user), record (of the exporter), key (the flow key has no more bits), minimum (no route is known), mixed if flows of the row differ; NULL if " + of + " is.",
		Null:       func(r *flow.SchemeRow) bool { return routes(r) == 0 },
		Symbol:     func(r *flow.SchemeRow) Symbol { return Symbol{Low: uint64(routes(r))} },
		Spell:      func(dst []byte, s Symbol) []byte { return append(dst, flow.RouteSources(s.Low).String()...) },
	}
}

// schemeSums declares what a group amounts to in an interval.
func schemeSums(o *Options, s *flow.Scheme) []Column[flow.SchemeRow] {
	type row = flow.SchemeRow
	lacks := func(need flow.Fields) func(*row) bool {
		return func(r *row) bool { return r.Has&need == 0 }
	}
	columns := schemeFlows()
	columns = append(columns, counterColumns(func(r *row) *flow.Counters { return &r.Counters })...)
	columns = append(columns, scaledColumns(o, lacks,
		func(r *row) int64 { return count(r.Scaled.Packets) },
		func(r *row) int64 { return count(r.Scaled.Octets) })...)
	columns = append(columns, schemeSpan(o)...)
	columns = append(columns, utilization(o, s)...)
	if o.Distinct {
		columns = append(columns, schemeDistinct()...)
	}
	if o.Peak {
		columns = append(columns, Column[row]{
			Name: "peak_bps", Kind: Int64, Unit: "bit/s", Pattern: Near,
			Definition: "8 * the bytes of the group's packets in the second of the interval in which they are most; seconds are those of UTC. NULL if no packet of the group was metered here.",
			Null:       func(r *row) bool { return !r.HasPeak },
			Int:        func(r *row) int64 { return count(8 * min(r.Peak, math.MaxInt64/8)) },
		})
	}
	columns = append(columns, completeColumn("Whether the run has seen the interval from its begin to its end, of packets if any flow of the row was metered from packets, of reports if any is of an exporter, so that later input adds nothing to it (docs/metering.md section 5).",
		func(r *row) bool { return r.Complete }))
	return byField(o, lacks, columns)
}

func schemeFlows() []Column[flow.SchemeRow] {
	type row = flow.SchemeRow
	return []Column[row]{
		{
			Name: "flows", Kind: Int64, Elements: []Element{{3, "deltaFlowCount"}}, Unit: "flows",
			Definition: "Number of flows that the flow records stand for whose flow_start lies in the interval: 1 each, but as many as the exporter tells.",
			Int:        func(r *row) int64 { return count(r.Flows) },
		}, {
			Name: "flows_active", Kind: Int64, Elements: []Element{{375, "originalFlowsPresent"}}, Unit: "flows",
			Definition: "Number of flow records with a packet in the interval, of exported ones those whose span touches it.",
			Int:        func(r *row) int64 { return count(r.FlowsActive) },
		}, {
			Name: "flows_started", Kind: Int64, Elements: []Element{{376, "originalFlowsInitiated"}}, Unit: "flows",
			Definition: "Number of flow records whose flow_start lies in the interval.",
			Int:        func(r *row) int64 { return count(r.FlowsStarted) },
		}, {
			Name: "flows_ended", Kind: Int64, Elements: []Element{{377, "originalFlowsCompleted"}}, Unit: "flows",
			Definition: "Number of flow records whose flow_end lies in the interval.",
			Int:        func(r *row) int64 { return count(r.FlowsEnded) },
		},
	}
}

func schemeSpan(o *Options) []Column[flow.SchemeRow] {
	type row = flow.SchemeRow
	return []Column[row]{
		{
			Name: "active_time_ns", Kind: Int64, Unit: "ns", Pattern: Near,
			Definition: "Time from the first to the last packet that each flow record has in the interval, summed over them; of exported flows the part of the span that lies in it.",
			Int:        func(r *row) int64 { return count(r.ActiveTime) },
		}, {
			Name: "first_seen", Kind: o.timestampKind(), Pattern: Near,
			Definition: "Least time stamp of the packets, as in the interval table.",
			Int:        timestamp(o, func(r *row) flow.Timestamp { return r.First }),
		}, {
			Name: "last_seen", Kind: o.timestampKind(), Pattern: Near,
			Definition: "Greatest time stamp of the packets, as in the interval table.",
			Int:        timestamp(o, func(r *row) flow.Timestamp { return r.Last }),
		}, {
			Name: "avg_bps", Kind: Float64, Unit: "bit/s", Pattern: Varied,
			Definition: "(8 * bytes) / (length of the interval in seconds), each of the three operations rounded to binary64; NULL if bytes is.",
			Null:       func(r *row) bool { return r.Has&flow.FieldOctets == 0 },
			Int:        func(r *row) int64 { return averageRate(r.Counters.Octets, uint64(r.End)-uint64(r.Start)) },
		},
	}
}

// averageRate gives the bits of the number of bits in a second.
func averageRate(octets, width uint64) int64 {
	bits := float64(8) * float64(octets)
	return int64(math.Float64bits(bits / (float64(width) / 1e9)))
}

func schemeDistinct() []Column[flow.SchemeRow] {
	type row = flow.SchemeRow
	return []Column[row]{
		{
			Name: "distinct_src", Kind: Int64, Unit: "addresses",
			Definition: "Number of different source addresses of the group's flows in the interval; NULL if none is known.",
			Null:       func(r *row) bool { return r.DistinctSources == 0 },
			Int:        func(r *row) int64 { return count(r.DistinctSources) },
		}, {
			Name: "distinct_dst", Kind: Int64, Unit: "addresses",
			Definition: "Number of different destination addresses of the group's flows in the interval; NULL if none is known.",
			Null:       func(r *row) bool { return r.DistinctDestinations == 0 },
			Int:        func(r *row) int64 { return count(r.DistinctDestinations) },
		},
	}
}

// schemeSection gives what the tables of schemes can have: those columns of the key that
// a scheme asks for, and the others, with those on request.
func schemeSection(o Options) Section {
	var s flow.Scheme
	named := make(map[string]bool)
	for f := range flow.SchemeFieldCount {
		if name := f.Name(); name != "" && !named[name] {
			named[name] = true
			s.Columns = append(s.Columns, flow.SchemeColumn{Name: name, Field: f})
		}
	}
	o.Distinct, o.Peak, o.SpeedOf = true, true, func(netip.Addr, uint32) uint64 { return 0 }
	return Section{
		"accounting", "One row a group of flows and interval, a table for each accounting scheme; ordered by interval_start and the key. Of the columns from exporter_ip to vni each scheme has those of its key, in the order of its definition (docs/accounting.md); distinct_src, distinct_dst and peak_bps are there on request, in_if_utilization and out_if_utilization with speeds of --interfaces.",
		Describe(Scheme(o, &s)),
	}
}
