package nfcapd

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"

	"netstream/aggregate/flow"
)

// Info is what a file says of itself.
type Info struct {
	Layout         uint16 // 1 or 2
	CreatorVersion string // of nfdump, such as 1.7.1; empty in layout 1
	Creator        string // the program that made the file; empty in layout 1
	Created        flow.Timestamp
	Compression    Compression
	Anonymized     bool // addresses are not the real ones; layout 1 only
	Blocks         uint32

	// Ident is the name that the file's source was given, "none" by default. That of
	// layout 2 is in the appendix, so it is known at the end of the input.
	Ident string

	// Statistics are valid if HasStatistics. Those of layout 2 are known at the end of
	// the input.
	HasStatistics bool
	Statistics
}

// Statistics are the totals that the writer of a file has put into it.
type Statistics struct {
	Flows, Packets, Octets uint64
	FirstSeen, LastSeen    flow.Timestamp // earliest start and latest end of a flow; 0 if not known
	SequenceFailures       uint64
}

// header is a file header as far as reading needs it.
type header struct {
	info     Info
	octets   uint64 // of the header, and of the statistics in layout 1
	appendix uint64 // offset of the appendix; 0 if there is none
}

func readHeader(r io.Reader) (header, error) {
	var b [header1Octets + statistics1Octets]byte
	n, err := io.ReadFull(r, b[:prefixOctets])
	if err != nil {
		return header{}, shortHeader(n, prefixOctets, err)
	}
	switch magic := binary.LittleEndian.Uint16(b[:]); magic {
	case Magic:
	case swappedMagic:
		return header{}, &FormatError{"it is of a big-endian machine; nfdump on such a machine can turn it into CSV"}
	default:
		return header{}, &FormatError{fmt.Sprintf("magic number is %#04x, want %#04x", magic, Magic)}
	}
	length := header2Octets
	layout := binary.LittleEndian.Uint16(b[2:])
	switch layout {
	case layout1:
		length = header1Octets + statistics1Octets
	case layout2:
	default:
		return header{}, &FormatError{fmt.Sprintf("layout is %d, want 1 (nfdump 1.6) or 2 (nfdump 1.7)", layout)}
	}
	n, err = io.ReadFull(r, b[prefixOctets:length])
	if err != nil {
		return header{}, shortHeader(prefixOctets+n, length, err)
	}
	if layout == layout1 {
		return header1(b[:])
	}
	return header2(b[:])
}

// shortHeader tells the end of the input from other errors of reading.
func shortHeader(got, want int, err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return &FormatError{fmt.Sprintf("it ends in the file header: %d octets, want %d", got, want)}
	}
	return err
}

// header1 reads the file header of layout 1: magic u16, layout u16, flags u32,
// blocks u32, ident of 128 octets ending with 0; the statistics follow.
func header1(b []byte) (header, error) {
	const (
		flagLZO        = 0x01
		flagAnonymized = 0x02
		flagBzip2      = 0x08
		flagLZ4        = 0x10
	)
	flags := binary.LittleEndian.Uint32(b[4:])
	h := header{octets: header1Octets + statistics1Octets}
	h.info = Info{
		Layout:        layout1,
		Anonymized:    flags&flagAnonymized != 0,
		Blocks:        binary.LittleEndian.Uint32(b[8:]),
		Ident:         text(b[12:header1Octets]),
		HasStatistics: true,
		Statistics:    statistics1(b[header1Octets:]),
	}
	switch flags & (flagLZO | flagBzip2 | flagLZ4) {
	case 0:
	case flagLZO:
		h.info.Compression = LZO
	case flagBzip2:
		h.info.Compression = Bzip2
	case flagLZ4:
		h.info.Compression = LZ4
	default:
		return header{}, &FormatError{fmt.Sprintf("its flags %#x name several compressions", flags)}
	}
	return h, nil
}

