package parquetfile

import (
	"encoding/binary"
	"math"
	"math/bits"
)

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
	dst = appendDeltaHeader(dst, len(values), first)
	for i := 1; i < len(values); i += deltaBlock {
		dst = appendDeltaBlock(dst, values[i-1:min(i+deltaBlock, len(values))])
	}
	return dst
}

// appendDeltaHeader appends what is in front of the blocks.
func appendDeltaHeader(dst []byte, values int, first int64) []byte {
	dst = binary.AppendUvarint(dst, deltaBlock)
	dst = binary.AppendUvarint(dst, deltaMiniblocks)
	dst = binary.AppendUvarint(dst, uint64(values))
	return binary.AppendVarint(dst, first)
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

// deltas are the values of a page in the encoding DELTA_BINARY_PACKED, which come some at a time.
type deltas struct {
	values int
	first  int64
	blocks []byte // those that are full
}

// take takes the last added values of cells. In front of them are those that are in no block yet, and the one before them. It
// gives what is to be in front of the next ones.
func (d *deltas) take(cells []int64, added int) []int64 {
	if d.values == 0 {
		d.first = cells[0]
	}
	d.values += added
	begin := 0
	for ; begin+deltaBlock < len(cells); begin += deltaBlock {
		d.blocks = appendDeltaBlock(d.blocks, cells[begin:begin+deltaBlock+1])
	}
	return cells[:copy(cells, cells[begin:])]
}

// end ends the values of the page, the last of which are what take gave: it appends what is in front of the blocks, and gives
// these, which are valid until more values are taken.
func (d *deltas) end(front []byte, cells []int64) (result, blocks []byte) {
	if len(cells) > 1 {
		d.blocks = appendDeltaBlock(d.blocks, cells)
	}
	front, blocks = appendDeltaHeader(front, d.values, d.first), d.blocks
	d.values, d.first, d.blocks = 0, 0, d.blocks[:0]
	return front, blocks
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
