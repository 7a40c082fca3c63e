package naive

import (
	"cmp"
	"slices"
	"time"

	"netstream/aggregate/flow"
)

// intervals makes the interval table: docs/metering.md section 5.
func intervals(flows []*meteredFlow, opts Options) []flow.IntervalRecord {
	type place struct {
		key   flow.Key
		start flow.Timestamp
	}
	all := spans{local: opts.Local, width: opts.Interval}
	rows := map[place]*flow.IntervalRecord{}
	for _, f := range flows {
		present := map[flow.Timestamp][2]flow.Timestamp{} // intervals with a packet of the flow: first and last
		for _, p := range f.packets {
			in := all.of(p.Time)
			start := in.start
			if span, ok := present[start]; ok {
				present[start] = [2]flow.Timestamp{min(span[0], p.Time), max(span[1], p.Time)}
			} else {
				present[start] = [2]flow.Timestamp{p.Time, p.Time}
			}
			row := rows[place{f.record.Key, start}]
			if row == nil {
				row = &flow.IntervalRecord{Key: f.record.Key, Start: start, End: in.end, First: p.Time, Last: p.Time,
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
		rows[place{f.record.Key, all.of(f.record.Start).start}].FlowsStarted++
		rows[place{f.record.Key, all.of(f.record.End).start}].FlowsEnded++
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

// seen gives the time of which the run has seen all packets, from one instant to before
// another: docs/metering.md, section Complete intervals. Outside are the times of the
// packets that --time left out.
func (o *Options) seen(packets []*packet, outside []flow.Timestamp) (from, to flow.Timestamp) {
	s := &o.Select
	from, to = packets[0].clock, minus(packets[len(packets)-1].clock, flow.Timestamp(o.ReorderWindow))
	for _, t := range outside {
		if s.HasFrom && t < s.From {
			from = s.From
		}
		if s.HasTo && t >= s.To && s.Count == 0 {
			to = s.To
		}
	}
	return from, to
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
