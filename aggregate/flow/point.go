package flow

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"sync"
)

// MaxPoints bounds the observation points of a run that are not inside a tunnel,
// MaxTunnels those that are, and MaxFlexible those that hold fields of flexible
// keys. pcapng sections of a hostile file can name a new interface in every block,
// forged datagrams a new exporter each, and forged packets a new tunnel or flow
// label each.
const (
	MaxPoints   = 1 << 16
	MaxTunnels  = 1 << 20
	MaxFlexible = 1 << 20
)

// ErrTooManyPoints: a run has met more than [MaxPoints] observation points, more
// than [MaxTunnels] tunnels, or more than [MaxFlexible] values of flexible keys.
var ErrTooManyPoints = errors.New("there are too many observation points")

// Point is an observation point (RFC 7011 section 2) as far as a file tells: a
// capture interface and a direction there, the inside of a tunnel, or an exporter's
// observation domain. The zero Point is what all captures share that tell nothing of
// their interface.
type Point struct {
	// Interface is the name of the capture interface, empty if it has none.
	Interface string

	// Index is the SNMP ifIndex of the capture interface, and IndexName the name that
	// goes with it, empty if there is none; both are 0 and empty unless HasIndex.
	HasIndex  bool
	Index     uint32
	IndexName string

	// Direction is the way that the packets went.
	Direction Direction

	// Inside is the tunnel in which the metered packets run; zero if they are the
	// outermost ones.
	Inside Encapsulation

	// Flexible is what the keys of the metered packets hold beyond the 7-tuple.
	Flexible Flexible

	// Exported says that the point's flows were metered by an exporter. Exporter is
	// its address, the zero Addr if the container does not tell, and Domain its
	// observation domain: the domain id of IPFIX, the source id of NetFlow version
	// 9, engine type * 256 + engine id of versions 5, 6 and 8, else 0.
	Exported bool
	Exporter netip.Addr
	Domain   uint32
}

// Reversed gives the point at which the answers to a point's packets are observed:
// ingress and egress are exchanged, and so are the ends of the tunnel and whatever else
// belongs to one end.
func (p Point) Reversed() Point {
	p.Direction, p.Inside, p.Flexible = p.Direction.Reversed(), p.Inside.Reversed(), p.Flexible.Reversed()
	return p
}

// InIf gives the interface by which a capture's packets came in, as far as it is known:
// that of the point unless they went out of it.
func (p *Point) InIf() (index uint32, ok bool) {
	return p.Index, p.HasIndex && p.Direction != DirectionEgress
}

// OutIf gives the interface by which a capture's packets went out.
func (p *Point) OutIf() (index uint32, ok bool) {
	return p.Index, p.HasIndex && p.Direction == DirectionEgress
}

// fields are those of the members of InIf and OutIf, the direction and the names that
// flows observed there have.
func (p *Point) fields() (f Fields) {
	if _, ok := p.InIf(); ok {
		f |= FieldInIf
	}
	if _, ok := p.OutIf(); ok {
		f |= FieldOutIf
	}
	if p.Direction != DirectionUnknown {
		f |= FieldDirection
	}
	if p.IndexName != "" {
		f |= FieldNames
	}
	return f
}

// index gives 0 for an unknown index, else it plus 1.
func (p *Point) index() uint64 {
	if !p.HasIndex {
		return 0
	}
	return uint64(p.Index) + 1
}

// Compare gives the order of points in tables: by interface, captures before
// exporters, then by exporter address (unknown first, IPv4 before IPv6) and
// domain, then by interface index (unknown first) and its name, by direction (unknown
// first), by tunnel and by what flexible keys hold.
func (p *Point) Compare(other *Point) int {
	if c := cmp.Compare(p.Interface, other.Interface); c != 0 {
		return c
	}
	if p.Exported != other.Exported {
		if other.Exported {
			return -1
		}
		return 1
	}
	return cmp.Or(p.Exporter.Compare(other.Exporter), cmp.Compare(p.Domain, other.Domain),
		cmp.Compare(p.index(), other.index()), cmp.Compare(p.IndexName, other.IndexName), cmp.Compare(p.Direction, other.Direction),
		p.Inside.Compare(&other.Inside), p.Flexible.Compare(&other.Flexible))
}

// Points numbers the observation points of a run. Number 0 is the zero Point.
// Numbers follow the order of discovery, so nothing but equality may be read from
// them; order goes by Compare. Points is safe for concurrent use.
type Points struct {
	mu      sync.RWMutex
	points  []Point
	numbers map[Point]uint32
	room    [3]int // for how many more points of each kind
}

// NewPoints gives a table that holds the zero Point only.
func NewPoints() *Points {
	return &Points{points: []Point{{}}, numbers: map[Point]uint32{{}: 0}, room: [3]int{MaxPoints - 1, MaxTunnels, MaxFlexible}}
}

// Number gives the number of a point, a new one if need be. It fails with
// [ErrTooManyPoints] once [MaxPoints] points are known, [MaxTunnels] inside tunnels,
// or [MaxFlexible] of flexible keys.
func (p *Points) Number(point Point) (uint32, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n, ok := p.numbers[point]; ok {
		return n, nil
	}
	kind := kindOf(&point)
	if p.room[kind] == 0 {
		return 0, fmt.Errorf("cannot add %s %q: %w, at most %d%s", kind.what(), point.Interface, ErrTooManyPoints, kind.most(), kind.noun())
	}
	p.room[kind]--
	n := uint32(len(p.points))
	p.points = append(p.points, point)
	p.numbers[point] = n
	return n, nil
}

// Fields gives which of FieldInIf, FieldOutIf, FieldDirection and FieldNames flows at
// any of the points have by their point.
func (p *Points) Fields() (all Fields) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for i := range p.points {
		all |= p.points[i].fields()
	}
	return all
}

// Point gives the point of a number.
func (p *Points) Point(number uint32) Point {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.points[number]
}

// Compare compares two points by their numbers.
func (p *Points) Compare(a, b uint32) int {
	if a == b {
		return 0
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.points[a].Compare(&p.points[b])
}

// pointKind says against which bound a point counts.
type pointKind uint8

const (
	plainPoint pointKind = iota
	tunnelPoint
	flexiblePoint
)

func kindOf(p *Point) pointKind {
	switch {
	case p.Flexible.Has != 0:
		return flexiblePoint
	case p.Inside.Tunnel != TunnelNone:
		return tunnelPoint
	}
	return plainPoint
}

func (k pointKind) most() int { return [...]int{MaxPoints, MaxTunnels, MaxFlexible}[k] }

// what and noun word the error of too many.
func (k pointKind) what() string {
	return [...]string{"observation point", "a tunnel at observation point", "a value of the flow key at observation point"}[k]
}

func (k pointKind) noun() string { return [...]string{"", " tunnels", " values"}[k] }
