package engine

import (
	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// table is the flow cache of a shard: open addressing over slots of 8 octets, and
// what is known of the keys apart in chunks, states or singles. All of it is free of pointers. States move only
// when a sweep finds that few of many are left.
type table struct {
	slots  []slot // capacity is a power of two, at most half full, of small tables a quarter
	used   int
	chunks []chunk
	keep   extensions
	beside []besides            // of the states, in chunks of as many; none unless keep has any, and then there are no singles
	free   [chunkKinds][]uint32 // numbers of states and of singles that are not in use
	states uint32               // all numbers that the chunks have
	taken  []uint64             // bit set of the numbers in use
	given  int                  // chunks that were given back, when all flows end

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
	chunkStates = 256 // 96 KiB of states, 12 KiB of singles
	firstSlots  = 1024
	largeSlots  = 1 << 16
	slotsOfPage = 512 // or of a part of a page, where pages have more than 4 KiB

	// sparse is how many states a table holds at most for each one in use, once it
	// was swept. Sweeps take time for all of them; at 8, moving the ones in use to a
	// smaller table is a small part of that.
	sparse = 8
)

func newTable(keep extensions) *table { return tableOf(firstSlots, keep) }

func tableOf(slots int, keep extensions) *table {
	return &table{slots: make([]slot, slots), keep: keep, reached: flow.MinTimestamp}
}

func slotOf(tag uint64, number uint32) slot { return slot(tag<<32 | uint64(number+1)) }

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
	return &t.chunks[number/chunkStates].states[number%chunkStates]
}

func (t *table) single(number uint32) *single {
	return &t.chunks[number/chunkStates].singles[number%chunkStates]
}

// isSingle says whether a number is that of a single, and so are all that share a member of taken with it.
func (t *table) isSingle(number uint32) bool { return t.chunks[number/chunkStates].states == nil }

// touch reads what find and the metering will need of the packets with the given
// numbers, at most touchedAtATime, so that their cache misses overlap: first all slots,
// then what they lead to. No branch depends on a slot that may still be on its way, and slots
// and states are first read in loops that do nothing else: how many misses are under way at a
// time hangs on how many instructions are between them. near gets for each packet the state
// that is most likely its own. What touch gives has no meaning.
func (t *table) touch(packets []flow.Packet, numbers []uint16, near *nearby, singles bool) (read uint64) {
	numbers = numbers[:min(len(numbers), touchedAtATime)]
	if t.states == 0 {
		clear(near.numbers[:len(numbers)])
		return 0
	}
	read = t.touchSlots(packets, numbers, near)
	fresh := t.nearest(near, len(numbers))
	read += t.locateStates(near, len(numbers))
	for _, state := range near.states[:len(numbers)] {
		read += state.Touch()
	}
	return read + t.touchFree(fresh, singles)
}

// touchSlots reads the slots that the packets with the given numbers have their places in.
func (t *table) touchSlots(packets []flow.Packet, numbers []uint16, near *nearby) (read uint64) {
	slots, mask := t.slots, uint64(len(t.slots)-1)
	tags := near.tags[:len(numbers)]
	for i, n := range numbers {
		want := tag(packets[n].Hash)
		tags[i] = want
		read += uint64(slots[want&mask])
	}
	return read
}

// nearest finds the numbers of near, and says for how many packets there surely is none.
func (t *table) nearest(near *nearby, packets int) (fresh int) {
	slots, mask := t.slots, uint64(len(t.slots)-1)
	numbers := near.numbers[:packets]
	for i, want := range near.tags[:packets] {
		home := slots[want&mask]
		first, second := home.stateOf(want), slots[(want+1)&mask].stateOf(want) // as probing goes
		numbers[i] = first | second&ifZero(first)
		if home == 0 {
			fresh++
		}
	}
	return fresh
}

// locateStates finds the states of near by their numbers. It reads singles, and lets them be found as other keys are.
func (t *table) locateStates(near *nearby, packets int) (read uint64) {
	states := near.states[:packets]
	for i, n := range near.numbers[:packets] {
		number := max(n, 1) - 1
		c := &t.chunks[number/chunkStates]
		if c.states == nil {
			near.numbers[i], states[i] = 0, &near.none
			read += c.singles[number%chunkStates].touch()
			continue
		}
		states[i] = &c.states[number%chunkStates]
	}
	return read
}

