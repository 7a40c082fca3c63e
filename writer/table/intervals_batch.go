package table

import "netstream/aggregate/flow"

// intervalBatches are those of the columns that every interval row has, and of the usual
// ones.
func intervalBatches(o *Options) map[string]batch[flow.IntervalRecord] {
	type record = flow.IntervalRecord
	batches := map[string]batch[record]{
		"flows_active": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = count(rows.All[i].FlowsActive)
			}
		}},
		"flows_started": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = count(rows.All[i].FlowsStarted)
			}
		}},
		"flows_ended": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = count(rows.All[i].FlowsEnded)
			}
		}},
		"tcp_flags": {
			nulls: &Nulls[record]{func(null []bool, rows *Rows[record]) {
				for i := range rows.All {
					null[i] = rows.All[i].Marks&flow.MarkTCP == 0
				}
			}},
			ints: func(dst []int64, rows *Rows[record]) {
				for i := range rows.All {
					dst[i] = int64(rows.All[i].TCPFlags)
				}
			},
		},
		"distribution": {symbols: func(dst []Symbol, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = Symbol{Low: uint64(rows.All[i].Distribution)}
			}
		}},
		"complete": {ints: func(dst []int64, rows *Rows[record]) {
			for i := range rows.All {
				dst[i] = truth(rows.All[i].Complete)
			}
		}},
	}
	if o.Nanoseconds {
		return batches
	}
	batches["interval_start"] = batch[record]{ints: func(dst []int64, rows *Rows[record]) {
		for i := range rows.All {
			dst[i] = rows.All[i].Start.Microseconds()
		}
	}}
	batches["interval_end"] = batch[record]{ints: func(dst []int64, rows *Rows[record]) {
		for i := range rows.All {
			dst[i] = rows.All[i].End.Microseconds()
		}
	}}
	batches["first_seen"] = batch[record]{ints: func(dst []int64, rows *Rows[record]) {
		for i := range rows.All {
			dst[i] = rows.All[i].First.Microseconds()
		}
	}}
	batches["last_seen"] = batch[record]{ints: func(dst []int64, rows *Rows[record]) {
		for i := range rows.All {
			dst[i] = rows.All[i].Last.Microseconds()
		}
	}}
	return batches
}
