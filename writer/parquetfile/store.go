package parquetfile

import "encoding/binary"

// Frames of the zstd format (RFC 8878 section 3.1.1) whose blocks are not
// compressed.
const (
	frameMagic      = 0xfd2fb528
	frameDescriptor = 2<<6 | 1<<5 // content size in 4 octets, single segment, no checksum
	largestBlock    = 128 << 10
	lastBlock       = 1 // in the lowest bit of a block's header, above it two bits 0 for a raw block, and the size
)

// worthCompressing tells whether compression saved a sixteenth of a page. Numbers
// that are packed into as many bits as they need are mostly not compressible.
func worthCompressing(page, compressed int) bool { return compressed < page-page/16 }

// appendStored appends a page as a zstd frame that holds it as it is, and returns
// the result: a column chunk has one codec for all its pages, and to search a page
// for repetitions that it does not have costs more than all else that is done with
// it.
func appendStored(dst, page []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, frameMagic)
	dst = binary.LittleEndian.AppendUint32(append(dst, frameDescriptor), uint32(len(page)))
	for {
		block := page[:min(len(page), largestBlock)]
		page = page[len(block):]
		header := uint32(len(block)) << 3
		if len(page) == 0 {
			header |= lastBlock
		}
		dst = append(dst, byte(header), byte(header>>8), byte(header>>16))
		dst = append(dst, block...)
		if len(page) == 0 {
			return dst
		}
	}
}
