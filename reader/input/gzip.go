package input

import (
	"bufio"
	"bytes"
	"io"

	"github.com/klauspost/compress/gzip"
)

// gzipCodec decompresses gzip members (RFC 1952 section 2.2). The decoder reads
// an io.ByteReader octet by octet, so the source stands exactly behind a member
// when it ends.
type gzipCodec struct {
	src     *bufio.Reader
	decoder gzip.Reader
	open    bool
	count   progress
}

func newGzip(src *bufio.Reader) codec { return &gzipCodec{src: src} }

func (c *gzipCodec) progress() *progress { return &c.count }

func (c *gzipCodec) Read(p []byte) (int, error) {
	for {
		if !c.open {
			if err := c.member(); err != nil {
				return 0, err
			}
		}
		n, err := c.decoder.Read(p)
		if err == io.EOF {
			c.open, err = false, nil
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
	if err := c.decoder.Reset(c.src); err != nil {
		return unexpectedEOF(err)
	}
	c.decoder.Multistream(false)
	c.open = true
	return nil
}