// touchFree reads what as many new keys will take.
func (t *table) touchFree(keys int, singles bool) (read uint64) {
	if singles {
		free := t.free[ofSingles]
		for _, number := range free[len(free)-min(keys, len(free)):] {
			read += t.single(number).touch()
		}
		return read
	}
	free := t.free[ofStates]
	for _, number := range free[len(free)-min(keys, len(free)):] {
		read += t.state(number).TouchAll()
	}
	return read
}

// nearby has what touch has found for each packet, as long as no state is forgotten.
type nearby struct {
	tags    [touchedAtATime]uint64       // of the hashes
	numbers [touchedAtATime]uint32       // of a state, plus 1; 0 if there is none
	states  [touchedAtATime]*meter.State // any if there is none
	none    meter.State                  // in the place of one, so that each can be read
}

// of gives the state of the i-th packet that was touched, and its number, if it was found.
func (n *nearby) of(i int, p *flow.Packet) (state *meter.State, number uint32, found bool) {
	number, state = n.numbers[i], n.states[i]
	return state, number - 1, number != 0 && state.Key.Equal(&p.Key)
}

// number gives the number of the state of key, a new one if there is none. The key must not have a single.
func (t *table) number(hash uint64, key *flow.Key) uint32 {
	i, found := t.find(hash, key)
	if found {
		return t.slots[i].state()
	}
	return t.insertState(i, hash, key)
}

// find gives the slot of key, and whether there is one; if not, it is an empty one for the key.
func (t *table) find(hash uint64, key *flow.Key) (i int, found bool) {
	want := tag(hash)
	for i = t.home(want); ; i = (i + 1) & (len(t.slots) - 1) {
		s := t.slots[i]
		if s == 0 {
			return i, false
		}
		if s.tag() == want && t.is(s.state(), key) {
			return i, true
		}
	}
}

// is says whether a number in use is that of key.
func (t *table) is(number uint32, key *flow.Key) bool {
	if t.isSingle(number) {
		return t.single(number).is(key)
	}
	return t.state(number).Key.Equal(key)
}

// insertState takes a state for a key, and the slot that find has given.
func (t *table) insertState(i int, hash uint64, key *flow.Key) uint32 {
	number := t.take(ofStates)
	t.state(number).Reset(key)
	t.insert(i, tag(hash), number)
	return number
}

// crowded says whether so many numbers in use want more slots: with more than a half of them used, of small tables more than a
// quarter, since then nearly all numbers are where nearest looks for them. For larger ones, whose slots do not stay in a cache
// either way, that made no difference that could be measured, and they would take twice the memory.
func crowded(used, slots int) bool {
	if slots < largeSlots {
		return 4*used > slots
	}
	return 2*used > slots
}

// insert puts a number into the slot that find has given.
func (t *table) insert(i int, tag uint64, number uint32) {
	if crowded(t.used+1, len(t.slots)) {
		t.grow()
		for i = t.home(tag); t.slots[i] != 0; i = (i + 1) & (len(t.slots) - 1) {
		}
	}
	t.slots[i] = slotOf(tag, number)
	t.used++
}

// promote puts a new state into the slot of a single, which is given back, and gives its number. It is to be Reset.
func (t *table) promote(i int) uint32 {
	number := t.take(ofStates)
	s := t.slots[i]
	t.slots[i] = slotOf(s.tag(), number)
	t.giveBack(s.state())
	return number
}

func (t *table) grow() {
	old := t.slots
	t.slots = make([]slot, 2*len(old))
	for i := 0; i < len(t.slots); i += slotsOfPage { // before any is read, as addChunk does
		t.slots[i] = 0
	}
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

// forget gives back a state in use. No other state moves.
func (t *table) forget(hash uint64, number uint32) {
	t.remove(t.locate(hash, number))
	t.giveBack(number)
	t.used--
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
