package parquetfile

import (
	"bufio"
	"io"
)

// bufferSize is the size of writes to the underlying writer, in octets.
const bufferSize = 256 << 10

// sink counts what goes out, which gives the offsets in the file, and keeps the
// first error, so that no later success can hide it. It has no Close: closing
// the underlying writer is up to who opened it.
type sink struct {
	buffer *bufio.Writer
	offset int64 // octets taken so far
	err    error
}

func newSink(w io.Writer) *sink {
	return &sink{buffer: bufio.NewWriterSize(w, bufferSize)}
}

// Write takes all of p or fails, now and from then on.
func (s *sink) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.buffer.Write(p)
	s.offset += int64(n)
	s.err = err
	return n, err
}

// flush hands everything to the underlying writer.
func (s *sink) flush() error {
	if s.err == nil {
		s.err = s.buffer.Flush()
	}
	return s.err
}