// header2 reads the file header of layout 2: magic u16, layout u16, version of
// nfdump u32, creation u64 in seconds since 1970, compression u8, encryption u8,
// blocks of the appendix u16, creator u32, offset of the appendix u64, size of
// blocks u32 (unused), blocks u32.
func header2(b []byte) (header, error) {
	h := header{octets: header2Octets}
	h.info = Info{
		Layout:         layout2,
		CreatorVersion: version(binary.LittleEndian.Uint32(b[4:])),
		Creator:        creator(binary.LittleEndian.Uint32(b[20:])),
		Created:        fromMilliseconds(seconds(binary.LittleEndian.Uint64(b[8:]))),
		Compression:    Compression(b[16]),
		Blocks:         binary.LittleEndian.Uint32(b[36:]),
	}
	if h.info.Compression > Zstd {
		return header{}, &FormatError{fmt.Sprintf("compression is %d, want 0 to %d", b[16], Zstd)}
	}
	if b[17] != 0 {
		return header{}, &FormatError{"it is encrypted"}
	}
	if binary.LittleEndian.Uint16(b[18:]) != 0 {
		h.appendix = binary.LittleEndian.Uint64(b[24:])
	}
	return h, nil
}

// statistics1 reads the statistics of layout 1: 15 numbers of 64 bits (flows,
// octets, packets, and the same by protocol), first and last u32 in seconds, their
// milliseconds u16 each, sequence failures u32.
func statistics1(b []byte) Statistics {
	s := totals(b)
	first, last := uint64(binary.LittleEndian.Uint32(b[120:])), uint64(binary.LittleEndian.Uint32(b[124:]))
	s.FirstSeen = fromMilliseconds(first*1000 + uint64(binary.LittleEndian.Uint16(b[128:])))
	s.LastSeen = fromMilliseconds(last*1000 + uint64(binary.LittleEndian.Uint16(b[130:])))
	s.SequenceFailures = uint64(binary.LittleEndian.Uint32(b[132:]))
	return s
}

// statistics2 reads those of layout 2: the same 15 numbers, first and last in
// milliseconds, sequence failures, of 64 bits each.
func statistics2(b []byte) Statistics {
	s := totals(b)
	s.FirstSeen = fromMilliseconds(binary.LittleEndian.Uint64(b[120:]))
	s.LastSeen = fromMilliseconds(binary.LittleEndian.Uint64(b[128:]))
	s.SequenceFailures = binary.LittleEndian.Uint64(b[136:])
	return s
}

func totals(b []byte) Statistics {
	return Statistics{
		Flows:   binary.LittleEndian.Uint64(b[0:]),
		Octets:  binary.LittleEndian.Uint64(b[8:]),
		Packets: binary.LittleEndian.Uint64(b[16:]),
	}
}

// version gives the text of nfdump's version number: release, major, minor and
// patch, an octet each from the top. The top four bits mark development versions.
func version(v uint32) string {
	s := fmt.Sprintf("%d.%d.%d", v>>24&0x0f, v>>16&0xff, v>>8&0xff)
	if patch := v & 0xff; patch != 0 {
		s += fmt.Sprintf("-%d", patch)
	}
	return s
}

// creator gives the name of a program by nfdump's number.
func creator(n uint32) string {
	switch n {
	case 1:
		return "nfcapd"
	case 2:
		return "nfpcapd"
	case 3:
		return "sfcapd"
	case 4:
		return "nfdump"
	case 5:
		return "nfanon"
	case 6:
		return "nfprofile"
	case 7:
		return "geolookup"
	case 8:
		return "ft2nfdump"
	case 9:
		return "torlookup"
	}
	return "unknown"
}

// text gives the octets before the first 0.
func text(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(b)
}

const nanosecondsPerMillisecond = 1_000_000

// maxMilliseconds is the last time in milliseconds that a flow.Timestamp can hold.
const maxMilliseconds = math.MaxInt64 / nanosecondsPerMillisecond

// fromMilliseconds gives a time since 1970, and 0 for times beyond the range.
func fromMilliseconds(ms uint64) flow.Timestamp {
	if ms > maxMilliseconds {
		return 0
	}
	return flow.Timestamp(ms * nanosecondsPerMillisecond)
}

// seconds gives milliseconds; what would wrap is beyond every range.
func seconds(s uint64) uint64 {
	if s > maxMilliseconds/1000 {
		return math.MaxUint64
	}
	return s * 1000
}
