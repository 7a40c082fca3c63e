package flow

import (
	"bytes"
	"sync"
)

// MaxNames and MaxNameOctets bound the names of a run, in number and in octets
// together. A name beyond them is not kept: it counts as unknown.
const (
	MaxNames      = 1 << 20
	MaxNameOctets = 64 << 20
)

// Names numbers the names that exporters give to interfaces, VRFs and
// applications. Number 0 is no name. Numbers follow the order of discovery, so
// nothing but equality may be read from them. Names is safe for concurrent use.
type Names struct {
	mu      sync.RWMutex
	names   []string
	numbers map[string]uint32
	octets  int
}

// NewNames gives a table that holds no name.
func NewNames() *Names {
	return &Names{names: []string{""}, numbers: map[string]uint32{"": 0}}
}

// TrimName gives what an exporter means by the octets of a name: they end at the first
// NUL and have no blanks at their end, since fields of fixed length are filled up with
// either.
func TrimName(name []byte) []byte {
	if end := bytes.IndexByte(name, 0); end >= 0 {
		name = name[:end]
	}
	return bytes.TrimRight(name, " \t\r\n")
}

// Number gives the number of a name, trimmed by TrimName, a new one if need be, and 0
// for the empty name and for new names beyond the bounds.
func (n *Names) Number(name []byte) uint32 {
	name = TrimName(name)
	n.mu.RLock()
	number, ok := n.numbers[string(name)]
	n.mu.RUnlock()
	if ok {
		return number
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if number, ok := n.numbers[string(name)]; ok {
		return number
	}
	if len(n.names) == MaxNames || n.octets+len(name) > MaxNameOctets {
		return 0
	}
	number = uint32(len(n.names))
	n.names = append(n.names, string(name))
	n.numbers[string(name)] = number
	n.octets += len(name)
	return number
}

// Name gives the name of a number, "" for 0.
func (n *Names) Name(number uint32) string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.names[number]
}
