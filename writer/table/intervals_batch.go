package table

import "netstream/aggregate/flow"

// intervalBatches are those of the columns that every interval row has, and of the usual
// ones.
func intervalBatches(o *Options) map[string]batch[flow.IntervalRecord] {
	type record = flow.IntervalRecord
	batches := map[string]batch[record]{
		"flows_active": {ints: func(dst []int64, rows []record) {
			for i := range rows {
				dst[i] = count(rows[i].FlowsActive)
			}
		}},
		"flows_started": {ints: func(dst []int64, rows []record) {
			for i := range rows {
				dst[i] = count(rows[i].FlowsStarted)
			}
		}},
		"flows_ended": {ints: func(dst []int64, rows []record) {
			for i := range rows {
				dst[i] = count(rows[i].FlowsEnded)
			}
		}},
		"tcp_flags": {
			nulls: &Nulls[record]{func(null []bool, rows []record) {
				for i := range rows {
					null[i] = rows[i].Marks&flow.MarkTCP == 0
				}
			}},
			ints: func(dst []int64, rows []record) {
				for i := range rows {
					dst[i] = int64(rows[i].TCPFlags)
				}
			},
		},
		"distribution": {symbols: func(dst []Symbol, rows []record) {
			for i := range rows {
				dst[i] = Symbol{Low: uint64(rows[i].Distribution)}
			}
		}},
		"complete": {ints: func(dst []int64, rows []record) {
			for i := range rows {
				dst[i] = truth(rows[i].Complete)
			}
		}},
	}
	if o.Nanoseconds {
		return batches
	}
	batches["interval_start"] = batch[record]{ints: func(dst []int64, rows []record) {
		for i := range rows {
			dst[i] = rows[i].Start.Microseconds()
		}
	}}
	batches["interval_end"] = batch[record]{ints: func(dst []int64, rows []record) {
		for i := range rows {
			dst[i] = rows[i].End.Microseconds()
		}
	}}
	batches["first_seen"] = batch[record]{ints: func(dst []int64, rows []record) {
		for i := range rows {
			dst[i] = rows[i].First.Microseconds()
		}
	}}
	batches["last_seen"] = batch[record]{ints: func(dst []int64, rows []record) {
		for i := range rows {
			dst[i] = rows[i].Last.Microseconds()
		}
	}}
	return batches
}
