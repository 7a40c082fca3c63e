package engine

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"netstream/aggregate/accounting"
	"netstream/aggregate/flow"
	"netstream/aggregate/naive"
)

// schemeTables runs the engine on records and gives the tables of all schemes.
func schemeTables(t *testing.T, records []flow.Record, inputs, atATime int, config Config) [][]flow.SchemeRow {
	t.Helper()
	var list []RecordInput
	var open atomic.Int32
	for i := range inputs {
		list = append(list, RecordInput{Open: func() (RecordSource, error) {
			open.Add(1)
			return &listed{records: records[len(records)*i/inputs : len(records)*(i+1)/inputs], atATime: atATime, open: &open}, nil
		}})
	}
	result, err := Run(context.Background(), nil, list, config)
	if err != nil {
		t.Fatal(err)
	}
	if err := result.Flows(func(*flow.Record) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := result.Intervals(func(*flow.IntervalRecord) error { return nil }); err != nil {
		t.Fatal(err)
	}
	var tables [][]flow.SchemeRow
	for i := range config.Accounting.Schemes {
		var rows []flow.SchemeRow
		err := result.Scheme(i, func(r *flow.SchemeRow) error {
			rows = append(rows, *r)
			rows[len(rows)-1].Key = slices.Clone(r.Key)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, rows)
	}
	if err := result.Close(); err != nil {
		t.Fatal(err)
	}
	return tables
}

// allSchemes gives those that devices have and one with each other field.
func allSchemes(t *testing.T) []flow.Scheme {
	t.Helper()
	var texts []string
	for _, n := range accounting.NamedSchemes() {
		texts = append(texts, n.Name)
	}
	for _, name := range accounting.FieldNames() {
		texts = append(texts, "field_"+name+"="+name)
	}
	texts = append(texts, "cut=src_ip/13:71,dst_ip/0:0", "many=exporter,direction,dscp,ip_version")
	schemes, err := accounting.Parse(texts, nil)
	if err != nil {
		t.Fatal(err)
	}
	return schemes
}

// schemePoints gives points of two exporters and of one without address.
func schemePoints(t *testing.T) *flow.Points {
	points := flow.NewPoints()
	for _, p := range []flow.Point{
		{Exported: true},
		{Exported: true, Exporter: netip.MustParseAddr("192.0.2.1"), Domain: 7},
		{Exported: true, Exporter: netip.MustParseAddr("2001:db8::1"), Domain: 7},
	} {
		if _, err := points.Number(p); err != nil {
			t.Fatal(err)
		}
	}
	return points
}

// schemeRecords gives records with few values of everything, so that groups have
// several flows.
func schemeRecords(rng *rand.Rand, n int) []flow.Record {
	records := someRecords(rng, n)
	for i := range records {
		r := &records[i]
		e := r.Export
		r.Key.Point = 1 + rng.Uint32N(3)
		r.Key.Version = []uint8{0, 4, 6}[rng.IntN(3)]
		r.Key.Source = flow.MappedIPv4([4]byte{10, 0, byte(rng.IntN(2)), byte(rng.IntN(4))})
		if r.Key.Version == 6 {
			r.Key.Source = [16]byte{0x20, 1, 7: byte(rng.IntN(4)), 15: byte(rng.IntN(4))}
		}
		r.Key.Shape = flow.Shape(rng.UintN(128) & rng.UintN(128))
		r.Marks = flow.Mark(rng.Uint32()) & (flow.MarkVLAN | flow.MarkInnerVLAN)
		r.VLAN, r.InnerVLAN = 0, 0
		if r.Marks&flow.MarkVLAN != 0 {
			r.VLAN = uint16(rng.IntN(3))
		}
		if r.Marks&flow.MarkInnerVLAN != 0 {
			r.InnerVLAN = uint16(rng.IntN(3))
		}
		e.SourceMask, e.DestinationMask = []uint8{0, 8, 23, 24, 25, 32, 64, 128, 200}[rng.IntN(9)], uint8(rng.IntN(40))
		e.SourceAS, e.DestinationAS, e.ForwardingStatus = rng.Uint32N(3), rng.Uint32N(3), uint8(rng.IntN(3))
		for n := range e.LabelCount {
			e.Labels[n] = rng.Uint32N(2)
		}
		knownOnly(r)
	}
	return records
}

// TestSchemesAgainstNaive compares the tables of all schemes with the second
// implementation, for all methods, any number of workers and any memory.
func TestSchemesAgainstNaive(t *testing.T) {
	points, schemes := schemePoints(t), allSchemes(t)
	rng := rand.New(rand.NewPCG(31, 32))
	runs, several := 40, 0
	for run := range runs {
		records := schemeRecords(rng, 1+rng.IntN(200))
		method := flow.DistributionStart + flow.Distribution(run%5)
		workers, memory := 1+rng.IntN(3), []int{1, 2000, 1 << 20}[rng.IntN(3)]
		d := newDrawer(-1)
		config := recordConfig(workers, 1<<20, d, points)
		config.Distribution = method
		config.Accounting = accounting.Config{
			Schemes: schemes, Minimum: flow.PrefixLengths{IPv4: uint8(rng.IntN(33)), IPv6: uint8(rng.IntN(129))}, MinimumGiven: rng.IntN(2) == 0,
			Distinct: rng.IntN(2) == 0, Memory: memory,
		}
		got := schemeTables(t, records, 1+rng.IntN(3), 1+rng.IntN(300), config)
		a := naive.Accounting{
			Schemes: schemes, Minimum: [2]int{int(config.Accounting.Minimum.IPv4), int(config.Accounting.Minimum.IPv6)},
			MinimumGiven: config.Accounting.MinimumGiven, Distinct: config.Accounting.Distinct,
		}
		want := a.Account(records, points.Point, config.Meter.Interval, method)
		if made, closed := d.made.Load(), d.closed.Load(); made != closed || memory == 1 && made == 0 {
			t.Errorf("%d runs made, %d closed", made, closed)
		}
		name := fmt.Sprintf("%v, %d workers, %d octets", method, workers, memory)
		for i := range schemes {
			for j := range min(len(got[i]), len(want[i])) {
				if !reflect.DeepEqual(got[i][j], want[i][j]) {
					t.Fatalf("%s: scheme %s, row %d is\n%+v, want\n%+v", name, schemes[i].Name, j, got[i][j], want[i][j])
				}
				if want[i][j].FlowsActive > 1 {
					several++
				}
			}
			if len(got[i]) != len(want[i]) {
				t.Fatalf("%s: scheme %s has %d rows, want %d", name, schemes[i].Name, len(got[i]), len(want[i]))
			}
		}
	}
	if several < 1000 {
		t.Errorf("only %d rows have several flows", several)
	}
}

// TestLookup: what is looked up goes before what the record tells.
func TestLookup(t *testing.T) {
	schemes, err := accounting.Parse([]string{"x=src_prefix,src_as,customer"}, []string{"site", "customer"})
	if err != nil {
		t.Fatal(err)
	}
	points := schemePoints(t)
	records := schemeRecords(rand.New(rand.NewPCG(1, 2)), 50)
	for i := range records {
		records[i].Key.Version, records[i].Key.Shape = 4, 0
		records[i].Export.Has |= flow.FieldSourceMask | flow.FieldSourceAS
	}
	config := recordConfig(2, 1<<20, newDrawer(-1), points)
	long := strings.Repeat("x", accounting.MaxText+10) + "\x00"
	config.Accounting = accounting.Config{Schemes: schemes, Minimum: accounting.DefaultMinimum(), Lookup: func(key *flow.Key, export *flow.Export) *accounting.Attributes {
		if export == nil || key.Source[15] == 3 {
			return nil
		}
		return &accounting.Attributes{
			Has: flow.FieldSourceMask | flow.FieldSourceAS, SourceMask: 23, SourceAS: 65000,
			Labels: []string{"", []string{"", "a\x00b", long}[key.Source[15]%3]},
		}
	}}
	met := map[string]int{}
	for _, row := range schemeTables(t, records, 1, 100, config)[0] {
		prefix, mask, as, label := row.Key[0], row.Key[1], row.Key[2], row.Key[3]
		if row.SourceRoutes == flow.RouteFromTable {
			if mask.Low != 23 || as.Low != 65000 || prefix.Low&0x1ff != 0 {
				t.Errorf("got %+v", row)
			}
			met[label.Text]++
		} else if row.SourceRoutes != flow.RouteFromRecord || as.Low > 2 || label.Known {
			t.Errorf("got %+v", row)
		}
	}
	if len(met) != 3 || met["a\x00b"] == 0 || met[long[:accounting.MaxText]] == 0 {
		t.Errorf("labels %v", met)
	}
}
