package naive

import (
	"cmp"
	"math/big"
	"slices"
	"time"

	"netstream/aggregate/flow"
)

// mostTouched is how many intervals a record may touch to be spread over them.
const mostTouched = 2016

// Spread makes the interval table of flow records that exporters have metered:
// docs/metering.md section 7. Intervals must lie within the range of times whole.
// Points are ordered by their numbers.
func Spread(records []flow.Record, width time.Duration, local Local, method flow.Distribution) []flow.IntervalRecord {
	const places = flow.FieldInIf | flow.FieldOutIf | flow.FieldDirection
	all := spans{local: local, width: width}
	table := map[flow.IntervalRecord]*flow.IntervalRecord{}
	for _, r := range inOrder(records) {
		e := r.Export
		touched, method := touches(&r, &all, method)
		for i, t := range touched {
			start := t.start
			first, last := max(r.Start, start), min(r.End, t.end-1)
			place := flow.IntervalRecord{Key: r.Key, Start: start, End: t.end, Has: e.Has & places, InIf: e.InIf, OutIf: e.OutIf, Direction: e.Direction}
			row := table[place]
			if row == nil {
				row = new(flow.IntervalRecord)
				*row = place
				row.First, row.Last, row.Distribution = first, last, method
				row.Has |= flow.FieldSampling
				table[place] = row
			}
			row.First, row.Last = min(row.First, first), max(row.Last, last)
			row.FlowsActive++
			row.ActiveTime = sumTimes(row.ActiveTime, first, last)
			if i == 0 {
				row.FlowsStarted++
			}
			if i == len(touched)-1 {
				row.FlowsEnded++
			}
			if row.Distribution != method {
				row.Distribution = flow.DistributionUnspecified
			}
			addShare(row, &r, func(count uint64) uint64 {
				return shareOf(count, r.Start, r.End, touched, i, method)
			})
		}
	}
	return finished(table)
}

// touches gives the intervals that a record touches and how it is spread.
func touches(r *flow.Record, all *spans, method flow.Distribution) ([]span, flow.Distribution) {
	first, last := all.of(r.Start), all.of(r.End)
	touched := []span{first}
	for at := first; at != last; {
		if len(touched) == mostTouched {
			return []span{first, last}, flow.DistributionEnd
		}
		at = all.of(at.end)
		touched = append(touched, at)
	}
	return touched, method
}

// addShare adds to a row what share gives of each counter of a record.
func addShare(row *flow.IntervalRecord, r *flow.Record, share func(uint64) uint64) {
	const volumes = flow.FieldPackets | flow.FieldOctets | flow.FieldWireOctets | flow.FieldPayloadOctets
	e := r.Export
	row.Has |= e.Has & volumes
	row.TCPFlags |= r.TCPFlags
	row.Marks |= r.Marks & flow.MarkTCP
	row.Counters.Packets += share(r.Counters.Packets)
	row.Counters.Octets += share(r.Counters.Octets)
	row.Counters.WireOctets += share(r.Counters.WireOctets)
	row.Counters.PayloadOctets += share(r.Counters.PayloadOctets)
	if e.Has&flow.FieldSampling == 0 {
		row.Has &^= flow.FieldSampling
	} else {
		row.Scaled.Packets += share(r.Counters.Packets * e.Population / e.Sample)
		row.Scaled.Octets += share(r.Counters.Octets * e.Population / e.Sample)
	}
	row.InIfName, row.OutIfName = cmp.Or(row.InIfName, e.InIfName), cmp.Or(row.OutIfName, e.OutIfName)
}

// shareOf gives what the interval touched[i] gets of a counter.
func shareOf(count uint64, start, end flow.Timestamp, touched []span, i int, method flow.Distribution) uint64 {
	var only int
	switch method {
	case flow.DistributionStart:
		only = 0
	case flow.DistributionEnd:
		only = len(touched) - 1
	case flow.DistributionMid:
		middle := start + (end-start)/2
		only = slices.IndexFunc(touched, func(t span) bool { return t.start <= middle && middle < t.end })
	case flow.DistributionUniform:
		n := uint64(len(touched))
		return count/n + min(1, count%n/uint64(i+1))
	default:
		return until(count, start, end, touched[i].end) - until(count, start, end, touched[i].start)
	}
	if only != i {
		return 0
	}
	return count
}

// until gives what of a counter falls to the time before t.
func until(count uint64, start, end, t flow.Timestamp) uint64 {
	switch {
	case t > end || t == end && start < end:
		return count
	case t <= start:
		return 0
	}
	part := new(big.Int).SetUint64(count)
	part.Mul(part, big.NewInt(int64(t-start)))
	return part.Div(part, big.NewInt(int64(end-start))).Uint64()
}

// inOrder gives records in the order in which shares of one row are added.
func inOrder(records []flow.Record) []flow.Record {
	records = slices.Clone(records)
	slices.SortFunc(records, func(a, b flow.Record) int {
		return cmp.Or(cmp.Compare(a.FirstInput, b.FirstInput), cmp.Compare(a.FirstNumber, b.FirstNumber))
	})
	return records
}

// finished puts the rows in order and drops scaled volumes of which parts are
// missing.
func finished(table map[flow.IntervalRecord]*flow.IntervalRecord) []flow.IntervalRecord {
	var rows []flow.IntervalRecord
	for _, row := range table {
		if row.Has&flow.FieldSampling == 0 {
			row.Scaled = flow.Scaled{}
		}
		rows = append(rows, *row)
	}
	number := func(r *flow.IntervalRecord, field flow.Fields, v uint32) uint64 {
		if r.Has&field == 0 {
			return 0
		}
		return uint64(v) + 1
	}
	slices.SortFunc(rows, func(a, b flow.IntervalRecord) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), compareKeys(a.Key, b.Key), cmp.Compare(a.Key.Point, b.Key.Point),
			cmp.Compare(number(&a, flow.FieldInIf, a.InIf), number(&b, flow.FieldInIf, b.InIf)),
			cmp.Compare(number(&a, flow.FieldOutIf, a.OutIf), number(&b, flow.FieldOutIf, b.OutIf)),
			cmp.Compare(number(&a, flow.FieldDirection, uint32(a.Direction)), number(&b, flow.FieldDirection, uint32(b.Direction))))
	})
	return rows
}
