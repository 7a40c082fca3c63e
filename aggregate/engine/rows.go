package engine

import (
	"cmp"
	"math"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
)

// Flows gives the flow records in the order of their table. It numbers those of
// exporters that agree in times, key, interfaces and direction by
// [flow.Record.Ordinal]. yield must not keep the pointer, nor those in the record.
func (r *Result) Flows(yield func(*flow.Record) error) error {
	var row flow.Record
	return r.FlowsTo(func() *flow.Record { return &row }, yield)
}

// FlowsTo is Flows for a caller who says where the next record is to be, which may keep
// it but for the pointers in it. A place is asked for again until a record in it was given
// to yield. What is there before does not matter.
func (r *Result) FlowsTo(place func() *flow.Record, yield func(*flow.Record) error) error {
	var last, current exportedRow
	var ordinal uint32
	return runs.MergeTo(r.flows, place, func(record *flow.Record) error {
		if record.Export != nil {
			current.set(record)
			if current == last {
				ordinal++
			} else {
				ordinal, last = 0, current
			}
			record.Ordinal = ordinal
			if r.keep != nil && !r.keep(record) { // it was sorted for the ordinals of the others
				return nil
			}
		} else {
			record.Population = r.population
		}
		return yield(record)
	})
}

// exportedRow is what the ordinals of exported records tell apart. The zero value
// is none: exported is set in all others.
type exportedRow struct {
	exported    bool
	start, end  flow.Timestamp
	key         flow.Key
	has         flow.Fields
	inIf, outIf uint32
	direction   uint8
}

func (x *exportedRow) set(r *flow.Record) {
	e := r.Export
	*x = exportedRow{true, r.Start, r.End, r.Key, e.Has & pointFields, e.InIf, e.OutIf, e.Direction}
}

// Intervals gives the interval records in the order of their table, each summed
// over its slices. yield must not keep the pointer. The rows of accounting schemes can
// be had when it has given all.
func (r *Result) Intervals(yield func(*flow.IntervalRecord) error) error {
	var row flow.IntervalRecord
	return r.IntervalsTo(func() *flow.IntervalRecord { return &row }, yield)
}

// IntervalsTo is Intervals for a caller who says where the next record is to be, and may
// keep it. A place is asked for once a record. What is there before does not matter.
func (r *Result) IntervalsTo(place func() *flow.IntervalRecord, yield func(*flow.IntervalRecord) error) error {
	feed, yield := r.accountingTo(yield)
	if r.population > 0 {
		yield = scaling(r.population, yield)
	}
	yield = r.placing(yield)
	if err := r.intervals(place, yield); err != nil || feed == nil {
		return err
	}
	return feed.Flush()
}

func (r *Result) intervals(place func() *flow.IntervalRecord, yield func(*flow.IntervalRecord) error) error {
	var row *flow.IntervalRecord // nil before the first one
	var head []byte              // of its encoded slices
	var last sliceOf
	var slice meter.Slice // one that does not become a row
	err := runs.MergeEncoded(r.slices, func(encoded []byte) error {
		same := row != nil && sameHead(encoded, head)
		if same || r.handOver != nil && r.later.holds(startOf(encoded)) {
			if err := decodeSlice(encoded, &slice); err != nil {
				return runs.Damaged(err)
			}
			if same {
				addSlice(row, &last, &slice)
			} else { // and so are all that follow
				r.giveSlice(&slice)
			}
			return nil
		}
		if row != nil {
			if err := yield(row); err != nil {
				return err
			}
		}
		row = place()
		var length int
		var err error
		if length, last.input, last.number, err = decodeInterval(encoded, row); err != nil {
			return runs.Damaged(err)
		}
		head = append(head[:0], encoded[:length]...)
		last.active, last.first, last.last = row.FlowsActive, row.First, row.Last
		row.ActiveTime = last.span()
		return nil
	})
	if err == nil && r.handOver != nil {
		r.flushSlice()
		err = r.handOver.Flush()
	}
	if err != nil || row == nil {
		return err
	}
	return yield(row)
}

// scaling gives the rows of packets with their volumes before sampling.
func scaling(population uint64, yield func(*flow.IntervalRecord) error) func(*flow.IntervalRecord) error {
	return func(row *flow.IntervalRecord) error {
		if row.Distribution == flow.DistributionDirect {
			row.Has |= flow.FieldSampling
			row.Scaled = row.Counters.Scaled(population)
			row.ReverseScaled = row.Reverse.Scaled(population)
		}
		return yield(row)
	}
}

