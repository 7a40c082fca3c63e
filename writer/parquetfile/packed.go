package parquetfile

import (
	"encoding/binary"
	"slices"
)

// packedGroup is the number of values that are packed at a time: those of any width end
// with a whole octet.
const packedGroup = 8

// appendPacked appends the lower width bits of each value, the first value in
// the least significant bits, and returns the result. The last octet is padded
// with zero bits. width is from 0 to 64, and no value has bits above it.
func appendPacked[T uint32 | uint64](dst []byte, values []T, width int) []byte {
	if width == 0 {
		return dst
	}
	// Groups are written as whole words, of which the next group overwrites what is
	// too much.
	const word = 8
	before, whole := len(dst), len(values)&^(packedGroup-1)
	dst = slices.Grow(dst, (len(values)+packedGroup)*width/8+2*word)
	to := dst[before:cap(dst)]
	w := uint(width) & 63
	switch {
	case width <= 8:
		for from := values[:whole]; len(from) >= packedGroup; from = from[packedGroup:] {
			v := (*[packedGroup]T)(from)
			low := uint64(v[0]) | uint64(v[1])<<w | uint64(v[2])<<(2*w&63) | uint64(v[3])<<(3*w&63)
			high := uint64(v[4]) | uint64(v[5])<<w | uint64(v[6])<<(2*w&63) | uint64(v[7])<<(3*w&63)
			binary.LittleEndian.PutUint64(to, low|high<<(4*w&63))
			to = to[width:]
		}
	case width <= 16:
		for from := values[:whole]; len(from) >= packedGroup; from = from[packedGroup:] {
			v := (*[packedGroup]T)(from)
			low := uint64(v[0]) | uint64(v[1])<<w | uint64(v[2])<<(2*w&63) | uint64(v[3])<<(3*w&63)
			high := uint64(v[4]) | uint64(v[5])<<w | uint64(v[6])<<(2*w&63) | uint64(v[7])<<(3*w&63)
			binary.LittleEndian.PutUint64(to, low|high<<(4*w)) // nothing of high if it is a word of its own
			binary.LittleEndian.PutUint64(to[word:], high>>(64-4*w))
			to = to[width:]
		}
	default:
		whole = 0
	}
	dst = dst[:before+whole*width/8]
	return appendBits(dst, values[whole:], width)
}

// appendBits is appendPacked for values of any number, one after the other.
func appendBits[T uint32 | uint64](dst []byte, values []T, width int) []byte {
	var pending uint64 // bits not yet appended
	n := 0             // how many
	for _, v := range values {
		pending |= uint64(v) << n
		n += width
		if n >= 64 {
			dst = binary.LittleEndian.AppendUint64(dst, pending)
			n -= 64
			pending = uint64(v) >> (width - n)
		}
	}
	for ; n > 0; n -= 8 {
		dst = append(dst, byte(pending))
		pending >>= 8
	}
	return dst
}
