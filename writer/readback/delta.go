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

// maxDeltaBlock is the most values of a block in DELTA_BINARY_PACKED that is
// read. Writers make them of 128.
const maxDeltaBlock = 1 << 12

// leastMiniblock is the number of values that miniblocks have a multiple of.
const leastMiniblock = 32

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
	if block == 0 || block > maxDeltaBlock || miniblocks == 0 || block%miniblocks != 0 || block/miniblocks%leastMiniblock != 0 {
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
	var room [leastMiniblock]uint64
	for _, width := range widths {
		if values == 0 {
			break // what is left of the widths means nothing
		}
		octets := int(width) * size / 8
		if width > 64 || len(src) < octets {
			return dst, nil, errCut
		}
		here := min(values, size)
		values -= here
		for from := src; here > 0; from = from[int(width)*leastMiniblock/8:] {
			deltas := room[:min(here, leastMiniblock)]
			unpack(deltas, from, int(width))
			before := len(dst)
			dst = dst[:before+len(deltas)]
			for i, d := range deltas {
				last += least + int64(d)
				dst[before+i] = last
			}
			here -= len(deltas)
		}
		src = src[octets:]
	}
	return dst, src, nil
}
