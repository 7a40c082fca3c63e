package csvfile

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strconv"
)

const (
	eightDigits = 100_000_000 // the least number of more
	wordOctets  = 8
	asciiZeros  = 0x3030303030303030
)

// appendInteger appends a number in decimal.
func appendInteger(dst []byte, v int64) []byte {
	if uint64(v) < 10 { // as most are
		return append(dst, byte('0'+v))
	}
	if v < 0 {
		return strconv.AppendInt(dst, v, 10)
	}
	high, low := uint64(v)/eightDigits, uint64(v)%eightDigits
	digits := decimal(low)
	leading := bits.TrailingZeros64(digits|1<<56) / 8 // zeros, but for the last one
	if high > 0 {
		dst, leading = appendInteger(dst, int64(high)), 0
	}
	end := len(dst) + wordOctets - leading
	dst = slices.Grow(dst, wordOctets)
	binary.LittleEndian.PutUint64(dst[len(dst):len(dst)+wordOctets], (digits|asciiZeros)>>(8*leading))
	return dst[:end]
}

// decimal gives the eight decimal digits of a number below eightDigits, the first one in the lowest octet. It divides all of
// them at a time: by 10,000, the halves by 100 and the quarters by 10, in parts of the word that have room for it.
func decimal(v uint64) uint64 {
	const (
		hundredth, hundredthBits = 10486, 20 // 1/100 times 2^20, for numbers below 10,000
		tenth, tenthBits         = 103, 10   // 1/10 times 2^10, for numbers below 100
	)
	halves := v/10000 | v%10000<<32
	hundreds := halves * hundredth >> hundredthBits & (0x7f<<32 | 0x7f)
	quarters := hundreds | (halves-100*hundreds)<<16
	tens := quarters * tenth >> tenthBits & 0x000f000f000f000f
	return tens | (quarters-10*tens)<<8
}
