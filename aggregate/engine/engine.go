package engine

import (
	"cmp"
	"context"
	"errors"

	"netstream/aggregate/accounting"
	"netstream/aggregate/balance"
	"netstream/aggregate/carry"
	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/report"
	"netstream/aggregate/runs"
)

// Config is how a run is to be done. Only Meter, MaxFlows, Biflows, Population, Distribution,
// Stitch, Keep, Accounting, Resume, HandOver and Points have any say in what comes out.
type Config struct {
	Meter meter.Settings

	// MaxFlows bounds the metered flows that are open at a time, as the flow cache of
	// a device does (docs/metering.md section 4); 0 for no bound. With a bound all
	// packets are metered by one worker.
	MaxFlows int

	// Biflows says that the packets of both directions have one key, which
	// flow.MarkReversed tells, and are of one flow. The reverses of their observation
	// points must have numbers.
	Biflows bool

	Points  *flow.Points
	Workers int // shards metered at the same time; at least 1
	Hasher  flow.Hasher

	// Population is of how many packets each one that is given is the sample; 0 if
	// packets were not sampled, or not by number.
	Population uint64

	// Spill gives a file for a sorted run of rows that do not fit into memory.
	// Several workers may call it at a time.
	Spill func() (runs.File, error)

	// SpillFlows and SpillSlices give the files of flow records and of interval slices, which
	// are there until their table is read; Spill does where they are nil. SpillFlows is told how
	// many records of the flow table the calling worker has made since it was called last.
	SpillFlows  func(records uint64) (runs.File, error)
	SpillSlices func() (runs.File, error)

	// FlowMemory and SliceMemory bound the octets of rows that all shards together
	// keep in memory; 0 for the defaults. Shards get equal shares, but no less than
	// leastShare of a bound that has as much.
	// Records that are joined or differenced take as much as flow records once more.
	FlowMemory, SliceMemory int

	// CacheMemory bounds the octets of the flow cache of all shards together, 0 for no
	// bound. Beyond it packets go to files. It has no say with MaxFlows.
	CacheMemory int

	// Distribution is how the volume of exported records is spread over intervals
	// (package distribute); proportional if it is not said. Stitch joins records that
	// an exporter's active timeout has cut (package report).
	Distribution flow.Distribution
	Stitch       bool

	// Keep says which flow records the tables are to have; nil for all of them. It is
	// asked once the record is complete, joined and differenced, and must not look at
	// its ordinal. Several workers may call it at a time. With it the slices of metered
	// flows that are open for long take SliceMemory once more.
	Keep func(*flow.Record) bool

	// Resume is what the run before has handed over, nil if there was none. HandOver says
	// that flows which silence has not ended go to the next run instead of ending with the
	// last packet (Result.HandOverFlows). Neither can be had with MaxFlows or Keep.
	Resume   *Resume
	HandOver bool

	// Accounting says by which schemes flows are accounted beside the interval table; its
	// Points are the engine's. Its Peak is of all packets: it cannot be had with Keep.
	Accounting accounting.Config
}

func (c *Config) keys() flow.KeyHasher { return flow.KeyHasher{Hasher: c.Hasher, Points: c.Points} }

// The default bounds, in octets: about 220,000 flow records and as many interval
// slices. More memory makes no run faster, and less none slower, down to half of it.
const (
	DefaultFlowMemory  = 28 << 20
	DefaultSliceMemory = 24 << 20
)

// leastShare is the least memory in octets for the rows of one kind that a shard
// keeps, so that many shards do not write many tiny runs.
const leastShare = 1 << 20

// openRuns bounds the files of sorted runs that all shards together keep open for
// a table: both tables then leave room for inputs and outputs among the usual
// 1,024 files of a process. A shard gets its part of them, but no more than
// mostRuns, beyond which little is won, and no less than leastRuns, with which
// rows still are not written again all too often; more than 48 shards exceed the
// bound for that.
//
// Reports of exporters that are joined or differenced are a third table, read
// while the others are filled, with at most reportRuns files.
const (
	openRuns   = 384
	reportRuns = 128
	mostRuns   = 64
	leastRuns  = 8
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
	Records  uint64        // flow records of the table, metered and exported
	Exported Exported      // what became of exported ones
	Present  flow.Fields   // fields that any flow or interval record has, and perhaps others
	Common   flow.Fields   // fields that all flow and interval records have, or some of these; all fields if there is no record
	Clocks   flow.Interval // least and largest clock of all packets; if there was none, it begins behind its end

	// Packets and Reports are the times of which the run has seen all packets, and all
	// that exporters report. They say which interval rows are complete: none is unless
	// they are set before Intervals is called.
	Packets, Reports flow.Coverage

	// Overflow is what did not fit into Config.CacheMemory.
	Overflow Overflow

	// Taken is what Resume had, Given what went to the next run: flows once HandOverFlows
	// has given them, slices once Intervals has. Raised are the packets whose clock was
	// earlier than that of Resume.
	Taken, Given balance.Carried
	Raised       uint64

	calendar  flow.Calendar
	open      []*runs.Sorter[keyState]
	later     laterThan
	handOver  *carry.Writer  // of slices; nil unless they are handed over
	openSince flow.Timestamp // when the open flow began that reaches back furthest
	held      meter.Slice    // the next one of them, valid if holding
	holding   bool
	row       []byte // a slice on its way there

	population uint64 // Config's
	keys       flow.KeyHasher
	biflows    bool
	keep       func(*flow.Record) bool
	rejected   rejections
	book       *accounting.Book // nil if there are no schemes
	flows      []*runs.Sorter[flow.Record]
	slices     []*runs.Sorter[meter.Slice]
}

