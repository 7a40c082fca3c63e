package parquetfile_test

import (
	"fmt"
	"netstream/writer/parquetfile"
	"netstream/writer/rowtest"
	"netstream/writer/table"
	"testing"
)

func TestZZ(t *testing.T) {
	rows := rowtest.Flows(500_000, 1)
	for _, c := range table.Flows(table.Options{Points: rowtest.Points()}) {
		cs := []table.Column[struct{}]{}
		_ = cs
		best := 1e18
		var out countingWriter
		for range 3 {
			out = countingWriter{}
			u0 := cpu()
			w, _ := parquetfile.New(&out, "x", append(table.Flows(table.Options{Points: rowtest.Points()})[:0:0], c))
			for i := 0; i < len(rows); i += 1024 {
				w.WriteBatch(rows[i:min(i+1024, len(rows))])
			}
			w.Close()
			best = min(best, float64(cpu()-u0)/float64(len(rows)))
		}
		fmt.Printf("%-16s %6.1f ns/row %6.2f octets/row\n", c.Name, best, float64(out.octets)/float64(len(rows)))
	}
}
