package engine

import (
	"context"
	"errors"
	"io"
	"time"

	"netstream/aggregate/flow"
)

// RecordSource gives the flow records of one input, metered by exporters, in any
// order.
type RecordSource interface {
	// ReadRecords adds records to an empty batch: at least one, or it gives an error,
	// never both. io.EOF means that no record is left. Each record has Export set, and
	// a pair of FirstInput and FirstNumber that no other one of the run has.
	ReadRecords(b *flow.Batch) error

	// Close gives the source back. It is called once, after the last ReadRecords
	// has returned, be it at the end of the source, after an error or when the run
	// is given up. Its error ends the run as one of ReadRecords does.
	Close() error
}

// RecordInput is a source of records that is opened when its turn comes: one input
// after the other, and one at a time.
type RecordInput struct {
	Open func() (RecordSource, error)
}

// recordQueue leads batches of records from one goroutine that fills them to the
// workers. Which worker gets a batch has no say in what comes out.
type recordQueue struct {
	full  chan *flow.Batch
	empty chan *flow.Batch
	err   error // of the filling goroutine; valid once full is closed
}

// recordsAhead is how many batches may wait in a recordQueue, beside one for each worker.
const recordsAhead = 3

func newRecordQueue(workers int) *recordQueue {
	batches := workers + recordsAhead
	q := &recordQueue{full: make(chan *flow.Batch, batches), empty: make(chan *flow.Batch, batches)}
	for range batches {
		q.empty <- flow.NewBatch()
	}
	return q
}

// fill lets from fill batches in a goroutine of its own. What from gives is the
// error of the queue.
func (q *recordQueue) fill(from func() error) {
	go func() {
		defer close(q.full)
		q.err = from()
	}()
}

// next gives an empty batch; false if ctx is canceled.
func (q *recordQueue) next(ctx context.Context) (*flow.Batch, bool) {
	if ctx.Err() != nil {
		return nil, false
	}
	select {
	case b := <-q.empty:
		return b, true
	case <-ctx.Done():
		return nil, false
	}
}

// each gives every full batch to take until there is none left or ctx is
// canceled.
func (q *recordQueue) each(ctx context.Context, take func(*flow.Batch)) {
	for {
		select {
		case b, more := <-q.full:
			if !more {
				return
			}
			if ctx.Err() == nil {
				take(b)
			}
			b.Reset()
			q.empty <- b
		case <-ctx.Done():
			return
		}
	}
}

// await waits until the goroutine that fills has ended and gives its error. It
// does not wait long for one that hangs after ctx was canceled.
func (q *recordQueue) await(ctx context.Context) error {
	var late <-chan time.Time
	done := ctx.Done()
	for {
		select {
		case _, more := <-q.full:
			if !more {
				return q.err
			}
		case <-done:
			late, done = time.After(patience), nil
		case <-late:
			return ctx.Err()
		}
	}
}

// readInputs fills the queue from the inputs, one after the other.
func (q *recordQueue) readInputs(ctx context.Context, inputs []RecordInput) error {
	for _, input := range inputs {
		if err := ctx.Err(); err != nil {
			return err
		}
		source, err := input.Open()
		if err != nil {
			return err
		}
		err = q.read(ctx, source)
		if closing := source.Close(); err == nil {
			err = closing
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (q *recordQueue) read(ctx context.Context, source RecordSource) error {
	for {
		b, ok := q.next(ctx)
		if !ok {
			return ctx.Err()
		}
		if err := source.ReadRecords(b); errors.Is(err, io.EOF) {
			b.Reset()
			q.empty <- b
			return nil
		} else if err != nil {
			return err
		}
		q.full <- b // has room for all batches
	}
}
