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
	filling  *batch
	full     chan *batch
	empty    chan *batch
}

// workAhead is how many batches may wait for a shard.
const workAhead = 4

func newWorkers(config *Config) workers {
	ws := make(workers, max(1, config.Workers))
	flows := limits(cmp.Or(config.FlowMemory, DefaultFlowMemory), len(ws))
	slices := limits(cmp.Or(config.SliceMemory, DefaultSliceMemory), len(ws))
	reports := flows
	reports.Runs = min(max(reportRuns/len(ws), leastRuns), mostRuns)
	for i := range ws {
		ws[i] = newWorker(config, flows, slices, reports)
	}
	return ws
}

func newWorker(config *Config, flows, slices, reports runs.Limits) *worker {
	w := &worker{
		shard: shard{
			hasher: config.Hasher,
			table:  newTable(newExtensions(config)),
			flows:  runs.NewSorter(recordOrder(config.Points), flows, config.Spill),
			slices: runs.NewSorter(sliceOrder(config.Points), slices, config.Spill),
		},
		filling: newBatch(),
		full:    make(chan *batch, workAhead),
		empty:   make(chan *batch, workAhead+1),
	}
	far := slices
	far.Runs = reports.Runs // they are read before there are reports
	w.withheld = newWithheld(config, &w.rejected, w.shard.slices, far)
	w.process = meter.NewProcess(config.Meter, w)
	if config.Biflows {
		w.process.MeterBiflows(reversedPoint(config.Points))
	}
	w.setPace(&config.Meter)
	if config.HandOver {
		w.open = runs.NewSorter(keyStateOrder(config.Points, w.table.keep), flows, config.Spill)
	}
	if config.MaxFlows > 0 {
		w.cache = newCache(config.MaxFlows)
	}
	w.recorder = newRecorder(config, &w.rejected, w.shard.flows, w.shard.slices, reports)
	for range workAhead {
		w.empty <- newBatch()
	}
	return w
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
		close(w.full)
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
		w.flows.Close()
		w.slices.Close()
		if w.open != nil {
			w.open.Close()
		}
		w.recorder.reports.Close()
		if w.withheld != nil {
			w.withheld.far.Close()
		}
	}
}

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
		ws[ws.shardOf(packets[i].Hash)].put(packets[i : i+1])
	}
}

func (ws workers) shardOf(hash uint64) uint64 { return uint64(uint32(hash)) * uint64(len(ws)) >> 32 }

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

// run meters the packets that come. Once the run is to end it only lets them by,
// so that nobody waits for it.
func (w *worker) run(ctx context.Context, stop context.CancelCauseFunc) {
	for b := range w.full {
		if ctx.Err() == nil {
			w.meter(b.packets)
			if err := w.err(); err != nil {
				stop(err)
			}
		}
		b.packets = b.packets[:0]
		w.empty <- b
	}
}
