package inflate

import "math/bits"

// Bits that index the tables. A longer code goes on in a table of its own behind the first one.
const (
	literalBits    = 11
	distanceBits   = 8
	codeLengthBits = 7 // which no code of code lengths is longer than

	longestCode = 15 // bits, section 3.2.7
)

// The tables have as many entries as any complete code of their alphabet needs.
type (
	literalTable    [2342]uint32 // 288 symbols of at most 15 bits, 11 of which are the index
	distanceTable   [402]uint32  // 32 symbols of at most 15 bits, 8 of which are the index
	codeLengthTable [1 << codeLengthBits]uint32
)

// An entry of a table holds, from its least significant bit on:
//
//   - bits 0 to 5: how long the code and the extra bits behind it are together, in bits. In a further table the code is what
//     is left of it there;
//   - bits 8 to 11: how long the code alone is; with link, by how many bits the further table is indexed;
//   - bits 13 to 15: what is special about it, if anything;
//   - bits 16 to 30: the value: of a literal its octet, of a length or a distance what the extra bits are added to, with
//     link the place of the further table;
//   - bit 31: whether it is a literal.
const (
	literal = 1 << 31
	special = 1 << 15 // neither a literal nor the beginning of a match; alone, no symbol
	link    = 1 << 14 // with special: the code goes on in a further table
	end     = 1 << 13 // with special: the end of the block

	valueShift  = 16
	codeShift   = 8
	codeMask    = 15
	lengthsMask = 63
)

// Lengths of matches and distances, section 3.2.5.
var (
	lengthBase    = [29]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthExtra   = [29]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	distanceBase  = [30]uint16{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
	distanceExtra = [30]uint8{0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13}
)

// endOfBlock is the symbol behind the literals, the first length follows it.
const endOfBlock = 256

// literalEntry gives the entry of a symbol of literals and lengths, without the length of its code.
func literalEntry(symbol int) uint32 {
	switch {
	case symbol < endOfBlock:
		return literal | uint32(symbol)<<valueShift
	case symbol == endOfBlock:
		return special | end
	case symbol-endOfBlock-1 < len(lengthBase):
		n := symbol - endOfBlock - 1
		return uint32(lengthBase[n])<<valueShift | uint32(lengthExtra[n])
	}
	return special // 286 and 287 take part in the fixed code and mean nothing
}

// distanceEntry gives the entry of a symbol of distances, without the length of its code.
func distanceEntry(symbol int) uint32 {
	if symbol < len(distanceBase) {
		return uint32(distanceBase[symbol])<<valueShift | uint32(distanceExtra[symbol])
	}
	return special // 30 and 31, likewise
}

func codeLengthEntry(symbol int) uint32 { return uint32(symbol) << valueShift }

// build fills a table for the Huffman code whose codes have the given lengths in bits (section 3.2.2), by symbol; 0 is
// a symbol without a code. It says whether there is such a code. A code that leaves bits
// unused is none, except one of a single code of one bit (section 3.2.7) and one without any.
func build(table []uint32, indexBits int, lengths []uint8, entryOf func(symbol int) uint32) bool {
	var next [longestCode + 1]int // the next code of each length
	longest, complete := firstCodes(&next, lengths)
	if !complete {
		return false
	}
	if longest <= 1 {
		for i := range table[:1<<indexBits] { // what has no code
			table[i] = special | 1<<codeShift | 1
		}
	}
	var sizes [1 << literalBits]uint8 // bits that index the further table behind an entry
	if longest > indexBits {
		measure(&sizes, next, indexBits, lengths)
	}
	free := 1 << indexBits
	for symbol, length := range lengths {
		if length == 0 {
			continue
		}
		code := reversed(next[length], length)
		next[length]++
		part, first := table[:1<<indexBits], code
		if left := int(length) - indexBits; left > 0 {
			first = code & (1<<indexBits - 1)
			size := sizes[first]
			if size&entered == 0 {
				table[first] = special | link | uint32(free)<<valueShift | uint32(size)<<codeShift | uint32(indexBits)
				sizes[first] |= entered
				free += 1 << size
			}
			size &^= entered
			place := int(table[first] >> valueShift)
			part, first, length = table[place:place+1<<size], code>>indexBits, uint8(left)
		}
		entry := entryOf(symbol) + uint32(length)<<codeShift + uint32(length)
		for i := first; i < len(part); i += 1 << length {
			part[i] = entry
		}
	}
	return true
}

// entered marks the size of a further table that has its place.
const entered = 0x80

// firstCodes gives the first code of each length, how long the longest is, and whether the code is complete.
func firstCodes(next *[longestCode + 1]int, lengths []uint8) (longest int, complete bool) {
	var count [longestCode + 1]int
	for _, length := range lengths {
		count[length]++
	}
	code := 0
	for length := 1; length <= longestCode; length++ {
		code <<= 1
		next[length] = code
		if code += count[length]; code > 1<<length {
			return 0, false
		}
		if count[length] > 0 {
			longest = length
		}
	}
	return longest, code == 1<<longestCode || longest == 0 || longest == 1 && count[1] == 1
}

// measure finds how many bits are behind each index of the first table.
func measure(sizes *[1 << literalBits]uint8, next [longestCode + 1]int, indexBits int, lengths []uint8) {
	for _, length := range lengths {
		if int(length) > indexBits {
			first := reversed(next[length], length) & (1<<indexBits - 1)
			next[length]++
			sizes[first] = max(sizes[first], length-uint8(indexBits))
		}
	}
}

// reversed gives a code as it is found in the buffer of bits, where its first bit is the least significant.
func reversed(code int, length uint8) int {
	return int(bits.Reverse16(uint16(code)) >> (16 - length))
}
