package flow

import (
	"errors"
	"reflect"
	"testing"
)

// TestPointsLimits: each kind of points has its own bound, and points that are known
// need no room.
func TestPointsLimits(t *testing.T) {
	plain, tunnel, flexible := Point{Interface: "eth0"}, Point{Inside: Encapsulation{Tunnel: TunnelGRE}}, Point{Flexible: Flexible{Has: KeyFlowLabel}}
	both := Point{Inside: Encapsulation{Tunnel: TunnelGRE}, Flexible: Flexible{Has: KeyVLAN}}
	for kind, c := range []struct {
		known, other Point
		want         string
	}{
		{plain, Point{Interface: "eth1"}, `cannot add observation point "eth1": there are too many observation points, at most 65536`},
		{tunnel, Point{Inside: Encapsulation{Tunnel: TunnelPPTP}}, `cannot add a tunnel at observation point "": there are too many observation points, at most 1048576 tunnels`},
		{flexible, both, `cannot add a value of the flow key at observation point "": there are too many observation points, at most 1048576 values`},
	} {
		points := NewPoints()
		points.room[kind] = 1
		first, err := points.Number(c.known)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := points.Number(c.other); !errors.Is(err, ErrTooManyPoints) || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
		if again, err := points.Number(c.known); again != first || err != nil {
			t.Errorf("got %d, %v, want %d again", again, err, first)
		}
	}
}

// TestFlexibleCompare changes one member after the other: none may go unnoticed, and
// the order must be the same from both sides.
func TestFlexibleCompare(t *testing.T) {
	var zero Flexible
	members := reflect.TypeFor[Flexible]().NumField()
	for i := range members {
		changed := zero
		switch f := reflect.ValueOf(&changed).Elem().Field(i); f.Kind() {
		case reflect.Array:
			f.Index(f.Len() - 1).SetUint(1)
		default:
			f.SetUint(1)
		}
		if zero.Compare(&changed) != -1 || changed.Compare(&zero) != 1 || changed.Compare(&changed) != 0 {
			t.Errorf("%s is not compared", reflect.TypeFor[Flexible]().Field(i).Name)
		}
	}
}

// TestPointCompare changes one member after the other of the zero Point: none may go
// unnoticed, and the order must be the same from both sides.
func TestPointCompare(t *testing.T) {
	var zero Point
	for name, changed := range map[string]Point{
		"interface": {Interface: "eth0"}, "index": {HasIndex: true}, "other index": {HasIndex: true, Index: 7},
		"index name": {HasIndex: true, IndexName: "GE1/0/0"}, "direction": {Direction: DirectionIngress},
		"tunnel": {Inside: Encapsulation{Tunnel: TunnelGRE}}, "flexible": {Flexible: Flexible{Has: KeyVLAN}},
		"exporter": {Exported: true}, "domain": {Domain: 1},
	} {
		if zero.Compare(&changed) != -1 || changed.Compare(&zero) != 1 || changed.Compare(&changed) != 0 {
			t.Errorf("%s is not compared", name)
		}
	}
	order := []Point{
		{Direction: DirectionExternal, Inside: Encapsulation{Tunnel: TunnelGRE}},
		{HasIndex: true, Direction: DirectionEgress},
		{HasIndex: true, IndexName: "a"},
		{HasIndex: true, Index: 1<<32 - 1, Direction: DirectionIngress, Inside: Encapsulation{Tunnel: TunnelGRE}},
		{HasIndex: true, Index: 1<<32 - 1, Direction: DirectionEgress},
	}
	for i := range order[1:] {
		if order[i].Compare(&order[i+1]) != -1 {
			t.Errorf("%+v is not before %+v", order[i], order[i+1])
		}
	}
}

// TestPointReversed: turning a point around twice changes nothing, and once nothing but
// ingress and egress.
func TestPointReversed(t *testing.T) {
	want := map[Direction]Direction{DirectionUnknown: DirectionUnknown, DirectionIngress: DirectionEgress, DirectionEgress: DirectionIngress,
		DirectionInternal: DirectionInternal, DirectionExternal: DirectionExternal}
	for direction, other := range want {
		p := Point{Interface: "eth0", HasIndex: true, Index: 3, IndexName: "x", Direction: direction, Inside: Encapsulation{Tunnel: TunnelGRE}, Flexible: Flexible{Has: KeyVLAN, VLAN: 5}}
		reversed := p.Reversed()
		if reversed.Direction != other || reversed.Reversed() != p {
			t.Errorf("%v: got %+v", direction, reversed)
		}
		reversed.Direction = direction
		if reversed != p {
			t.Errorf("%v: got %+v, want %+v but for the direction", direction, reversed, p)
		}
	}
}

// TestPointInterfaces: the index is that of the ingress interface unless packets went
// out, and what a table of points has is what any of them has.
func TestPointInterfaces(t *testing.T) {
	points := NewPoints()
	if got := points.Fields(); got != 0 {
		t.Errorf("got fields %x of the zero point", got)
	}
	all := Fields(0)
	for _, c := range []struct {
		point   Point
		in, out bool
		want    Fields
	}{
		{Point{Interface: "eth0"}, false, false, 0},
		{Point{Direction: DirectionEgress}, false, false, FieldDirection},
		{Point{HasIndex: true, Index: 5}, true, false, FieldInIf},
		{Point{HasIndex: true, Index: 5, IndexName: "x", Direction: DirectionInternal}, true, false, FieldInIf | FieldDirection | FieldNames},
		{Point{HasIndex: true, Index: 5, Direction: DirectionEgress}, false, true, FieldOutIf | FieldDirection},
	} {
		_, in := c.point.InIf()
		_, out := c.point.OutIf()
		if in != c.in || out != c.out {
			t.Errorf("%+v: got %v, %v", c.point, in, out)
		}
		if _, err := points.Number(c.point); err != nil {
			t.Fatal(err)
		}
		if all |= c.want; points.Fields() != all {
			t.Errorf("got fields %x, want %x", points.Fields(), all)
		}
	}
}
