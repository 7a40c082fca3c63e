package table_test

import (
	"fmt"
	"sync"
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/rowtest"
	"netstream/writer/table"
)

// TestPointsAtTheSameTime asks for many points from several goroutines, in
// different orders.
func TestPointsAtTheSameTime(t *testing.T) {
	points := flow.NewPoints()
	for i := range 500 {
		if _, err := points.Number(flow.Point{Exported: true, Domain: uint32(i) * 3}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range table.Flows(table.Options{Points: points}) {
		if c.Name != "observation_domain" {
			continue
		}
		var readers sync.WaitGroup
		for reader := range 4 {
			readers.Go(func() {
				for i := range 500 {
					number := uint32(i*(2*reader+1)%500) + 1
					row := flow.Record{Key: flow.Key{Point: number}, Export: &flow.Export{}}
					null, got, _ := rowtest.Cell(&c, &row)
					if want := fmt.Sprint(3 * (number - 1)); null || fmt.Sprint(got) != want {
						t.Errorf("point %d has domain %d, NULL %t, want %s", number, got, null, want)
					}
				}
			})
		}
		readers.Wait()
		return
	}
	t.Fatal("there is no column observation_domain")
}
