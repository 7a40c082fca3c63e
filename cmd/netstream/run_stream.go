package main

import (
	"bufio"
	"context"
	"io"
	"os"

	"netstream/aggregate/flow"
	"netstream/writer/table"
)

// stream is a run that writes the flow table to standard output and nothing else.
func (j *job) stream(ctx context.Context, args []string) error {
	result, err := j.meter(ctx, args, os.TempDir())
	if err != nil {
		return err
	}
	defer result.Close() // its files have no names
	if err := j.account(result); err != nil {
		return err
	}
	w := bufio.NewWriterSize(j.console.out, 1<<16)
	j.flows, err = writeFlows(ctx, &target{table: table.FlowTable, format: j.options.format, create: func(string) (io.WriteCloser, error) { return unclosed{w}, nil }}, table.Flows(j.tableOptions(result.Present, result.Common)), j.newAttributes(), result)
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		return runFailure(err)
	}
	j.perBin = &intervalSums{}
	if err := result.Intervals(func(r *flow.IntervalRecord) error { j.perBin.add(r, result.Keys()); return ctx.Err() }); err != nil {
		return runFailure(err)
	}
	if err := j.balance(result); err != nil {
		return err
	}
	return j.verdict()
}

// unclosed is an output that stays open: standard output.
type unclosed struct{ io.Writer }

func (unclosed) Close() error { return nil }
