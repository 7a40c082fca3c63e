package table_test

import (
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/table"
)

// TestWayCells reads interfaces and directions of rows of captures and of exporters, in
// both tables.
func TestWayCells(t *testing.T) {
	points, names := flow.NewPoints(), flow.NewNames()
	number := func(p flow.Point) uint32 {
		n, err := points.Number(p)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	index := flow.Point{HasIndex: true, Index: 1<<32 - 1, IndexName: "GE1/0/0"}
	directed := func(p flow.Point, d flow.Direction) flow.Point { p.Direction = d; return p }
	exporter := number(flow.Point{Exported: true})
	name := names.Number([]byte("Gi1"))
	columns := []string{"in_if", "in_if_name", "out_if", "out_if_name", "direction"}
	all := flow.FieldInIf | flow.FieldOutIf | flow.FieldDirection | flow.FieldNames
	for _, c := range []struct {
		point  uint32
		export *flow.Export
		want   [5]string
	}{
		{0, nil, [5]string{"NULL", "NULL", "NULL", "NULL", "NULL"}},
		{number(flow.Point{Interface: "eth0"}), nil, [5]string{"NULL", "NULL", "NULL", "NULL", "NULL"}},
		{number(index), nil, [5]string{"4294967295", "GE1/0/0", "NULL", "NULL", "NULL"}},
		{number(directed(index, flow.DirectionIngress)), nil, [5]string{"4294967295", "GE1/0/0", "NULL", "NULL", "ingress"}},
		{number(directed(index, flow.DirectionEgress)), nil, [5]string{"NULL", "NULL", "4294967295", "GE1/0/0", "egress"}},
		{number(directed(index, flow.DirectionInternal)), nil, [5]string{"4294967295", "GE1/0/0", "NULL", "NULL", "internal"}},
		{number(flow.Point{Direction: flow.DirectionExternal}), nil, [5]string{"NULL", "NULL", "NULL", "NULL", "external"}},
		{number(flow.Point{HasIndex: true}), nil, [5]string{"0", "NULL", "NULL", "NULL", "NULL"}},
		{exporter, &flow.Export{Has: all, InIf: 5, OutIf: 6, InIfName: name}, [5]string{"5", "Gi1", "6", "NULL", "ingress"}},
		{exporter, &flow.Export{Has: all, OutIfName: name, Direction: 1}, [5]string{"0", "NULL", "0", "Gi1", "egress"}},
		{exporter, &flow.Export{Has: flow.FieldDirection, Direction: 3}, [5]string{"NULL", "NULL", "NULL", "NULL", "3"}},
	} {
		o := table.Options{Points: points, Names: names}
		record := &flow.Record{Key: flow.Key{Point: c.point}, Export: c.export}
		row := &flow.IntervalRecord{Key: record.Key, Has: flow.MeteredFields}
		if e := c.export; e != nil {
			row.Has, row.InIf, row.OutIf, row.Direction, row.InIfName, row.OutIfName = e.Has, e.InIf, e.OutIf, e.Direction, e.InIfName, e.OutIfName
		}
		for i, name := range columns {
			if got := cellNamed(table.Flows(o), name, record); got != c.want[i] {
				t.Errorf("flows, %s of %+v, %+v: got %s, want %s", name, points.Point(c.point), c.export, got, c.want[i])
			}
			if got := cellNamed(table.Intervals(o), name, row); got != c.want[i] {
				t.Errorf("intervals, %s of %+v: got %s, want %s", name, points.Point(c.point), got, c.want[i])
			}
		}
	}
}

func cellNamed[R any](columns []table.Column[R], name string, r *R) string {
	for i := range columns {
		if columns[i].Name == name {
			return cellText(&columns[i], r)
		}
	}
	return "no column"
}

// TestWithoutIPCells: what only an IP header tells is NULL for frames without one.
func TestWithoutIPCells(t *testing.T) {
	o := table.Options{Points: flow.NewPoints()}
	r := &flow.Record{Key: flow.Key{Shape: flow.NoSource | flow.NoDestination | flow.NoProtocol | flow.NoClassOfService}, MinOctets: 46, MaxOctets: 46}
	for _, name := range []string{"ip_version", "src_ip", "dst_ip", "src_port", "protocol", "tos", "min_ttl", "max_ttl", "min_ip_len", "max_ip_len", "community_id"} {
		if got := cellNamed(table.Flows(o), name, r); got != "NULL" {
			t.Errorf("%s is %s", name, got)
		}
	}
	if got := cellNamed(table.Flows(o), "bytes", r); got != "0" {
		t.Errorf("bytes are %s", got)
	}
}

// TestFlowIDOfPlaces: index, its name and direction tell records apart that agree in all
// else, and where there is none of them the identifier is that of the name alone.
func TestFlowIDOfPlaces(t *testing.T) {
	k := key(t, "192.0.2.1", "198.51.100.2", 6, true, 1, 2)
	places := []flow.Point{
		{}, {HasIndex: true}, {HasIndex: true, Index: 1}, {HasIndex: true, Index: 1, IndexName: "a"}, {HasIndex: true, Index: 1, Interface: "a"},
		{Direction: flow.DirectionIngress}, {Direction: flow.DirectionEgress}, {Direction: flow.DirectionInternal}, {Direction: flow.DirectionExternal},
		{Direction: flow.DirectionIngress, Inside: flow.Encapsulation{Tunnel: flow.TunnelGRE}}, {Inside: flow.Encapsulation{Tunnel: flow.TunnelGRE}},
	}
	seen := make(map[int64]int)
	for i, p := range places {
		id := table.FlowID(&k, &p, 0, 0)
		if other, ok := seen[id]; ok {
			t.Errorf("%+v has the identifier of %+v", p, places[other])
		}
		seen[id] = i
	}
}
