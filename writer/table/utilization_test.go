package table

import (
	"math"
	"net/netip"
	"slices"
	"testing"

	"netstream/aggregate/flow"
)

// TestUtilization works out cells of two interfaces, and has NULL wherever something is
// not known.
func TestUtilization(t *testing.T) {
	scheme := &flow.Scheme{Columns: []flow.SchemeColumn{
		{Name: "in_if", Field: flow.SchemeInIf}, {Name: "exporter_ip", Field: flow.SchemeExporter}, {Name: "out_if", Field: flow.SchemeOutIf}}}
	router := netip.MustParseAddr("192.0.2.1")
	options := Options{SpeedOf: func(exporter netip.Addr, index uint32) uint64 {
		switch {
		case exporter == router && index == 1:
			return 1000
		case !exporter.IsValid() && index == 2:
			return 4000
		}
		return 0
	}}
	columns := utilization(&options, scheme)
	names := []string{}
	for _, c := range columns {
		names = append(names, c.Name)
	}
	if !slices.Equal(names, []string{"in_if_utilization", "out_if_utilization"}) {
		t.Fatalf("got columns %q", names)
	}
	known := func(v uint64) flow.SchemeValue { return flow.SchemeValue{Known: true, Low: v} }
	exporter := known(0xffff_c0000201)
	const octets = flow.FieldOctets
	for _, c := range []struct {
		key      []flow.SchemeValue
		has      flow.Fields
		bytes    uint64
		scaled   uint64
		width    flow.Timestamp
		in, out  float64
		inNull   bool
		outNull  bool
		isCalled string
	}{
		{key: []flow.SchemeValue{known(1), exporter, known(1)}, has: octets, bytes: 625, width: 10e9, in: 0.5, out: 0.5, isCalled: "both"},
		{key: []flow.SchemeValue{known(1), exporter, known(7)}, has: octets, bytes: 0, width: 10e9, outNull: true, isCalled: "speed of one"},
		{key: []flow.SchemeValue{known(1), {}, known(2)}, has: octets, bytes: 3000, width: 1e9, inNull: true, out: 6, isCalled: "no exporter"},
		{key: []flow.SchemeValue{known(1), exporter, {}}, has: octets | flow.FieldSampling, bytes: 1, scaled: 100, width: 1e9, in: 0.8, outNull: true, isCalled: "scaled"},
		{key: []flow.SchemeValue{known(1), exporter, known(1)}, width: 1e9, inNull: true, outNull: true, isCalled: "no octets"},
	} {
		r := &flow.SchemeRow{Key: c.key, End: c.width}
		r.Has, r.Counters.Octets, r.Scaled.Octets = c.has, c.bytes, c.scaled
		for i, want := range []struct {
			value float64
			null  bool
		}{{c.in, c.inNull}, {c.out, c.outNull}} {
			null := columns[i].Null(r)
			if null != want.null || !null && math.Float64frombits(uint64(columns[i].Int(r))) != want.value {
				t.Errorf("%s, %s: NULL is %v, want %v of %v", c.isCalled, names[i], null, want.null, want.value)
			}
		}
	}
	if utilization(&Options{}, scheme) != nil {
		t.Error("there are columns without speeds")
	}
}
