package engine

import (
	"reflect"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// chunk has room for as many states or singles as chunkStates says; the other ones are nil.
type chunk struct {
	states  *[chunkStates]meter.State
	singles *[chunkStates]single
}

// The kinds of chunks.
const (
	ofStates = iota
	ofSingles
	chunkKinds
)

func (c *chunk) kind() int {
	if c.states == nil {
		return ofSingles
	}
	return ofStates
}

// octets is what the chunk takes of the memory.
func (c *chunk) octets() int {
	if c.kind() == ofSingles {
		return int(reflect.TypeFor[[chunkStates]single]().Size())
	}
	return int(reflect.TypeFor[[chunkStates]meter.State]().Size())
}

// take gives a number of the kind that is not in use.
func (t *table) take(kind int) uint32 {
	free := &t.free[kind]
	if len(*free) == 0 {
		t.addChunk(kind)
	}
	number := (*free)[len(*free)-1]
	*free = (*free)[:len(*free)-1]
	member := &t.taken[number/64]
	if *member == 0 {
		t.since[number/64] = t.reached
	}
	*member |= 1 << (number % 64)
	return number
}

func (t *table) addChunk(kind int) {
	if kind == ofSingles {
		singles := new([chunkStates]single)
		for i := range singles { // new memory that is read before it is written takes two page faults
			singles[i].more = 0
		}
		t.chunks = append(t.chunks, chunk{singles: singles})
	} else {
		t.chunks = append(t.chunks, chunk{states: new([chunkStates]meter.State)})
	}
	if t.keep.any {
		t.beside = append(t.beside, t.keep.chunk())
	}
	t.taken = append(t.taken, make([]uint64, chunkStates/64)...)
	t.since = append(t.since, make([]flow.Timestamp, chunkStates/64)...)
	t.states += chunkStates
	for number := range uint32(chunkStates) {
		t.free[kind] = append(t.free[kind], t.states-1-number) // the last one is taken first
	}
}

// giveBack has a number in use be free. Its slot must go elsewhere.
func (t *table) giveBack(number uint32) {
	free := &t.free[t.chunks[number/chunkStates].kind()]
	*free = append(*free, number)
	t.taken[number/64] &^= 1 << (number % 64)
}
