package parquetfile

import "encoding/binary"

// Frames of the zstd format (RFC 8878 section 3.1.1) whose blocks are not
// compressed.
const (
	frameMagic      = 0xfd2fb528
	frameDescriptor = 2<<6 | 1<<5 // content size in 4 octets, single segment, no checksum
	largestBlock    = 128 << 10
	storedBlock     = 0 // type of a block, in its header
	lastBlock       = 1 // in the lowest bit of a block's header, above it two bits of its type, and the size
)

// worthCompressing tells whether compression saved a sixteenth of a page. Numbers
// that are packed into as many bits as they need are mostly not compressible.
func worthCompressing(page, compressed int) bool { return compressed < page-page/16 }

// appendStored appends a page as a zstd frame that holds it as it is, and returns
// the result: a column chunk has one codec for all its pages, and to search a page
// for repetitions that it does not have costs more than all else that is done with
// it.
func appendStored(dst, page []byte) []byte {
	dst = appendFrameHeader(dst, len(page))
	for {
		block := page[:min(len(page), largestBlock)]
		page = page[len(block):]
		dst = appendStoredBlock(dst, block, len(page) == 0)
		if len(page) == 0 {
			return dst
		}
	}
}

// appendFrameHeader begins a frame with so many octets of content.
func appendFrameHeader(dst []byte, content int) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, frameMagic)
	return binary.LittleEndian.AppendUint32(append(dst, frameDescriptor), uint32(content))
}

// appendBlockHeader appends the header of a block of a type with so many octets:
// those that follow, or of which one that follows is repeated.
func appendBlockHeader(dst []byte, size, kind int, last bool) []byte {
	header := uint32(size)<<3 | uint32(kind)
	if last {
		header |= lastBlock
	}
	return append(dst, byte(header), byte(header>>8), byte(header>>16))
}

func appendStoredBlock(dst, block []byte, last bool) []byte {
	return append(appendBlockHeader(dst, len(block), storedBlock, last), block...)
}
