package engine

import (
	"context"
	"sync"

	"netstream/aggregate/balance"
	"netstream/aggregate/flow"
	"netstream/aggregate/report"
	"netstream/aggregate/runs"
)

// Exported is what became of the records that exporters have metered:
//
//	rows        = Read - Stitched - rejected ones
//	rows' sums  = Totals - Subtracted - those of rejected ones
type Exported struct {
	Read   uint64         // records as the inputs gave them
	Totals balance.Totals // the sums of their counters, running totals included

	Differenced uint64         // records of running totals, less the report before
	Subtracted  balance.Totals // what was subtracted from them
	Stitched    uint64         // records that went into the one before

	Reported uint64 // records that were joined or differenced, or could have been

	// FirstEnd and LastEnd are the least and the greatest end of all records, rejected ones
	// included; if there is none, FirstEnd is behind LastEnd.
	FirstEnd, LastEnd flow.Timestamp

	Rows     uint64 // flow records of the table that they made
	Unspread uint64 // of them those that touch more than distribute.MaxTouched intervals
}

// record takes the records of all inputs. It calls stop with whatever goes wrong
// and ends soon after, or when ctx is canceled.
func (ws workers) record(ctx context.Context, stop context.CancelCauseFunc, inputs []RecordInput, settings report.Settings) report.Counts {
	if len(inputs) == 0 || ctx.Err() != nil {
		return report.Counts{}
	}
	q := newRecordQueue(len(ws))
	q.fill(func() error { return q.readInputs(ctx, inputs) })
	ws.drain(ctx, stop, q, (*recorder).take)
	if err := q.await(ctx); err != nil {
		stop(err)
	}

	var reported uint64
	for _, w := range ws {
		reported += w.recorder.reported
	}
	if reported == 0 || ctx.Err() != nil {
		return report.Counts{}
	}
	ws.each(ctx, stop, func(w *worker) error { return w.recorder.reports.Finish() })
	return ws.join(ctx, stop, settings)
}

// drain lets all workers take the batches of a queue.
func (ws workers) drain(ctx context.Context, stop context.CancelCauseFunc, q *recordQueue, take func(*recorder, *flow.Batch) error) {
	var running sync.WaitGroup
	for _, w := range ws {
		running.Go(func() {
			q.each(ctx, func(b *flow.Batch) {
				if err := take(&w.recorder, b); err != nil {
					stop(err)
				}
			})
		})
	}
	running.Wait()
}

// join brings the reports of each flow together and gives what they make to the
// workers again.
func (ws workers) join(ctx context.Context, stop context.CancelCauseFunc, settings report.Settings) report.Counts {
	if ctx.Err() != nil {
		return report.Counts{}
	}
	var sorters []*runs.Sorter[flow.Record]
	for _, w := range ws {
		sorters = append(sorters, w.recorder.reports)
	}
	q := newRecordQueue(len(ws))
	filler := &batchFiller{ctx: ctx, queue: q}
	joiner := report.NewJoiner(settings, filler.put)
	q.fill(func() error {
		if err := runs.Merge(sorters, joiner.Add); err != nil {
			return err
		}
		if err := joiner.Finish(); err != nil {
			return err
		}
		filler.send()
		return nil
	})
	ws.drain(ctx, stop, q, (*recorder).takeJoined)
	// What is read here are the program's own files, which do not hang; they must not
	// be closed while they are read.
	if err := q.await(context.Background()); err != nil {
		stop(err)
	}
	return joiner.Counts()
}

// batchFiller copies records into batches of a queue.
type batchFiller struct {
	ctx     context.Context
	queue   *recordQueue
	current *flow.Batch
}

func (f *batchFiller) put(r *flow.Record) error {
	if f.current == nil {
		b, ok := f.queue.next(f.ctx)
		if !ok {
			return f.ctx.Err()
		}
		f.current = b
	}
	slot := f.current.Next()
	export := slot.Export
	*slot, *export = *r, *r.Export
	slot.Export = export
	export.Elements = f.current.Keep(export.Elements)
	if f.current.Full() {
		f.send()
	}
	return nil
}

// send hands the batch on that is being filled, if there is one.
func (f *batchFiller) send() {
	if f.current != nil {
		f.queue.full <- f.current // has room for all batches
		f.current = nil
	}
}
