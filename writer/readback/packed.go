package readback

import (
	"encoding/binary"
	"fmt"
)

// Packed values come in groups, which end with a whole octet whatever their width is.
const (
	groupValues = 8
	word        = 8 // octets that are taken at a time
)

// unpack takes values of width bits, from 0 to 64, off src, the first in the least significant bits. src must hold the
// groups that they are in.
func unpack(dst []uint64, src []byte, width int) {
	mask := ^uint64(0) >> (64 - uint(width))
	done := 0
	switch {
	case width == 0:
		clear(dst)
		return
	case width <= 8:
		done = unpackEight(dst, src, width, mask)
	case width <= 29:
		done = unpackTwo(dst, src, width, mask)
	case width <= 57:
		done = unpackOne(dst, src, width, mask)
	}
	for i := done; i < len(dst); i++ {
		at, shift := i*width/8, i*width%8
		v := little(src[at:]) >> shift
		if shift+width > 64 {
			v |= uint64(src[at+word]) << (64 - shift)
		}
		dst[i] = v & mask
	}
}

// unpackEight unpacks the groups of which each lies in a word, as far as there are words, and gives how many values that
// are.
func unpackEight(dst []uint64, src []byte, width int, mask uint64) (done int) {
	w := uint(width)
	for ; len(dst)-done >= groupValues && len(src) >= word; done += groupValues {
		low := binary.LittleEndian.Uint64(src)
		high := low >> (4 * w & 63)
		v := (*[groupValues]uint64)(dst[done:])
		v[0], v[1], v[2], v[3] = low&mask, low>>(w&63)&mask, low>>(2*w&63)&mask, low>>(3*w&63)&mask
		v[4], v[5], v[6], v[7] = high&mask, high>>(w&63)&mask, high>>(2*w&63)&mask, high>>(3*w&63)&mask
		src = src[w:]
	}
	return done
}

// unpackTwo is unpackEight for widths of which a word holds two, at whichever bit of an octet the first begins.
func unpackTwo(dst []uint64, src []byte, width int, mask uint64) (done int) {
	w := uint(width)
	atB, atC, atD := 2*w/8, 4*w/8, 6*w/8
	shiftB, shiftC, shiftD := 2*w%8, 4*w%8, 6*w%8
	for ; len(dst)-done >= groupValues && len(src) >= width+word; done += groupValues {
		a := binary.LittleEndian.Uint64(src)
		b := binary.LittleEndian.Uint64(src[atB:]) >> (shiftB & 7)
		c := binary.LittleEndian.Uint64(src[atC:]) >> (shiftC & 7)
		d := binary.LittleEndian.Uint64(src[atD:]) >> (shiftD & 7)
		v := (*[groupValues]uint64)(dst[done:])
		v[0], v[1], v[2], v[3] = a&mask, a>>(w&63)&mask, b&mask, b>>(w&63)&mask
		v[4], v[5], v[6], v[7] = c&mask, c>>(w&63)&mask, d&mask, d>>(w&63)&mask
		src = src[w:]
	}
	return done
}

// unpackOne is unpackEight for widths of which a word holds one, at whichever bit of an octet it begins.
func unpackOne(dst []uint64, src []byte, width int, mask uint64) (done int) {
	for ; len(dst)-done >= groupValues && len(src) >= width+word; done += groupValues {
		v := (*[groupValues]uint64)(dst[done:])
		bit := uint(0)
		for i := range v {
			v[i] = binary.LittleEndian.Uint64(src[bit/8:]) >> (bit % 8) & mask
			bit += uint(width)
		}
		src = src[width:]
	}
	return done
}

// little gives the first 8 octets, or as many as there are, as a little endian
// number.
func little(src []byte) (v uint64) {
	if len(src) >= word {
		return binary.LittleEndian.Uint64(src)
	}
	for i, octet := range src {
		v |= uint64(octet) << (8 * i)
	}
	return v
}

// appendBits appends count values of one bit each, the first in the least significant one
// of an octet, which must fill src but for zero bits in the last octet.
func appendBits(dst []int64, src []byte, count int) ([]int64, error) {
	if count < 0 || len(src) != (count+7)/8 || count%8 > 0 && src[len(src)-1]>>(count%8) != 0 {
		return dst, fmt.Errorf("%d octets for %d values of one bit", len(src), count)
	}
	for i := range count {
		dst = append(dst, int64(src[i/8]>>(i%8)&1))
	}
	return dst, nil
}
