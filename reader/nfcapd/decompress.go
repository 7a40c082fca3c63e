package nfcapd

import (
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

var errTooLong = errors.New("the block is too long when decompressed")

// expander decompresses blocks. Its buffers serve for one block after the other.
type expander struct {
	out  []byte
	zstd *zstd.Decoder
}

// expand decompresses the records of a block. The result is valid until the next
// call. What does not decompress as a whole is an error, since a stream that is
// wrong anywhere may have been wrong before.
func (x *expander) expand(c Compression, in []byte) ([]byte, error) {
	var err error
	switch c {
	case Uncompressed:
		return in, nil
	case LZO:
		x.out, err = appendLZO(x.out[:0], in, MaxBlock)
	default:
		err = x.byLibrary(c, in)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot decompress %s: %w", c, err)
	}
	return x.out, nil
}

// byLibrary is expand for the compressions that libraries undo. Some have panicked on
// crafted octets (GO-2026-6865 of the Go vulnerability database): that is an error, too.
func (x *expander) byLibrary(c Compression, in []byte) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			*x = expander{} // in whatever state it is
			err = fmt.Errorf("the decompressor gave up: %v", cause)
		}
	}()
	switch c {
	case LZ4:
		const most = 255 // octets that one octet can stand for
		x.reserve(min(MaxBlock, most*len(in)))
		var n int
		n, err = lz4.UncompressBlock(in, x.out[:cap(x.out)])
		x.out = x.out[:max(n, 0)]
	case Bzip2:
		err = x.bzip2(in)
	case Zstd:
		x.reserve(MaxBlock)
		err = x.zstandard(in)
	}
	return err
}

// reserve takes room for a number of octets, at most MaxBlock.
func (x *expander) reserve(n int) {
	if cap(x.out) < n {
		x.out = make([]byte, 0, n)
	}
	x.out = x.out[:0:min(cap(x.out), MaxBlock)]
}

func (x *expander) bzip2(in []byte) error {
	const step = 64 << 10
	r := bzip2.NewReader(bytes.NewReader(in))
	x.out = x.out[:0]
	for len(x.out) <= MaxBlock {
		x.out = slices.Grow(x.out, step)
		n, err := r.Read(x.out[len(x.out) : len(x.out)+step])
		x.out = x.out[:len(x.out)+n]
		if err == io.EOF && len(x.out) <= MaxBlock {
			return nil
		}
		if err != nil && err != io.EOF {
			return err
		}
	}
	return errTooLong
}

func (x *expander) zstandard(in []byte) error {
	if x.zstd == nil {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(MaxBlock), zstd.WithDecodeAllCapLimit(true))
		if err != nil {
			return err
		}
		x.zstd = d
	}
	out, err := x.zstd.DecodeAll(in, x.out)
	if err == nil {
		x.out = out
	}
	return err
}
