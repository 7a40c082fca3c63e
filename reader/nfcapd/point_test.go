package nfcapd

import (
	"net/netip"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/nfcapd/nfcapdtest"
)

// fromExporter gives a flow record whose exporter has an address by a number.
func fromExporter(t *testing.T, n int) []byte {
	return record2(
		nfcapdtest.Record(1, genericBody(t, firstMs, lastMs, receivedMs, 5, 600)),
		nfcapdtest.Record(12, []byte{byte(n), byte(n >> 8), byte(n >> 16), 10}),
	)
}

func exporterAddress(n int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)})
}

// TestPointLimitOfTheRun has a run that has room for so many points only. Flows
// behind them keep their rows.
func TestPointLimitOfTheRun(t *testing.T) {
	for _, test := range []struct {
		name  string
		room  int
		flows []int // exporters of the flows
		want  []int // exporters of the rows, 0 for the zero point
	}{
		{"none", 0, []int{1, 2, 2, 1}, []int{0, 0, 0, 0}},
		{"one", 1, []int{1, 1, 2, 2, 1, 3, 2}, []int{1, 1, 1, 1, 1, 1, 1}},
		{"two", 2, []int{4, 3, 2, 3, 2, 4}, []int{4, 3, 4, 3, 4, 4}},
		{"enough", 3, []int{4, 3, 2, 3, 2, 4}, []int{4, 3, 2, 3, 2, 4}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := reading{points: flow.NewPoints(), names: flow.NewNames()}
			for domain := 1; domain < flow.MaxPoints-test.room; domain++ {
				if _, err := got.points.Number(flow.Point{Exported: true, Domain: uint32(domain)}); err != nil {
					t.Fatal(err)
				}
			}
			var records [][]byte
			for _, n := range test.flows {
				records = append(records, fromExporter(t, n))
			}
			got.open(t, file2(records...))
			got.read(t)
			limited := uint64(0)
			for i, n := range test.want {
				want := flow.Point{}
				if n != 0 {
					want = flow.Point{Exported: true, Exporter: exporterAddress(n), Domain: 0x102}
				}
				if point := got.points.Point(got.rows[i].record.Key.Point); point != want {
					t.Errorf("row %d is of %+v, want %+v", i, point, want)
				}
				if n != test.flows[i] {
					limited++
				}
			}
			tally := got.reader.Tally()
			if len(got.rows) != len(test.want) || tally.Records.Flow != uint64(len(test.want)) || tally.Remarks["point_limit"] != limited || len(got.damage) > 0 {
				t.Errorf("%d rows, want %d; %+v, want %d with point_limit; damage %v", len(got.rows), len(test.want), tally, limited, got.damage)
			}
		})
	}
}

// TestPointLimitOfTheFile has a file with more exporters than one may have. It leaves
// the other points of the run to other files.
func TestPointLimitOfTheFile(t *testing.T) {
	const beyond = 10
	var records [][]byte
	for n := range MaxPoints + beyond {
		records = append(records, fromExporter(t, n+1))
	}
	records = append(records, fromExporter(t, MaxPoints))
	got := readAll(t, file2(records...))
	if len(got.rows) != len(records) || got.reader.Tally().Remarks["point_limit"] != beyond {
		t.Fatalf("%d rows, want %d; remarks %v", len(got.rows), len(records), got.reader.Tally().Remarks)
	}
	for i, r := range got.rows {
		want := exporterAddress(i + 1)
		switch {
		case i == len(records)-1:
			want = exporterAddress(MaxPoints)
		case i >= MaxPoints:
			want = exporterAddress(1)
		}
		if address := got.points.Point(r.record.Key.Point).Exporter; address != want {
			t.Fatalf("row %d is of %v, want %v", i, address, want)
		}
	}
	if _, err := got.points.Number(flow.Point{Exported: true, Domain: 77}); err != nil {
		t.Errorf("no point is left: %v", err)
	}
	if got.reader.points.first == 0 || len(got.reader.points.numbers) != MaxPoints {
		t.Errorf("%d points, want %d", len(got.reader.points.numbers), MaxPoints)
	}
}
