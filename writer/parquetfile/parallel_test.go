package parquetfile_test

import (
	"bytes"
	"testing"

	"netstream/writer/parquetfile"
	"netstream/writer/rowtest"
	"netstream/writer/table"
)

// How many goroutines encode the columns does not show in the file, whatever the rows
// and however they come.
func TestWorkersDoNotShow(t *testing.T) {
	rows := 150_000 // more than a row group
	if testing.Short() {
		rows = 20_000 // more than a page
	}
	flows := append(rowtest.Flows(rows/2, 7), rowtest.Wild(rows/2, 7)...)
	columns := table.Flows(rowtest.Options())
	var want []byte
	for _, workers := range []int{1, 2, 3, 8} {
		var out bytes.Buffer
		w, err := parquetfile.NewParallel(&out, table.FlowTable, columns, workers)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(flows); {
			n := min(1+i%3000*workers, len(flows)-i)
			if err := w.WriteBatch(flows[i : i+n]); err != nil {
				t.Fatal(err)
			}
			i += n
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = out.Bytes()
		}
		if !bytes.Equal(out.Bytes(), want) {
			t.Errorf("%d workers: %d octets that are not the %d of one worker", workers, out.Len(), len(want))
		}
	}
}
