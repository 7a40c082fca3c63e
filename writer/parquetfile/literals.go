package parquetfile

// Parts of a zstd frame's compressed block (RFC 8878 section 3.1.1.3) that holds
// literals only.
const (
	rleBlock        = 1 << 1    // type of a block, in its header: one octet, repeated
	compressedBlock = 2 << 1    // type of a block, in its header
	fourStreams     = 2 | 3<<2  // of a literals section: with a Huffman tree, in 4 streams, lengths of 18 bits
	literalsHeader  = 5         // octets of the header of such a section
	rawLiterals     = 3 << 2    // of a literals section: as they are, a length of 20 bits
	noSequences     = 0         // what follows the literals: the number of sequences
	leastLiterals   = 1 << 10   // octets, from which 4 streams pay
	lengthBits      = 18        // of the lengths in the header
	blockHeader     = 3         // octets of the header of a block
	evenlySpread    = 1 << 7    // octets that come less often than one in so many would hardly become shorter
	literalsBlock   = 128 << 10 // octets of a block, the largest that the format allows
)

// literals makes zstd frames by Huffman codes alone. Texts that hardly ever repeat
// (addresses less what they share with the one before, hashes in Base64) become
// nearly as short by that as with a search for repetitions, which takes five times as
// long.
type literals struct {
	code huffman
	own  []byte // of a block of entries that are alike, what each has of its own
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
	size := len(coded) + 1 - before - blockHeader
	switch {
	case !ok && len(block) >= leastLiterals && l.code.one(len(block)):
		return append(appendBlockHeader(dst, len(block), rleBlock, last), block[0])
	case !ok || size >= len(block):
		return appendStoredBlock(dst, block, last)
	}
	appendBlockHeader(coded[:before], size, compressedBlock, last)
	return append(coded, noSequences)
}

// appendCoded appends the literals section of a block, or gives that they would not be shorter so.
func (l *literals) appendCoded(dst, block []byte) (coded []byte, ok bool) {
	if len(block) < leastLiterals {
		return dst, false
	}
	if most := l.code.count(block); most == len(block) || most < len(block)/evenlySpread {
		return dst, false
	}
	l.code.build(len(block))
	if l.code.coded() >= len(block) {
		return dst, false
	}
	before := len(dst)
	if coded, ok = l.code.appendTable(append(dst, make([]byte, literalsHeader)...)); !ok {
		return dst, false
	}
	coded = l.code.appendStreams(coded, block)
	size := len(coded) - before - literalsHeader
	header := uint64(fourStreams) | uint64(len(block))<<4 | uint64(size)<<(4+lengthBits)
	for i := range literalsHeader {
		coded[before+i] = byte(header >> (8 * i))
	}
	return coded, len(coded)-before < len(block)
}

// appendRaw appends a literals section that holds a block as it is.
func appendRaw(dst, block []byte) []byte {
	header := rawLiterals | len(block)<<4
	return append(append(dst, byte(header), byte(header>>8), byte(header>>16)), block...)
}
