package input

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// zstdCodec decompresses zstd frames and passes over skippable ones.
type zstdCodec struct {
	frames  zstdFrames
	decoder *zstd.Decoder
	failed  error
}

func newZstd(src *bufio.Reader, window int64) codec {
	c := &zstdCodec{frames: zstdFrames{window: window}}
	c.frames.src, c.frames.next = src, c.frames.frame
	return c
}

func (c *zstdCodec) progress() *progress { return &c.frames.count }

// Read gives the decoder's octets. The decoder returns a checksum error before
// the block that it found it in, and that block when it is read again; and it
// says io.EOF where a frame is cut in its first octets.
func (c *zstdCodec) Read(p []byte) (int, error) {
	if c.decoder == nil {
		var err error
		c.decoder, err = zstd.NewReader(&c.frames, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(uint64(c.frames.window)))
		if err != nil {
			return 0, err
		}
	}
	n, err := c.decoder.Read(p)
	if err == nil || err == io.EOF && c.frames.err == io.EOF {
		return n, err
	}
	if c.failed == nil {
		c.failed = err
		if c.frames.err != nil && c.frames.err != io.EOF {
			c.failed = c.frames.err // the cause, where the decoder has a general word
		}
	}
	if n == 0 {
		n, _ = c.decoder.Read(p)
	}
	if n > 0 {
		return n, nil
	}
	return 0, c.failed
}

// zstdFrames walks the frames of RFC 8878 section 3.
type zstdFrames struct {
	pieces
	window   int64 // largest Window_Size taken, in octets
	checksum bool  // the current frame ends in a Content_Checksum
	count    progress
}

// frame gives the header of the next frame.
func (z *zstdFrames) frame() (int64, error) {
	for {
		b, _ := z.src.Peek(4)
		if len(b) < 4 {
			return 0, io.EOF
		}
		magic := binary.LittleEndian.Uint32(b)
		if magic == zstdMagic {
			z.count.members++
			return z.header()
		}
		if !isSkippable(magic) {
			return 0, io.EOF
		}
		z.count.members++
		if err := skipFrame(&z.pieces); err != nil {
			return 0, err
		}
	}
}

// skipFrame passes over a skippable frame (RFC 8878 section 3.1.2).
func skipFrame(p *pieces) error {
	b, err := p.need(8)
	if err != nil {
		return err
	}
	return p.skip(8 + int64(binary.LittleEndian.Uint32(b[4:])))
}

// header reads a Frame_Header (RFC 8878 section 3.1.1.1).
func (z *zstdFrames) header() (int64, error) {
	b, err := z.need(5)
	if err != nil {
		return 0, err
	}
	descriptor := b[4]
	singleSegment := descriptor&0x20 != 0
	dictionary := []int{0, 1, 2, 4}[descriptor&3]
	size := []int{0, 2, 4, 8}[descriptor>>6]
	length := 5 + dictionary + size
	switch {
	case !singleSegment:
		length++ // Window_Descriptor
	case size == 0:
		length, size = length+1, 1
	}
	if b, err = z.need(length); err != nil {
		return 0, err
	}
	if err := z.admit(b, singleSegment, dictionary, size); err != nil {
		return 0, err
	}
	z.checksum = descriptor&4 != 0
	z.next = z.block
	return int64(length), nil
}

// admit refuses the frames that cannot or should not be decompressed.
func (z *zstdFrames) admit(header []byte, singleSegment bool, dictionary, size int) error {
	field := func(b []byte) uint64 {
		var wide [8]byte
		copy(wide[:], b)
		return binary.LittleEndian.Uint64(wide[:])
	}
	var window uint64
	if singleSegment {
		window = field(header[len(header)-size:])
	} else {
		base := uint64(1) << (10 + header[5]>>3)
		window = base + base/8*uint64(header[5]&7)
	}
	if id := field(header[len(header)-size-dictionary : len(header)-size]); id != 0 {
		return &Error{Class: Refused, Op: "decompress", Err: fmt.Errorf("zstd frame %d needs dictionary %d", z.count.members, id),
			Hint: "decompress it with its dictionary (zstd -d -D) and read the result from a file or pipe"}
	}
	if window > uint64(z.window) {
		return refuseWindow("zstd frame", z.count.members, window, z.window, "zstd -d --long=31")
	}
	return nil
}

// refuseWindow is the error for a stream that needs more memory than it may have,
// and that a command can decompress.
func refuseWindow(what string, number int64, got uint64, most int64, command string) error {
	return &Error{Class: Refused, Op: "decompress",
		Err:  fmt.Errorf("%s %d needs a window of %d octets, want at most %d", what, number, got, most),
		Hint: fmt.Sprintf("decompress it first (%s) and read the result from a file or pipe", command)}
}

// block gives a block with its header (RFC 8878 section 3.1.1.2).
func (z *zstdFrames) block() (int64, error) {
	b, err := z.need(3)
	if err != nil {
		return 0, err
	}
	header := uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16
	length := int64(header >> 3)
	switch header >> 1 & 3 {
	case 1: // RLE_Block: one octet, repeated
		length = 1
	case 3:
		return 0, errors.New("block of reserved type 3")
	}
	if header&1 != 0 { // Last_Block
		z.next = z.frame
		if z.checksum {
			length += 4
		}
	}
	return 3 + length, nil
}
