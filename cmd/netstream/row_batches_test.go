package main

import (
	"context"
	"errors"
	"testing"
)

// failingRows is a table that fails with one of its batches, by number from 1 on; with 0 it takes all.
type failingRows struct {
	fails   int
	batches int
	rows    []int
	closed  int
}

var errRows = errors.New("no room")

func (f *failingRows) WriteBatch(rows []int) error {
	if f.batches++; f.batches == f.fails {
		return errRows
	}
	f.rows = append(f.rows, rows...)
	return nil
}

func (f *failingRows) Close() error { f.closed++; return nil }

// TestRowsBehindFailure: rows come in their order, once each, and none behind a batch that failed, however many were
// collected ahead.
func TestRowsBehindFailure(t *testing.T) {
	const whole = 3*batchesInHand + 1
	for _, ahead := range []bool{false, true} {
		for fails := range whole + 2 {
			to := &failingRows{fails: fails}
			given := 0
			err := writeRows(context.Background(), to, ahead, func(place func() *int, yield func(*int) error) error {
				for given < whole*rowsAtATime+rowsAtATime/2 {
					row := place()
					*row = given
					given++
					if err := yield(row); err != nil {
						return err
					}
				}
				return nil
			}, func(int, *int) {})
			if want := errRows; fails > 0 && err != want || fails == 0 && err != nil {
				t.Errorf("ahead %v, batch %d: got error %v", ahead, fails, err)
			}
			written := given
			if fails > 0 {
				written = (fails - 1) * rowsAtATime
				if to.batches != fails {
					t.Errorf("ahead %v, batch %d: %d batches written", ahead, fails, to.batches)
				}
			}
			if len(to.rows) != written || to.closed != 1 {
				t.Fatalf("ahead %v, batch %d: %d rows, want %d; closed %d times", ahead, fails, len(to.rows), written, to.closed)
			}
			for i, row := range to.rows {
				if row != i {
					t.Fatalf("ahead %v, batch %d: row %d is %d", ahead, fails, i, row)
				}
			}
		}
	}
}
