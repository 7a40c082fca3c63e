package table_test

import (
	"reflect"
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/table"
)

// TestFlexibleCells reads rows whose keys have all fields, none of them, and rows of
// an exporter.
func TestFlexibleCells(t *testing.T) {
	points := flow.NewPoints()
	full, err := points.Number(flow.Point{Flexible: flow.Flexible{
		Has: ^flow.KeyFields(0), SourceMask: 24, DestinationMask: 31, TCPFlags: 18, VLAN: 7, InnerVLAN: 8,
		SourceMAC: [6]byte{2, 1}, DestinationMAC: [6]byte{2, 2}, FlowLabel: 0xfffff, MPLS: [3]uint32{16, 17, 18}, EtherType: 0x8847}})
	if err != nil {
		t.Fatal(err)
	}
	exporter, err := points.Number(flow.Point{Exported: true})
	if err != nil {
		t.Fatal(err)
	}
	first := flow.Record{ // what the first packet had, which may be a later fragment, is not the key
		VLAN: 99, InnerVLAN: 98, MPLSTop: 97, SourceMAC: [6]byte{9}, DestinationMAC: [6]byte{9}, TCPFlags: 1,
		Marks: flow.MarkVLAN | flow.MarkInnerVLAN | flow.MarkMPLS | flow.MarkMAC | flow.MarkTCP,
	}
	keyed, bare, exported := first, first, first
	keyed.Key.Point, exported.Key.Point = full, exporter
	exported.Export = &flow.Export{Has: flow.FieldSourceMask | flow.FieldDestinationMask, SourceMask: 9, DestinationMask: 10}
	want := map[string][3]string{
		"src_mask": {"24", "NULL", "9"}, "dst_mask": {"31", "NULL", "10"}, "vlan_id": {"7", "NULL", "99"}, "inner_vlan_id": {"8", "NULL", "98"},
		"mpls_label": {"16", "NULL", "97"}, "mpls_label2": {"17", "NULL", "NULL"}, "mpls_label3": {"18", "NULL", "NULL"},
		"src_mac": {"02:01:00:00:00:00", "NULL", "09:00:00:00:00:00"}, "dst_mac": {"02:02:00:00:00:00", "NULL", "09:00:00:00:00:00"},
		"flow_label": {"1048575", "NULL", "NULL"}, "tcp_flags": {"18", "NULL", "1"}, "ethertype": {"34887", "NULL", "NULL"},
	}
	for _, withMAC := range []bool{false, true} {
		columns := table.Flows(table.Options{Points: points, Key: ^flow.KeyFields(0), WithMAC: withMAC, Elements: []string{"e0_1"}})
		met := 0
		for i := range columns {
			c := &columns[i]
			cells, ok := want[c.Name]
			if !ok {
				continue
			}
			met++
			for j, row := range []*flow.Record{&keyed, &bare, &exported} {
				if c.Name[3:] == "_mac" && !withMAC && j == 2 {
					continue // the columns are those of the key only
				}
				if got := cellText(c, row); got != cells[j] {
					t.Errorf("%s, row %d: got %s, want %s", c.Name, j, got, cells[j])
				}
			}
		}
		if last := columns[len(columns)-1].Name; met != len(want) || last != "e0_1" {
			t.Errorf("%d of %d columns, %s the last", met, len(want), last)
		}
	}
	intervals := table.Intervals(table.Options{Points: points, Key: ^flow.KeyFields(0)})
	met := 0
	for i := range intervals {
		if cells, ok := want[intervals[i].Name]; ok {
			met++
			for j, point := range []uint32{full, 0} {
				if got := cellText(&intervals[i], &flow.IntervalRecord{Key: flow.Key{Point: point}, Marks: flow.MarkTCP}); got != cells[j] {
					t.Errorf("intervals, %s, row %d: got %s, want %s", intervals[i].Name, j, got, cells[j])
				}
			}
		}
	}
	if met != len(want) {
		t.Errorf("intervals have %d columns, want %d", met, len(want))
	}
}

// TestFlexibleFlowID changes one member of flexible keys after the other: no two
// identifiers may be equal.
func TestFlexibleFlowID(t *testing.T) {
	k := key(t, "192.0.2.1", "198.51.100.2", 6, true, 1, 2)
	seen := map[int64]bool{table.FlowID(&k, &flow.Point{}, 0, 0): true}
	base := flow.Flexible{Has: flow.KeyTCPFlags | flow.KeyEtherType}
	seen[table.FlowID(&k, &flow.Point{Flexible: base}, 0, 0)] = true
	members := reflect.TypeFor[flow.Flexible]().NumField()
	for i := range members {
		changed := base
		switch f := reflect.ValueOf(&changed).Elem().Field(i); f.Kind() {
		case reflect.Array:
			f.Index(f.Len() - 1).SetUint(1)
		default:
			f.SetUint(1)
		}
		seen[table.FlowID(&k, &flow.Point{Flexible: changed}, 0, 0)] = true
	}
	if len(seen) != members+2 {
		t.Errorf("%d identifiers of %d keys", len(seen), members+2)
	}
}

// TestCommunityIDOfKeys: where a part is not in the key, there is no identifier.
func TestCommunityIDOfKeys(t *testing.T) {
	points := flow.NewPoints()
	prefix, err := points.Number(flow.Point{Flexible: flow.Flexible{Has: flow.KeySourceMask, SourceMask: 24}})
	if err != nil {
		t.Fatal(err)
	}
	columns := table.Flows(table.Options{Points: points})
	for _, c := range []struct {
		name     string
		protocol uint8
		shape    flow.Shape
		point    uint32
		null     bool
	}{
		{"TCP", 6, flow.Ports, 0, false},
		{"fragment", 6, 0, 0, false},
		{"TCP without source port", 6, flow.Ports | flow.NoSourcePort, 0, true},
		{"TCP without ports", 6, flow.NoSourcePort | flow.NoDestinationPort, 0, true},
		{"ICMP without ports", 1, flow.NoSourcePort | flow.NoDestinationPort, 0, true},
		{"GRE needs none", 47, flow.NoSourcePort | flow.NoDestinationPort, 0, false},
		{"prefix", 47, 0, prefix, true},
		{"no protocol", 0, flow.NoProtocol, 0, true},
	} {
		r := flow.Record{Key: flow.Key{Version: 4, Protocol: c.protocol, Shape: c.shape, Point: c.point}}
		for i := range columns {
			if columns[i].Name == "community_id" && (cellText(&columns[i], &r) == "NULL") != c.null {
				t.Errorf("%s: got %s", c.name, cellText(&columns[i], &r))
			}
		}
	}
}
