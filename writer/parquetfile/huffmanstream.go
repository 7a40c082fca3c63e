package parquetfile

import (
	"encoding/binary"
	"slices"
)

const (
	pairOctets  = 1 << 7 // octets that can be coded in pairs: those of texts in ASCII
	pairEntries = pairOctets << lengthOctet
	pairsPay    = 4 // by how much a block must be longer than there are pairs for that to pay
	stepOctets  = 4 // octets that are coded at a time: with 7 bits that are left, their codes fit into a word
	longStep    = 8 // the same if codes have no more than shortCode bits
	shortCode   = 7
	jumpTable   = 6 // octets with the lengths of the first three streams
	streams     = 4
	codeLength  = 0xff // the part of a code's entry that is its length, in bits
	lengthOctet = 8    // bits of it
)

// coded gives how many octets the code of a block has, without what fills up each of its streams.
func (h *huffman) coded() (size int) {
	for _, o := range h.order {
		size += int(o.count) * int(h.lengths[o.octet])
	}
	return size / 8
}

// appendStreams appends a block, of which the code was made, in four streams behind the lengths of three (RFC 8878 section
// 4.2.2), and returns the result.
func (h *huffman) appendStreams(dst, block []byte) []byte {
	stream := h.appendOctets
	if h.makePairs(len(block)) {
		if stream = h.appendPairs; h.longest <= shortCode {
			stream = h.appendShortPairs
		}
	}
	quarter := (len(block) + streams - 1) / streams
	lengths := len(dst)
	dst = slices.Grow(dst, jumpTable+h.coded()+streams+wordOctets)[:lengths+jumpTable]
	for i := range streams {
		part := block[min(i*quarter, len(block)):min((i+1)*quarter, len(block))]
		before := len(dst)
		dst = stream(dst, part)
		if i < streams-1 {
			binary.LittleEndian.PutUint16(dst[lengths+2*i:], uint16(len(dst)-before))
		}
	}
	return dst
}

// makePairs makes entries for all pairs of octets, if that pays for a block of so many, and tells whether it has.
func (h *huffman) makePairs(size int) bool {
	if h.greatest >= pairOctets || len(h.order)*len(h.order)*pairsPay > size {
		return false
	}
	if h.pairs == nil {
		h.pairs = make([]uint32, pairEntries)
	}
	for _, o := range h.order {
		second := h.codes[o.octet] // comes first, as all is coded from behind
		row := (*[pairOctets]uint32)(h.pairs[int(o.octet)<<lengthOctet:])
		length, code := second&codeLength, second>>lengthOctet
		for _, o := range h.order {
			first := h.codes[o.octet]
			row[o.octet&(pairOctets-1)] = (code|first>>lengthOctet<<(length&31))<<lengthOctet | (length + first&codeLength)
		}
	}
	return true
}

// The loops below keep the bits that are not written yet in a word, the lowest one first, and how many they are: 7 at most
// when others come. They write the whole word and go on behind the octets that were full: what was written behind these
// is written again. Codes are put together before that, without waiting for where they go.

// appendOctets appends a stream and returns the result. dst must have room for it, and for a word behind it.
func (h *huffman) appendOctets(dst, src []byte) []byte {
	to, codes := dst[len(dst):cap(dst)], &h.codes
	src, at, pending, n := h.begin(to, src, stepOctets)
	for ; len(src) >= stepOctets; src = src[:len(src)-stepOctets] {
		v := binary.LittleEndian.Uint32(src[len(src)-stepOctets:])
		last, bits := join(codes[v>>24], codes[uint8(v>>16)])
		first, more := join(codes[uint8(v>>8)], codes[uint8(v)])
		pending |= (last | first<<(bits&63)) << (n & 63)
		n += bits + more
		binary.LittleEndian.PutUint64(to[at:], pending)
		at, pending, n = at+int(n/8), pending>>(n&^7&63), n&7
	}
	return endStream(dst, at, pending, n)
}

// appendPairs is appendOctets by pairs.
func (h *huffman) appendPairs(dst, src []byte) []byte {
	to, pairs := dst[len(dst):cap(dst)], (*[pairEntries]uint32)(h.pairs)
	src, at, pending, n := h.begin(to, src, stepOctets)
	for ; len(src) >= stepOctets; src = src[:len(src)-stepOctets] {
		v := binary.LittleEndian.Uint32(src[len(src)-stepOctets:])
		codes, bits := join(pairs[v>>16&(pairEntries-1)], pairs[v&(pairEntries-1)])
		pending |= codes << (n & 63)
		n += bits
		binary.LittleEndian.PutUint64(to[at:], pending)
		at, pending, n = at+int(n/8), pending>>(n&^7&63), n&7
	}
	return endStream(dst, at, pending, n)
}

// appendShortPairs is appendPairs for codes of which the longest has no more than shortCode bits.
func (h *huffman) appendShortPairs(dst, src []byte) []byte {
	to, pairs := dst[len(dst):cap(dst)], (*[pairEntries]uint32)(h.pairs)
	src, at, pending, n := h.begin(to, src, longStep)
	for ; len(src) >= longStep; src = src[:len(src)-longStep] {
		v := binary.LittleEndian.Uint64(src[len(src)-longStep:])
		last, bits := join(pairs[v>>48&(pairEntries-1)], pairs[v>>32&(pairEntries-1)])
		first, more := join(pairs[v>>16&(pairEntries-1)], pairs[v&(pairEntries-1)])
		pending |= (last | first<<(bits&63)) << (n & 63)
		n += bits + more
		binary.LittleEndian.PutUint64(to[at:], pending)
		at, pending, n = at+int(n/8), pending>>(n&^7&63), n&7
	}
	return endStream(dst, at, pending, n)
}

// begin writes the codes of the octets behind the last whole step. It gives the octets before these, how many octets were
// written, and the bits that are left.
func (h *huffman) begin(to, src []byte, step int) (rest []byte, at int, pending uint64, n uint) {
	rest = src[:len(src)-len(src)%step]
	for i := len(src) - 1; i >= len(rest); i-- {
		entry := h.codes[src[i]]
		pending |= uint64(entry>>lengthOctet) << (n & 63)
		n += uint(entry & codeLength)
	}
	binary.LittleEndian.PutUint64(to, pending)
	return rest, int(n / 8), pending >> (n &^ 7 & 63), n & 7
}

// join gives the codes of two entries, the first in the lowest bits, and how many bits they have.
func join(a, b uint32) (codes uint64, bits uint) {
	return uint64(a>>lengthOctet) | uint64(b>>lengthOctet)<<(a&63), uint(a+b) & 63
}

// endStream writes the bits that are left behind so many octets, with one more that marks the end, and gives dst with the stream.
func endStream(dst []byte, at int, pending uint64, n uint) []byte {
	end := len(dst) + at
	binary.LittleEndian.PutUint64(dst[end:end+wordOctets], pending|1<<(n&63))
	return dst[:end+int(n/8)+1]
}
