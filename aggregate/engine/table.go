package engine

import (
	"math/bits"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// table is the flow cache of a shard: open addressing over slots of 8 octets, and
// the states apart in chunks. Both are free of pointers. States move only when a
// sweep finds that few of many are left.
type table struct {
	slots  []slot // capacity is a power of two, at most half full
	used   int
	chunks []*[chunkStates]meter.State
	keep   extensions
	beside []besides // of the states, in chunks of as many; none unless keep has any
	free   []uint32  // numbers of states given back
	states uint32    // states ever taken from the chunks
	taken  []uint64  // bit set of the numbers of states in use
	given  int       // chunks that were given back, when all flows end

	// since has, for the states of each member of taken, a clock behind which none of them can
	// expire sooner than any state can, so that a sweep need not look at them; of new ones it is
	// reached, a clock that no packet to come is below. Clocks of new packets only rise.
	since   []flow.Timestamp
	reached flow.Timestamp
}

// slot holds the upper half of a key's hash and the number of its state plus 1;
// 0 is an empty slot.
type slot uint64

const (
	chunkStates = 256 // 84 KiB of them
	firstSlots  = 1024

	// sparse is how many states a table holds at most for each one in use, once it
	// was swept. Sweeps take time for all of them; at 8, moving the ones in use to a
	// smaller table is a small part of that.
	sparse = 8
)

func newTable(keep extensions) *table { return tableOf(firstSlots, keep) }

func tableOf(slots int, keep extensions) *table {
	return &table{slots: make([]slot, slots), keep: keep, reached: flow.MinTimestamp}
}

func tag(hash uint64) uint64         { return hash >> 32 }
func (s slot) tag() uint64           { return uint64(s) >> 32 }
func (s slot) state() uint32         { return uint32(s) - 1 }
func (s slot) used() slot            { return (s | -s) >> 63 } // 1, or 0 of an empty slot
func (t *table) home(tag uint64) int { return int(tag) & (len(t.slots) - 1) }

// stateOf gives the number plus 1 of the slot's state if the slot has the tag, else 0. It
// takes no branch.
func (s slot) stateOf(tag uint64) uint32 { return uint32(s) & ifZero(uint32(s.tag()^tag)) }

// ifZero gives all bits if n is 0, and none if it is not.
func ifZero(n uint32) uint32 { return uint32((uint64(n) - 1) >> 32) }

func (t *table) state(number uint32) *meter.State {
	return &t.chunks[number/chunkStates][number%chunkStates]
}

// touch reads what number and the metering will need of the packets with the given
// numbers, at most touchedAtATime, so that their cache misses overlap: first all slots,
// then the states that they lead to. No branch depends on what was read. near gets for each
// packet the state that is most likely its own. What touch gives has no meaning.
func (t *table) touch(packets []flow.Packet, numbers []uint16, near *nearby) (read uint64) {
	numbers = numbers[:min(len(numbers), touchedAtATime)]
	if t.states == 0 {
		clear(near.numbers[:len(numbers)])
		return 0
	}
	fresh := 0
	slots := t.slots
	mask := uint64(len(slots) - 1)
	for i, n := range numbers {
		want := tag(packets[n].Hash)
		home := slots[want&mask]
		first, second := home.stateOf(want), slots[(want+1)&mask].stateOf(want) // as probing goes
		near.numbers[i] = first | second&ifZero(first)
		if home == 0 {
			fresh++
		}
	}
	for i, n := range near.numbers[:len(numbers)] {
		state := t.state(max(n, 1) - 1)
		near.states[i] = state
		read += state.Touch()
	}
	for _, number := range t.free[len(t.free)-min(fresh, len(t.free)):] { // what insert will take
		read += t.state(number).TouchAll()
	}
	return read
}

// nearby has what touch has found for each packet, as long as no state is forgotten: a
// number of a state plus 1, 0 if there is none, and the state; any if there is none.
type nearby struct {
	numbers [touchedAtATime]uint32
	states  [touchedAtATime]*meter.State
}

// of gives the state of the i-th packet that was touched, and its number.
func (n *nearby) of(i int, t *table, p *flow.Packet) (state *meter.State, number uint32) {
	if number, state = n.numbers[i], n.states[i]; number != 0 && state.Key.Equal(&p.Key) {
		return state, number - 1
	}
	number = t.number(p.Hash, &p.Key)
	return t.state(number), number
}

// find gives the state of key, a new one if there is none.
func (t *table) find(hash uint64, key *flow.Key) *meter.State { return t.state(t.number(hash, key)) }

// number gives the number of the state that find gives.
func (t *table) number(hash uint64, key *flow.Key) uint32 {
	want := tag(hash)
	for i := t.home(want); ; i = (i + 1) & (len(t.slots) - 1) {
		s := t.slots[i]
		if s == 0 {
			return t.insert(i, want, key)
		}
		if s.tag() == want {
			if number := s.state(); t.state(number).Key.Equal(key) {
				return number
			}
		}
	}
}

func (t *table) insert(i int, tag uint64, key *flow.Key) uint32 {
	if 2*(t.used+1) > len(t.slots) {
		t.grow()
		for i = t.home(tag); t.slots[i] != 0; i = (i + 1) & (len(t.slots) - 1) {
		}
	}
	number := t.take()
	t.slots[i] = slot(tag<<32 | uint64(number+1))
	t.used++
	t.state(number).Reset(key)
	return number
}

// take gives the number of a state that is not in use.
func (t *table) take() uint32 {
	var number uint32
	if n := len(t.free); n > 0 {
		number = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		if t.states%chunkStates == 0 {
			t.chunks = append(t.chunks, new([chunkStates]meter.State))
			if t.keep.any {
				t.beside = append(t.beside, t.keep.chunk())
			}
			t.taken = append(t.taken, make([]uint64, chunkStates/64)...)
			t.since = append(t.since, make([]flow.Timestamp, chunkStates/64)...)
		}
		number = t.states
		t.states++
	}
	member := &t.taken[number/64]
	if *member == 0 {
		t.since[number/64] = t.reached
	}
	*member |= 1 << (number % 64)
	return number
}

// inUse says whether a state is in use.
func (t *table) inUse(number uint32) bool { return t.taken[number/64]&(1<<(number%64)) != 0 }

func (t *table) grow() {
	old := t.slots
	t.slots = make([]slot, 2*len(old))
	for _, s := range old {
		if s == 0 {
			continue
		}
		i := t.home(s.tag())
		for t.slots[i] != 0 {
			i = (i + 1) & (len(t.slots) - 1)
		}
		t.slots[i] = s
	}
}

// sweep gives every state in use, with its extension, to done and forgets those for which it says
// true. It goes through the states in the order of memory. Pointers to states that
// find gave are not valid afterwards.
func (t *table) sweep(hash func(*flow.Key) uint64, done func(*meter.State, meter.Extension) bool) {
	t.sweepSome(hash, func(numbers []uint32) []uint32 {
		over := numbers[:0]
		for _, number := range numbers {
			if done(t.state(number), t.extension(number)) {
				over = append(over, number)
			}
		}
		return over
	})
}

// sweepSome is sweep for a function that takes the numbers of at most touchedAtATime states at a
// time, and gives those of them that are to be forgotten.
func (t *table) sweepSome(hash func(*flow.Key) uint64, done func(numbers []uint32) (over []uint32)) {
	before := t.used
	t.each(func(numbers []uint32) {
		over := done(numbers)
		for _, number := range over {
			t.taken[number/64] &^= 1 << (number % 64)
		}
		t.free = append(t.free, over...)
		t.used -= len(over)
	})
	if t.used < before {
		t.purge()
	}
	if t.states > firstSlots/2 && uint64(t.used)*sparse < uint64(t.states) {
		t.shrink(hash)
	}
}

// clockOf gives the clock in since of the states that each gives with that one.
func (t *table) clockOf(number uint32) *flow.Timestamp { return &t.since[number/64] }

// each gives the numbers of all states in use, in their order, those of a member of taken at a
// time: at most touchedAtATime.
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

// forget gives back a state in use. No other state moves.
func (t *table) forget(hash uint64, number uint32) {
	t.remove(t.locate(hash, number))
	t.free = append(t.free, number)
	t.used--
	t.taken[number/64] &^= 1 << (number % 64)
}

// shrink moves the states in use to a table of their size, so that time and memory
// after a flood of flows are again those that the flows left over need.
func (t *table) shrink(hash func(*flow.Key) uint64) {
	size := firstSlots
	for size < 4*t.used {
		size *= 2
	}
	small := tableOf(size, t.keep)
	for number := range t.states {
		if t.inUse(number) {
			state := t.state(number)
			moved := small.number(hash(&state.Key), &state.Key)
			*small.state(moved) = *state
			if t.keep.any {
				moveExtension(small.extension(moved), t.extension(number))
			}
		}
	}
	*t = *small
}

// locate gives the slot of a state in use.
func (t *table) locate(hash uint64, number uint32) int {
	want := slot(tag(hash)<<32 | uint64(number+1))
	i := t.home(tag(hash))
	for t.slots[i] != want {
		i = (i + 1) & (len(t.slots) - 1)
	}
	return i
}

// remove empties slot i and moves those behind it that probing would no longer
// find (Knuth, volume 3, section 6.4, algorithm R).
func (t *table) remove(i int) {
	mask := len(t.slots) - 1
	for j := i; ; {
		j = (j + 1) & mask
		s := t.slots[j]
		if s == 0 {
			t.slots[i] = 0
			return
		}
		if home := t.home(s.tag()); (j-home)&mask >= (j-i)&mask {
			t.slots[i] = s
			i = j
		}
	}
}
