package main

import (
	"context"
	"fmt"
	"io"

	"netstream/aggregate/balance"
	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/writer/csvfile"
	"netstream/writer/parquetfile"
	"netstream/writer/table"
)

// rowWriter is the face of the table formats.
type rowWriter[R any] interface {
	WriteBatch(rows []R) error
	Close() error
}

// newRowWriter begins a table in the format that was asked for.
func newRowWriter[R any](format string, w io.Writer, name string, columns []table.Column[R], workers int, expected uint64) (rowWriter[R], error) {
	if format == "csv" {
		return csvfile.New(w, name, columns)
	}
	rows, err := parquetfile.NewParallel(w, name, columns, workers)
	if err != nil {
		return nil, err
	}
	rows.Expect(expected)
	return rows, nil
}

// kept holds what the rows that are collected point to.
type kept struct {
	exports  [rowPlaces]flow.Export
	elements [rowPlaces][]byte
	reverses []flow.Reverse

	statistics []flow.Statistics
}

// keep makes a row independent of where it came from.
func (k *kept) keep(place int, r *flow.Record) {
	if r.Export != nil {
		e := &k.exports[place]
		*e = *r.Export
		k.elements[place] = append(k.elements[place][:0], e.Elements...)
		e.Elements = k.elements[place]
		r.Export = e
	}
	if r.Reverse != nil {
		if k.reverses == nil {
			k.reverses = make([]flow.Reverse, rowPlaces)
		}
		k.reverses[place] = *r.Reverse
		r.Reverse = &k.reverses[place]
	}
	if r.Statistics != nil {
		if k.statistics == nil {
			k.statistics = make([]flow.Statistics, rowPlaces)
		}
		s := &k.statistics[place]
		early := append(s.Early[:0], r.Statistics.Early...)
		*s = *r.Statistics
		s.Early, r.Statistics = early, s
	}
}

// flowSums is what is counted while the flow table is written.
type flowSums struct {
	directions directions
	scaled     balance.ScaledTotals
	unknown    unknownCounters
	records    uint64
	exported   uint64 // of records those of exporters
	rated      uint64 // of records those that scaled speaks of
	endless    uint64 // of exported those that do not tell why they ended
	ends       map[flow.EndReason]uint64
	astray     uint64 // of records those that end before they begin
}

// addFlow adds a row of the flow table.
func (d *directions) addFlow(r *flow.Record, keys *flow.KeyHasher) {
	d.forward.Add(&r.Counters)
	if r.Reverse != nil {
		d.addReverse(&r.Reverse.Counters)
	}
	total := r.Total()
	d.imprint.Add(keys.Record(r), &total)
}

// addInterval adds a row of the interval table.
func (d *directions) addInterval(r *flow.IntervalRecord, keys *flow.KeyHasher) {
	d.forward.Add(&r.Counters)
	if r.Has&flow.FieldReverse != 0 {
		d.addReverse(&r.Reverse)
	}
	total := r.Total()
	d.imprint.Add(keys.Interval(r), &total)
}

// directions are sums by direction: that of the key, and of biflows the reverse.
type directions struct {
	forward, reverse balance.Totals
	reversed         uint64       // rows that have a reverse direction
	imprint          flow.Imprint // of both
}

func (d *directions) addReverse(c *flow.Counters) {
	d.reverse.Add(c)
	d.reversed++
}

// totals gives the sums of both directions.
func (d *directions) totals() balance.Totals {
	sum := d.forward
	sum.AddTotals(&d.reverse)
	sum.Imprint = d.imprint
	return sum
}

// unknownCounters are how many rows do not tell a counter.
type unknownCounters struct{ packets, octets uint64 }

func (u *unknownCounters) add(has flow.Fields) {
	if has&flow.FieldPackets == 0 {
		u.packets++
	}
	if has&flow.FieldOctets == 0 {
		u.octets++
	}
}

