package flow

import (
	"errors"
	"fmt"
	"sync"
)

// MaxPoints bounds the observation points of a run. pcapng sections of a hostile
// file can name a new interface in every block.
const MaxPoints = 1 << 16

// ErrTooManyPoints: a run has met more than [MaxPoints] observation points.
var ErrTooManyPoints = errors.New("there are too many observation points")

// Points numbers the observation points of a run (RFC 7011 section 2): the
// capture interfaces by the names that the files give them. Number 0 is the
// point without a name, which all captures share that do not name their
// interface. Numbers follow the order of discovery, so nothing but equality
// may be read from them; order goes by name. Points is safe for concurrent use.
type Points struct {
	mu      sync.RWMutex
	names   []string
	numbers map[string]uint32
}

// NewPoints gives a table that holds the nameless point only.
func NewPoints() *Points {
	return &Points{names: []string{""}, numbers: map[string]uint32{"": 0}}
}

// Number gives the number of the point of that name, a new one if need be. It
// fails with [ErrTooManyPoints] once [MaxPoints] names are known.
func (p *Points) Number(name string) (uint32, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n, ok := p.numbers[name]; ok {
		return n, nil
	}
	if len(p.names) == MaxPoints {
		return 0, fmt.Errorf("cannot add observation point %q: %w, at most %d", name, ErrTooManyPoints, MaxPoints)
	}
	n := uint32(len(p.names))
	p.names = append(p.names, name)
	p.numbers[name] = n
	return n, nil
}

// Name gives the name of a point, "" for the nameless one.
func (p *Points) Name(number uint32) string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.names[number]
}
