package accounting

import (
	"bytes"
	"hash/maphash"
)

// keySet numbers keys from 0 in the order in which they come. Keys are kept one behind
// the other; a new one costs no allocation but for growth, and none after reset.
type keySet struct {
	seed  maphash.Seed // random, so that no input can be made to collide
	slots []uint32     // number + 1 of a key, 0 for none; a power of two of them
	keys  []keyRef
	bytes []byte
}

// keyRef is where a key lies, and the upper half of its hash.
type keyRef struct {
	at     uint32
	length uint16
	hash   uint32
}

const (
	firstSlots = 1 << 8
	keyRefSize = 12
	slotSize   = 4
)

func newKeySet() *keySet {
	return &keySet{seed: maphash.MakeSeed(), slots: make([]uint32, firstSlots)}
}

// number gives the number of a key, and whether it is new.
func (s *keySet) number(key []byte) (number int, fresh bool) {
	hash := maphash.Bytes(s.seed, key)
	mask := uint64(len(s.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		n := s.slots[at]
		if n == 0 {
			s.slots[at] = uint32(len(s.keys)) + 1
			break
		}
		if r := &s.keys[n-1]; r.hash == uint32(hash>>32) && bytes.Equal(s.bytes[r.at:r.at+uint32(r.length)], key) {
			return int(n - 1), false
		}
	}
	s.keys = append(s.keys, keyRef{uint32(len(s.bytes)), uint16(len(key)), uint32(hash >> 32)})
	s.bytes = append(s.bytes, key...)
	if len(s.keys)*2 > len(s.slots) {
		s.grow()
	}
	return len(s.keys) - 1, true
}

// grow doubles the slots. The lower half of each hash is worked out again.
func (s *keySet) grow() {
	s.slots = make([]uint32, 2*len(s.slots))
	mask := uint64(len(s.slots) - 1)
	for i := range s.keys {
		at := maphash.Bytes(s.seed, s.key(i)) & mask
		for s.slots[at] != 0 {
			at = (at + 1) & mask
		}
		s.slots[at] = uint32(i) + 1
	}
}

// key gives the key of a number.
func (s *keySet) key(number int) []byte {
	r := &s.keys[number]
	return s.bytes[r.at : r.at+uint32(r.length)]
}

// octets is how much memory the keys take.
func (s *keySet) octets() int {
	return len(s.bytes) + len(s.keys)*keyRefSize + len(s.slots)*slotSize
}

// reset forgets all keys.
func (s *keySet) reset() {
	clear(s.slots)
	s.keys, s.bytes = s.keys[:0], s.bytes[:0]
}
