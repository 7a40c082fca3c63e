package table

import "netstream/aggregate/flow"

// flowMAC declares the hardware addresses.
func flowMAC(o *Options) []Column[flow.Record] {
	// Whether packets have hardware addresses is not among the fields of metered
	// flows, so the columns can be absent only where there are none of these.
	absent := func(field flow.Fields) bool { return o.absent(field | flow.FieldFirstPacket) }
	noMAC := func(field flow.Fields) func(*flow.Record) bool {
		return func(r *flow.Record) bool { return r.Marks&flow.MarkMAC == 0 && r.Fields()&field == 0 }
	}
	return []Column[flow.Record]{
		{
			Name: "src_mac", Kind: Text, Elements: []Element{{56, "sourceMacAddress"}},
			Definition: "Source hardware address of the flow's first packet, of a biflow of the first one from src_ip to dst_ip, in lower-case hexadecimal with colons; NULL if the link has none, or the exporter does not tell.",
			Null:       noMAC(flow.FieldSourceMAC), Absent: absent(flow.FieldSourceMAC),
			Symbol: func(r *flow.Record) Symbol { return macSymbol(&r.SourceMAC) },
			Spell:  spellMAC,
		}, {
			Name: "dst_mac", Kind: Text, Elements: []Element{{80, "destinationMacAddress"}},
			Definition: "Destination hardware address of the flow's first packet, of a biflow of the first one from src_ip to dst_ip, in lower-case hexadecimal with colons; NULL if the link has none, or the exporter does not tell.",
			Null:       noMAC(flow.FieldDestinationMAC), Absent: absent(flow.FieldDestinationMAC),
			Symbol: func(r *flow.Record) Symbol { return macSymbol(&r.DestinationMAC) },
			Spell:  spellMAC,
		},
	}
}

// flowProvenance declares how the record came about.
func flowProvenance() []Column[flow.Record] {
	return []Column[flow.Record]{
		{
			Name: "time_source", Kind: Text,
			Definition: "What flow_start and flow_end are from: packet for flows metered from packets; else seconds, milliseconds, microseconds, nanoseconds, delta, uptime or event by the elements of the record, export or received for the time of the message, none if there is no time at all.",
			Symbol:     timeSource,
			Spell:      spellTimeSource,
		}, {
			Name: "fragments", Kind: Int64, Unit: "packets",
			Definition: "Number of packets that were IP fragments, first fragments included; NULL for exported flows.",
			field:      flow.FieldFragments,
			Int:        func(r *flow.Record) int64 { return count(r.Fragments) },
		}, {
			Name: "late_packets", Kind: Int64, Unit: "packets",
			Definition: "Number of packets whose time stamp lay further behind their file's clock than the reorder window mends; NULL for exported flows.",
			field:      flow.FieldFirstPacket,
			Int:        func(r *flow.Record) int64 { return count(r.LatePackets) },
		}, {
			Name: "end_reason", Kind: Text, Elements: []Element{{136, "flowEndReason"}},
			Definition: "Why the record ended: idle_timeout, active_timeout, end_of_flow, forced_end or lack_of_resources; NULL if the exporter does not tell.",
			field:      flow.FieldEndReason,
			Symbol:     func(r *flow.Record) Symbol { return Symbol{Low: uint64(r.EndReason)} },
			Spell: func(dst []byte, s Symbol) []byte {
				return append(dst, flow.EndReason(s.Low).String()...)
			},
		}, {
			Name: "end_reason_code", Kind: Uint8, Elements: []Element{{136, "flowEndReason"}},
			Definition: "end_reason as its registered number, 1 to 5; NULL if end_reason is.",
			field:      flow.FieldEndReason,
			Int:        func(r *flow.Record) int64 { return int64(r.EndReason) },
		},
	}
}

// timeSource gives 0 for packets, else the source plus 1.
func timeSource(r *flow.Record) Symbol {
	if r.Export == nil {
		return Symbol{}
	}
	return Symbol{Low: uint64(r.Export.TimeSource) + 1}
}

func spellTimeSource(dst []byte, s Symbol) []byte {
	if s.Low == 0 {
		return append(dst, "packet"...)
	}
	return append(dst, flow.TimeSource(s.Low-1).String()...)
}

