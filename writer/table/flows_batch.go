package table

import "netstream/aggregate/flow"

// flowBatches are those of the columns that every flow has, and of the usual ones.
func flowBatches(o *Options) map[string]batch[flow.Record] {
	type record = flow.Record
	batches := map[string]batch[record]{
		"duration_us": {ints: func(dst []int64, rows []record) {
			for i := range rows {
				dst[i] = rows[i].End.Microseconds() - rows[i].Start.Microseconds()
			}
		}},
		"min_ttl": {ints: func(dst []int64, rows []record) {
			for i := range rows {
				dst[i] = int64(rows[i].MinTTL)
			}
		}},
		"max_ttl": {ints: func(dst []int64, rows []record) {
			for i := range rows {
				dst[i] = int64(rows[i].MaxTTL)
			}
		}},
		"min_ip_len": {ints: func(dst []int64, rows []record) {
			for i := range rows {
				dst[i] = count(rows[i].MinOctets)
			}
		}},
		"max_ip_len": {ints: func(dst []int64, rows []record) {
			for i := range rows {
				dst[i] = count(rows[i].MaxOctets)
			}
		}},
		"vlan_id":       {nulls: unmarked(flow.MarkVLAN)},
		"inner_vlan_id": {nulls: unmarked(flow.MarkInnerVLAN)},
		"mpls_label":    {nulls: unmarked(flow.MarkMPLS)},
		"time_source": {symbols: func(dst []Symbol, rows []record) {
			for i := range rows {
				dst[i] = timeSource(&rows[i])
			}
		}},
		"fragments": {ints: func(dst []int64, rows []record) {
			for i := range rows {
				dst[i] = count(rows[i].Fragments)
			}
		}},
		"late_packets": {ints: func(dst []int64, rows []record) {
			for i := range rows {
				dst[i] = count(rows[i].LatePackets)
			}
		}},
		"end_reason": {symbols: func(dst []Symbol, rows []record) {
			for i := range rows {
				dst[i] = Symbol{Low: uint64(rows[i].EndReason)}
			}
		}},
		"end_reason_code": {ints: func(dst []int64, rows []record) {
			for i := range rows {
				dst[i] = int64(rows[i].EndReason)
			}
		}},
	}
	if !o.Nanoseconds {
		batches["flow_start"] = batch[record]{ints: func(dst []int64, rows []record) {
			for i := range rows {
				dst[i] = rows[i].Start.Microseconds()
			}
		}}
		batches["flow_end"] = batch[record]{ints: func(dst []int64, rows []record) {
			for i := range rows {
				dst[i] = rows[i].End.Microseconds()
			}
		}}
	}
	return batches
}

// unmarked marks the rows that lack a mark.
func unmarked(mark flow.Mark) *Nulls[flow.Record] {
	return &Nulls[flow.Record]{func(null []bool, rows []flow.Record) {
		for i := range rows {
			null[i] = rows[i].Marks&mark == 0
		}
	}}
}

// tcpBatches are those of the control bits. All counts are NULL in the same rows.
func tcpBatches() map[string]batch[flow.Record] {
	type record = flow.Record
	batches := map[string]batch[record]{"tcp_flags": {
		nulls: unmarked(flow.MarkTCP),
		ints: func(dst []int64, rows []record) {
			for i := range rows {
				dst[i] = int64(rows[i].TCPFlags)
			}
		},
	}}
	notCounted := &Nulls[record]{func(null []bool, rows []record) {
		for i := range rows {
			null[i] = lacksFlagCounts(&rows[i])
		}
	}}
	for bit, b := range tcpBits() {
		batches["tcp_"+b.name] = batch[record]{nulls: notCounted, ints: func(dst []int64, rows []record) {
			for i := range rows {
				dst[i] = count(rows[i].TCPFlagCounts[bit])
			}
		}}
	}
	return batches
}
