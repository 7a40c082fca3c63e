package sequence

import (
	"encoding/binary"
	"hash/maphash"
)

// Window is how many of a stream's latest messages are remembered: a message that
// repeats one of them is a duplicate, and one that is missing may come late by as
// many. The tests of this program's reliability ask for reordering within 1,000
// messages.
const Window = 1024

// digest stands for the octets of a message: its first 16 octets, which say when it was
// exported and mostly which number it has, and a keyed hash of all of them. That makes it
// as good as certain that unequal messages have unequal digests: those that say the same
// there have the same hash once in 2^64 times. The key is random, so no message can be
// made to collide.
type digest struct {
	head [2]uint64
	hash uint64
}

type seed struct{ maphash.Seed }

func (s *seed) of(message []byte) (d digest) {
	if len(message) >= 16 { // as the shortest header
		d.head = [2]uint64{binary.LittleEndian.Uint64(message), binary.LittleEndian.Uint64(message[8:])}
	}
	d.hash = maphash.Bytes(s.Seed, message)
	return d
}

// window remembers the latest messages by their digests: a ring in which each
// entry is linked to the entry before it in the same bucket. Entries are numbered
// from 1 in the order of arrival; a link to an entry that was overwritten is the
// end of its chain, since all entries behind are older still.
//
// A window has room for as many messages as there have been, up to twice as many: a
// stream of one message, which forged headers can make thousands of, costs one entry.
type window struct {
	seed    seed
	entries []entry  // the one of number n is at n modulo the length; none before the first
	heads   []uint64 // latest number of each bucket, 0 if none
	last    uint64   // latest number
}

type entry struct {
	digest digest
	before uint64 // number of the next older entry in the bucket, 0 if none
}

func newWindow() window {
	return window{seed: seed{maphash.MakeSeed()}}
}

// has says whether a message is among those remembered.
func (w *window) has(d digest) bool {
	size := uint64(len(w.entries))
	if size == 0 {
		return false
	}
	for n := w.heads[d.hash%size]; n != 0 && n+size > w.last; n = w.entries[n%size].before {
		if w.entries[n%size].digest == d {
			return true
		}
	}
	return false
}

// add remembers a message, and forgets the one that came [Window] messages before.
func (w *window) add(d digest) {
	if w.last == uint64(len(w.entries)) && w.last < Window {
		w.grow()
	}
	w.last++
	w.link(w.last, d)
}

func (w *window) link(n uint64, d digest) {
	size := uint64(len(w.entries))
	head := &w.heads[d.hash%size]
	e := &w.entries[n%size]
	e.digest.head, e.digest.hash, e.before = d.head, d.hash, *head
	*head = n
}

// grow doubles the window, which is full for the first time, or makes the first entry.
func (w *window) grow() {
	old := w.entries
	size := uint64(len(old))
	grown := max(1, 2*size)
	w.entries, w.heads = make([]entry, grown), make([]uint64, grown)
	for n := uint64(1); n <= w.last; n++ {
		w.link(n, old[n%size].digest)
	}
}
