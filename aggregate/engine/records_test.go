package engine

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"netstream/aggregate/balance"
	"netstream/aggregate/flow"
	"netstream/aggregate/naive"
)

// listed is a source of given records, some at a time.
type listed struct {
	records []flow.Record
	atATime int
	open    *atomic.Int32 // sources that are open
}

func (l *listed) ReadRecords(b *flow.Batch) error {
	if len(l.records) == 0 {
		return io.EOF
	}
	n := min(l.atATime, len(l.records), flow.BatchRecords)
	for i := range l.records[:n] {
		r := b.Next()
		export := r.Export
		*r, *export = l.records[i], *l.records[i].Export
		r.Export, export.Elements = export, b.Keep(export.Elements)
	}
	l.records = l.records[n:]
	return nil
}

func (l *listed) Close() error { l.open.Add(-1); return nil }

// tables are what a run gives, with all that pointers lead to.
type tables struct {
	flows     []flow.Record
	exports   []flow.Export
	intervals []flow.IntervalRecord
	exported  Exported
	present   flow.Fields
	common    flow.Fields
}

// tablesOf runs the engine on records spread over inputs.
func tablesOf(t *testing.T, records []flow.Record, inputs, atATime int, config Config) tables {
	t.Helper()
	var list []RecordInput
	var open atomic.Int32
	for i := range inputs {
		list = append(list, RecordInput{Open: func() (RecordSource, error) {
			if open.Add(1) > 1 {
				t.Error("two inputs are open at a time")
			}
			from, to := len(records)*i/inputs, len(records)*(i+1)/inputs
			return &listed{records: records[from:to], atATime: atATime, open: &open}, nil
		}})
	}
	result, err := Run(context.Background(), nil, list, config)
	if err != nil {
		t.Fatal(err)
	}
	got := tables{exported: result.Exported, present: result.Present, common: result.Common}
	err = result.Flows(func(r *flow.Record) error {
		export := *r.Export
		export.Elements = slices.Clone(export.Elements)
		row := *r
		row.Export = nil
		got.flows, got.exports = append(got.flows, row), append(got.exports, export)
		return nil
	})
	if err == nil {
		err = result.Intervals(func(r *flow.IntervalRecord) error {
			got.intervals = append(got.intervals, *r)
			return nil
		})
	}
	if err != nil || open.Load() != 0 {
		t.Fatalf("%v, %d sources are open", err, open.Load())
	}
	if result.Records != uint64(len(got.flows)) {
		t.Errorf("the engine counted %d rows, %d came", result.Records, len(got.flows))
	}
	return got
}

// someRecords gives records of few keys within a few minutes, none of running
// totals.
func someRecords(rng *rand.Rand, n int) []flow.Record {
	records := make([]flow.Record, n)
	for i := range records {
		r := randomExport(rng)
		r.Export.Total, r.Ordinal = false, 0
		r.Counters = flow.Counters{Packets: rng.Uint64N(100), Octets: rng.Uint64N(1 << 30), WireOctets: rng.Uint64N(3), PayloadOctets: rng.Uint64N(50)}
		r.Start = flow.Timestamp(rng.Int64N(600)-300) * flow.Timestamp(time.Second)
		r.End = r.Start + flow.Timestamp(rng.Int64N(3)*rng.Int64N(100_000_000_000))
		if rng.IntN(100) == 0 {
			r.End += flow.Timestamp(30 * 24 * time.Hour)
		}
		r.FirstInput, r.FirstNumber = 0, uint64(i)+1
		records[i] = r
	}
	return records
}

func recordConfig(workers, memory int, d *drawer, points *flow.Points) Config {
	config := testConfig(workers, d)
	config.FlowMemory, config.SliceMemory, config.Points = memory, memory, points
	return config
}

func exportPoints(t *testing.T) *flow.Points {
	points := flow.NewPoints()
	for domain := range uint32(2) { // in the order of their numbers
		if _, err := points.Number(flow.Point{Exported: true, Domain: domain}); err != nil {
			t.Fatal(err)
		}
	}
	return points
}

