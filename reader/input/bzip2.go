package input

import (
	"bufio"
	"compress/bzip2"
	"io"
)

// bzip2Codec decompresses bzip2 streams. The decoder goes on to the next stream
// itself and calls whatever else follows an error in it; as blocks are not
// aligned to octets and carry no length, nothing but the decoder finds the end
// of a stream. So the octets that it takes are watched for the end of a stream,
// and an error within the four octets behind one is the end of the last stream.
type bzip2Codec struct {
	watch   bzip2Watch
	decoder io.Reader
}

func newBzip2(src *bufio.Reader) codec {
	c := &bzip2Codec{watch: bzip2Watch{src: src}}
	c.watch.count.members = 1
	c.decoder = bzip2.NewReader(&c.watch)
	return c
}

func (c *bzip2Codec) progress() *progress { return &c.watch.count }

func (c *bzip2Codec) Read(p []byte) (int, error) {
	n, err := c.decoder.Read(p)
	if err != nil && err != io.EOF && c.watch.ended && c.watch.behind > 0 && c.watch.behind <= bzip2Header {
		c.watch.count.overread = c.watch.behind
		c.watch.count.members-- // what seemed to begin did not
		err = io.EOF
	}
	return n, err
}

// bzip2Header is the size of a stream's header in octets: "BZh" and the level.
const bzip2Header = 4

// bzip2Watch hands over octets one by one and looks for the end of a stream: 48
// bits of magic at any bit, a checksum of 32 bits, and padding to an octet.
type bzip2Watch struct {
	src    *bufio.Reader
	last   [2]uint64 // the last 16 octets: last[0] the older ones
	ended  bool      // an end was seen, and
	behind int64     // so many octets were taken since
	count  progress
}

func (w *bzip2Watch) ReadByte() (byte, error) {
	b, err := w.src.ReadByte()
	if err != nil {
		return 0, err
	}
	w.last[0] = w.last[0]<<8 | w.last[1]>>56
	w.last[1] = w.last[1]<<8 | uint64(b)
	if w.behind++; w.ended && w.behind == 1 {
		w.count.members++
	}
	if w.atEnd() {
		w.ended, w.behind = true, 0
	}
	return b, nil
}

// Read makes the watch an io.Reader, which bzip2.NewReader asks for; it uses
// ReadByte.
func (w *bzip2Watch) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := w.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}

// atEnd reports whether the last octets are the end of a stream: the magic lies
// 32 bits of checksum and 0 to 7 bits of padding before the end.
func (w *bzip2Watch) atEnd() bool {
	const magic, mask = 0x177245385090, 1<<48 - 1
	for padding := range 8 {
		shift := 32 + padding
		if (w.last[1]>>shift|w.last[0]<<(64-shift))&mask == magic {
			return true
		}
	}
	return false
}
