// Package oneblock hashes many short messages with SHA-1 or SHA-256 (FIPS 180-4). What a library does around the one
// block of such a message takes as long as the block, and within one block each step waits for the one before. Here
// messages are padded where they are made, and the blocks of many of them are hashed in one loop, in which the processor
// has the next one begin before the last one is over. Where it has no instructions for the hashes, the standard library hashes them.
package oneblock

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"hash"
)

// Parts of a block of SHA-1 and SHA-256 (FIPS 180-4 section 5.1.1).
const (
	blockOctets  = 64
	lengthOctets = 8                              // at the end, which tell the length of the message in bits
	longest      = blockOctets - lengthOctets - 1 // octets of a message that is one block with its padding
)

const (
	// together is of how many messages the blocks are hashed in one loop.
	together = 64
	// beyond is the room that the last message has behind its block, so that nothing is allocated for usual ones.
	beyond = 96
)

// Sum is the first 20 octets of a hash, which is all of a SHA-1, as big endian numbers.
type Sum struct {
	High, Low uint64
	Last      uint32
}

// sumOf takes a hash of at least 20 octets.
func sumOf(hash []byte) Sum {
	return Sum{
		High: binary.BigEndian.Uint64(hash),
		Low:  binary.BigEndian.Uint64(hash[8:]),
		Last: binary.BigEndian.Uint32(hash[16:]),
	}
}

// Messages are messages that are hashed together. They are made by NewSHA1 and NewSHA256.
type Messages struct {
	blocks [together*blockOctets + beyond]byte
	sums   [together]Sum
	n      int
	long   [together]uint8 // places of those that are longer than a block, which have their sums
	longs  int
	digest hash.Hash
	result []byte                          // of digest, reused
	each   func(sums []Sum, blocks []byte) // hashes a block for each sum
}

// NewSHA1 gives none of which the SHA-1 is wanted.
func NewSHA1() *Messages { return newMessages(sha1.New(), sha1Blocks()) }

// NewSHA256 gives none of which the beginning of the SHA-256 is wanted.
func NewSHA256() *Messages { return newMessages(sha256.New(), sha256Blocks()) }

// newMessages takes a digest, and what hashes blocks as it does; nil if nothing does.
func newMessages(digest hash.Hash, each func(sums []Sum, blocks []byte)) *Messages {
	if each == nil {
		each = newDigestBlocks(digest).each
	}
	return &Messages{digest: digest, each: each}
}

// Full tells whether Sums must be called before the next Begin.
func (m *Messages) Full() bool { return m.n == together }

// Begin gives what a message is to be appended to, which End then takes. Behind it the block has the zeros of the padding.
func (m *Messages) Begin() []byte {
	b := m.blocks[m.n*blockOctets:]
	*(*[blockOctets]byte)(b) = [blockOctets]byte{}
	return b[:0]
}

// End takes a message that was appended to what Begin gave.
func (m *Messages) End(message []byte) {
	if len(message) <= longest {
		block := m.blocks[m.n*blockOctets:][:blockOctets]
		block[len(message)] = 0x80
		binary.BigEndian.PutUint64(block[blockOctets-lengthOctets:], 8*uint64(len(message)))
	} else {
		m.digest.Reset()
		m.digest.Write(message) // never fails, says hash.Hash
		m.result = m.digest.Sum(m.result[:0])
		m.sums[m.n] = sumOf(m.result)
		m.long[m.longs] = uint8(m.n)
		m.longs++
	}
	m.n++
}

// Sums gives the hashes of the messages since it was called before, in their order. They are valid until the next Begin.
func (m *Messages) Sums() []Sum {
	n := m.n
	if m.longs == 0 {
		m.each(m.sums[:n], m.blocks[:n*blockOctets])
	} else {
		m.around(n)
	}
	m.n, m.longs = 0, 0
	return m.sums[:n]
}

// around hashes the blocks between messages that have their sums.
func (m *Messages) around(n int) {
	from := 0
	for _, long := range m.long[:m.longs] {
		m.some(from, int(long))
		from = int(long) + 1
	}
	m.some(from, n)
}

// some hashes the blocks from one place up to another.
func (m *Messages) some(from, to int) {
	if from < to {
		m.each(m.sums[from:to], m.blocks[from*blockOctets:to*blockOctets])
	}
}
