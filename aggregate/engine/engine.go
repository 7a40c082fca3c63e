package engine

import (
	"context"
	"errors"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
)

// Config is how a run is to be done. Only Meter and Points have any say in what
// comes out.
type Config struct {
	Meter   meter.Settings
	Points  *flow.Points
	Workers int // shards metered at the same time; at least 1
	Hasher  flow.Hasher

	// Spill gives a file for a sorted run of rows that do not fit into memory.
	// Several workers may call it at a time.
	Spill func() (runs.File, error)

	// FlowMemory and SliceMemory bound the octets of rows that all shards together
	// keep in memory; 0 for the defaults. Shards get equal shares, but no less than
	// leastShare of a bound that has as much.
	FlowMemory, SliceMemory int
}

// The default bounds, in octets: about 300,000 flow records and as many interval
// slices.
const (
	DefaultFlowMemory  = 40 << 20
	DefaultSliceMemory = 32 << 20
)

// leastShare is the least memory in octets for the rows of one kind that a shard
// keeps, so that many shards do not write many tiny runs: as much as the batches
// of packets that it holds.
const leastShare = 1 << 20

// openRuns bounds the files of sorted runs that all shards together keep open for
// a table: both tables then leave room for inputs and outputs among the usual
// 1,024 files of a process. A shard gets its part of them, but no more than
// mostRuns, beyond which little is won, and no less than leastRuns, with which
// rows still are not written again all too often; more than 48 shards exceed the
// bound for that.
const (
	openRuns  = 384
	mostRuns  = 64
	leastRuns = 8
)

// limits gives the part of one shard of a table's memory and files.
func limits(memory, workers int) runs.Limits {
	return runs.Limits{
		Octets: max(memory/workers, min(memory, leastShare)),
		Runs:   min(max(openRuns/workers, leastRuns), mostRuns),
	}
}

// Result is what a run has metered. Its tables can be read once each; reading one
// gives back what it took, Close the rest.
type Result struct {
	Records uint64         // flow records
	End     flow.Timestamp // largest clock of all inputs; MinTimestamp if there was no packet

	flows  []*runs.Sorter[flow.Record]
	slices []*runs.Sorter[meter.Slice]
}

// Run meters all inputs. Canceling ctx ends it early with the context's error;
// otherwise the first error of all ends it: of a source, or a [*runs.SpillError].
//
// Every source that was opened is closed. If Run ends early, it waits for reads
// under way, but not long for one that hangs, such as that of a pipe which gives
// nothing: such a source is closed when its read returns.
func Run(ctx context.Context, inputs []Input, config Config) (*Result, error) {
	metering, stop := context.WithCancelCause(ctx)
	defer stop(nil)

	workers := newWorkers(&config)
	end := workers.run(metering, stop, inputs)
	if err := context.Cause(metering); err != nil {
		workers.close()
		if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
			err = ctx.Err()
		}
		return nil, err
	}
	result := &Result{End: end}
	for _, w := range workers {
		result.Records += w.records
		result.flows = append(result.flows, w.flows)
		result.slices = append(result.slices, w.slices)
	}
	return result, nil
}

// Close gives back the memory and the files of tables that were not read. It must
// not be called while one is being read; closing twice does nothing.
func (r *Result) Close() error {
	return errors.Join(closeSorters(r.flows), closeSorters(r.slices))
}

func closeSorters[T any](sorters []*runs.Sorter[T]) error {
	var first error
	for _, s := range sorters {
		if err := s.Close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Flows gives the flow records in the order of their table. yield must not keep
// the pointer.
func (r *Result) Flows(yield func(*flow.Record) error) error {
	return runs.Merge(r.flows, yield)
}

// Intervals gives the interval records in the order of their table, each summed
// over its slices. yield must not keep the pointer.
func (r *Result) Intervals(yield func(*flow.IntervalRecord) error) error {
	var row flow.IntervalRecord
	var last meter.Slice
	have := false
	err := runs.Merge(r.slices, func(s *meter.Slice) error {
		if have && row.Start == s.Start && row.Key == s.Key {
			addSlice(&row, &last, s)
			last = *s
			return nil
		}
		if have {
			if err := yield(&row); err != nil {
				return err
			}
		}
		row, last, have = s.IntervalRecord, *s, true
		return nil
	})
	if err != nil || !have {
		return err
	}
	return yield(&row)
}

// addSlice adds a slice to the row of its key and interval. The slices of one
// flow follow each other; the flow counts once if any of them has packets, of
// which last keeps track.
func addSlice(row *flow.IntervalRecord, last, s *meter.Slice) {
	active := s.FlowsActive
	if last.FirstInput == s.FirstInput && last.FirstNumber == s.FirstNumber {
		active = max(last.FlowsActive, s.FlowsActive) - last.FlowsActive
		s.FlowsActive = max(last.FlowsActive, s.FlowsActive)
	}
	row.FlowsActive += active
	row.FlowsStarted += s.FlowsStarted
	row.FlowsEnded += s.FlowsEnded
	row.First = min(row.First, s.First)
	row.Last = max(row.Last, s.Last)
	row.Counters.Add(s.Counters)
	row.TCPFlags |= s.TCPFlags
	row.Marks |= s.Marks
}
