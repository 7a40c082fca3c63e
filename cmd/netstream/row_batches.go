package main

import "context"

// rowsAtATime is how many rows a table takes at a time, a batch. With several workers the next ones are collected
// while they are written: batchesInHand are so many that neither side waits for the other while that has no processor.
const (
	rowsAtATime   = 512
	batchesInHand = 4
	rowPlaces     = batchesInHand * rowsAtATime
)

// collected are rows on their way to a table.
type collected[R any] struct {
	to     rowWriter[R]
	rows   []R
	begin  int // of those that are being collected
	filled int // of rows, up to which there are any

	// Of a table whose rows are written by another goroutine than the one that collects them:
	batches chan []R
	written chan error // one for each of batches: what has failed so far
	pending int        // of batches that are not answered yet
}

func newCollected[R any](to rowWriter[R], ahead bool) *collected[R] {
	c := &collected[R]{to: to, rows: make([]R, rowsAtATime)}
	if !ahead {
		return c
	}
	c.rows = make([]R, rowPlaces)
	c.batches, c.written = make(chan []R, batchesInHand), make(chan error, batchesInHand)
	go func() {
		var err error
		for rows := range c.batches {
			if err == nil { // else a table would go on behind rows that it lacks
				err = to.WriteBatch(rows)
			}
			c.written <- err
		}
	}()
	return c
}

// place is where the next row is to be.
func (c *collected[R]) place() *R { return &c.rows[c.filled] }

// took says that there is a row now.
func (c *collected[R]) took() error {
	if c.filled++; c.filled-c.begin < rowsAtATime {
		return nil
	}
	return c.flush()
}

// flush has the rows be written, and waits until there is room for the next ones. What has failed by then is told now.
func (c *collected[R]) flush() error {
	rows := c.rows[c.begin:c.filled]
	if c.filled == len(c.rows) {
		c.filled = 0
	}
	c.begin = c.filled
	if c.batches == nil {
		return c.to.WriteBatch(rows)
	}
	c.batches <- rows // has room for all
	c.pending++
	return c.wait(batchesInHand - 1)
}

// wait waits until no more batches than that are still to be written, and gives what has failed.
func (c *collected[R]) wait(left int) (err error) {
	for ; c.pending > left; c.pending-- {
		err = <-c.written
	}
	return err
}

// end writes what is left if all has gone well so far, and closes the table in any case.
func (c *collected[R]) end(err error) error {
	if err == nil {
		err = c.flush()
	}
	if last := c.wait(0); err == nil {
		err = last
	}
	if c.batches != nil {
		close(c.batches)
	}
	if closing := c.to.Close(); err == nil {
		err = closing
	}
	return err
}

// writeRows writes the rows that each gives, in the places that it asks for, and shows
// every one to count, with its place among the rows in hand. count may change
// what the row points to. With ahead, rows are written while the next ones are collected.
// It ends early when ctx is canceled.
func writeRows[R any](ctx context.Context, w rowWriter[R], ahead bool, each func(place func() *R, yield func(*R) error) error, count func(place int, row *R)) error {
	c := newCollected(w, ahead)
	return c.end(each(c.place, func(row *R) error {
		count(c.filled, row)
		err := c.took()
		if err == nil && c.filled == c.begin {
			err = ctx.Err()
		}
		return err
	}))
}

// copied gives the rows that each gives in the places that writeRows has for them.
func copied[R any](each func(yield func(*R) error) error) func(place func() *R, yield func(*R) error) error {
	return func(place func() *R, yield func(*R) error) error {
		return each(func(row *R) error {
			to := place()
			*to = *row
			return yield(to)
		})
	}
}