// placing gives the rows with the ends of their intervals, and says of each whether it is
// complete. Rows come in the order of their intervals.
func (r *Result) placing(yield func(*flow.IntervalRecord) error) func(*flow.IntervalRecord) error {
	var current flow.Interval
	var packets, reports bool
	have := false
	return func(row *flow.IntervalRecord) error {
		if !have || row.Start != current.Start {
			current, have = r.calendar.Interval(row.Start), true
			packets, reports = r.Packets.Includes(current), r.Reports.Includes(current)
		}
		row.End, row.Complete = current.End(), reports
		if row.Distribution == flow.DistributionDirect {
			row.Complete = packets
		}
		return yield(row)
	}
}

func sameRow(row *flow.IntervalRecord, s *meter.Slice) bool {
	return row.Start == s.Start && row.Key == s.Key && row.Has&pointFields == s.Has&pointFields &&
		row.InIf == s.InIf && row.OutIf == s.OutIf && row.Direction == s.Direction
}

// sliceOf says of which flow the slice before was, for how many it counts, and what
// time the slices of that flow have covered.
type sliceOf struct {
	input       uint32
	number      uint64
	active      uint64
	first, last flow.Timestamp
}

func (l *sliceOf) set(s *meter.Slice) {
	*l = sliceOf{s.FirstInput, s.FirstNumber, s.FlowsActive, s.First, s.Last}
}

// span gives the time that the flow was seen in the interval, in nanoseconds.
func (l *sliceOf) span() uint64 { return min(uint64(l.last)-uint64(l.first), math.MaxInt64) }

// addSlice adds a slice to the row of its key and interval. The slices of one
// flow follow each other; the flow counts once if any of them has packets, of
// which last keeps track.
func addSlice(row *flow.IntervalRecord, last *sliceOf, s *meter.Slice) {
	if last.input == s.FirstInput && last.number == s.FirstNumber {
		row.FlowsActive += max(last.active, s.FlowsActive) - last.active
		before := last.span()
		last.active = max(last.active, s.FlowsActive)
		last.first, last.last = min(last.first, s.First), max(last.last, s.Last)
		row.ActiveTime = flow.Saturated(row.ActiveTime, last.span()-before)
	} else {
		last.set(s)
		row.FlowsActive += s.FlowsActive
		row.ActiveTime = flow.Saturated(row.ActiveTime, last.span())
	}
	row.FlowsStarted += s.FlowsStarted
	row.FlowsEnded += s.FlowsEnded
	row.First = min(row.First, s.First)
	row.Last = max(row.Last, s.Last)
	row.Counters.Add(s.Counters)
	row.TCPFlags |= s.TCPFlags
	row.Marks |= s.Marks
	if s.Has&flow.FieldReverse != 0 {
		row.Reverse.Add(s.Reverse)
		row.ReverseTCPFlags |= s.ReverseTCPFlags
		row.ReverseTCP = row.ReverseTCP || s.ReverseTCP
	}
	if isSpread(s) {
		addSpread(row, s)
	}
}

// addSpread adds what only shares of exported records have. A counter is known if
// any of the records tells it, so that one that does not cannot hide what others
// say; scaled volumes are known only if they are of all records, since they could
// not be told from raw ones otherwise. Names are those of the first record that
// has any.
func addSpread(row *flow.IntervalRecord, s *meter.Slice) {
	const all = flow.FieldSampling
	row.Has = (row.Has|s.Has)&^all | row.Has&s.Has&all
	if row.Has&flow.FieldSampling != 0 {
		row.Scaled.Packets = flow.Saturated(row.Scaled.Packets, s.Scaled.Packets)
		row.Scaled.Octets = flow.Saturated(row.Scaled.Octets, s.Scaled.Octets)
	} else {
		row.Scaled = flow.Scaled{}
	}
	row.InIfName = cmp.Or(row.InIfName, s.InIfName)
	row.OutIfName = cmp.Or(row.OutIfName, s.OutIfName)
	if row.Distribution != s.Distribution {
		row.Distribution = flow.DistributionUnspecified
	}
}
