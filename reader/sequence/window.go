package sequence

import "hash/maphash"

// Window is how many of a stream's latest messages are remembered: a message that
// repeats one of them is a duplicate, and one that is missing may come late by as
// many. The tests of this program's reliability ask for reordering within 1,000
// messages.
const Window = 1024

// digest stands for the octets of a message. 128 bits from two keyed hashes make
// it as good as certain that unequal messages have unequal digests; the keys are
// random, so no message can be made to collide.
type digest [2]uint64

type seeds [2]maphash.Seed

func (s *seeds) of(message []byte) digest {
	return digest{maphash.Bytes(s[0], message), maphash.Bytes(s[1], message)}
}

// window remembers the latest messages by their digests: a ring in which each
// entry is linked to the entry before it in the same bucket. Entries are numbered
// from 1 in the order of arrival; a link to an entry that was overwritten is the
// end of its chain, since all entries behind are older still.
//
// A window has room for as many messages as there have been, up to twice as many: a
// stream of one message, which forged headers can make thousands of, costs one entry.
type window struct {
	seeds   seeds
	entries []entry  // the one of number n is at n modulo the length; none before the first
	heads   []uint64 // latest number of each bucket, 0 if none
	last    uint64   // latest number
}

type entry struct {
	digest digest
	before uint64 // number of the next older entry in the bucket, 0 if none
}

func newWindow() window {
	return window{seeds: seeds{maphash.MakeSeed(), maphash.MakeSeed()}}
}

// has says whether a message is among those remembered.
func (w *window) has(d digest) bool {
	size := uint64(len(w.entries))
	if size == 0 {
		return false
	}
	for n := w.heads[d[0]%size]; n != 0 && n+size > w.last; n = w.entries[n%size].before {
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
	head := &w.heads[d[0]%size]
	w.entries[n%size] = entry{digest: d, before: *head}
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
