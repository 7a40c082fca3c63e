package input

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/ulikunitz/xz"
)

// MaxXZBlocks is how many blocks an xz stream may have. The decoder keeps 16
// octets for each until the stream's index; a million blocks of the 24 MiB that
// xz -T makes are 24 TiB.
const MaxXZBlocks = 1 << 20

// xzCodec decompresses xz streams and passes over the padding between them.
type xzCodec struct {
	streams xzStreams
	decoder *xz.Reader
}

func newXZ(src *bufio.Reader, window int64) codec {
	c := &xzCodec{streams: xzStreams{window: window}}
	c.streams.src, c.streams.next = src, c.streams.stream
	return c
}

func (c *xzCodec) progress() *progress { return &c.streams.count }

func (c *xzCodec) Read(p []byte) (int, error) {
	if c.decoder == nil {
		// The smallest dictionary: the decoder takes each block's own instead.
		decoder, err := xz.ReaderConfig{DictCap: smallestDictionary}.NewReader(&c.streams)
		if err != nil {
			return 0, c.cause(err)
		}
		c.decoder = decoder
	}
	n, err := c.decoder.Read(p)
	return n, c.cause(err)
}

// cause prefers the walk's error, where the decoder has a general word.
func (c *xzCodec) cause(err error) error {
	if err != nil && c.streams.err != nil && c.streams.err != io.EOF {
		return c.streams.err
	}
	return err
}

// xzStreams walks the streams of The .xz File Format 1.2.1, section 2, and the
// chunks of LZMA2 in their blocks.
type xzStreams struct {
	pieces
	window int64 // largest LZMA2 dictionary taken, in octets
	count  progress

	check      int64 // octets of the check behind each block
	blocks     int64
	compressed int64 // octets of the current block so far, for its padding
	records    uint64
	indexed    int64 // octets of the index so far, for its padding

	// The decoder allocates a dictionary for each block, so many small blocks
	// with large dictionaries cost far more time than they have octets.
	dictionaries int64 // octets of all dictionaries so far
	expanded     int64 // octets that the chunks so far say they expand to
}

const (
	smallestDictionary = 4 << 10 // .xz File Format section 5.3.1
	streamHeader       = 12      // section 2.1.1
	streamFooter       = 12      // section 2.1.2
)

// The dictionaries of all blocks may hold, in all, dictionaryBase octets and
// dictionaryFactor times what it expands to: blocks of 64 KiB with the 64 MiB of
// xz -9 pass.
const (
	dictionaryBase   = 1 << 30
	dictionaryFactor = 1024
)

// stream gives the header of the next stream.
func (z *xzStreams) stream() (int64, error) {
	for z.count.members > 0 {
		if b, _ := z.src.Peek(4); !bytes.Equal(b, make([]byte, 4)) {
			break
		}
		if err := z.skip(4); err != nil { // Stream Padding, section 2.2
			return 0, err
		}
	}
	if b, _ := z.src.Peek(len(xzMagic)); !bytes.Equal(b, []byte(xzMagic)) {
		return 0, io.EOF
	}
	z.count.members++
	b, err := z.need(streamHeader)
	if err != nil {
		return 0, err
	}
	if err := checkCRC(b[6:8], b[8:], "stream header"); err != nil {
		return 0, err
	}
	switch b[7] { // Stream Flags, section 2.1.1.2
	case 0x00: // none
		z.check = 0
	case 0x01: // CRC32
		z.check = 4
	case 0x04: // CRC64
		z.check = 8
	case 0x0A: // SHA-256
		z.check = 32
	default:
		return 0, fmt.Errorf("check of unknown kind %#02x", b[7])
	}
	z.blocks = 0
	z.next = z.block
	return streamHeader, nil
}

// block gives a Block Header, or goes on to the Index.
func (z *xzStreams) block() (int64, error) {
	b, err := z.need(1)
	if err != nil {
		return 0, err
	}
	if b[0] == 0 { // Index Indicator
		z.indexed = 1
		z.next = z.indexCount
		return 1, nil
	}
	if z.blocks++; z.blocks > MaxXZBlocks {
		return 0, &Error{Class: Refused, Op: "decompress", Err: fmt.Errorf("xz stream %d has more than %d blocks", z.count.members, MaxXZBlocks),
			Hint: "decompress it first (xz -d) and read the result from a file or pipe"}
	}
	length := (int(b[0]) + 1) * 4
	if b, err = z.need(length); err != nil {
		return 0, err
	}
	if err := checkCRC(b[:length-4], b[length-4:], "block header"); err != nil {
		return 0, err
	}
	if err := z.admit(b[1 : length-4]); err != nil {
		return 0, err
	}
	z.compressed = 0
	z.next = z.chunk
	return int64(length), nil
}

