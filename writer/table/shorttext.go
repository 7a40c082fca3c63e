package table

import (
	"encoding/binary"
	"slices"
)

// ShortText is a text of at most 32 octets, none of which is 0, in words whose lowest octets come first. What is behind
// its end is 0. So a text goes from one function to the next in registers, which a processor does not have to
// wait for as it has for octets that were just stored and are read in words.
type ShortText struct {
	Words  [4]uint64
	Length int // in octets
}

// Append appends the text to dst and returns the result.
func (t *ShortText) Append(dst []byte) []byte {
	const room = 8 * len(t.Words)
	start := len(dst)
	dst = slices.Grow(dst, room)
	octets := dst[start : start+room]
	for i := range t.Words {
		binary.LittleEndian.PutUint64(octets[8*i:], t.Words[i])
	}
	return dst[:start+t.Length]
}
