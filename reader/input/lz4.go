package input

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/pierrec/lz4/v4"
)

// lz4Codec decompresses lz4 frames, one decoder a frame: a decoder that goes
// through several keeps the window of one for the next.
type lz4Codec struct {
	frames  lz4Frames
	decoder *lz4.Reader
}

func newLZ4(src *bufio.Reader) codec {
	c := &lz4Codec{}
	c.frames.src = src
	return c
}

func (c *lz4Codec) progress() *progress { return &c.frames.count }

func (c *lz4Codec) Read(p []byte) (int, error) {
	for {
		if c.decoder == nil {
			if err := c.frames.begin(); err != nil {
				return 0, err
			}
			c.decoder = lz4.NewReader(&c.frames)
			if err := c.decoder.Apply(lz4.ConcurrencyOption(1)); err != nil {
				return 0, err
			}
		}
		n, err := c.decoder.Read(p)
		switch {
		case err == io.EOF:
			c.decoder, err = nil, nil
		case err != nil && c.frames.err != nil && c.frames.err != io.EOF:
			err = c.frames.err // the cause, where the decoder has a general word
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// lz4Frames walks the frames of the LZ4 Frame Format; its Read ends with io.EOF
// behind each frame.
type lz4Frames struct {
	pieces
	most          int64 // largest block of the current frame, in octets
	blockTrailer  int64 // octets of the checksum behind each block
	streamTrailer int64 // octets of the checksum behind the last block
	count         progress
}

// legacyBlock is the most that a legacy block of 8 MiB can be compressed to
// (LZ4_compressBound).
const legacyBlock = 8<<20 + (8<<20)/255 + 16

// begin goes to the next frame, or gives io.EOF if there is none.
func (z *lz4Frames) begin() error {
	for {
		b, _ := z.src.Peek(4)
		if len(b) < 4 {
			return io.EOF
		}
		magic := binary.LittleEndian.Uint32(b)
		z.err = nil
		switch {
		case magic == lz4Magic:
			z.next = z.header
		case magic == lz4LegacyMagic:
			z.next = z.legacyHeader
		case !isSkippable(magic):
			return io.EOF
		}
		z.count.members++
		if !isSkippable(magic) {
			return nil
		}
		if err := skipFrame(&z.pieces); err != nil {
			return err
		}
	}
}

// header reads the Frame Descriptor.
func (z *lz4Frames) header() (int64, error) {
	b, err := z.need(6)
	if err != nil {
		return 0, err
	}
	flags, sizes := b[4], b[5]
	if flags>>6 != 1 {
		return 0, fmt.Errorf("frame of version %d, want 1", flags>>6)
	}
	if flags&1 != 0 {
		return 0, &Error{Class: Refused, Op: "decompress", Err: fmt.Errorf("lz4 frame %d needs a dictionary", z.count.members),
			Hint: "decompress it with its dictionary (lz4 -d -D) and read the result from a file or pipe"}
	}
	length := int64(7)
	if flags&8 != 0 { // Content Size
		length += 8
	}
	code := sizes >> 4 & 7
	if code < 4 {
		return 0, fmt.Errorf("block size code %d, want 4 to 7", code)
	}
	z.most = 1 << (8 + 2*code)
	z.blockTrailer = int64(flags >> 4 & 1 * 4)
	z.streamTrailer = int64(flags >> 2 & 1 * 4)
	z.next = z.block
	return length, nil
}

func (z *lz4Frames) block() (int64, error) {
	b, err := z.need(4)
	if err != nil {
		return 0, err
	}
	word := binary.LittleEndian.Uint32(b)
	length := int64(word &^ (1 << 31)) // the highest bit says that the block is not compressed
	switch {
	case word == 0: // EndMark
		z.next = endOfFrame
		return 4 + z.streamTrailer, nil
	case length > z.most:
		return 0, fmt.Errorf("block of %d octets, want at most %d", length, z.most)
	}
	return 4 + length + z.blockTrailer, nil
}

func endOfFrame() (int64, error) { return 0, io.EOF }

func (z *lz4Frames) legacyHeader() (int64, error) {
	z.next = z.legacyBlock
	return 4, nil
}

// legacyBlock gives the next block of a legacy frame, which has no end mark: it
// ends with the file or where no block can begin.
func (z *lz4Frames) legacyBlock() (int64, error) {
	b, err := z.src.Peek(4)
	if len(b) == 0 && err == io.EOF {
		return 0, io.EOF
	}
	if b, err = z.need(4); err != nil {
		return 0, err
	}
	length := binary.LittleEndian.Uint32(b)
	if length == 0 || length > legacyBlock {
		return 0, io.EOF
	}
	return 4 + int64(length), nil
}
