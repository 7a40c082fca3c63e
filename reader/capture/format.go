package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Format is the kind of a capture file.
type Format uint8

// The formats.
const (
	PCAP   Format = iota // draft-ietf-opsawg-pcap: one header, then records
	PCAPNG               // draft-ietf-opsawg-pcapng: sections of blocks
)

// String gives the stable name of the format.
func (f Format) String() string {
	if f == PCAPNG {
		return "pcapng"
	}
	return "pcap"
}

// The magic numbers, read in the byte order of the file.
const (
	magicMicroseconds = 0xa1b2c3d4 // pcap, time stamps in microseconds
	magicNanoseconds  = 0xa1b23c4d // pcap, time stamps in nanoseconds
	magicModified     = 0xa1b2cd34 // pcap of A. Kuznetsov's patch: 8 octets more in a record header
	magicSection      = 0x0a0d0d0a // pcapng section header block; the same in both byte orders
	magicByteOrder    = 0x1a2b3c4d // pcapng, behind the length of the section header block
)

// FormatError says that an input is neither pcap nor pcapng.
type FormatError struct {
	Found [12]byte // first octets of the input; those that it does not have are zero
	Count int      // how many octets of Found the input has, 1 to 12
}

// Error names the octets found, the format they belong to if it is a known one,
// and what is accepted.
func (e *FormatError) Error() string {
	return fmt.Sprintf("cannot read as capture: %s; accepted are pcap "+
		"(a1b2c3d4, a1b23c4d or a1b2cd34 in either byte order) and pcapng (0a0d0d0a, length, 1a2b3c4d in either byte order)",
		e.Start())
}

// Start words how the input begins.
func (e *FormatError) Start() string {
	return fmt.Sprintf("starts with % x%s", e.Found[:min(e.Count, len(e.Found))], foreignFormat(e.Found[:]))
}

// foreignFormat names formats that are often mistaken for captures.
func foreignFormat(head []byte) string {
	known := [...]struct{ magic, name string }{
		{"\x1f\x8b", "gzip"},
		{"\x28\xb5\x2f\xfd", "zstd"},
		{"\xfd7zXZ", "xz"},
		{"BZh", "bzip2"},
		{"\x04\x22\x4d\x18", "lz4"},
		{"PK\x03\x04", "zip"},
		{"snoop\x00", "snoop, RFC 1761"},
		{"GMBU", "Microsoft Network Monitor 2"},
		{"RTSS", "Microsoft Network Monitor 1"},
		{"\x0c\xa5", "nfdump"},
		{"\xa5\x0c", "nfdump of another byte order"},
		{"PAR1", "Parquet"},
		{"\x00\x00\x00\x05\x00\x00\x00\x01", "sFlow 5"}, // of an agent with an IPv4 address
		{"\x00\x00\x00\x05\x00\x00\x00\x02", "sFlow 5"}, // with an IPv6 address
	}
	for _, k := range known {
		if bytes.HasPrefix(head, []byte(k.magic)) {
			return " (" + k.name + ")"
		}
	}
	return ""
}

// isPCAP says whether the first four octets are a pcap magic, and in which byte
// order.
func isPCAP(head []byte) (magic uint32, bigEndian, ok bool) {
	for _, magic := range [...]uint32{magicMicroseconds, magicNanoseconds, magicModified} {
		switch magic {
		case binary.LittleEndian.Uint32(head):
			return magic, false, true
		case binary.BigEndian.Uint32(head):
			return magic, true, true
		}
	}
	return 0, false, false
}

// sectionOrder reads the byte-order magic of a section header block.
func sectionOrder(magic []byte) (bigEndian, ok bool) {
	if binary.LittleEndian.Uint32(magic) == magicByteOrder {
		return false, true
	}
	return true, binary.BigEndian.Uint32(magic) == magicByteOrder
}

// mayBecomeCapture says whether an input that ended within its magic could have
// gone on as a capture.
func mayBecomeCapture(head []byte) bool {
	for _, magic := range [...]uint32{magicMicroseconds, magicNanoseconds, magicModified, magicSection} {
		le := binary.LittleEndian.AppendUint32(nil, magic)
		be := binary.BigEndian.AppendUint32(nil, magic)
		if bytes.HasPrefix(le, head) || bytes.HasPrefix(be, head) {
			return true
		}
	}
	return false
}
