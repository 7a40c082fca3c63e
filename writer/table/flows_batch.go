package table

import "netstream/aggregate/flow"

// flowBatches are those of the columns that every flow has, and of the usual ones.
func flowBatches(o *Options) map[string]batch[flow.Record] {
	type record = flow.Record
	batches := map[string]batch[record]{
		"duration_us": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = rows.All[i].End.Microseconds() - rows.All[i].Start.Microseconds()
			}
		}},
		"min_ttl": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = int64(rows.All[i].MinTTL)
			}
		}},
		"max_ttl": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = int64(rows.All[i].MaxTTL)
			}
		}},
		"min_ip_len": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = count(rows.All[i].MinOctets)
			}
		}},
		"max_ip_len": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = count(rows.All[i].MaxOctets)
			}
		}},
		"first_record": {nulls: &Nulls[record]{func(null []bool, rows *Rows[record]) {
			for i := range rows.All {
				null[i] = rows.All[i].Export == nil
			}
		}}},
		"vlan_id":       {nulls: unmarked(flow.MarkVLAN)},
		"inner_vlan_id": {nulls: unmarked(flow.MarkInnerVLAN)},
		"mpls_label":    {nulls: unmarked(flow.MarkMPLS)},
		"time_source": {symbols: func(dst []Symbol, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = timeSource(&rows.All[i])
			}
		}},
		"fragments": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = count(rows.All[i].Fragments)
			}
		}},
		"late_packets": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = count(rows.All[i].LatePackets)
			}
		}},
		"end_reason": {symbols: func(dst []Symbol, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = Symbol{Low: uint64(rows.All[i].EndReason)}
			}
		}},
		"end_reason_code": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = int64(rows.All[i].EndReason)
			}
		}},
	}
	if !o.Nanoseconds {
		batches["flow_start"] = batch[record]{ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = rows.All[i].Start.Microseconds()
			}
		}}
		batches["flow_end"] = batch[record]{ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = rows.All[i].End.Microseconds()
			}
		}}
	}
	return batches
}

// unmarked marks the rows that lack a mark.
func unmarked(mark flow.Mark) *Nulls[flow.Record] {
	return &Nulls[flow.Record]{func(null []bool, rows *Rows[flow.Record]) {
		for i := range rows.All {
			null[i] = rows.All[i].Marks&mark == 0
		}
	}}
}

// tcpBatches are those of the control bits. All counts are NULL in the same rows.
func tcpBatches() map[string]batch[flow.Record] {
	type record = flow.Record
	batches := map[string]batch[record]{"tcp_flags": {
		nulls: unmarked(flow.MarkTCP),
		ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = int64(rows.All[i].TCPFlags)
			}
		},
	}}
	notCounted := &Nulls[record]{func(null []bool, rows *Rows[record]) {
		for i := range rows.All {
			null[i] = lacksFlagCounts(&rows.All[i])
		}
	}}
	for bit, b := range tcpBits() {
		batches["tcp_"+b.name] = batch[record]{nulls: notCounted, ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = count(rows.All[i].TCPFlagCounts[bit])
			}
		}}
	}
	return batches
}
