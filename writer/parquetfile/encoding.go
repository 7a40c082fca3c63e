package parquetfile

import "encoding/binary"

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
