package nfcapd

import (
	"bytes"
	"io"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/nfcapd/nfcapdtest"
)

// drain reads a file through one batch and gives the number of rows.
func drain(t testing.TB, r *Reader, batch *flow.Batch) (rows int) {
	for {
		batch.Reset()
		err := r.Read(batch)
		rows += len(batch.Records)
		if err == io.EOF {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestAllocations reads a hundred times as many records for the same number of
// allocations, but for those of the blocks' buffers.
func TestAllocations(t *testing.T) {
	for _, layout1 := range []bool{false, true} {
		for _, c := range []nfcapdtest.Compression{nfcapdtest.None, nfcapdtest.LZO, nfcapdtest.LZ4} {
			s := newSample(10, !layout1)
			records := s.records(t, 200)
			allocations := func(n int) float64 {
				var many []flow.Record
				for range n {
					many = append(many, records...)
				}
				file := nfcapdtest.File(many, nfcapdtest.Options{Points: s.points, Compression: c, Layout1: layout1, BlockRecords: 200})
				batch, options := flow.NewBatch(), Options{Points: flow.NewPoints(), Names: flow.NewNames()}
				return testing.AllocsPerRun(3, func() {
					r, err := NewReader(bytes.NewReader(file), options)
					if err != nil {
						t.Fatal(err)
					}
					if rows := drain(t, r, batch); rows != len(many) {
						t.Fatalf("%d rows, want %d", rows, len(many))
					}
				})
			}
			if few, many := allocations(1), allocations(100); many > few+12 {
				t.Errorf("compression %d: %v allocations for 200 records, %v for 20,000", c, few, many)
			}
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, test := range []struct {
		name    string
		options nfcapdtest.Options
	}{
		{"layout1", nfcapdtest.Options{Layout1: true}},
		{"layout2", nfcapdtest.Options{}},
		{"layout2LZO", nfcapdtest.Options{Compression: nfcapdtest.LZO}},
		{"layout2LZ4", nfcapdtest.Options{Compression: nfcapdtest.LZ4}},
	} {
		b.Run(test.name, func(b *testing.B) {
			s := newSample(12, !test.options.Layout1)
			test.options.Points, test.options.BlockRecords = s.points, 5000
			records := s.records(b, 50000)
			file := nfcapdtest.File(records, test.options)
			batch, options := flow.NewBatch(), Options{Points: flow.NewPoints(), Names: flow.NewNames()}
			b.SetBytes(int64(len(file)))
			for b.Loop() {
				r, err := NewReader(bytes.NewReader(file), options)
				if err != nil {
					b.Fatal(err)
				}
				drain(b, r, batch)
			}
			b.ReportMetric(float64(len(records)*b.N)/b.Elapsed().Seconds()/1e6, "Mrecords/s")
		})
	}
}
