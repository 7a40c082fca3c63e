package engine

import (
	"cmp"
	"context"
	"sync"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
)

// worker is a shard with its queue of packets.
type worker struct {
	shard
	recorder recorder
	filling  *batch // with packets that come in smaller pieces; nil if there are none
	shares   chan share
	empty    chan *batch // of all workers
	every    []uint16    // the numbers of all packets of a batch
}

// share is what one worker meters of a batch.
type share struct {
	batch   *batch
	numbers []uint16 // of its packets
}

// workAhead is how many batches may wait for the shards, beside one for each that its
// packets are copied to.
const workAhead = 1

func newWorkers(config *Config) workers {
	ws := make(workers, max(1, config.Workers))
	flows := limits(cmp.Or(config.FlowMemory, DefaultFlowMemory), len(ws))
	slices := limits(cmp.Or(config.SliceMemory, DefaultSliceMemory), len(ws))
	reports := flows
	reports.Runs = min(max(reportRuns/len(ws), leastRuns), mostRuns)
	empty, every := make(chan *batch, workAhead+len(ws)), everyPacket()
	for range cap(empty) {
		empty <- new(batch)
	}
	for i := range ws {
		ws[i] = newWorker(config, flows, slices, reports)
		ws[i].empty, ws[i].every = empty, every
		ws[i].shares = make(chan share, cap(empty))
	}
	return ws
}

func newWorker(config *Config, flows, slices, reports runs.Limits) *worker {
	w := &worker{shard: shard{hasher: config.Hasher, table: newTable(newExtensions(config))}}
	w.shard.flows = runs.NewSorter(recordOrder(config.Points), flows, w.spillFlows(config))
	w.shard.slices = runs.NewSorter(sliceOrder(config.Points), slices, config.spillSlices())
	far := slices
	far.Runs = reports.Runs // they are read before there are reports
	w.withheld = newWithheld(config, &w.rejected, w.shard.slices, far)
	w.process = meter.NewProcess(config.Meter, w)
	if config.Biflows {
		w.process.MeterBiflows(reversedPoint(config.Points))
	}
	if w.withheld == nil && !w.table.keep.any {
		w.process.GiveWhole(w)
	}
	w.singles = w.process.Singles() && !config.HandOver && config.MaxFlows == 0
	w.setPace(&config.Meter)
	w.keep = w.table.keep
	if most := config.mostStates(); most > 0 {
		w.overflow = &overflow{most: most, create: config.Spill, order: keyStateOrder(config.Points, w.keep)}
	}
	if config.HandOver {
		w.open = runs.NewSorter(keyStateOrder(config.Points, w.table.keep), flows, config.Spill)
	}
	if config.MaxFlows > 0 {
		w.cache = newCache(config.MaxFlows)
	}
	w.recorder = newRecorder(config, &w.rejected, w.shard.flows, w.shard.slices, reports)
	return w
}

// spillFlows gives files for flow records as the configuration does.
func (w *worker) spillFlows(config *Config) func() (runs.File, error) {
	if config.SpillFlows == nil {
		return config.Spill
	}
	told := uint64(0)
	return func() (runs.File, error) {
		all := w.records + w.recorder.rows
		more := all - told
		told = all
		return config.SpillFlows(more)
	}
}

func (c *Config) spillSlices() func() (runs.File, error) {
	if c.SpillSlices == nil {
		return c.Spill
	}
	return c.SpillSlices
}

// workers spread packets over shards.
type workers []*worker

// metering gives the workers that packets are spread over: all of them, but one only
// if the number of open flows is bounded, which makes flows depend on each other.
func (ws workers) metering() workers {
	if ws[0].cache != nil {
		return ws[:1]
	}
	return ws
}

// run meters all inputs and gives the least and the largest clock, and how many packets
// were raised to the floor, as merge does. It calls stop with whatever
// goes wrong and ends soon after, or when ctx is canceled.
func (ws workers) run(ctx context.Context, stop context.CancelCauseFunc, inputs []Input, floor flow.Timestamp) (clocks flow.Interval, raised uint64) {
	var running sync.WaitGroup
	for _, w := range ws {
		running.Go(func() { w.run(ctx, stop) })
	}
	clocks, raised, err := merge(ctx, inputs, floor, ws.metering())
	if err != nil {
		stop(err)
	}
	for _, w := range ws {
		w.send()
		close(w.shares)
	}
	running.Wait()
	end := max(clocks.Last, floor)
	ws.each(ctx, stop, func(w *worker) error {
		if w.open != nil {
			return w.handOver(end)
		}
		return w.flush(end)
	})
	return clocks, raised
}

// each does something with every worker at the same time, unless ctx is canceled.
// It calls stop with whatever goes wrong.
func (ws workers) each(ctx context.Context, stop context.CancelCauseFunc, do func(*worker) error) {
	if ctx.Err() != nil {
		return
	}
	var running sync.WaitGroup
	for _, w := range ws {
		running.Go(func() {
			if err := do(w); err != nil {
				stop(err)
			}
		})
	}
	running.Wait()
}

// close gives back what the workers hold after a failure, which is what matters.
func (ws workers) close() {
	for _, w := range ws {
		_ = w.flows.Close()
		_ = w.slices.Close()
		if w.open != nil {
			_ = w.open.Close()
		}
		_ = w.recorder.reports.Close()
		if w.withheld != nil {
			_ = w.withheld.far.Close()
		}
	}
}

// take copies packets to the shards of their keys.
func (ws workers) take(packets []flow.Packet) {
	if len(ws) == 1 {
		for len(packets) > 0 {
			packets = packets[ws[0].put(packets):]
		}
		return
	}
	for i := range packets {
		ws[shardOf(packets[i].Hash, len(ws))].put(packets[i : i+1])
	}
}

// takeBatch gives each worker its share of a batch, where it is.
func (ws workers) takeBatch(b *batch) *batch {
	empty := ws[0].empty
	if len(ws) == 1 {
		ws[0].send()
		b.users.Store(1)
		ws[0].shares <- share{b, ws[0].every[:len(b.packets)]}
		return <-empty
	}
	b.part(len(ws))
	b.users.Store(int32(len(ws)))
	for i, w := range ws {
		w.send()
		w.shares <- share{b, b.share(i)}
	}
	return <-empty
}

// put takes as many packets as the batch being filled has room for.
func (w *worker) put(packets []flow.Packet) int {
	if w.filling == nil {
		w.filling = <-w.empty
	}
	n := min(len(packets), flow.BatchPackets-len(w.filling.packets))
	w.filling.packets = append(w.filling.packets, packets[:n]...)
	if len(w.filling.packets) == flow.BatchPackets {
		w.send()
	}
	return n
}

// send hands on the packets that put has taken.
func (w *worker) send() {
	if b := w.filling; b != nil {
		b.users.Store(1)
		w.shares <- share{b, w.every[:len(b.packets)]}
		w.filling = nil
	}
}

// run meters the packets that come. Once the run is to end it only lets them by,
// so that nobody waits for it.
func (w *worker) run(ctx context.Context, stop context.CancelCauseFunc) {
	for s := range w.shares {
		if ctx.Err() == nil {
			w.meterSome(s.batch.packets, s.numbers)
			if err := w.err(); err != nil {
				stop(err)
			}
		}
		if s.batch.users.Add(-1) == 0 {
			s.batch.packets = s.batch.packets[:0]
			w.empty <- s.batch
		}
	}
}
