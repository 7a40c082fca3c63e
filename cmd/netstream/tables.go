package main

import (
	"context"
	"fmt"
	"io"

	"netstream/aggregate/balance"
	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/writer/csvfile"
	"netstream/writer/parquetfile"
	"netstream/writer/table"
)

// rowsAtATime is how many rows a table takes at a time.
const rowsAtATime = 512

// rowWriter is the face of the table formats.
type rowWriter[R any] interface {
	WriteBatch(rows []R) error
	Close() error
}

// newRowWriter begins a table in the format that was asked for.
func newRowWriter[R any](format string, w io.Writer, name string, columns []table.Column[R]) (rowWriter[R], error) {
	if format == "csv" {
		return csvfile.New(w, name, columns)
	}
	return parquetfile.New(w, name, columns)
}

// writeRows writes the rows that each gives, and shows every one to count. It ends
// early when ctx is canceled.
func writeRows[R any](ctx context.Context, w rowWriter[R], each func(func(*R) error) error, count func(*R)) error {
	rows := make([]R, 0, rowsAtATime)
	err := each(func(row *R) error {
		count(row)
		if rows = append(rows, *row); len(rows) < cap(rows) {
			return nil
		}
		err := w.WriteBatch(rows)
		rows = rows[:0]
		if err == nil {
			err = ctx.Err()
		}
		return err
	})
	if err == nil {
		err = w.WriteBatch(rows)
	}
	if closing := w.Close(); err == nil {
		err = closing
	}
	return err
}

// flowSums is what is counted while the flow table is written.
type flowSums struct {
	totals  balance.Totals
	records uint64
	ends    map[flow.EndReason]uint64
}

func writeFlows(ctx context.Context, w io.Writer, format string, columns []table.Column[flow.Record], result *engine.Result) (*flowSums, error) {
	sums := &flowSums{ends: make(map[flow.EndReason]uint64)}
	var ends [6]uint64
	rows, err := newRowWriter(format, w, "flows", columns)
	if err == nil {
		err = writeRows(ctx, rows, result.Flows, func(r *flow.Record) {
			sums.totals.Add(&r.Counters)
			sums.records++
			ends[r.EndReason]++
		})
	}
	if err != nil {
		return nil, fmt.Errorf("cannot write the flow table: %w", err)
	}
	for reason, n := range ends {
		if n > 0 {
			sums.ends[flow.EndReason(reason)] = n
		}
	}
	return sums, nil
}

// intervalSums is what is counted while the interval table is written.
type intervalSums struct {
	totals         balance.Totals
	records        uint64
	started, ended flow.Sum
}

func writeIntervals(ctx context.Context, w io.Writer, format string, columns []table.Column[flow.IntervalRecord], result *engine.Result) (*intervalSums, error) {
	sums := &intervalSums{}
	rows, err := newRowWriter(format, w, "intervals", columns)
	if err == nil {
		err = writeRows(ctx, rows, result.Intervals, sums.add)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot write the interval table: %w", err)
	}
	return sums, nil
}

func (s *intervalSums) add(r *flow.IntervalRecord) {
	s.totals.Add(&r.Counters)
	s.records++
	s.started.Add(r.FlowsStarted)
	s.ended.Add(r.FlowsEnded)
}

func writeLedger(ctx context.Context, w io.Writer, format string, ledger []table.LedgerRow) error {
	rows, err := newRowWriter(format, w, "ledger", table.Ledger())
	if err == nil {
		err = writeRows(ctx, rows, func(yield func(*table.LedgerRow) error) error {
			for i := range ledger {
				if err := yield(&ledger[i]); err != nil {
					return err
				}
			}
			return nil
		}, func(*table.LedgerRow) {})
	}
	if err != nil {
		return fmt.Errorf("cannot write the ledger: %w", err)
	}
	return nil
}
