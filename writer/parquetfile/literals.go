package parquetfile

// Parts of a zstd frame's compressed block (RFC 8878 section 3.1.1.3) that holds
// literals only.
const (
	rleBlock        = 1 << 1    // type of a block, in its header: one octet, repeated
	compressedBlock = 2 << 1    // type of a block, in its header
	fourStreams     = 2 | 3<<2  // of a literals section: with a Huffman tree, in 4 streams, lengths of 18 bits
	treeBefore      = 3 | 3<<2  // the same without a tree: it is the one before in the frame
	literalsHeader  = 5         // octets of the header of such a section
	rawLiterals     = 3 << 2    // of a literals section: as they are, a length of 20 bits
	noSequences     = 0         // what follows the literals: the number of sequences
	leastLiterals   = 1 << 10   // octets, from which 4 streams pay
	lengthBits      = 18        // of the lengths in the header
	blockHeader     = 3         // octets of the header of a block
	evenlySpread    = 1 << 7    // octets that come less often than one in so many would hardly become shorter
	literalsBlock   = 128 << 10 // octets of a block, the largest that the format allows
	worseBy         = 64        // a code made for another block may take longer by one part in so many
)

// literals makes zstd frames by Huffman codes alone. Texts that hardly ever repeat
// (addresses less what they share with the one before, hashes in Base64) become
// nearly as short by that as with a search for repetitions, which takes five times as
// long.
type literals struct {
	code huffman
	own  []byte // of a block of entries that are alike, what each has of its own

	// A block behind the first of its kind in a frame has the code of the one before if that does for it: nothing is
	// counted then.
	again       bool // code is of the block before
	size, coded int  // octets of the block that the code was made for, and of its streams
	table       int  // octets that tell the code
}

// appendFrame appends a page as a frame, of which front has the first octets and back the others: these are of another
// kind and have codes of their own. It returns the result.
func (l *literals) appendFrame(dst, front, back []byte) []byte {
	dst = appendFrameHeader(dst, len(front)+len(back))
	dst = l.appendBlocks(dst, front, len(back) == 0)
	return l.appendBlocks(dst, back, true)
}

// appendBlocks appends octets in as many blocks as it takes.
func (l *literals) appendBlocks(dst, content []byte, last bool) []byte {
	l.again = false
	for len(content) > 0 {
		block := content[:min(len(content), literalsBlock)]
		content = content[len(block):]
		dst = l.appendBlock(dst, block, last && len(content) == 0)
	}
	return dst
}

// appendBlock appends a block. It is stored as it is if that is not longer.
func (l *literals) appendBlock(dst, block []byte, last bool) []byte {
	before := len(dst)
	coded, ok := l.appendCoded(append(dst, make([]byte, blockHeader)...), block)
	switch {
	case !ok && len(block) >= leastLiterals && l.code.one(len(block)):
		return append(appendBlockHeader(dst, len(block), rleBlock, last), block[0])
	case !ok:
		return appendStoredBlock(dst, block, last)
	}
	appendBlockHeader(coded[:before], len(coded)+1-before-blockHeader, compressedBlock, last)
	return append(coded, noSequences)
}

// appendCoded appends the literals section of a block, or gives that they would not be shorter so.
func (l *literals) appendCoded(dst, block []byte) (coded []byte, ok bool) {
	if len(block) < leastLiterals {
		return dst, false
	}
	if l.again {
		if coded, ok = l.appendAgain(dst, block); ok {
			return coded, true
		}
		l.again = false
	}
	if most := l.code.count(block); most == len(block) || most < len(block)/evenlySpread {
		return dst, false
	}
	l.code.build(len(block))
	room := l.code.coded()
	if room >= len(block) {
		return dst, false
	}
	before := len(dst)
	if coded, ok = l.code.appendTable(append(dst, make([]byte, literalsHeader)...)); !ok {
		return dst, false
	}
	table := len(coded)
	l.code.makePairs(len(block))
	coded = l.code.appendStreams(coded, block, room)
	if len(coded)-before+1 >= len(block) {
		return dst, false
	}
	putLiteralsHeader(coded[before:], fourStreams, len(block))
	l.again, l.size, l.coded, l.table = true, len(block), len(coded)-table, table-before-literalsHeader
	return coded, true
}

// appendAgain is appendCoded by the code of the block before. It gives false if that lacks an octet, or would make the block
// longer than what telling another code takes and a little more.
func (l *literals) appendAgain(dst, block []byte) (coded []byte, ok bool) {
	before := len(dst)
	coded, ok = l.code.appendStreamsAgain(append(dst, make([]byte, literalsHeader)...), block)
	expected := l.coded * len(block) / l.size // below 2^35
	if !ok || len(coded)-before-literalsHeader > expected+expected/worseBy+l.table {
		return dst, false
	}
	putLiteralsHeader(coded[before:], treeBefore, len(block))
	return coded, true
}

// putLiteralsHeader writes the header of a section of so many literals. section is the header and all that is behind it.
func putLiteralsHeader(section []byte, kind, literals int) {
	header := uint64(kind) | uint64(literals)<<4 | uint64(len(section)-literalsHeader)<<(4+lengthBits)
	for i := range literalsHeader {
		section[i] = byte(header >> (8 * i))
	}
}

// appendRaw appends a literals section that holds a block as it is.
func appendRaw(dst, block []byte) []byte {
	header := rawLiterals | len(block)<<4
	return append(append(dst, byte(header), byte(header>>8), byte(header>>16)), block...)
}
