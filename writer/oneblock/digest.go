package oneblock

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"hash"
)

// stateSkip is the number of octets in front of the hash in the state of a digest.
const stateSkip = 4

// digestBlocks hashes blocks with a digest of the standard library. To set it up, copy it and ask it for a second
// Write, of the padding, would take as long as the block. The blocks have their padding, so that the hash is
// the state that the digest is in behind one, which AppendBinary tells. That is tried out for each digestBlocks; where
// it does not hold, messages are hashed as always.
type digestBlocks struct {
	digest hash.Hash
	state  encoding.BinaryAppender // the same; nil if the state does not tell
	result []byte                  // reused
}

func newDigestBlocks(digest hash.Hash) *digestBlocks {
	d := &digestBlocks{digest: digest}
	state, ok := digest.(encoding.BinaryAppender)
	if !ok || digest.BlockSize() != blockOctets {
		return d
	}
	const example = "a message of one block"
	var block [blockOctets]byte
	block[copy(block[:], example)] = 0x80
	block[blockOctets-1] = 8 * uint8(len(example))
	want := bytes.Clone(d.hash(block[:]))
	d.state = state
	if got := d.hash(block[:]); !bytes.Equal(got[:min(len(got), len(want))], want) {
		d.state = nil
	}
	return d
}

// each hashes a block for each sum.
func (d *digestBlocks) each(sums []Sum, blocks []byte) {
	for i := range sums {
		sums[i] = sumOf(d.hash(blocks[i*blockOctets:][:blockOctets]))
	}
}

// hash gives the hash of a block, or more. It is valid until the next call.
func (d *digestBlocks) hash(block []byte) []byte {
	d.digest.Reset()
	if d.state != nil {
		d.digest.Write(block) // never fails, says hash.Hash
		if state, err := d.state.AppendBinary(d.result[:0]); err == nil && len(state) >= stateSkip+d.digest.Size() {
			d.result = state
			return state[stateSkip:]
		}
		d.state = nil
		d.digest.Reset()
	}
	octets := binary.BigEndian.Uint64(block[blockOctets-lengthOctets:]) / 8
	d.digest.Write(block[:octets])
	d.result = d.digest.Sum(d.result[:0])
	return d.result
}