// TestRecordsAgainstNaive compares both tables with plain sorting and with the
// second implementation, for all methods, any number of workers and any memory.
func TestRecordsAgainstNaive(t *testing.T) {
	points := exportPoints(t)
	rng := rand.New(rand.NewPCG(21, 22))
	for method := flow.DistributionStart; method <= flow.DistributionProportional; method++ {
		for _, workers := range []int{1, 3} {
			for _, memory := range []int{3000, 1 << 20} {
				records := someRecords(rng, 700)
				d := newDrawer(-1)
				config := recordConfig(workers, memory, d, points)
				config.Distribution = method
				got := tablesOf(t, records, 3, 1+rng.IntN(300), config)
				name := fmt.Sprintf("%v, %d workers, %d octets", method, workers, memory)
				if spilled := d.made.Load() > 0; spilled != (memory < 1<<20) || d.made.Load() != d.closed.Load() {
					t.Errorf("%s: %d runs made, %d closed", name, d.made.Load(), d.closed.Load())
				}
				wantFlows(t, name, got, records, points)
				want := naive.Spread(records, config.Meter.Interval, naive.Local{}, method)
				if !slices.Equal(got.intervals, want) {
					t.Errorf("%s: %d interval rows differ from %d of naive", name, len(got.intervals), len(want))
				}
				wantBalance(t, name, got, records, &config)
			}
		}
	}
}

// wantFlows compares the flow table with sorted records.
func wantFlows(t *testing.T, name string, got tables, records []flow.Record, points *flow.Points) {
	t.Helper()
	place := func(r *flow.Record) [3]uint64 {
		return placeOf(r.Export.Has, r.Export.InIf, r.Export.OutIf, r.Export.Direction)
	}
	same := func(a, b *flow.Record) int {
		p, q := place(a), place(b)
		return compareFields(compare(a.Start, b.Start), compare(a.End, b.End), a.Key.Compare(&b.Key, points),
			compare(p[0], q[0]), compare(p[1], q[1]), compare(p[2], q[2]))
	}
	want := slices.Clone(records)
	slices.SortFunc(want, func(a, b flow.Record) int {
		return compareFields(same(&a, &b), compare(a.FirstInput, b.FirstInput), compare(a.FirstNumber, b.FirstNumber))
	})
	if len(got.flows) != len(want) {
		t.Fatalf("%s: got %d flow records, want %d", name, len(got.flows), len(want))
	}
	present, common := flow.Fields(0), everyField
	for i := range want {
		if i > 0 && same(&want[i-1], &want[i]) == 0 {
			want[i].Ordinal = want[i-1].Ordinal + 1
		}
		row := want[i]
		row.Export = nil
		if got.flows[i] != row || !reflect.DeepEqual(got.exports[i], *want[i].Export) {
			t.Fatalf("%s: row %d is\n%+v %+v, want\n%+v %+v", name, i, got.flows[i], got.exports[i], row, want[i].Export)
		}
		present |= want[i].Export.Has
		common &= want[i].Export.Has
	}
	if got.present != present || got.common != common {
		t.Errorf("%s: got fields %b, common ones %b, want %b, %b", name, got.present, got.common, present, common)
	}
	common &= spreadCounters | pointFields | flow.FieldSampling
	for i := range got.intervals {
		if has := got.intervals[i].Has; has&common != common {
			t.Fatalf("%s: interval row %d has fields %b, want all of %b", name, i, has, common)
		}
	}
}

