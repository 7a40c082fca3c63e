package parquetfile

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// equalTexts says how the texts of a page in the encoding PLAIN are alike, which all have the same length, as hashes in
// Base64 have. What they begin and end with, the length in front included, repeats the text before; what lies between
// are literals. A page of such texts needs no search for repetitions, and its sequences, which are all the same, take two
// bits each or so.
type equalTexts struct {
	size           int // octets of a text with its length
	prefix, suffix int // octets that all have in common at their beginning and end
}

// Bounds of texts that are written so. Longer ones would need more codes of lengths than are below (RFC 8878 section
// 3.1.1.3.2.1.1).
const (
	fewestEqual     = 2 * sampleTexts // texts, from which on it pays to look
	longestEqual    = 1 << 10         // octets of a text
	longestBetween  = 63
	leastRepeated   = 3
	longestRepeated = 34
	textLength      = 4    // octets in front of a text
	codesRepeated   = 0x54 // all lengths and offsets of a block have the same code, which follows
)

// betweenCodes are the least numbers of literals that codes from 16 on stand for, each up to the next one.
var betweenCodes = [...]int{16, 18, 20, 22, 24, 28, 32, 40, 48, longestBetween + 1}

// alike tells how the texts of a page are alike, and whether they can be written as such.
func alike(page []byte, texts int) (e equalTexts, ok bool) {
	if texts < fewestEqual || len(page)%texts != 0 || len(page)/texts > longestEqual {
		return e, false
	}
	e.size = len(page) / texts
	first := page[:e.size]
	e.prefix, e.suffix = e.size, e.size
	for rest := page[e.size:]; len(rest) > 0; rest = rest[e.size:] {
		text := rest[:e.size]
		if binary.LittleEndian.Uint32(text) != uint32(e.size-textLength) {
			return e, false
		}
		if !bytes.Equal(text[:e.prefix], first[:e.prefix]) {
			e.prefix = sharedOctets(text, first)
		}
		for !bytes.Equal(text[e.size-e.suffix:], first[e.size-e.suffix:]) {
			e.suffix--
		}
	}
	between := e.between()
	return e, between > 0 && between <= longestBetween && e.repeated() <= longestRepeated
}

// between gives the octets of a text that are its own, repeated those that are not.
func (e equalTexts) between() int  { return e.size - e.prefix - e.suffix }
func (e equalTexts) repeated() int { return e.prefix + e.suffix }

// appendEqualTexts appends a page of texts that are alike as a frame, and returns the result. The first block has the
// first text and how the second one begins, each of the others some texts from there to where the next one is its own. The
// second block has a single text, which says how far back what is repeated lies.
func (l *literals) appendEqualTexts(dst, page []byte, e equalTexts) []byte {
	dst = slices.Grow(dst, len(page)/e.size*e.between()) // about, or less
	dst = appendFrameHeader(dst, len(page))
	dst = appendStoredBlock(dst, page[:e.size+e.prefix], false)
	rest := page[e.size:]
	dst = l.appendEqualBlock(dst, rest[:e.size], e, true, false)
	for rest = rest[e.size:]; len(rest) > 0; {
		texts := min(len(rest), largestBlock) / e.size
		block := rest[:texts*e.size]
		rest = rest[len(block):]
		dst = l.appendEqualBlock(dst, block, e, false, len(rest) == 0)
	}
	return dst
}

// appendEqualBlock appends a block of texts. The last text of all has nothing behind it that would repeat, so that it ends
// with literals.
func (l *literals) appendEqualBlock(dst, block []byte, e equalTexts, first, last bool) []byte {
	sequences := len(block) / e.size
	l.own = l.own[:0]
	for rest := block; len(rest) > 0; rest = rest[e.size:] {
		l.own = append(l.own, rest[e.prefix:e.size-e.suffix]...)
	}
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

// appendSequences appends the sequences of a block (RFC 8878 section 3.1.1.3.2). The first block says how far back what is
// repeated lies, the others that it is as far as before.
func (e equalTexts) appendSequences(dst []byte, sequences int, first bool) []byte {
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
