package engine

import (
	"cmp"
	"context"
	"errors"
	"sync"

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
	Spill func() (runs.File, error)

	// FlowMemory and SliceMemory bound the octets of rows that all shards together
	// keep in memory; 0 for the defaults.
	FlowMemory, SliceMemory int
}

// The default bounds, in octets: about 300,000 flow records and as many interval
// slices.
const (
	DefaultFlowMemory  = 40 << 20
	DefaultSliceMemory = 32 << 20
)

// Result is what a run has metered. Its tables can be read once each.
type Result struct {
	Records uint64         // flow records
	End     flow.Timestamp // largest clock of all inputs; MinTimestamp if there was no packet

	flows  []*runs.Sorter[flow.Record]
	slices []*runs.Sorter[meter.Slice]
}

// worker is a shard with its queue of packets.
type worker struct {
	shard
	filling *batch
	full    chan *batch
	empty   chan *batch
}

// workAhead is how many batches may wait for a shard.
const workAhead = 4

// Run meters all inputs. Canceling ctx ends it early with the context's error.
func Run(ctx context.Context, inputs []Input, config Config) (*Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	workers := make(workers, max(1, config.Workers))
	var running sync.WaitGroup
	for i := range workers {
		w := newWorker(&config, len(workers))
		workers[i] = w
		running.Go(w.run)
	}
	end, err := merge(ctx, inputs, workers)
	for _, w := range workers {
		w.send()
		close(w.full)
	}
	running.Wait()
	if err != nil {
		return nil, err
	}

	result := &Result{End: end}
	errs := make([]error, len(workers))
	for i, w := range workers {
		running.Go(func() { errs[i] = w.finish(end) })
		result.flows = append(result.flows, w.flows)
		result.slices = append(result.slices, w.slices)
	}
	running.Wait()
	for _, w := range workers {
		result.Records += w.records
	}
	return result, errors.Join(errs...)
}

func newWorker(config *Config, workers int) *worker {
	flowMemory := cmp.Or(config.FlowMemory, DefaultFlowMemory)
	sliceMemory := cmp.Or(config.SliceMemory, DefaultSliceMemory)
	w := &worker{
		shard: shard{
			settings: &config.Meter,
			hasher:   config.Hasher,
			table:    newTable(),
			flows:    runs.NewSorter(recordOrder(config.Points), max(1, flowMemory/workers), config.Spill),
			slices:   runs.NewSorter(sliceOrder(config.Points), max(1, sliceMemory/workers), config.Spill),
		},
		filling: newBatch(),
		full:    make(chan *batch, workAhead),
		empty:   make(chan *batch, workAhead+1),
	}
	w.process = meter.NewProcess(config.Meter, w)
	for range workAhead {
		w.empty <- newBatch()
	}
	return w
}

// workers spread packets over shards.
type workers []*worker

// take copies packets to the shards of their keys. Shards are told apart by the
// lower half of the hash, since the tables use the upper half.
func (ws workers) take(packets []flow.Packet) {
	if len(ws) == 1 {
		for len(packets) > 0 {
			packets = packets[ws[0].put(packets):]
		}
		return
	}
	for i := range packets {
		shard := uint64(uint32(packets[i].Hash)) * uint64(len(ws)) >> 32
		ws[shard].put(packets[i : i+1])
	}
}

// takeBatch hands a batch on as it is where there is one shard only.
func (ws workers) takeBatch(b *batch) *batch {
	if len(ws) > 1 {
		ws.take(b.packets)
		return b
	}
	w := ws[0]
	if len(w.filling.packets) > 0 {
		w.send()
	}
	w.full <- b
	return <-w.empty
}

// put takes as many packets as the batch being filled has room for.
func (w *worker) put(packets []flow.Packet) int {
	n := min(len(packets), batchPackets-len(w.filling.packets))
	w.filling.packets = append(w.filling.packets, packets[:n]...)
	if len(w.filling.packets) == batchPackets {
		w.send()
	}
	return n
}

func (w *worker) send() {
	w.full <- w.filling
	w.filling = <-w.empty
}

func (w *worker) run() {
	for b := range w.full {
		w.meter(b.packets)
		b.packets = b.packets[:0]
		w.empty <- b
	}
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
