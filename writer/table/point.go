package table

import (
	"sync"
	"sync/atomic"

	"netstream/aggregate/flow"
)

// observed is what tables say of an observation point.
type observed struct {
	flow.Point
	exporter Symbol // of the exporter's address
}

// observedPoints answers for each row what its observation point is, without the
// lock and the copy that asking flow.Points costs. Points never change once they
// have a number, so what was asked once can be kept.
type observedPoints struct {
	points *flow.Points
	known  atomic.Pointer[[]observed] // by number; those from 0 on, as far as one was asked for
	mu     sync.Mutex                 // for those who add
}

func newObservedPoints(points *flow.Points) *observedPoints {
	p := &observedPoints{points: points}
	p.known.Store(&[]observed{})
	return p
}

// at gives the point of a number that points have given.
func (p *observedPoints) at(number uint32) *observed {
	known := *p.known.Load()
	if uint64(number) < uint64(len(known)) {
		return &known[number]
	}
	return p.learn(number)
}

// learn takes over the points up to number. Appending leaves what others read
// as it is: they do not look behind the length that they have loaded.
func (p *observedPoints) learn(number uint32) *observed {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := *p.known.Load()
	for n := uint32(len(known)); n <= number; n++ {
		point := observed{Point: p.points.Point(n)}
		if point.Exporter.IsValid() {
			address := point.Exporter.As16()
			point.exporter = plainAddressSymbol(&address)
		}
		known = append(known, point)
	}
	p.known.Store(&known)
	return &known[number]
}

// pointColumns declares the observation point of a table whose rows have a flow
// key: a capture interface, or an exporter and its observation domain.
func pointColumns[R any](points *observedPoints, key func(*R) *flow.Key) []Column[R] {
	return []Column[R]{
		{
			Name: "interface", Kind: Text, Elements: []Element{{82, "interfaceName"}},
			Definition: "Observation point: the capture interface by the name that the file gives it; NULL if the file names none or it is not in the flow key, and for exported flows.",
			Null:       func(r *R) bool { n := key(r).Point; return n == 0 || points.at(n).Interface == "" },
			Symbol:     func(r *R) Symbol { return Symbol{Low: uint64(key(r).Point)} },
			Spell: func(dst []byte, s Symbol) []byte {
				return appendValid(dst, points.at(uint32(s.Low)).Interface)
			},
		}, {
			Name: "exporter_ip", Kind: Text, Elements: []Element{{130, "exporterIPv4Address"}, {131, "exporterIPv6Address"}},
			Definition: "Address of the exporter that metered the flow; NULL if the input does not tell, and for flows metered from packets.",
			Null:       func(r *R) bool { n := key(r).Point; return n == 0 || !points.at(n).Exporter.IsValid() },
			Symbol:     func(r *R) Symbol { return points.at(key(r).Point).exporter },
			Spell:      spellAddress,
		}, {
			Name: "observation_domain", Kind: Uint32, Elements: []Element{{149, "observationDomainId"}},
			Definition: "Observation domain of the exporter: domain id of IPFIX, source id of NetFlow version 9, engine type * 256 + engine id of versions 5, 6 and 8, else 0; NULL for flows metered from packets.",
			Null:       func(r *R) bool { n := key(r).Point; return n == 0 || !points.at(n).Exported },
			Int:        func(r *R) int64 { return int64(points.at(key(r).Point).Domain) },
		},
	}
}
