package parquetfile

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// equalEntries says how the entries of a dictionary page in the encoding PLAIN are alike, which all have the same length: numbers,
// and such texts as hashes in Base64. What they begin and end with, the length in front of texts and the high octets of
// small numbers included, repeats the entry before; what lies between are literals. A page of such entries needs no search
// for repetitions, and its sequences, which are all the same, take two bits each or so.
type equalEntries struct {
	size           int // octets of an entry, with its length
	prefix, suffix int // octets that all have in common at their beginning and end
}

// Bounds of entries that are written so. Longer ones would need more codes of lengths than are below (RFC 8878 section
// 3.1.1.3.2.1.1).
const (
	longestEqual    = 1 << 10 // octets of an entry
	longestBetween  = 63
	leastRepeated   = 3
	longestRepeated = 34
	mostSequences   = 0x7eff // of a block, whose number has no more than two octets
	textLength      = 4      // octets in front of a text
	codesRepeated   = 0x54   // all lengths and offsets of a block have the same code, which follows
)

// betweenCodes are the least numbers of literals that codes from 16 on stand for, each up to the next one.
var betweenCodes = [...]int{16, 18, 20, 22, 24, 28, 32, 40, 48, longestBetween + 1}

// alike tells how the entries of a page, texts or numbers, are alike, and whether they can be written as such.
func alike(page []byte, entries int, texts bool) (e equalEntries, ok bool) {
	if len(page)%entries != 0 || len(page)/entries > longestEqual {
		return e, false
	}
	e.size = len(page) / entries
	if !texts && e.size == wordOctets {
		e.prefix, e.suffix = alikeWords(page)
		return e, e.fits()
	}
	first := page[:e.size]
	e.prefix, e.suffix = e.size, e.size
	for rest := page[e.size:]; len(rest) > 0; rest = rest[e.size:] {
		entry := rest[:e.size]
		if texts && binary.LittleEndian.Uint32(entry) != uint32(e.size-textLength) {
			return e, false
		}
		if !bytes.Equal(entry[:e.prefix], first[:e.prefix]) {
			e.prefix = sharedOctets(entry, first)
		}
		for !bytes.Equal(entry[e.size-e.suffix:], first[e.size-e.suffix:]) {
			e.suffix--
		}
	}
	return e, e.fits()
}

// alikeWords gives how many octets words have in common at their beginning and end.
func alikeWords(page []byte) (prefix, suffix int) {
	first, differ := binary.LittleEndian.Uint64(page), uint64(0)
	for ; len(page) >= wordOctets; page = page[wordOctets:] {
		differ |= binary.LittleEndian.Uint64(page) ^ first
	}
	return bits.TrailingZeros64(differ) / 8, bits.LeadingZeros64(differ) / 8
}

// fits tells whether entries can be written so.
func (e equalEntries) fits() bool {
	between, repeated := e.between(), e.repeated()
	return between > 0 && between <= longestBetween && repeated >= leastRepeated && repeated <= longestRepeated
}

// between gives the octets of an entry that are its own, repeated those that are not.
func (e equalEntries) between() int  { return e.size - e.prefix - e.suffix }
func (e equalEntries) repeated() int { return e.prefix + e.suffix }

// appendEqualEntries appends a page of entries that are alike as a frame, and returns the result. The first block has the
// first entry and how the second one begins, each of the others some entries from there to where the next one is its own. The
// second block has a single entry, which says how far back what is repeated lies.
func (l *literals) appendEqualEntries(dst, page []byte, e equalEntries) []byte {
	dst = slices.Grow(dst, len(page)/e.size*e.between()) // about, or less
	dst = appendFrameHeader(dst, len(page))
	dst = appendStoredBlock(dst, page[:e.size+e.prefix], false)
	rest := page[e.size:]
	dst = l.appendEqualBlock(dst, rest[:e.size], e, true, false)
	for rest = rest[e.size:]; len(rest) > 0; {
		entries := min(min(len(rest), largestBlock)/e.size, mostSequences)
		block := rest[:entries*e.size]
		rest = rest[len(block):]
		dst = l.appendEqualBlock(dst, block, e, false, len(rest) == 0)
	}
	return dst
}

// appendEqualBlock appends a block of entries. The last one of all has nothing behind it that would repeat, so that it ends
// with literals.
func (l *literals) appendEqualBlock(dst, block []byte, e equalEntries, first, last bool) []byte {
	sequences := len(block) / e.size
	l.own = e.appendOwn(l.own[:0], block)
	if last {
		sequences--
		l.own = append(l.own, block[len(block)-e.suffix:]...)
	}
	before := len(dst)
	dst = append(dst, make([]byte, blockHeader)...)
	coded, ok := l.appendCoded(dst, l.own)
	if !ok {
		coded = appendRaw(dst, l.own)
	}
	dst = e.appendSequences(coded, sequences, first)
	appendBlockHeader(dst[:before], len(dst)-before-blockHeader, compressedBlock, last)
	return dst
}

// appendOwn appends what entries have of their own.
func (e equalEntries) appendOwn(dst, block []byte) []byte {
	const few = 4 * wordOctets
	between := e.between()
	if between <= few { // with what lies behind them
		dst = slices.Grow(dst, len(block)+few)
		to, n := dst[len(dst):cap(dst)], 0
		for ; len(block) >= e.size+few; block = block[e.size:] {
			*(*[few]byte)(to[n:]) = [few]byte(block[e.prefix:])
			n += between
		}
		dst = dst[:len(dst)+n]
	}
	for ; len(block) > 0; block = block[e.size:] {
		dst = append(dst, block[e.prefix:e.size-e.suffix]...)
	}
	return dst
}

// appendSequences appends the sequences of a block (RFC 8878 section 3.1.1.3.2). The first block says how far back what is
// repeated lies, the others that it is as far as before.
func (e equalEntries) appendSequences(dst []byte, sequences int, first bool) []byte {
	if sequences < 1<<7 {
		dst = append(dst, byte(sequences))
	} else {
		dst = append(dst, byte(sequences>>8)|1<<7, byte(sequences))
	}
	if sequences == 0 {
		return dst
	}
	literal, extra, width := betweenCode(e.between())
	offset := 0
	if first {
		const repeats = 3 // values up to it stand for offsets used before
		distance := uint64(e.size + repeats)
		offset = bits.Len64(distance) - 1
		extra |= (distance &^ (1 << offset)) << width
		width += offset
	}
	dst = append(dst, codesRepeated, byte(literal), byte(offset), byte(e.repeated()-leastRepeated))
	pending, n := uint64(0), 0
	for range sequences {
		pending |= extra << n
		for n += width; n >= 8; n -= 8 {
			dst = append(dst, byte(pending))
			pending >>= 8
		}
	}
	return append(dst, byte(pending|1<<n))
}

// betweenCode gives the code of a length of literals, the bits that it leaves open, and how many these are.
func betweenCode(length int) (code int, extra uint64, width int) {
	if length < betweenCodes[0] {
		return length, 0, 0
	}
	i := 0
	for length >= betweenCodes[i+1] {
		i++
	}
	return betweenCodes[0] + i, uint64(length - betweenCodes[i]), bits.Len(uint(betweenCodes[i+1]-betweenCodes[i])) - 1
}
