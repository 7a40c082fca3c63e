package parquetfile_test

import (
	"io"
	"syscall"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/writer/parquetfile"
	"netstream/writer/rowtest"
	"netstream/writer/table"
)

// countingWriter counts octets.
type countingWriter struct{ octets int64 }

func (w *countingWriter) Write(p []byte) (int, error) {
	w.octets += int64(len(p))
	return len(p), nil
}

var _ io.Writer = (*countingWriter)(nil)

// processorTime is the user and system time of the process.
func processorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// batchRows is how many rows a table takes at a time.
const batchRows = 512

// benchmarkTable writes rows and tells the processor time that this takes. As in
// a run, they come in batches that lie in the same place; to bring them there is
// not what is measured.
func benchmarkTable[R any](b *testing.B, name string, columns []table.Column[R], rows []R, bring func(batch, rows []R)) {
	b.ReportAllocs()
	var out countingWriter
	var spent time.Duration
	measure := func(work func() error) {
		before := processorTime(b)
		if err := work(); err != nil {
			b.Fatal(err)
		}
		spent += processorTime(b) - before
	}
	batch := make([]R, batchRows)
	for b.Loop() {
		w, err := parquetfile.New(&out, name, columns)
		if err != nil {
			b.Fatal(err)
		}
		for from := 0; from < len(rows); from += batchRows {
			n := min(batchRows, len(rows)-from)
			bring(batch[:n], rows[from:])
			measure(func() error { return w.WriteBatch(batch[:n]) })
		}
		measure(w.Close)
	}
	written := float64(b.N) * float64(len(rows))
	b.ReportMetric(written/spent.Seconds(), "rows/cpu-s")
	b.ReportMetric(float64(spent.Nanoseconds())/written, "cpu-ns/row")
	b.ReportMetric(float64(out.octets)/written, "octets/row")
}

func benchmarkFlows(b *testing.B, present flow.Fields, rows []flow.Record) {
	var exports [batchRows]flow.Export
	benchmarkTable(b, table.FlowTable, table.Flows(options(present)), rows, func(batch, rows []flow.Record) {
		for i := range batch {
			if batch[i] = rows[i]; batch[i].Export != nil {
				exports[i] = *batch[i].Export
				batch[i].Export = &exports[i]
			}
		}
	})
}

func benchmarkIntervals(b *testing.B, present flow.Fields, rows []flow.IntervalRecord) {
	benchmarkTable(b, table.IntervalTable, table.Intervals(options(present)), rows, func(batch, rows []flow.IntervalRecord) {
		copy(batch, rows)
	})
}

// options gives the options of a run in which rows have the fields.
func options(present flow.Fields) table.Options {
	o := rowtest.Options()
	o.Present, o.WithMAC, o.Elements = present, false, nil
	return o
}

// The benchmarks write metered flows, flows as NetFlow version 5 has them, and
// flows of which the exporter knows much.

func BenchmarkFlows(b *testing.B) {
	benchmarkFlows(b, flow.MeteredFields, rowtest.Flows(1_000_000, 1))
}

func BenchmarkFlowsNetFlow5(b *testing.B) {
	benchmarkFlows(b, rowtest.NetFlow5Fields, rowtest.Exported(1_000_000, 1))
}

func BenchmarkFlowsRich(b *testing.B) {
	benchmarkFlows(b, rowtest.RichFields, rowtest.ExportedRich(500_000, 1))
}

func BenchmarkIntervals(b *testing.B) {
	benchmarkIntervals(b, flow.MeteredFields, rowtest.Intervals(1_000_000, 1))
}

func BenchmarkIntervalsNetFlow5(b *testing.B) {
	benchmarkIntervals(b, rowtest.NetFlow5Fields, rowtest.ExportedIntervals(rowtest.Exported(1_000_000, 1)))
}

func BenchmarkIntervalsRich(b *testing.B) {
	benchmarkIntervals(b, rowtest.RichFields, rowtest.ExportedIntervals(rowtest.ExportedRich(500_000, 1)))
}
