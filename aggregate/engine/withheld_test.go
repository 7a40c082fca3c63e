package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"netstream/aggregate/balance"
	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
)

// rounds is a source of packets of several flows in turn, one of each in a second.
type rounds struct {
	flows, left int
	before      func()
	packets     int
}

func (r *rounds) ReadPackets(dst []flow.Packet) ([]flow.Packet, error) {
	if r.before != nil {
		r.before()
	}
	if r.left == 0 {
		return nil, io.EOF
	}
	n := min(r.left, len(dst), 100)
	for i := range dst[:n] {
		p := &dst[i]
		*p = flow.Packet{Number: uint64(r.packets + 1), Key: flow.Key{Version: 4, Protocol: 17, Shape: 1}}
		p.Key.Source[15] = byte(r.packets % r.flows)
		p.Time = flow.Timestamp(r.packets/r.flows) * flow.Timestamp(time.Second)
		p.Clock, p.Hash, p.Meta.Octets = p.Time, testHasher.Hash(&p.Key), 100
		r.packets++
	}
	r.left -= n
	return dst[:n], nil
}

func (r *rounds) Close() error { return nil }

// odd keeps the flows of odd sources.
func odd(r *flow.Record) bool { return r.Key.Source[15]%2 == 1 }

// withheldConfig has each packet begin an interval, and no flow end.
func withheldConfig(workers int, d *drawer, keep func(*flow.Record) bool) Config {
	config := testConfig(workers, d)
	config.Meter.IdleTimeout, config.Meter.Interval, config.Keep = time.Hour, time.Second, keep
	return config
}

// TestWithheldSlices: slices that are handed over long before their flow ends follow
// its record, and all files are given back.
func TestWithheldSlices(t *testing.T) {
	const flows, each = 30, 400
	for _, workers := range []int{1, 3} {
		for _, keep := range []struct {
			name  string
			test  func(*flow.Record) bool
			flows uint64
		}{
			{"odd ones", odd, flows / 2}, {"all", func(*flow.Record) bool { return true }, flows}, {"none", func(*flow.Record) bool { return false }, 0},
		} {
			t.Run(fmt.Sprintf("%s, %d workers", keep.name, workers), func(t *testing.T) {
				d := newDrawer(-1)
				source := &rounds{flows: flows, left: flows * each}
				result, err := Run(context.Background(), []Input{{Open: func(int) (Source, error) { return source, nil }}}, nil, withheldConfig(workers, d, keep.test))
				if err != nil {
					t.Fatal(err)
				}
				var records, rows uint64
				var inFlows, inIntervals balance.Totals
				err = errors.Join(
					result.Flows(func(r *flow.Record) error {
						records++
						inFlows.Add(&r.Counters)
						return nil
					}),
					result.Intervals(func(r *flow.IntervalRecord) error {
						rows++
						inIntervals.Add(&r.Counters)
						if r.FlowsActive != 1 || !keep.test(&flow.Record{Key: r.Key}) {
							t.Errorf("got row %+v", r)
						}
						return nil
					}))
				if err != nil {
					t.Fatal(err)
				}
				all := result.AllRejected()
				if records != keep.flows || rows != keep.flows*each || inFlows != inIntervals || result.Records != records || all.Records != flows-records {
					t.Errorf("got %d flows, %d rows, %v and %v, %+v rejected; want %d, %d", records, rows, inFlows, inIntervals, all, keep.flows, keep.flows*each)
				}
				all.Totals.AddTotals(&inFlows)
				if n, _ := all.Totals.Packets.Uint64(); n != flows*each {
					t.Errorf("%d packets are in flows that are kept or rejected, want %d", n, flows*each)
				}
				if one := result.Rejected(0); one.Records != flows-records || result.Rejected(7) != (Rejected{}) {
					t.Errorf("got %+v of the input, %+v of none", one, result.Rejected(7))
				}
				d.check(t)
			})
		}
	}
}