// wantBalance checks that the tables sum to what the engine counted, and hold the records
// that it was given.
func wantBalance(t *testing.T, name string, got tables, given []flow.Record, config *Config) {
	t.Helper()
	x, keys := &got.exported, config.keys()
	b := balance.Books{
		Accounted: x.Totals, Subtracted: x.Subtracted, Stitched: x.Stitched, ExportedRecords: x.Rows,
		Exports:     []balance.Export{{Rows: x.Read}},
		FlowRecords: uint64(len(got.flows)), WithoutEndReason: uint64(len(got.flows)),
	}
	for i := range given {
		b.Accounted.Imprint.Add(keys.Record(&given[i]), &given[i].Counters)
	}
	for i := range got.flows {
		c := &got.flows[i].Counters
		b.Flows.AddOf(keys.Record(&got.flows[i]), c)
		packets, known := got.exports[i].Scaled(c.Packets)
		octets, _ := got.exports[i].Scaled(c.Octets)
		b.FlowsScaled.Add(flow.Scaled{Packets: packets, Octets: octets}, known)
	}
	for i := range got.intervals {
		r := &got.intervals[i]
		b.Intervals.AddOf(keys.Interval(r), &r.Counters)
		b.IntervalsScaled.Add(r.Scaled, r.Has&flow.FieldSampling != 0)
		b.FlowsStarted.Add(r.FlowsStarted)
		b.FlowsEnded.Add(r.FlowsEnded)
	}
	for _, law := range b.Check() {
		if !law.Holds {
			t.Errorf("%s: law %s fails: %s", name, law.ID, law.Failure)
		}
	}
}

// TestScaledSums: where all rates are known, no method loses a scaled packet.
func TestScaledSums(t *testing.T) {
	points := exportPoints(t)
	records := someRecords(rand.New(rand.NewPCG(5, 5)), 800)
	for i := range records {
		e := records[i].Export
		e.Has |= flow.FieldSampling
		e.Population, e.Sample = uint64(1+i%1000), uint64(1+i%3)
	}
	for method := flow.DistributionStart; method <= flow.DistributionProportional; method++ {
		config := recordConfig(2, 1<<20, newDrawer(-1), points)
		config.Distribution = method
		got := tablesOf(t, records, 1, 100, config)
		scaled := 0
		for i := range got.intervals {
			if got.intervals[i].Has&flow.FieldSampling != 0 {
				scaled++
			}
		}
		if scaled != len(got.intervals) {
			t.Errorf("%v: %d of %d intervals are scaled", method, scaled, len(got.intervals))
		}
		wantBalance(t, method.String(), got, records, &config)
	}
}

// TestJoinedRecords: running totals and stitching give the same rows for any number
// of workers, memory and order of the records, and balance.
func TestJoinedRecords(t *testing.T) {
	points := exportPoints(t)
	rng := rand.New(rand.NewPCG(31, 32))
	for _, stitch := range []bool{false, true} {
		records := someRecords(rng, 1000)
		for i := range records {
			r := &records[i]
			r.Key = records[i%5].Key
			r.Export.Total = i%2 == 0
			r.Export.Has &^= pointFields | flow.FieldSampling | flow.FieldEndReason
			r.Export.Has |= flow.FieldPackets | flow.FieldOctets | flow.FieldWireOctets | flow.FieldPayloadOctets
			r.Start = flow.Timestamp(rng.Int64N(20)) * flow.Timestamp(time.Second)
			r.End = r.Start + flow.Timestamp(rng.Int64N(5_000_000_000))
			if i%16 != 0 { // else totals go down
				r.Counters.Packets = uint64(r.End - r.Start)
				r.Counters.Octets, r.Counters.WireOctets, r.Counters.PayloadOctets = 40*r.Counters.Packets, 60*r.Counters.Packets, 0
			}
			knownOnly(r)
		}
		var want tables
		for i, workers := range []int{1, 1, 2, 5} {
			d := newDrawer(-1)
			config := recordConfig(workers, []int{1 << 20, 4000, 4000, 1 << 20}[i], d, points)
			config.Stitch = stitch
			got := tablesOf(t, records, 1+i, 1+100*i, config)
			if d.made.Load() != d.closed.Load() || d.made.Load() == 0 && i == 1 {
				t.Errorf("%d runs made, %d closed", d.made.Load(), d.closed.Load())
			}
			wantBalance(t, fmt.Sprintf("stitch %v, %d workers", stitch, workers), got, records, &config)
			if i == 0 {
				want = got
			} else if !reflect.DeepEqual(got, want) {
				t.Errorf("stitch %v: %d workers give other tables", stitch, workers)
			}
			rng.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		}
		x := want.exported
		if x.Differenced < 100 || (x.Stitched > 100) != stitch {
			t.Errorf("stitch %v: %d records differenced, %d stitched: the test tests little", stitch, x.Differenced, x.Stitched)
		}
	}
}
