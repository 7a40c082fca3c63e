package input

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"

	"netstream/reader/input/inflate"
)

// gzipCodec decompresses gzip members (RFC 1952 section 2.2). The source stands exactly
// behind a member when it ends.
type gzipCodec struct {
	src    *bufio.Reader
	stream *inflate.Reader
	open   bool
	digest hash.Hash32 // of the header, then of what was decompressed
	size   uint32      // of that, modulo 2^32
	count  progress
}

// gzipAhead is how many octets are decompressed before they are handed over, and frugalAhead how many of a frugal input.
const (
	gzipAhead   = 128 << 10
	frugalAhead = 8 << 10
)

func newGzip(src *bufio.Reader, frugal bool) codec {
	ahead := gzipAhead
	if frugal {
		ahead = frugalAhead
	}
	return &gzipCodec{src: src, stream: inflate.New(ahead), digest: crc32.NewIEEE()}
}

func (c *gzipCodec) progress() *progress { return &c.count }

func (c *gzipCodec) Read(p []byte) (int, error) {
	for {
		if !c.open {
			if err := c.member(); err != nil {
				return 0, err
			}
		}
		n, err := c.stream.Read(p)
		c.digest.Write(p[:n]) // never fails, says hash.Hash
		c.size += uint32(n)
		if err == io.EOF {
			c.open = false
			err = unexpectedEOF(c.trailer())
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// member begins the next member, or gives io.EOF if there is none.
func (c *gzipCodec) member() error {
	if magic, _ := c.src.Peek(len(gzipMagic)); !bytes.Equal(magic, []byte(gzipMagic)) {
		return io.EOF
	}
	c.count.members++
	c.digest.Reset()
	if err := c.header(); err != nil {
		return unexpectedEOF(err)
	}
	c.digest.Reset()
	c.size = 0
	c.stream.Reset(c.src)
	c.open = true
	return nil
}

// Flags of a header, RFC 1952 section 2.3.1. FTEXT, bit 0, says nothing about the form.
const (
	gzipHeaderDigest = 1 << 1
	gzipExtra        = 1 << 2
	gzipName         = 1 << 3
	gzipComment      = 1 << 4
	gzipReserved     = 0xE0
)

// header passes over the header of a member (RFC 1952 section 2.3).
func (c *gzipCodec) header() error {
	var fixed [10]byte
	if err := c.take(fixed[:]); err != nil {
		return err
	}
	flags := fixed[3]
	if flags&gzipReserved != 0 {
		return fmt.Errorf("header with flags 0x%02x, of which the upper three must be 0", flags)
	}
	if flags&gzipExtra != 0 {
		var length [2]byte
		if err := c.take(length[:]); err != nil {
			return err
		}
		if _, err := io.CopyN(c.digest, c.src, int64(binary.LittleEndian.Uint16(length[:]))); err != nil {
			return err
		}
	}
	for _, text := range [...]byte{gzipName, gzipComment} {
		if flags&text != 0 {
			if err := c.text(); err != nil {
				return err
			}
		}
	}
	if flags&gzipHeaderDigest == 0 {
		return nil
	}
	var stored [2]byte
	want := uint16(c.digest.Sum32())
	if err := c.take(stored[:]); err != nil {
		return err
	}
	if got := binary.LittleEndian.Uint16(stored[:]); got != want {
		return fmt.Errorf("header with CRC-16 0x%04x, want 0x%04x", got, want)
	}
	return nil
}

// take fills b with octets of the header.
func (c *gzipCodec) take(b []byte) error {
	if _, err := io.ReadFull(c.src, b); err != nil {
		return err
	}
	c.digest.Write(b)
	return nil
}

// text passes over a text that ends with an octet of 0, however long it is.
func (c *gzipCodec) text() error {
	for {
		part, err := c.src.ReadSlice(0)
		c.digest.Write(part)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// trailer compares what was decompressed with the end of the member (RFC 1952 section 2.3.1).
func (c *gzipCodec) trailer() error {
	var end [8]byte
	if _, err := io.ReadFull(c.src, end[:]); err != nil {
		return err
	}
	if got, want := c.digest.Sum32(), binary.LittleEndian.Uint32(end[:]); got != want {
		return fmt.Errorf("content with CRC-32 0x%08x, want 0x%08x", got, want)
	}
	if want := binary.LittleEndian.Uint32(end[4:]); c.size != want {
		return fmt.Errorf("content of %d octets modulo 2^32, want %d", c.size, want)
	}
	return nil
}
