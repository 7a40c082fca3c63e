package parquetfile

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// shortestRun is the least number of equal values that is written as a run. Bit
// packed values come in groups of eight, so shorter runs save nothing.
const shortestRun = 8

// appendHybrid appends values in the RLE/bit-packed hybrid encoding (RLE = 3)
// and returns the result. width is from 0 to 32. A run can begin only behind whole
// groups, so that only groups of equal values are worth a look.
func appendHybrid(dst []byte, values []uint32, width int) []byte {
	begin := 0 // of the first group that is not known to have different values
	for begin+shortestRun <= len(values) {
		if !equalGroup((*[shortestRun]uint32)(values[begin:])) {
			begin += shortestRun
			continue
		}
		value, end := values[begin], begin+shortestRun
		for end < len(values) && values[end] == value {
			end++
		}
		dst = appendGroups(dst, values[:begin], width)
		dst = appendRun(dst, value, end-begin, width)
		values, begin = values[end:], 0
	}
	return appendGroups(dst, values, width)
}

// equalGroup tells whether all values of a group are the same.
func equalGroup(v *[shortestRun]uint32) bool {
	first := v[0]
	return first == v[1] && (first^v[2])|(first^v[3])|(first^v[4])|(first^v[5])|(first^v[6])|(first^v[7]) == 0
}

// appendRun appends a run of length equal values.
func appendRun(dst []byte, value uint32, length, width int) []byte {
	dst = binary.AppendUvarint(dst, uint64(length)<<1)
	for ; width > 0; width -= 8 {
		dst = append(dst, byte(value))
		value >>= 8
	}
	return dst
}

// appendGroups appends bit packed values. The last group is padded with zeros,
// which readers know by the number of values of the page.
func appendGroups(dst []byte, values []uint32, width int) []byte {
	if len(values) == 0 {
		return dst
	}
	whole := len(values) &^ 7
	groups := (len(values) + 7) / 8
	dst = binary.AppendUvarint(dst, uint64(groups)<<1|1)
	dst = appendPacked(dst, values[:whole], 0, width)
	if whole < len(values) {
		var last [8]uint32
		copy(last[:], values[whole:])
		dst = appendPacked(dst, last[:], 0, width)
	}
	return dst
}

// Block structure of DELTA_BINARY_PACKED, as parquet-mr and Arrow have it.
const (
	deltaBlock      = 128
	deltaMiniblocks = 4
	deltaMiniblock  = deltaBlock / deltaMiniblocks
)

// appendDelta appends values in the encoding DELTA_BINARY_PACKED (5) and returns
// the result. Differences wrap around, as the encoding provides for.
func appendDelta(dst []byte, values []int64) []byte {
	var first int64
	if len(values) > 0 {
		first = values[0]
	}
	dst = binary.AppendUvarint(dst, deltaBlock)
	dst = binary.AppendUvarint(dst, deltaMiniblocks)
	dst = binary.AppendUvarint(dst, uint64(len(values)))
	dst = binary.AppendVarint(dst, first)
	for i := 1; i < len(values); i += deltaBlock {
		dst = appendDeltaBlock(dst, values[i-1:min(i+deltaBlock, len(values))])
	}
	return dst
}

// appendDeltaBlock appends the differences of up to deltaBlock + 1 values.
func appendDeltaBlock(dst []byte, values []int64) []byte {
	var room [deltaBlock]uint64
	var greatest [deltaMiniblocks]int64
	least := int64(math.MaxInt64)
	miniblocks := (len(values) - 1 + deltaMiniblock - 1) / deltaMiniblock
	for m := range miniblocks {
		from := values[m*deltaMiniblock : min((m+1)*deltaMiniblock+1, len(values))]
		var low int64
		low, greatest[m] = differences(room[m*deltaMiniblock:], from)
		least = min(least, low)
	}
	dst = binary.AppendVarint(dst, least)
	widths := len(dst)
	dst = append(dst, 0, 0, 0, 0) // deltaMiniblocks
	for i := len(values) - 1; i < miniblocks*deltaMiniblock; i++ {
		room[i] = uint64(least) // the last miniblock is padded with zeros
	}
	for m := range miniblocks {
		width := bits.Len64(uint64(greatest[m]) - uint64(least))
		dst[widths+m] = byte(width)
		dst = appendPacked(dst, room[m*deltaMiniblock:][:deltaMiniblock], uint64(least), width)
	}
	return dst
}

// differences gives the differences of all values but the first to the one before each, and the least and the greatest of
// them.
func differences(to []uint64, values []int64) (least, greatest int64) {
	least, greatest = math.MaxInt64, math.MinInt64
	to = to[:len(values)-1]
	for i := range to {
		d := values[i+1] - values[i]
		to[i] = uint64(d)
		least, greatest = min(least, d), max(greatest, d)
	}
	return least, greatest
}

// extremes gives the least and the greatest of some values.
func extremes(values []int64) (least, greatest int64) {
	least, greatest = values[0], values[0]
	least2, greatest2 := least, greatest // of every other one, so that none waits for the one before
	for ; len(values) >= 2; values = values[2:] {
		least, greatest = min(least, values[0]), max(greatest, values[0])
		least2, greatest2 = min(least2, values[1]), max(greatest2, values[1])
	}
	for _, v := range values {
		least, greatest = min(least, v), max(greatest, v)
	}
	return min(least, least2), max(greatest, greatest2)
}