// scaledOf gives what a record's counters, of both directions, were before sampling.
func scaledOf(r *flow.Record) (s flow.Scaled, known bool) {
	total := r.Total()
	if s.Packets, known = r.Scaled(total.Packets); known {
		s.Octets, known = r.Scaled(total.Octets)
	}
	return s, known
}

func writeFlows(ctx context.Context, to *target, columns []table.Column[flow.Record], attributes *keptAttributes, result *engine.Result) (*flowSums, error) {
	sums := &flowSums{ends: make(map[flow.EndReason]uint64)}
	var ends [6]uint64
	keys := result.Keys()
	rows, err := newRows(to, columns, flowTime, countFlow)
	if err == nil {
		var kept kept
		err = writeRows(ctx, rows, to.workers > 1, result.FlowsTo, func(place int, r *flow.Record) {
			sums.directions.addFlow(r, keys)
			sums.records++
			if r.End < r.Start {
				sums.astray++
			}
			if r.EndReason == 0 && r.Export != nil {
				sums.endless++
			} else {
				ends[r.EndReason]++
			}
			kept.keep(place, r)
			attributes.keep(place, r)
			if r.Export == nil && r.Population == 0 {
				return
			}
			sums.rated++
			sums.scaled.Add(scaledOf(r))
			if r.Export == nil {
				return
			}
			sums.exported++
			sums.unknown.add(r.Export.Has)
		})
	}
	if err != nil {
		return nil, fmt.Errorf("cannot write the flow table: %w", err)
	}
	for reason, n := range ends[1:] { // flows that were metered here all have one
		if n > 0 {
			sums.ends[flow.EndReason(reason+1)] = n
		}
	}
	sums.scaled.Unknown += sums.records - sums.rated // flows that were metered here, from all packets
	return sums, nil
}

// intervalSums is what is counted while the interval table is written.
type intervalSums struct {
	directions     directions
	scaled         balance.ScaledTotals
	unknown        unknownCounters
	records        uint64
	started, ended flow.Sum
	astray         uint64 // of records those with packets outside of their interval
}

func writeIntervals(ctx context.Context, to *target, columns []table.Column[flow.IntervalRecord], attributes *keptAttributes, result *engine.Result) (*intervalSums, error) {
	sums := &intervalSums{}
	rows, err := newRows(to, columns, intervalTime, countInterval)
	if err == nil {
		err = writeRows(ctx, rows, to.workers > 1, result.IntervalsTo, func(place int, r *flow.IntervalRecord) {
			sums.add(r, result.Keys())
			attributes.keepInterval(place, r)
		})
	}
	if err != nil {
		return nil, fmt.Errorf("cannot write the interval table: %w", err)
	}
	return sums, nil
}

func (s *intervalSums) add(r *flow.IntervalRecord, keys *flow.KeyHasher) {
	s.directions.addInterval(r, keys)
	if r.First < r.Start || r.Last < r.First || r.Last > r.End {
		s.astray++
	}
	s.scaled.Add(flow.Scaled{
		Packets: flow.Saturated(r.Scaled.Packets, r.ReverseScaled.Packets), Octets: flow.Saturated(r.Scaled.Octets, r.ReverseScaled.Octets),
	}, r.Has&flow.FieldSampling != 0)
	s.unknown.add(r.Has)
	s.records++
	s.started.Add(r.FlowsStarted)
	s.ended.Add(r.FlowsEnded)
}

// writeAll writes a table whose rows are at hand.
func writeAll[R any](ctx context.Context, to *target, columns []table.Column[R], all []R) error {
	rows, err := newRows(to, columns, nil, nil) // it has no partitions
	if err == nil {
		err = writeRows(ctx, rows, false, copied(func(yield func(*R) error) error {
			for i := range all {
				if err := yield(&all[i]); err != nil {
					return err
				}
			}
			return nil
		}), func(int, *R) {})
	}
	if err != nil {
		return fmt.Errorf("cannot write the table %s: %w", to.table, err)
	}
	return nil
}
