package parquetfile

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// shortestRun is the least number of equal values that is written as a run. Bit
// packed values come in groups of eight, so shorter runs save nothing.
const shortestRun = 8

// appendHybrid appends values in the RLE/bit-packed hybrid encoding (RLE = 3)
// and returns the result. width is from 0 to 32. A run can begin only behind whole
// groups, so that only groups of equal values are worth a look.
func appendHybrid(dst []byte, values []uint32, width int) []byte {
	if width > 0 && width <= widestEight {
		return appendNarrow(dst, values, width)
	}
	begin := 0 // of the first group that is not known to have different values
	for begin+shortestRun <= len(values) {
		if !equalGroup((*[shortestRun]uint32)(values[begin:])) {
			begin += shortestRun
			continue
		}
		end := begin + runLength(values[begin:])
		dst = appendGroups(dst, values[:begin], width)
		dst = appendRun(dst, values[begin], end-begin, width)
		values, begin = values[end:], 0
	}
	return appendGroups(dst, values, width)
}

// runLength gives how many values are equal to the first one, as those of the first group are.
func runLength(values []uint32) int {
	end := shortestRun
	for end < len(values) && values[end] == values[0] {
		end++
	}
	return end
}

// appendNarrow is appendHybrid for widths of which a group fits into a word: groups are packed while runs are looked for.
func appendNarrow(dst []byte, values []uint32, width int) []byte {
	var each uint64
	for i := range packedGroup {
		each |= 1 << (i * width)
	}
	for len(values) > 0 {
		if len(values) < shortestRun || !equalGroup((*[shortestRun]uint32)(values)) {
			if dst, values = appendDifferent(dst, values, width, each); len(values) == 0 {
				return dst
			}
		}
		length := runLength(values)
		dst = appendRun(dst, values[0], length, width)
		values = values[length:]
	}
	return dst
}

// appendDifferent appends the groups up to the first one of which all values are the same, or all of them, and gives the
// values that are left. each has a 1 in the place of each value of a group.
func appendDifferent(dst []byte, values []uint32, width int, each uint64) (result []byte, rest []uint32) {
	const few = 1<<6 - 1 // groups up to which the header has one octet
	header, room := len(dst), 1
	dst = slices.Grow(dst, (len(values)+packedGroup)*width/8+2*wordOctets)[:header+room]
	groups := packDifferent(dst[len(dst):cap(dst)], values[:min(len(values), few*packedGroup)], width, each)
	if groups == few {
		room = 2
		dst = slices.Insert(dst[:len(dst)+groups*width], header, 0)
		groups += packDifferent(dst[len(dst):cap(dst)], values[few*packedGroup:], width, each)
	}
	dst = dst[:header+room+groups*width]
	values = values[groups*packedGroup:]
	if rest := len(values); rest > 0 && rest < packedGroup {
		var last [packedGroup]uint32
		copy(last[:], values)
		dst = appendPacked(dst, last[:], 0, width)
		groups, values = groups+1, nil
	}
	count := uint64(groups)<<1 | 1
	if size := (bits.Len64(count) + 6) / 7; size != room {
		dst = slices.Replace(dst, header, header+room, make([]byte, size)...)
	}
	binary.PutUvarint(dst[header:], count)
	return dst, values
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