// admit reads Block Flags and List of Filter Flags (section 3.1) and refuses
// what the decoder cannot do or should not allocate.
func (z *xzStreams) admit(header []byte) error {
	flags, rest := header[0], header[1:]
	for _, present := range []byte{0x40, 0x80} { // Compressed Size, Uncompressed Size
		if flags&present != 0 {
			_, n := binary.Uvarint(rest)
			if n <= 0 {
				return errors.New("block header with a bad size")
			}
			rest = rest[n:]
		}
	}
	const lzma2 = 0x21
	if filters := flags&3 + 1; filters != 1 || len(rest) < 3 || rest[0] != lzma2 || rest[1] != 1 {
		return &Error{Class: Refused, Op: "decompress",
			Err:  fmt.Errorf("xz block %d has %d filters, the first of number %#x; want LZMA2 (0x21) alone", z.blocks, filters, append(rest, 0)[0]),
			Hint: "decompress it first (xz -d) and read the result from a file or pipe"}
	}
	size := rest[2]
	if size > 40 {
		return fmt.Errorf("dictionary size code %d, want at most 40", size)
	}
	dictionary := uint64(2|size&1) << (size/2 + 11)
	if size == 40 {
		dictionary = 1<<32 - 1
	}
	if dictionary > uint64(z.window) {
		return refuseWindow("xz block", z.blocks, dictionary, z.window, "xz -d")
	}
	z.dictionaries += int64(dictionary)
	if z.dictionaries-dictionaryBase > z.expanded*dictionaryFactor {
		return &Error{Class: Refused, Op: "decompress", Err: fmt.Errorf("xz blocks of %d octets in all need dictionaries of %d octets in all",
			z.expanded, z.dictionaries),
			Hint: "decompress it first (xz -d) and read the result from a file or pipe"}
	}
	return nil
}

// chunk gives an LZMA2 chunk, or the end of the chunks with the block's padding
// and check.
func (z *xzStreams) chunk() (int64, error) {
	b, err := z.need(1)
	if err != nil {
		return 0, err
	}
	control, length := b[0], int64(1)
	switch {
	case control == 0:
		z.next = z.block
		return length + -(z.compressed+1)&3 + z.check, nil
	case control >= 0x80: // LZMA, with properties from 0xC0 on
		if b, err = z.need(5); err != nil {
			return 0, err
		}
		z.expanded += int64(control&0x1F)<<16 + int64(binary.BigEndian.Uint16(b[1:])) + 1
		length = 5 + int64(binary.BigEndian.Uint16(b[3:])) + 1
		if control >= 0xC0 {
			length++
		}
	case control <= 2: // not compressed
		if b, err = z.need(3); err != nil {
			return 0, err
		}
		size := int64(binary.BigEndian.Uint16(b[1:])) + 1
		z.expanded += size
		length = 3 + size
	default:
		return 0, fmt.Errorf("chunk of reserved control %#02x", control)
	}
	z.compressed += length
	return length, nil
}

// indexCount gives Number of Records (section 4.2).
func (z *xzStreams) indexCount() (int64, error) {
	number, n, err := z.varint()
	if err != nil {
		return 0, err
	}
	if number != uint64(z.blocks) {
		return 0, fmt.Errorf("index of %d records, want %d", number, z.blocks)
	}
	z.records = 2 * number // Unpadded Size and Uncompressed Size of each
	z.next = z.indexRecord
	return n, nil
}

// indexRecord gives one size of the Index, or its end with the Stream Footer.
func (z *xzStreams) indexRecord() (int64, error) {
	if z.records > 0 {
		z.records--
		_, n, err := z.varint()
		return n, err
	}
	z.next = z.stream
	return -z.indexed&3 + 4 + streamFooter, nil
}

// varint reads a Multibyte Integer (section 1.2).
func (z *xzStreams) varint() (value uint64, length int64, err error) {
	b, _ := z.src.Peek(9)
	value, n := binary.Uvarint(b)
	switch {
	case n > 0:
	case len(b) < 9:
		_, err := z.need(len(b) + 1)
		return 0, 0, err
	default:
		return 0, 0, errors.New("index with an integer of more than 9 octets")
	}
	z.indexed += int64(n)
	return value, int64(n), nil
}

func checkCRC(covered, sum []byte, what string) error {
	if got, want := crc32.ChecksumIEEE(covered), binary.LittleEndian.Uint32(sum); got != want {
		return fmt.Errorf("CRC32 of the %s is %08x, want %08x", what, got, want)
	}
	return nil
}
