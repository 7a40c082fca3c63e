package input

import (
	"bufio"
	"bytes"
	"encoding/binary"
)

// Format is a compression format.
type Format uint8

// The formats.
const (
	Plain Format = iota // not compressed, or by nothing known here
	Gzip
	Zstd
	LZ4
	XZ
	Bzip2
)

// String gives the stable name of the format.
func (f Format) String() string {
	switch f {
	case Plain:
		return "plain"
	case Gzip:
		return "gzip"
	case Zstd:
		return "zstd"
	case LZ4:
		return "lz4"
	case XZ:
		return "xz"
	case Bzip2:
		return "bzip2"
	}
	return "unknown"
}

// Magic numbers. Those of zstd and lz4 are little-endian words.
const (
	gzipMagic       = "\x1f\x8b\x08" // RFC 1952 section 2.3.1, with the only method there is
	xzMagic         = "\xfd7zXZ\x00" // .xz File Format section 2.1.1.1
	bzip2Magic      = "BZh"          // followed by the level and a block or the end
	bzip2BlockMagic = "\x31\x41\x59\x26\x53\x59"
	bzip2EndMagic   = "\x17\x72\x45\x38\x50\x90"

	zstdMagic      = 0xFD2FB528 // RFC 8878 section 3.1.1
	skippableMagic = 0x184D2A50 // RFC 8878 section 3.1.2 and LZ4 Frame Format, the low four bits are free
	lz4Magic       = 0x184D2204 // LZ4 Frame Format
	lz4LegacyMagic = 0x184C2102 // LZ4 Frame Format, Legacy frame
)

// longestMagic is the longest prefix that a format is told by: bzip2's.
const longestMagic = 10

func isSkippable(magic uint32) bool { return magic&^0xF == skippableMagic }

// sniff tells the format of what src holds next, without taking any of it.
// zstd and lz4 share their skippable frames: the frame behind them decides, as
// far as the buffer of src reaches, and beyond that it is taken for zstd.
func sniff(src *bufio.Reader) Format {
	skipped := 0
	for {
		prefix, _ := src.Peek(min(skipped+longestMagic, src.Size()))
		prefix = prefix[min(skipped, len(prefix)):]
		if len(prefix) < 8 || !isSkippable(binary.LittleEndian.Uint32(prefix)) {
			if format := formatOf(prefix); skipped == 0 || format == LZ4 {
				return format
			}
			return Zstd
		}
		length := int64(binary.LittleEndian.Uint32(prefix[4:]))
		if length > int64(src.Size()) {
			return Zstd
		}
		skipped += 8 + int(length)
	}
}

func formatOf(prefix []byte) Format {
	switch {
	case bytes.HasPrefix(prefix, []byte(gzipMagic)):
		return Gzip
	case bytes.HasPrefix(prefix, []byte(xzMagic)):
		return XZ
	case isBzip2(prefix):
		return Bzip2
	case len(prefix) < 4:
		return Plain
	}
	switch binary.LittleEndian.Uint32(prefix) {
	case zstdMagic:
		return Zstd
	case lz4Magic, lz4LegacyMagic:
		return LZ4
	}
	return Plain
}

// isBzip2 wants more than "BZh", which may begin a text; a file cut within its
// first ten octets is one if it goes as far as it can.
func isBzip2(prefix []byte) bool {
	const header = len(bzip2Magic) + 1
	if len(prefix) < header || !bytes.HasPrefix(prefix, []byte(bzip2Magic)) || prefix[3] < '1' || prefix[3] > '9' {
		return false
	}
	next := prefix[header:min(len(prefix), longestMagic)]
	return bytes.HasPrefix([]byte(bzip2BlockMagic), next) || bytes.HasPrefix([]byte(bzip2EndMagic), next)
}
