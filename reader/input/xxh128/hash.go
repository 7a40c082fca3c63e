// Package xxh128 makes XXH3_128bits of what comes in pieces, with seed 0 (xxHash's specification, "XXH3 algorithm overview").
//
// Once a Write has left octets over, the library copies every later octet behind them, a block at a time, which takes as long as
// hashing where the octets are in a cache already. Here what is written is hashed where it is, but for a kibioctet around the
// borders of pieces.
package xxh128

import (
	"encoding/binary"
	"hash"
	"math/bits"

	"github.com/zeebo/xxh3"
)

// Size is how many octets a sum has, the most significant one first, as xxh128sum prints it.
const Size = 16

const (
	stripeOctets = 64   // added at a time
	blockOctets  = 1024 // sixteen stripes, behind which the accumulators are scrambled
	lanes        = 8    // accumulators
)

// New begins a hash: one that hashes octets where they are if the processor can, else that of the library.
func New() hash.Hash {
	blocks := blocksOfProcessor()
	if blocks == nil {
		return &copying{*xxh3.New()}
	}
	return newInPlace(blocks)
}

// copying is the hash of the library, of which a hash.Hash would give 64 bits.
type copying struct{ xxh3.Hasher }

func (h *copying) Sum(dst []byte) []byte {
	sum := h.Sum128().Bytes()
	return append(dst, sum[:]...)
}

func (h *copying) Size() int { return Size }

// accumulate adds whole blocks, at least one, to accumulators.
type accumulate func(sums *[lanes]uint64, blocks []byte)

// inPlace is a hash of what was written. The last octets wait, a whole block at most, since those at the end of all are
// added in another way.
type inPlace struct {
	accumulate accumulate
	sums       [lanes]uint64
	blocks     uint64                           // in sums
	waiting    [stripeOctets + blockOctets]byte // behind the last stripe of the blocks
	n          int                              // octets waiting; 0 only if there are none at all
}

func newInPlace(blocks accumulate) *inPlace {
	h := &inPlace{accumulate: blocks}
	h.Reset()
	return h
}

func (h *inPlace) Reset() { h.sums, h.blocks, h.n = initialSums, 0, 0 }

func (h *inPlace) Size() int { return Size }

func (h *inPlace) BlockSize() int { return stripeOctets }

// Write never fails.
func (h *inPlace) Write(octets []byte) (int, error) {
	written := len(octets)
	if h.n > 0 && h.n+len(octets) > blockOctets {
		octets = octets[copy(h.waiting[stripeOctets+h.n:], octets):]
		h.add(h.waiting[stripeOctets:])
	}
	if whole := (len(octets) - 1) / blockOctets * blockOctets; h.n == 0 && whole > 0 {
		h.add(octets[:whole])
		octets = octets[whole:]
	}
	h.n += copy(h.waiting[stripeOctets+h.n:], octets)
	return written, nil
}

// add adds whole blocks and keeps their last stripe. Nothing waits then.
func (h *inPlace) add(blocks []byte) {
	h.accumulate(&h.sums, blocks)
	h.blocks += uint64(len(blocks) / blockOctets)
	copy(h.waiting[:stripeOctets], blocks[len(blocks)-stripeOctets:])
	h.n = 0
}

// Sum appends the hash of what was written so far.
func (h *inPlace) Sum(dst []byte) []byte {
	if h.blocks == 0 {
		sum := xxh3.Hash128(h.waiting[stripeOctets:][:h.n]).Bytes()
		return append(dst, sum[:]...)
	}
	sums := h.sums
	for i := range (h.n - 1) / stripeOctets {
		addStripe(&sums, h.waiting[stripeOctets*(1+i):], secret[8*i:])
	}
	addStripe(&sums, h.waiting[h.n:], secret[len(secret)-stripeOctets-7:]) // the last 64 octets, hashed already or not
	length := h.blocks*blockOctets + uint64(h.n)
	dst = binary.BigEndian.AppendUint64(dst, merge(&sums, secret[len(secret)-stripeOctets-11:], ^(length*prime64Of2)))
	return binary.BigEndian.AppendUint64(dst, merge(&sums, secret[11:], length*prime64Of1))
}

// addStripe adds the first stripe of octets.
func addStripe(sums *[lanes]uint64, octets, secret []byte) {
	for i := range lanes {
		lane := binary.LittleEndian.Uint64(octets[8*i:])
		keyed := lane ^ binary.LittleEndian.Uint64(secret[8*i:])
		sums[i^1] += lane
		sums[i] += keyed & (1<<32 - 1) * (keyed >> 32)
	}
}

// merge makes 64 bits of all accumulators.
func merge(sums *[lanes]uint64, secret []byte, start uint64) uint64 {
	for i := 0; i < lanes; i += 2 {
		high, low := bits.Mul64(sums[i]^binary.LittleEndian.Uint64(secret[8*i:]), sums[i+1]^binary.LittleEndian.Uint64(secret[8*i+8:]))
		start += high ^ low
	}
	start = (start ^ start>>37) * primeOfAvalanche
	return start ^ start>>32
}
