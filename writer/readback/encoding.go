package readback

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

var (
	errCut    = errors.New("encoded values are cut off")
	errBehind = errors.New("octets behind the encoded values")
)

// appendHybrid appends count values of at most 32 bits in the RLE/bit-packed
// hybrid encoding, which must fill src, and returns the result.
func appendHybrid(dst []uint64, src []byte, width, count int) ([]uint64, error) {
	octets := (width + 7) / 8
	for count > 0 {
		header, n := binary.Uvarint(src)
		if n <= 0 || header>>1 == 0 {
			return dst, errCut
		}
		src = src[n:]
		if header&1 == 1 { // groups of 8 values, the last filled up
			groups := header >> 1
			if groups > uint64(len(src)) || groups*uint64(width) > uint64(len(src)) || width == 0 {
				return dst, errCut
			}
			packed := int(groups) * width
			values := min(count, int(groups)*8)
			dst = appendPacked(dst, src[:packed], width, values)
			src = src[packed:]
			count -= values
			continue
		}
		run := header >> 1
		if run > uint64(count) || len(src) < octets {
			return dst, errCut
		}
		var value uint64
		for i, octet := range src[:octets] {
			value |= uint64(octet) << (8 * i)
		}
		src = src[octets:]
		for range run {
			dst = append(dst, value)
		}
		count -= int(run)
	}
	if len(src) > 0 {
		return dst, errBehind
	}
	return dst, nil
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

// appendPacked appends count values of width bits, from 1 to 64, the first in the
// least significant bits of src, and returns the result. src must hold them.
func appendPacked(dst []uint64, src []byte, width, count int) []uint64 {
	mask := ^uint64(0) >> (64 - width)
	before := len(dst)
	dst = slices.Grow(dst, count)[:before+count]
	values, whole := dst[before:], 0
	if width <= 64-7 { // a word holds a value at whichever bit it begins, as far as there are words
		if len(src) >= 8 {
			whole = min(count, ((len(src)-8)*8+7)/width+1)
		}
		bit := uint(0)
		for i := range values[:whole] {
			values[i] = binary.LittleEndian.Uint64(src[bit/8:]) >> (bit % 8) & mask
			bit += uint(width)
		}
	}
	for i := whole; i < count; i++ {
		at, shift := i*width/8, i*width%8
		v := little(src[at:]) >> shift
		if shift+width > 64 {
			v |= uint64(src[at+8]) << (64 - shift)
		}
		values[i] = v & mask
	}
	return dst
}

// little gives the first 8 octets, or as many as there are, as a little endian
// number.
func little(src []byte) (v uint64) {
	if len(src) >= 8 {
		return binary.LittleEndian.Uint64(src)
	}
	for i, octet := range src {
		v |= uint64(octet) << (8 * i)
	}
	return v
}

// maxDeltaBlock is the most values of a block in DELTA_BINARY_PACKED that is
// read. Writers make them of 128.
const maxDeltaBlock = 1 << 12

// appendDelta appends count values in the encoding DELTA_BINARY_PACKED, which
// must fill src, and returns the result. Differences wrap around.
func appendDelta(dst []int64, src []byte, count int) ([]int64, error) {
	dst, behind, err := cutDelta(dst, src, count)
	if err == nil && len(behind) > 0 {
		err = errBehind
	}
	return dst, err
}

// cutDelta is appendDelta for values that do not fill src, and gives what is behind them.
func cutDelta(dst []int64, src []byte, count int) (_ []int64, behind []byte, err error) {
	var header [3]uint64 // values of a block, its miniblocks, values in all
	for i := range header {
		v, n := binary.Uvarint(src)
		if n <= 0 {
			return dst, nil, errCut
		}
		header[i], src = v, src[n:]
	}
	block, miniblocks := header[0], header[1]
	if block == 0 || block > maxDeltaBlock || miniblocks == 0 || block%miniblocks != 0 || block/miniblocks%32 != 0 {
		return dst, nil, fmt.Errorf("blocks of %d values, %d miniblocks", block, miniblocks)
	}
	if header[2] != uint64(count) {
		return dst, nil, fmt.Errorf("%d values, want %d", header[2], count)
	}
	value, n := binary.Varint(src)
	if n <= 0 {
		return dst, nil, errCut
	}
	src = src[n:]
	if count > 0 {
		dst = append(dst, value)
	}
	for left := count - 1; left > 0; left -= int(block) {
		values := min(left, int(block))
		if dst, src, err = appendDeltaBlock(dst, src, values, int(block/miniblocks), int(miniblocks)); err != nil {
			return dst, nil, err
		}
	}
	return dst, src, nil
}

// appendDeltaBlock appends values to those of which dst has the last, and gives
// what is behind the block.
func appendDeltaBlock(dst []int64, src []byte, values, size, miniblocks int) ([]int64, []byte, error) {
	least, n := binary.Varint(src)
	if n <= 0 || len(src)-n < miniblocks {
		return dst, nil, errCut
	}
	widths, src := src[n:n+miniblocks], src[n+miniblocks:]
	last := dst[len(dst)-1]
	dst = slices.Grow(dst, values)
	var fixed [32]uint64
	for _, width := range widths {
		if values == 0 {
			break // what is left of the widths means nothing
		}
		octets := int(width) * size / 8
		if width > 64 || len(src) < octets {
			return dst, nil, errCut
		}
		here := min(values, size)
		deltas := fixed[:0]
		if width > 0 {
			deltas = appendPacked(deltas, src[:octets], int(width), here)
		} else {
			deltas = slices.Grow(deltas, here)[:here]
			clear(deltas)
		}
		for _, d := range deltas {
			last += least + int64(d)
			dst = append(dst, last)
		}
		src = src[octets:]
		values -= here
	}
	return dst, src, nil
}