// flowIdentity declares the names of the record: its own, and that of its
// connection.
func flowIdentity(points *observedPoints) []Column[flow.Record] {
	return []Column[flow.Record]{
		{
			Name: "flow_id", Kind: Int64, Elements: []Element{{148, "flowId"}}, Pattern: Random,
			Definition: "63 bits of a hash of flow key, flow start and ordinal, of exported flows also of the flow end, exporter, domain, interfaces and direction: the same flow has the same identifier in every run.",
			Int: func(r *flow.Record) int64 {
				point := &points.at(r.Key.Point).Point
				if r.Export != nil {
					return ExportedFlowID(r, point)
				}
				return FlowID(&r.Key, point, r.Start, r.Ordinal)
			},
		}, {
			Name: "community_id", Kind: Text, Pattern: Varied,
			Definition: "Community ID version 1 with seed 0, the same for both directions of a connection; NULL if the addresses or the protocol are not known, and if the key of metered flows is without the ports or has prefixes of addresses.",
			Null:       func(r *flow.Record) bool { return lacksCommunity(r, points) },
			Symbol:     func(r *flow.Record) Symbol { return communitySymbol(&r.Key) },
			Spell:      spellCommunityID,
			Short:      shortCommunityID,
		},
	}
}

// identityBatches are those of the names of the record, and of its first packet.
func identityBatches(o *Options, points *observedPoints) map[string]batch[flow.Record] {
	first := numberOf(o.FirstPacketOf)
	return map[string]batch[flow.Record]{
		"flow_id":      {ints: flowIDs(points)},
		"community_id": communityBatch(points),
		"first_packet": {ints: func(dst []int64, rows *Rows[flow.Record]) {
			for i := range rows.All {
				dst[i] = first(&rows.All[i])
			}
		}},
	}
}

// flowOrigin declares where in the input the record is from.
func flowOrigin(o *Options) []Column[flow.Record] {
	exported := func(r *flow.Record) bool { return r.Export != nil }
	notPacket, noPackets := lacks(flow.FieldFirstPacket), o.absent(flow.FieldFirstPacket)
	columns := []Column[flow.Record]{
		{
			Name: "first_packet", Kind: Int64, Pattern: Near,
			Definition: "Number of the flow's first packet, counted from 1 through all inputs in their order; run.json says at which number each input begins; NULL for exported flows.",
			Null:       notPacket, Absent: noPackets, Always: o.always(flow.FieldFirstPacket),
			Int: numberOf(o.FirstPacketOf),
		}, {
			Name: "first_record", Kind: Int64, Pattern: Near,
			Definition: "Number of the row among those of exported records, counted from 1 through all inputs in their order (a biflow makes two); NULL for flows metered from packets.",
			Null:       func(r *flow.Record) bool { return !exported(r) },
			Int:        numberOf(o.FirstRecordOf),
		},
	}
	if o.FileOf == nil {
		return columns
	}
	return append(columns, Column[flow.Record]{
		Name: "first_file", Kind: Text,
		Definition: "Name of the input that holds the flow's first packet, or the exported record, as it was given.",
		Symbol:     func(r *flow.Record) Symbol { return Symbol{Low: uint64(r.FirstInput)} },
		Spell:      func(dst []byte, s Symbol) []byte { return appendValid(dst, o.FileOf(uint32(s.Low))) },
	}, Column[flow.Record]{
		Name: "first_file_packet", Kind: Int64, Pattern: Near,
		Definition: "Number of the flow's first packet within first_file, counted from 1; NULL for exported flows.",
		Null:       notPacket, Absent: noPackets, Always: o.always(flow.FieldFirstPacket),
		Int: numberOf(nil),
	})
}

// flowElements declares the information elements that were asked for by number.
func flowElements(o *Options) []Column[flow.Record] {
	var columns []Column[flow.Record]
	for i, name := range o.Elements {
		columns = append(columns, Column[flow.Record]{
			Name: name, Kind: Text, Pattern: Varied,
			Definition: "Information element on request, named by its enterprise number (0 for those of IANA) and its own; NULL if the record does not have it.",
			Null: func(r *flow.Record) bool {
				if r.Export == nil {
					return true
				}
				_, ok := flow.Element(r.Export.Elements, i)
				return !ok
			},
			Absent: o.absent(flow.FieldElements),
			Text: func(dst []byte, r *flow.Record) []byte {
				text, _ := flow.Element(r.Export.Elements, i)
				return appendValid(dst, text)
			},
		})
	}
	return columns
}
