package parquetfile

import "math/bits"

// dictionary numbers the different values of a column of numbers in a row group, in the
// order of their first appearance. It is a hash table with linear probing that is at
// most half full.
type dictionary struct {
	key   hashKey
	keys  []int64
	slots []uint32 // number of the key plus 1; 0 if the slot is free
	shift int      // what a hash is shifted right by to give a slot
}

func newDictionary() *dictionary {
	d := &dictionary{key: newHashKey()}
	d.resize(firstSlots)
	return d
}

func (d *dictionary) resize(slots int) {
	d.slots = make([]uint32, slots)
	d.shift = 64 - bits.TrailingZeros(uint(slots))
}

// find gives the number of the key, or the slot that it would take.
func (d *dictionary) find(key int64) (number uint32, slot uint64, found bool) {
	mask := uint64(len(d.slots) - 1)
	for slot = d.key.integer(key) >> d.shift; ; slot = (slot + 1) & mask {
		n := d.slots[slot]
		if n == 0 {
			return 0, slot, false
		}
		if d.keys[n-1] == key {
			return n - 1, slot, true
		}
	}
}

// add gives the next number to a key that find did not find, at the slot that
// find gave. If that makes the dictionary half full it grows.
func (d *dictionary) add(key int64, slot uint64) uint32 {
	d.keys = append(d.keys, key)
	d.slots[slot] = uint32(len(d.keys))
	slots := len(d.slots)
	for 2*len(d.keys) >= slots {
		slots *= 4
	}
	if slots > len(d.slots) {
		d.resize(slots)
		for i, k := range d.keys {
			_, slot, _ := d.find(k)
			d.slots[slot] = uint32(i + 1)
		}
	}
	return uint32(len(d.keys) - 1)
}

// append gives the next number to a key that find does not find as long as the dictionary
// does not grow: one that is never looked up and differs from all others.
func (d *dictionary) append(key int64) uint32 {
	d.keys = append(d.keys, key)
	return uint32(len(d.keys) - 1)
}

// reset forgets all keys.
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
