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
	notPaired   = 0x8080808080808080 // bits that octets in pairs do not have
	codeLength  = 0xff               // the part of a code's entry that is its length, in bits
	lengthOctet = 8                  // bits of it
	absent      = 1 << 31            // the entry of an octet without a code, or of a pair with such a one
)

// coded gives how many octets the code of a block has, without what fills up each of its streams.
func (h *huffman) coded() (size int) {
	for _, o := range h.order {
		size += int(o.count) * int(h.lengths[o.octet])
	}
	return size / 8
}

// appendStreams appends a block, of which the code was made, in four streams behind the lengths of three (RFC 8878 section
// 4.2.2), and returns the result. They take no more than room octets.
func (h *huffman) appendStreams(dst, block []byte, room int) []byte {
	stream := h.appendOctets
	if h.paired {
		if stream = h.appendPairs; h.longest <= shortCode {
			stream = h.appendShortPairs
		}
	}
	quarter := (len(block) + streams - 1) / streams
	lengths := len(dst)
	dst = slices.Grow(dst, jumpTable+room+streams+wordOctets)[:lengths+jumpTable]
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

// appendStreamsAgain is appendStreams for a block that may have octets without a code; it tells whether it has none.
func (h *huffman) appendStreamsAgain(dst, block []byte) (coded []byte, ok bool) {
	h.markPairs()
	h.lacks = 0
	coded = h.appendStreams(dst, block, len(block)*h.longest/8)
	return coded, h.lacks&absent == 0
}

// makePairs makes entries for all pairs of octets that have codes, if that pays for a block of so many.
func (h *huffman) makePairs(size int) {
	h.paired, h.marked = h.greatest < pairOctets && len(h.order)*len(h.order)*pairsPay <= size, false
	if !h.paired {
		return
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
}

// markPairs marks the pairs of which an octet has no code, unless that is done.
func (h *huffman) markPairs() {
	if !h.paired || h.marked {
		return
	}
	h.marked = true
	for second := range pairOctets {
		row := (*[pairOctets]uint32)(h.pairs[second<<lengthOctet:])
		for first := range row {
			if h.lengths[first] == 0 || h.lengths[second] == 0 {
				row[first] = absent
			}
		}
	}
}

// lack notes the entries and the octets, in pairs, of a stream: whether any of them has no code.
func (h *huffman) lack(entries uint32, octets uint64) {
	h.lacks |= uint64(entries)
	if octets&notPaired != 0 {
		h.lacks |= absent
	}
}

// The loops below keep the bits that are not written yet in a word, the lowest one first, and how many they are: 7 at most
// when others come. They write the whole word and go on behind the octets that were full: what was written behind these
// is written again. Codes are put together before that, without waiting for where they go.

// appendOctets appends a stream and returns the result. dst must have room for it, and for a word behind it.
func (h *huffman) appendOctets(dst, src []byte) []byte {
	to, codes := dst[len(dst):cap(dst)], &h.codes
	src, at, pending, n := h.begin(to, src, stepOctets)
	seen := uint32(0)
	for ; len(src) >= stepOctets; src = src[:len(src)-stepOctets] {
		v := binary.LittleEndian.Uint32(src[len(src)-stepOctets:])
		last, bits := join(codes[v>>24], codes[uint8(v>>16)])
		first, more := join(codes[uint8(v>>8)], codes[uint8(v)])
		seen |= codes[v>>24] | codes[uint8(v>>16)] | codes[uint8(v>>8)] | codes[uint8(v)]
		pending |= (last | first<<(bits&63)) << (n & 63)
		n += bits + more
		binary.LittleEndian.PutUint64(to[at:], pending)
		at, pending, n = at+int(n/8), pending>>(n&^7&63), n&7
	}
	h.lack(seen, 0)
	return endStream(dst, at, pending, n)
}

// appendPairs is appendOctets by pairs.
func (h *huffman) appendPairs(dst, src []byte) []byte {
	to, pairs := dst[len(dst):cap(dst)], (*[pairEntries]uint32)(h.pairs)
	src, at, pending, n := h.begin(to, src, stepOctets)
	seen, all := uint32(0), uint32(0)
	for ; len(src) >= stepOctets; src = src[:len(src)-stepOctets] {
		v := binary.LittleEndian.Uint32(src[len(src)-stepOctets:])
		last, first := pairs[v>>16&(pairEntries-1)], pairs[v&(pairEntries-1)]
		seen, all = seen|last|first, all|v
		codes, bits := join(last, first)
		pending |= codes << (n & 63)
		n += bits
		binary.LittleEndian.PutUint64(to[at:], pending)
		at, pending, n = at+int(n/8), pending>>(n&^7&63), n&7
	}
	h.lack(seen, uint64(all))
	return endStream(dst, at, pending, n)
}

// appendShortPairs is appendPairs for codes of which the longest has no more than shortCode bits.
func (h *huffman) appendShortPairs(dst, src []byte) []byte {
	to, pairs := dst[len(dst):cap(dst)], (*[pairEntries]uint32)(h.pairs)
	src, at, pending, n := h.begin(to, src, longStep)
	seen, all := uint32(0), uint64(0)
	for ; len(src) >= longStep; src = src[:len(src)-longStep] {
		v := binary.LittleEndian.Uint64(src[len(src)-longStep:])
		fourth, third := pairs[v>>48&(pairEntries-1)], pairs[v>>32&(pairEntries-1)]
		second, first := pairs[v>>16&(pairEntries-1)], pairs[v&(pairEntries-1)]
		seen, all = seen|fourth|third|second|first, all|v
		last, bits := join(fourth, third)
		front, more := join(second, first)
		pending |= (last | front<<(bits&63)) << (n & 63)
		n += bits + more
		binary.LittleEndian.PutUint64(to[at:], pending)
		at, pending, n = at+int(n/8), pending>>(n&^7&63), n&7
	}
	h.lack(seen, all)
	return endStream(dst, at, pending, n)
}

// begin writes the codes of the octets behind the last whole step. It gives the octets before these, how many octets were
// written, and the bits that are left.
func (h *huffman) begin(to, src []byte, step int) (rest []byte, at int, pending uint64, n uint) {
	rest = src[:len(src)-len(src)%step]
	for i := len(src) - 1; i >= len(rest); i-- {
		entry := h.codes[src[i]]
		h.lack(entry, 0)
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
