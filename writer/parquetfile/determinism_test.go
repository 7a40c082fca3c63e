package parquetfile_test

import (
	"bytes"
	"runtime"
	"slices"
	"testing"

	"netstream/writer/rowtest"
	"netstream/writer/table"
)

// TestSameOctets writes the same rows in different batches, on one and on many
// processors, in one goroutine and in several at a time.
func TestSameOctets(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	columns := table.Flows(rowtest.Options())
	rows := slices.Concat(rowtest.Flows(135_000, 1), rowtest.ExportedRich(5_000, 1), rowtest.Wild(10_000, 1))
	want := write(t, table.FlowTable, columns, rows, len(rows))
	for _, c := range []struct {
		name       string
		processors int
		batch      int
	}{
		{"again", 2, len(rows)},
		{"one processor", 1, 1000},
		{"many processors", 8, 4096},
		{"single rows", 8, 1},
		{"odd batches", 1, 16385},
	} {
		t.Run(c.name, func(t *testing.T) {
			runtime.GOMAXPROCS(c.processors)
			if got := write(t, table.FlowTable, columns, rows, c.batch); !bytes.Equal(got, want) {
				t.Errorf("file of %d octets differs from the first one of %d", len(got), len(want))
			}
		})
	}
	t.Run("at the same time", func(t *testing.T) {
		files := make(chan []byte)
		for range 3 {
			go func() { files <- write(t, table.FlowTable, columns, rows[:20_000], 300) }()
		}
		first := <-files
		for range 2 {
			if !bytes.Equal(first, <-files) {
				t.Error("files differ")
			}
		}
	})
}

// TestRowOrderShows makes sure that TestSameOctets can fail.
func TestRowOrderShows(t *testing.T) {
	columns := table.Flows(rowtest.Options())
	rows := rowtest.Flows(100, 1)
	a := write(t, table.FlowTable, columns, rows, 10)
	rows[0], rows[99] = rows[99], rows[0]
	if bytes.Equal(a, write(t, table.FlowTable, columns, rows, 10)) {
		t.Error("different rows, same file")
	}
}
