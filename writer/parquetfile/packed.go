package parquetfile

import (
	"encoding/binary"
	"slices"
)

// packedGroup is the number of values that are packed at a time: those of any width end
// with a whole octet.
const packedGroup = 8

// The greatest widths of which so many values fit into a word, two or one of them at whichever bit of an octet they begin.
const (
	widestEight = 8
	widestFour  = 16
	widestPair  = 29
	widestOne   = 57
)

// appendPacked appends the lower width bits of what each value is more than base, the first
// value in the least significant bits, and returns the result. The last octet is padded
// with zero bits. width is from 0 to 64, and what is packed has no bits above it.
func appendPacked[T uint32 | uint64](dst []byte, values []T, base T, width int) []byte {
	if width == 0 {
		return dst
	}
	// Groups are written as whole words, of which the next group overwrites what is
	// too much.
	before, whole := len(dst), len(values)&^(packedGroup-1)
	dst = slices.Grow(dst, (len(values)+packedGroup)*width/8+2*wordOctets)
	to := dst[before:cap(dst)]
	switch {
	case width <= widestEight:
		packEight(to, values[:whole], base, width)
	case width <= widestFour:
		packFour(to, values[:whole], base, width)
	case width <= widestPair:
		packTwo(to, values[:whole], base, width)
	case width <= widestOne:
		packOne(to, values[:whole], base, width)
	default:
		whole = 0
	}
	dst = dst[:before+whole*width/8]
	return appendBits(dst, values[whole:], base, width)
}

// packEight packs groups of which each fits into a word.
func packEight[T uint32 | uint64](to []byte, values []T, base T, width int) {
	w := uint(width)
	for ; len(values) >= packedGroup; values = values[packedGroup:] {
		v := (*[packedGroup]T)(values)
		low := uint64(v[0]-base) | uint64(v[1]-base)<<(w&63) | uint64(v[2]-base)<<(2*w&63) | uint64(v[3]-base)<<(3*w&63)
		high := uint64(v[4]-base) | uint64(v[5]-base)<<(w&63) | uint64(v[6]-base)<<(2*w&63) | uint64(v[7]-base)<<(3*w&63)
		binary.LittleEndian.PutUint64(to, low|high<<(4*w&63))
		to = to[width:]
	}
}

// packDifferent is packEight for groups up to the first one of which all values are the same, and gives how many they are. each
// has a 1 in the place of each value of a group.
func packDifferent(to []byte, values []uint32, width int, each uint64) (groups int) {
	w := uint(width)
	for ; len(values) >= packedGroup; values = values[packedGroup:] {
		v := (*[packedGroup]uint32)(values)
		low := uint64(v[0]) | uint64(v[1])<<(w&63) | uint64(v[2])<<(2*w&63) | uint64(v[3])<<(3*w&63)
		high := uint64(v[4]) | uint64(v[5])<<(w&63) | uint64(v[6])<<(2*w&63) | uint64(v[7])<<(3*w&63)
		packed := low | high<<(4*w&63)
		if packed == uint64(v[0])*each {
			break
		}
		binary.LittleEndian.PutUint64(to, packed)
		to = to[width:]
		groups++
	}
	return groups
}

// packFour packs groups of which a half fits into a word.
func packFour[T uint32 | uint64](to []byte, values []T, base T, width int) {
	w := uint(width)
	for ; len(values) >= packedGroup; values = values[packedGroup:] {
		v := (*[packedGroup]T)(values)
		low := uint64(v[0]-base) | uint64(v[1]-base)<<(w&63) | uint64(v[2]-base)<<(2*w&63) | uint64(v[3]-base)<<(3*w&63)
		high := uint64(v[4]-base) | uint64(v[5]-base)<<(w&63) | uint64(v[6]-base)<<(2*w&63) | uint64(v[7]-base)<<(3*w&63)
		binary.LittleEndian.PutUint64(to, low|high<<(4*w)) // nothing of high if it is a word of its own
		binary.LittleEndian.PutUint64(to[wordOctets:], high>>(64-4*w))
		to = to[width:]
	}
}

// packTwo packs groups of which a quarter fits into a word. Each quarter is written with what the one before has in its first octet.
func packTwo[T uint32 | uint64](to []byte, values []T, base T, width int) {
	w := uint(width)
	at1, at2, at3 := 2*w/8, 4*w/8, 6*w/8
	bit1, bit2, bit3 := 2*w%8, 4*w%8, 6*w%8
	rest1, rest2, rest3 := 2*w-bit1, 2*w-bit2, 2*w-bit3
	for ; len(values) >= packedGroup; values = values[packedGroup:] {
		v := (*[packedGroup]T)(values)
		a, b := uint64(v[0]-base)|uint64(v[1]-base)<<(w&63), uint64(v[2]-base)|uint64(v[3]-base)<<(w&63)
		c, d := uint64(v[4]-base)|uint64(v[5]-base)<<(w&63), uint64(v[6]-base)|uint64(v[7]-base)<<(w&63)
		binary.LittleEndian.PutUint64(to, a)
		binary.LittleEndian.PutUint64(to[at1:], b<<(bit1&7)|a>>(rest1&63))
		binary.LittleEndian.PutUint64(to[at2:], c<<(bit2&7)|b>>(rest2&63))
		binary.LittleEndian.PutUint64(to[at3:], d<<(bit3&7)|c>>(rest3&63))
		to = to[width:]
	}
}

// packOne packs values of which each fits into a word.
func packOne[T uint32 | uint64](to []byte, values []T, base T, width int) {
	pending, n := uint64(0), uint(0) // bits not yet written as whole octets
	for _, v := range values {
		pending |= uint64(v-base) << n
		binary.LittleEndian.PutUint64(to, pending)
		n += uint(width)
		to, pending, n = to[n/8:], pending>>(n&^7), n%8
	}
}

// appendBits is appendPacked for values of any number, one after the other.
func appendBits[T uint32 | uint64](dst []byte, values []T, base T, width int) []byte {
	var pending uint64 // bits not yet appended
	n := 0             // how many
	for _, v := range values {
		v -= base
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
