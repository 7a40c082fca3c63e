package parquetfile_test

import (
	"io"
	"syscall"
	"testing"
	"time"

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

func benchmarkTable[R any](b *testing.B, name string, columns []table.Column[R], rows []R) {
	b.ReportAllocs()
	var out countingWriter
	before := processorTime(b)
	for b.Loop() {
		w, err := parquetfile.New(&out, name, columns)
		if err != nil {
			b.Fatal(err)
		}
		for i := 0; i < len(rows); i += 1024 {
			if err := w.WriteBatch(rows[i:min(i+1024, len(rows))]); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
	spent := processorTime(b) - before
	written := float64(b.N) * float64(len(rows))
	b.ReportMetric(written/spent.Seconds(), "rows/cpu-s")
	b.ReportMetric(float64(out.octets)/written, "octets/row")
}

func BenchmarkFlows(b *testing.B) {
	benchmarkTable(b, table.FlowTable, table.Flows(table.Options{Points: rowtest.Points()}), rowtest.Flows(1_000_000, 1))
}

func BenchmarkIntervals(b *testing.B) {
	columns := table.Intervals(table.Options{Points: rowtest.Points(), IntervalWidth: rowtest.Width})
	benchmarkTable(b, table.IntervalTable, columns, rowtest.Intervals(1_000_000, 1))
}
