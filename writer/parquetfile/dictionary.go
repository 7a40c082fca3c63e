package parquetfile

import (
	"math/bits"
	"slices"
)

// dictionary numbers the different values of a column of numbers in a row group, in the
// order of their first appearance. Values below 2^32 are those that their slots tell apart.
type dictionary struct {
	slotTable
	key  hashKey
	keys []int64
}

func newDictionary() *dictionary {
	d := &dictionary{key: newHashKey()}
	d.resize(firstSlots)
	return d
}

// guessAll gives the numbers of the values that are easily found, and collects the others
// in missing.
func (d *dictionary) guessAll(dst []uint32, values []int64) {
	probes := d.room(len(values))
	for i, v := range values {
		hash, want := d.key.value(v)
		probes[i] = probe{want, hash, 0}
	}
	d.guess(dst)
	known := len(d.missing)
	for _, i := range d.unsure {
		if d.keys[dst[i]] != values[i] {
			d.miss(i)
		}
	}
	if len(d.missing) > known {
		slices.Sort(d.missing)
	}
}

// number gives the number of a value, which may be new.
func (d *dictionary) number(v int64) uint32 {
	hash, want := d.key.value(v)
	mask := uint64(len(d.slots) - 2)
	for at := hash >> (d.shift & 63); ; at = (at + 1) & mask {
		switch slot := d.slots[at]; {
		case slot == 0:
			return d.add(v, at, want)
		case (slot^want) <= slotNumber && d.keys[slot&slotNumber-1] == v:
			return uint32(slot&slotNumber) - 1
		}
	}
}

// add gives the next number to a value that has none, at the free slot where it belongs.
func (d *dictionary) add(v int64, at, slot uint64) uint32 {
	n := d.append(v) + 1
	d.slots[at] = slot | uint64(n)
	if d.full(len(d.keys)) {
		d.resize(slotsFor(len(d.keys))) // which may be more than twice as many: append has not asked
		for i, v := range d.keys {
			hash, slot := d.key.value(v)
			d.slots[d.free(hash)] = slot | uint64(i+1)
		}
	}
	return n - 1
}

// append gives the next number to a value without a slot: one that is never looked up and
// differs from all others.
func (d *dictionary) append(v int64) uint32 {
	d.keys = append(d.keys, v)
	return uint32(len(d.keys) - 1)
}

// reset forgets all values.
func (d *dictionary) reset() {
	d.keys = d.keys[:0]
	clear(d.slots)
}

// dictionaryWidth is the number of bits that the numbers of so many entries need. Readers
// want at least 1 if there are any.
func dictionaryWidth(entries int) int {
	switch entries {
	case 0:
		return 0
	case 1:
		return 1
	default:
		return bits.Len(uint(entries - 1))
	}
}
