package engine

import (
	"reflect"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/statistics"
)

// extensions say what states have besides them.
type extensions struct {
	any        bool
	biflows    bool
	statistics statistics.Settings
}

func newExtensions(config *Config) extensions {
	kept := config.Meter.Statistics
	return extensions{any: config.Biflows || kept.Any(), biflows: config.Biflows, statistics: kept}
}

// mostStates gives how many states a shard may have in use, 0 if there is no bound.
func (c *Config) mostStates() int {
	if c.CacheMemory == 0 || c.MaxFlows > 0 {
		return 0
	}
	keep := newExtensions(c)
	octets := int(reflect.TypeFor[meter.State]().Size())
	if keep.biflows {
		octets += int(reflect.TypeFor[meter.Pair]().Size())
	}
	if keep.statistics.Any() {
		octets += int(reflect.TypeFor[statistics.State]().Size()) + keep.statistics.Early*int(reflect.TypeFor[flow.EarlyPacket]().Size())
	}
	if !keep.any { // a flood of singles may come before as many states
		octets += int(reflect.TypeFor[single]().Size()) + 4
	}
	octets += 4*8 + 4 // slots, at their fewest in use, and the list of free ones
	return max(c.CacheMemory/max(1, c.Workers)/octets, 1)
}

// besides is what the states of a chunk have besides them. None of it holds pointers.
type besides struct {
	pairs      []meter.Pair
	statistics []statistics.State
	early      []flow.EarlyPacket // of each state one after the other
}

func (e *extensions) chunk() (b besides) {
	if e.biflows {
		b.pairs = make([]meter.Pair, chunkStates)
	}
	if e.statistics.Any() {
		b.statistics = make([]statistics.State, chunkStates)
		b.early = make([]flow.EarlyPacket, chunkStates*e.statistics.Early)
	}
	return b
}

// extension gives what a state has besides it.
func (t *table) extension(number uint32) meter.Extension {
	if !t.keep.any { // as in most runs: the call is inlined so far
		return meter.Extension{}
	}
	return t.kept(number)
}

// kept is extension where there is something. It is not inlined, so that extension is.
//
//go:noinline
func (t *table) kept(number uint32) (x meter.Extension) {
	b, n := &t.beside[number/chunkStates], int(number%chunkStates)
	if t.keep.biflows {
		x.Pair = &b.pairs[n]
	}
	if t.keep.statistics.Any() {
		early := t.keep.statistics.Early
		x.Statistics, x.Early = &b.statistics[n], b.early[n*early:(n+1)*early]
	}
	return x
}

// moveExtension copies what one state has to another one.
func moveExtension(to, from meter.Extension) {
	if to.Pair != nil {
		*to.Pair = *from.Pair
	}
	if to.Statistics != nil {
		*to.Statistics = *from.Statistics
		copy(to.Early, from.Early)
	}
}
