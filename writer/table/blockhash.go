package table

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"hash"
)

// Parts of a block of SHA-1 and SHA-256 (FIPS 180-4 section 5.1.1).
const (
	hashBlock     = 64
	hashLength    = 8                          // octets at the end that tell the length of the message in bits
	oneBlock      = hashBlock - hashLength - 1 // octets of the longest message that is one block with its padding
	hashStateSkip = 4                          // octets in front of the hash in the state of a digest
)

// blockHash hashes many short messages. What crypto/sha1 and crypto/sha256 do around
// the one block of such a message takes as long as the block: a digest is set up, copied
// and asked for a second Write, of the padding. Here the block has its padding before
// it is written, so that the hash is the state that the digest is in by then, which
// AppendBinary tells. That is tried out for each blockHash; where it does not hold,
// messages are hashed as always.
type blockHash struct {
	digest  hash.Hash
	state   encoding.BinaryAppender // the same; nil if the state does not tell
	message [160]byte               // room for the usual messages: nothing is allocated
	result  []byte                  // reused
}

func newBlockHash(digest hash.Hash) *blockHash {
	h := &blockHash{digest: digest}
	state, ok := digest.(encoding.BinaryAppender)
	if !ok {
		return h
	}
	const example = "a message of one block"
	want := bytes.Clone(h.sum(append(h.begin(), example...)))
	h.state = state
	if got := h.sum(append(h.begin(), example...)); !bytes.Equal(got, want) {
		h.state = nil
	}
	return h
}

// begin gives what a message is to be appended to. Behind it the block has the zeros of
// the padding.
func (h *blockHash) begin() []byte {
	*(*[hashBlock]byte)(h.message[:]) = [hashBlock]byte{}
	return h.message[:0]
}

// sum gives the hash of a message that was appended to what begin gave. It is valid until
// the next call.
func (h *blockHash) sum(message []byte) []byte {
	h.digest.Reset()
	if h.state == nil || len(message) > oneBlock {
		h.digest.Write(message) // never fails, says hash.Hash
		h.result = h.digest.Sum(h.result[:0])
		return h.result
	}
	block := message[:hashBlock]
	block[len(message)] = 0x80
	binary.BigEndian.PutUint64(block[hashBlock-hashLength:], 8*uint64(len(message)))
	h.digest.Write(block)
	state, err := h.state.AppendBinary(h.result[:0])
	if err != nil || len(state) < hashStateSkip+h.digest.Size() {
		h.state = nil
		return h.sum(message)
	}
	h.result = state
	return state[hashStateSkip:][:h.digest.Size()]
}
