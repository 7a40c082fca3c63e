package nfcapd

import "fmt"

// MaxBlock bounds the octets of a block's records, compressed or not. It is the
// size of the buffers that nfdump reads blocks into (BUFFSIZE, nffile.h).
const MaxBlock = 5 << 20

// MaxIdent bounds the octets of a file's ident (IDENTLEN, nffile.h).
const MaxIdent = 128

// Magic are the first two octets of a file as a number; swapped, the file is one
// of the other byte order.
const Magic = 0xa50c

const swappedMagic = Magic>>8 | Magic&0xff<<8

// The layouts of files.
const (
	layout1 = 1 // nfdump 1.6
	layout2 = 2 // nfdump 1.7
)

// The octets of fixed parts.
const (
	prefixOctets      = 4 // magic and layout
	header1Octets     = 140
	statistics1Octets = 136
	header2Octets     = 40
	statistics2Octets = 144
	blockHeaderOctets = 12
	recordHeader      = 4
)

// The types of blocks. Others (1 of nfdump 1.5, 3 of layout 1 with histograms, 4
// with a catalog or an array) hold no flow records and are passed over.
const (
	blockOfRecords1 = 2 // in both layouts: nfdump 1.7 changes the compression of old files block by block
	blockOfRecords2 = 3 // in layout 2
)

// The flags of blocks: blockUncompressed says so whatever the file header says.
const blockUncompressed = 1

// Compression is how the blocks of a file are compressed.
type Compression uint8

// The compressions, with the numbers of layout 2.
const (
	Uncompressed Compression = iota
	LZO                      // LZO1X
	Bzip2
	LZ4 // raw blocks, no frames
	Zstd
)

// String gives the name of the compression.
func (c Compression) String() string {
	switch c {
	case Uncompressed:
		return "none"
	case LZO:
		return "lzo"
	case Bzip2:
		return "bz2"
	case LZ4:
		return "lz4"
	case Zstd:
		return "zstd"
	}
	return fmt.Sprintf("unknown (%d)", uint8(c))
}

// FormatError says why an input is not a file that this package reads.
type FormatError struct{ Detail string }

// Error gives the text without the file's name, which the caller knows.
func (e *FormatError) Error() string { return "cannot read as an nfcapd file: " + e.Detail }
