package engine

import (
	"math/bits"
	"slices"

	"netstream/aggregate/flow"
)

// sweep gives all numbers in use to done, as each does, and forgets those that it gives back. Pointers to
// states are not valid afterwards.
func (t *table) sweep(done func(numbers []uint32) (over []uint32)) {
	before := t.used
	free := [chunkKinds]int{len(t.free[ofStates]), len(t.free[ofSingles])}
	t.each(func(numbers []uint32) {
		over := done(numbers)
		for _, number := range over {
			t.giveBack(number)
		}
		t.used -= len(over)
	})
	for kind, n := range free { // the first one is taken first: what begins in order lies in order, and so do its rows
		slices.Reverse(t.free[kind][n:])
	}
	if t.used < before {
		t.purge()
	}
	if t.states > firstSlots/2 && uint64(t.used)*sparse < uint64(t.states) {
		t.shrink()
	}
}

// clockOf gives the clock in since of the states that each gives with that one.
func (t *table) clockOf(number uint32) *flow.Timestamp { return &t.since[number/64] }

// each gives all numbers in use, in their order, those of a member of taken at a
// time: at most touchedAtATime, all of states or all of singles.
func (t *table) each(yield func(numbers []uint32)) {
	var some [touchedAtATime]uint32
	for i, word := range t.taken {
		n := 0
		for ; word != 0; word &= word - 1 {
			some[n] = uint32(64*i + bits.TrailingZeros64(word))
			n++
		}
		if n > 0 {
			yield(some[:n])
		}
	}
}

// purge empties the slots of all states that are not in use. It goes through the slots in
// the order of memory, which is faster than to look each of them up as forget does. Those
// that stay are put where they are found again, behind those that came before them. Most
// are at home, and whether a slot is empty, or becomes so, is asked without a branch.
func (t *table) purge() {
	slots, taken := t.slots, t.taken
	begin, mask := 0, len(slots)-1
	for slots[begin] != 0 { // so that no probing goes past it
		begin++
	}
	for n := range slots {
		i := (begin + n) & mask
		s := slots[i]
		number := uint32(s - s.used())
		s &= -slot(taken[number/64] >> (number % 64) & 1)
		slots[i] = s
		if (int(s.tag())^i)&mask&-int(s.used()) != 0 {
			slots[i] = 0
			for i = t.home(s.tag()); slots[i] != 0; i = (i + 1) & mask {
			}
			slots[i] = s
		}
	}
}

// shrink moves what is in use to a table of its size, so that time and memory
// after a flood of flows are again those that the flows left over need.
func (t *table) shrink() {
	size := firstSlots
	for size < 4*t.used {
		size *= 2
	}
	small := tableOf(size, t.keep)
	for _, s := range t.slots {
		if s == 0 {
			continue
		}
		number := s.state()
		moved := small.take(t.chunks[number/chunkStates].kind())
		if t.isSingle(number) {
			*small.single(moved) = *t.single(number)
		} else {
			*small.state(moved) = *t.state(number)
		}
		if t.keep.any {
			moveExtension(small.extension(moved), t.extension(number))
		}
		i := small.home(s.tag())
		for small.slots[i] != 0 {
			i = (i + 1) & (size - 1)
		}
		small.insert(i, s.tag(), moved)
	}
	*t = *small
}
