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
