package naive

import (
	"cmp"
	"slices"
	"time"

	"netstream/aggregate/flow"
)

// intervals makes the interval table: docs/metering.md section 5.
func intervals(flows []*meteredFlow, opts Options) []flow.IntervalRecord {
	width := opts.Interval
	type place struct {
		key   flow.Key
		start flow.Timestamp
	}
	rows := map[place]*flow.IntervalRecord{}
	for _, f := range flows {
		present := map[flow.Timestamp][2]flow.Timestamp{} // intervals with a packet of the flow: first and last
		for _, p := range f.packets {
			start := intervalOf(p.Time, width)
			if span, ok := present[start]; ok {
				present[start] = [2]flow.Timestamp{min(span[0], p.Time), max(span[1], p.Time)}
			} else {
				present[start] = [2]flow.Timestamp{p.Time, p.Time}
			}
			row := rows[place{f.record.Key, start}]
			if row == nil {
				row = &flow.IntervalRecord{Key: f.record.Key, Start: start, First: p.Time, Last: p.Time,
					Has: flow.MeteredFields, Distribution: flow.DistributionDirect}
				if opts.Biflow {
					row.Has |= flow.FieldReverse
				}
				rows[place{f.record.Key, start}] = row
			}
			row.First, row.Last = min(row.First, p.Time), max(row.Last, p.Time)
			if opts.Biflow && p.against(f) {
				row.ReverseTCPFlags |= p.TCPFlags
				row.ReverseTCP = row.ReverseTCP || p.HasTCPFlags
				count(&row.Reverse, p)
				continue
			}
			row.TCPFlags |= p.TCPFlags
			if p.HasTCPFlags {
				row.Marks |= flow.MarkTCP
			}
			count(&row.Counters, p)
		}
		for start, span := range present {
			row := rows[place{f.record.Key, start}]
			row.FlowsActive++
			row.ActiveTime = sumTimes(row.ActiveTime, span[0], span[1])
		}
		rows[place{f.record.Key, intervalOf(f.record.Start, width)}].FlowsStarted++
		rows[place{f.record.Key, intervalOf(f.record.End, width)}].FlowsEnded++
	}
	var table []flow.IntervalRecord
	for _, row := range rows {
		table = append(table, *row)
	}
	slices.SortFunc(table, func(a, b flow.IntervalRecord) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), compareKeys(a.Key, b.Key))
	})
	return table
}

// intervalOf gives the start of the interval that holds t, also before 1970.
func intervalOf(t flow.Timestamp, width time.Duration) flow.Timestamp {
	into := t % flow.Timestamp(width)
	if into < 0 {
		into += flow.Timestamp(width)
	}
	return minus(t, into)
}

// sumTimes adds the time from first to last, in nanoseconds, to a sum of such. It
// stays within 63 bits.
func sumTimes(sum uint64, first, last flow.Timestamp) uint64 {
	return uint64(plus(flow.Timestamp(sum), minus(last, first)))
}
