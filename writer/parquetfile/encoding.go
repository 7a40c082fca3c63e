package parquetfile

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// appendPacked appends the lower width bits of each value, the first value in
// the least significant bits, and returns the result. The last octet is padded
// with zero bits. width is from 0 to 64, and no value has bits above it.
func appendPacked[T uint32 | uint64](dst []byte, values []T, width int) []byte {
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

// shortestRun is the least number of equal values that is written as a run. Bit
// packed values come in groups of eight, so shorter runs save nothing.
const shortestRun = 8

// appendHybrid appends values in the RLE/bit-packed hybrid encoding (RLE = 3)
// and returns the result. width is from 0 to 32.
func appendHybrid(dst []byte, values []uint32, width int) []byte {
	packed := 0 // first value not yet appended
	for i := 0; i < len(values); {
		end := i + 1
		for end < len(values) && values[end] == values[i] {
			end++
		}
		// A run can begin only behind whole groups.
		begin := i + (packed-i)&7
		if end-begin >= shortestRun {
			dst = appendGroups(dst, values[packed:begin], width)
			dst = appendRun(dst, values[i], end-begin, width)
			packed = end
		}
		i = end
	}
	return appendGroups(dst, values[packed:], width)
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
	dst = appendPacked(dst, values[:whole], width)
	if whole < len(values) {
		var last [8]uint32
		copy(last[:], values[whole:])
		dst = appendPacked(dst, last[:], width)
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
	var deltas [deltaBlock]uint64
	n := len(values) - 1
	least := int64(math.MaxInt64)
	for i := range n {
		d := values[i+1] - values[i]
		deltas[i] = uint64(d)
		least = min(least, d)
	}
	for i := range n {
		deltas[i] -= uint64(least)
	}
	dst = binary.AppendVarint(dst, least)
	widths := len(dst)
	dst = append(dst, make([]byte, deltaMiniblocks)...)
	for m := 0; m*deltaMiniblock < n; m++ {
		miniblock := deltas[m*deltaMiniblock : (m+1)*deltaMiniblock]
		var all uint64
		for _, d := range miniblock {
			all |= d
		}
		width := bits.Len64(all)
		dst[widths+m] = byte(width)
		dst = appendPacked(dst, miniblock, width)
	}
	return dst
}