// Run meters all inputs, and after them takes the flow records that exporters have
// metered. Canceling ctx ends it early with the context's error; otherwise the
// first error of all ends it: of a source, or a [*runs.SpillError].
//
// Every source that was opened is closed. If Run ends early, it waits for reads
// under way, but not long for one that hangs, such as that of a pipe which gives
// nothing: such a source is closed when its read returns.
func Run(ctx context.Context, inputs []Input, records []RecordInput, config Config) (*Result, error) {
	metering, stop := context.WithCancelCause(ctx)
	defer stop(nil)

	book := newBook(&config)
	workers := newWorkers(&config)
	workers.account(book, config.Meter.Intervals())
	var taken balance.Carried
	floor := flow.MinTimestamp
	if config.Resume != nil {
		var err error
		if taken, err = workers.resume(&config, book); err != nil {
			stop(err)
		}
		floor = config.Resume.Clock
	}
	clocks, raised := workers.run(metering, stop, inputs, floor)
	counts := workers.record(metering, stop, records, report.Settings{Stitch: config.Stitch, IdleTimeout: config.Meter.IdleTimeout, Hasher: config.Hasher})
	workers.each(metering, stop, func(w *worker) error { return cmp.Or(w.flushAccounts(), w.sort()) })
	if err := context.Cause(metering); err != nil {
		workers.close()
		_ = closeBook(book)
		if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
			err = ctx.Err()
		}
		return nil, err
	}
	result := &Result{Clocks: clocks, openSince: flow.MaxTimestamp, Taken: taken, Raised: raised, calendar: config.Meter.Intervals(), Common: everyField, population: config.Population, keys: config.keys(), biflows: config.Biflows, keep: config.Keep, book: book, Exported: Exported{
		Differenced: counts.Differenced, Subtracted: counts.Subtracted, Stitched: counts.Stitched, FirstEnd: flow.MaxTimestamp, LastEnd: flow.MinTimestamp}}
	for _, w := range workers {
		result.add(w, config.Resume != nil)
	}
	return result, nil
}

// add takes over what a worker has. Flows that were open before the run, or are behind
// it, can have rows of intervals where there is no record.
func (r *Result) add(w *worker, resumed bool) {
	unended := resumed || w.open != nil
	if w.records > 0 || unended {
		r.Present |= r.meteredFields()
		r.Common &= r.meteredFields()
		if r.biflows { // one that runs against its key only has no headers of the other direction
			r.Common &^= flow.HeaderFields
		}
	}
	if w.withoutIP || unended {
		r.Common &= flow.WithoutIPFields | flow.FieldSampling
	}
	r.Present |= w.recorder.present
	r.Common &= w.recorder.common
	r.Records += w.records + w.recorder.rows
	r.Exported.Read += w.recorder.read
	r.Exported.Totals.AddTotals(&w.recorder.totals)
	r.Exported.Rows += w.recorder.rows
	r.Exported.Reported += w.recorder.reported
	r.Exported.FirstEnd = min(r.Exported.FirstEnd, w.recorder.firstEnd)
	r.Exported.LastEnd = max(r.Exported.LastEnd, w.recorder.lastEnd)
	r.Exported.Unspread += w.recorder.unspread
	for input := range w.rejected {
		r.rejected.of(uint32(input)).addRejected(&w.rejected[input])
	}
	r.flows = append(r.flows, w.flows)
	r.slices = append(r.slices, w.slices)
	r.Overflow.Parts += w.spilled.Parts
	r.Overflow.States += w.spilled.States
	r.Overflow.Packets += w.spilled.Packets
	r.Overflow.Octets += w.spilled.Octets
	if w.open != nil {
		r.open = append(r.open, w.open)
	}
}

// meteredFields gives what is known of the flows that were metered.
func (r *Result) meteredFields() flow.Fields {
	fields := flow.MeteredFields
	if r.population > 0 {
		fields |= flow.FieldSampling
	}
	if r.biflows {
		fields |= flow.FieldReverse
	}
	return fields
}

// Keys hashes the keys of rows as those of the packets and records that the run was given
// were hashed.
func (r *Result) Keys() *flow.KeyHasher { return &r.keys }

// Slices gives how many slices of flows there are, of which the interval table has a row each, or fewer. Intervals takes them.
func (r *Result) Slices() (slices uint64) {
	for _, s := range r.slices {
		slices += s.Rows()
	}
	return slices
}

// Close gives back the memory and the files of tables that were not read. It must
// not be called while one is being read; closing twice does nothing.
func (r *Result) Close() error {
	return errors.Join(closeSorters(r.flows), closeSorters(r.slices), closeSorters(r.open), closeBook(r.book))
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
