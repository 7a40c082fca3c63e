package parquetfile

import (
	"math/bits"
	"slices"
)

// slotTable is what hash tables that number different keys in the order of their first
// appearance have in common: the slots, by linear probing. A slot holds, from the most
// significant bit on:
//
//	32 bits of the key: all that it differs in from others with the next bit set, else of its hash
//	1 bit: the key is one of those that 32 bits tell apart
//	31 bits: its number plus 1; 0 if the slot is free
//
// So most slots tell by themselves whether they are those of a key: a large table and
// its keys are far from the processor.
type slotTable struct {
	slots []uint64 // a power of two, and a free one behind them
	shift uint     // what a hash is shifted right by to give a slot

	probes          []probe // reused, as are the others
	missing, unsure []uint32
}

const (
	toldApart  = 1 << 31
	slotNumber = toldApart - 1
)

// firstSlots is the number of slots of a new table, a power of two.
const firstSlots = 1 << 10

// probe is what a key is looked up by.
type probe struct {
	want          uint64 // what its slot holds but its number
	first, second uint64 // what lies in the first two slots where it can be; before, first is its hash
}

func (t *slotTable) resize(slots int) {
	t.slots = make([]uint64, slots+1)
	t.shift = 64 - uint(bits.TrailingZeros(uint(slots)))
}

// full tells whether the table should have more slots for so many keys.
func (t *slotTable) full(keys int) bool { return 8*keys > 5*(len(t.slots)-1) }

// slotsFor gives how many slots a table of so many keys has.
func slotsFor(keys int) int {
	slots := firstSlots
	for 8*keys > 5*slots {
		slots *= 2
	}
	return slots
}

// room gives so many probes, for their keys to be set.
func (t *slotTable) room(probes int) []probe {
	t.probes = slices.Grow(t.probes[:0], probes)[:probes]
	return t.probes
}

// guess gives the numbers of those keys that lie in one of the first two slots where they
// can be, and collects the others in missing, and in unsure those whose slots do not tell
// them apart. There is no branch between the accesses to the slots, and little else, so
// that many of them are on their way at the same time.
func (t *slotTable) guess(dst []uint32) {
	probes := t.probes
	slots, shift := t.slots, t.shift&63
	for i := range probes {
		p := &probes[i]
		at := p.first >> shift
		p.first, p.second = slots[at], slots[at+1]
	}
	missing := slices.Grow(t.missing[:0], len(probes))[:len(probes)]
	unsure := slices.Grow(t.unsure[:0], len(probes))[:len(probes)]
	missed, doubts := 0, 0
	dst = dst[:len(probes)]
	for i := range probes {
		p := &probes[i]
		// The slot of the key has its number here, others more than there can be.
		found := min((p.first^p.want)-1, (p.second^p.want)-1)
		dst[i] = uint32(found)
		missing[missed], unsure[doubts] = uint32(i), uint32(i)
		miss, doubt := 0, 1
		if found >= slotNumber {
			miss = 1
		}
		if p.want&toldApart != 0 {
			doubt = 0
		}
		missed += miss
		doubts += doubt &^ miss
	}
	t.missing, t.unsure = missing[:missed], unsure[:doubts]
}

// miss takes the i-th key, which is another one than it seemed, into missing.
func (t *slotTable) miss(i uint32) { t.missing = append(t.missing, i) }

// free gives the first free slot for a hash.
func (t *slotTable) free(hash uint64) uint64 {
	mask := uint64(len(t.slots) - 2)
	at := hash >> (t.shift & 63)
	for t.slots[at] != 0 {
		at = (at + 1) & mask
	}
	return at
}