// TestWithheldFilesAreGivenBack when a run fails or is canceled.
func TestWithheldFilesAreGivenBack(t *testing.T) {
	for _, workers := range []int{1, 3} {
		d := newDrawer(100_000)
		source := &rounds{flows: 30, left: enough}
		_, err := Run(context.Background(), []Input{{Open: func(int) (Source, error) { return source, nil }}}, nil, withheldConfig(workers, d, odd))
		var spilling *runs.SpillError
		if !errors.As(err, &spilling) {
			t.Errorf("got %v, want a SpillError", err)
		}
		d.check(t)

		ctx, cancel := context.WithCancel(context.Background())
		d = newDrawer(-1)
		source = &rounds{flows: 30, left: endless, before: func() {
			if d.made.Load() > 0 {
				cancel()
			}
		}}
		if _, err := Run(ctx, []Input{{Open: func(int) (Source, error) { return source, nil }}}, nil, withheldConfig(workers, d, odd)); err != context.Canceled {
			t.Errorf("got %v, want %v", err, context.Canceled)
		}
		d.check(t)
		cancel()
	}
}

// TestKeptOrdinals: a row has the ordinal that it has among all records.
func TestKeptOrdinals(t *testing.T) {
	records := make([]flow.Record, 4)
	for i := range records {
		records[i] = flow.Record{
			Key: flow.Key{Version: 4, Protocol: 6}, Counters: flow.Counters{Packets: uint64(i)}, FirstNumber: uint64(i + 1),
			Export: &flow.Export{Has: flow.FieldPackets},
		}
	}
	config := testConfig(2, newDrawer(-1))
	config.Keep = func(r *flow.Record) bool { return r.Counters.Packets%2 == 1 }
	got := tablesOf(t, records, 1, 3, config)
	if len(got.flows) != 2 || got.flows[0].Ordinal != 1 || got.flows[1].Ordinal != 3 || got.exported.Rows != 2 || got.exported.Read != 4 {
		t.Errorf("got %+v, %+v", got.flows, got.exported)
	}
	if len(got.intervals) != 1 || got.intervals[0].Counters.Packets != 4 || got.intervals[0].FlowsActive != 2 {
		t.Errorf("got %+v", got.intervals)
	}
}

// TestWithheldAllocatesNothing: once there is memory for rows, neither slices nor
// records take any more.
func TestWithheldAllocatesNothing(t *testing.T) {
	d := newDrawer(-1)
	config := testConfig(1, d)
	config.Keep = odd
	var rejected rejections
	out := runs.NewSorter(sliceOrder(config.Points), runs.Limits{Octets: 1 << 24, Runs: 8}, d.create)
	w := newWithheld(&config, &rejected, out, runs.Limits{Octets: 1 << 24, Runs: 8})
	slice := meter.Slice{FirstNumber: 1}
	slice.Counters.Packets = 1
	var record flow.Record
	one := func() {
		for i := range byte(10) {
			slice.Key.Source[15] = i
			slice.FirstNumber++
			for range 2 + i { // of some more than are kept at hand
				w.hold(&slice)
			}
			record = flow.Record{Key: slice.Key, FirstNumber: slice.FirstNumber, Counters: flow.Counters{Packets: uint64(2 + i)}}
			w.judge(&record)
		}
	}
	one()
	if n := testing.AllocsPerRun(100, one); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if d.made.Load() > 0 {
		t.Error("the test has rows written out")
	}
}

// TestFarRows: rows that are held back come back as they were.
func TestFarRows(t *testing.T) {
	order := farOrder()
	slice := meter.Slice{FirstInput: 3, FirstNumber: 1 << 40}
	slice.Key = flow.Key{Version: 6, Point: 9, Protocol: 58, Shape: flow.Ports}
	slice.Counters = flow.Counters{Packets: 1, Octets: 2, WireOctets: 3, PayloadOctets: 4}
	slice.Has, slice.Distribution = flow.MeteredFields, flow.DistributionDirect
	for _, row := range []farRow{
		{flow: identityOf(&slice), slice: slice},
		{flow: flowIdentity{1<<32 - 1, 1<<64 - 1, 1<<32 - 1}, rejected: true},
	} {
		var got farRow
		encoded := order.Append(nil, &row)
		if err := order.Decode(encoded, &got); err != nil || got != row {
			t.Errorf("got %+v, %v, want %+v", got, err, row)
		}
		if err := order.Decode(encoded[:5], &got); err == nil {
			t.Error("a cut row is no error")
		}
	}
}
