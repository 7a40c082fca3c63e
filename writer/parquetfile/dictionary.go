package parquetfile

import (
	"math/bits"

	"netstream/writer/table"
)

// dictionary numbers the different keys of a column in a row group, in the order
// of their first appearance. It is a hash table with linear probing that is at
// most half full.
type dictionary[K comparable] struct {
	keys  []K
	slots []uint32 // number of the key plus 1; 0 if the slot is free
	shift int      // what a hash is shifted right by to give a slot
}

// firstSlots is the number of slots of a new dictionary, a power of two.
const firstSlots = 1 << 10

func newDictionary[K comparable]() *dictionary[K] {
	d := &dictionary[K]{}
	d.resize(firstSlots)
	return d
}

func (d *dictionary[K]) resize(slots int) {
	d.slots = make([]uint32, slots)
	d.shift = 64 - bits.TrailingZeros(uint(slots))
}

// find gives the number of the key, or the slot that it would take. hash must be
// the same for equal keys, and differ in its upper bits for others.
func (d *dictionary[K]) find(key K, hash uint64) (number uint32, slot uint64, found bool) {
	mask := uint64(len(d.slots) - 1)
	for slot = hash >> d.shift; ; slot = (slot + 1) & mask {
		n := d.slots[slot]
		if n == 0 {
			return 0, slot, false
		}
		if d.keys[n-1] == key {
			return n - 1, slot, true
		}
	}
}

// guess gives the number plus 1 of the key that a key of that hash most likely is;
// 0 if there is none. Numbers do not change as long as the dictionary is not reset.
func (d *dictionary[K]) guess(hash uint64) uint32 { return d.slots[hash>>d.shift] }

// confirm tells whether a guess was right.
func (d *dictionary[K]) confirm(guess uint32, key K) bool {
	return guess != 0 && d.keys[guess-1] == key
}

// add gives the next number to a key that find did not find, at the slot that
// find gave. If that makes the dictionary half full it grows, for which it takes
// the hash of every key again.
func (d *dictionary[K]) add(key K, slot uint64, hash func(K) uint64) uint32 {
	d.keys = append(d.keys, key)
	d.slots[slot] = uint32(len(d.keys))
	slots := len(d.slots)
	for 2*len(d.keys) >= slots {
		slots *= 4
	}
	if slots > len(d.slots) {
		d.resize(slots)
		for i, k := range d.keys {
			_, slot, _ := d.find(k, hash(k))
			d.slots[slot] = uint32(i + 1)
		}
	}
	return uint32(len(d.keys) - 1)
}

// append gives the next number to a key that find does not find as long as the dictionary
// does not grow: one that is never looked up and differs from all others.
func (d *dictionary[K]) append(key K) uint32 {
	d.keys = append(d.keys, key)
	return uint32(len(d.keys) - 1)
}

// reset forgets all keys.
func (d *dictionary[K]) reset() {
	d.keys = d.keys[:0]
	clear(d.slots)
}

// width is the number of bits that the numbers given so far need. Readers want
// at least 1 if there are any.
func (d *dictionary[K]) width() int {
	switch n := len(d.keys); n {
	case 0:
		return 0
	case 1:
		return 1
	default:
		return bits.Len(uint(n - 1))
	}
}

// hashInteger and hashSymbol are multiplicative hashes (Knuth, The Art of
// Computer Programming, volume 3, section 6.4). Who chooses addresses so that
// they collide makes the writer slower, by no more than the probes within one
// row group.
func hashInteger(v int64) uint64 { return uint64(v) * 0x9e3779b97f4a7c15 }

func hashSymbol(s *table.Symbol) uint64 {
	high, low := bits.Mul64(s.Low^0xa0761d6478bd642f, s.High^uint64(s.Class)^0xe7037ed1a0b428db)
	return (high ^ low) * 0x9e3779b97f4a7c15
}
