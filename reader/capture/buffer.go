package capture

import (
	"bytes"
	"fmt"
	"io"
)

// buffer is a window on the octet stream. buf[pos:end] is what was read from the
// source and not yet consumed; base is the offset of buf[0] in the input.
type buffer struct {
	source    io.Reader
	sourceErr error // what the source ended with; io.EOF also once it was reported
	buf       []byte
	pos, end  int
	base      int64
}

// offset is that of the next octet.
func (b *buffer) offset() int64 { return b.base + int64(b.pos) }

// fill reads until n octets are there and says whether they are. It moves the
// octets, so slices of the buffer taken before are void.
func (b *buffer) fill(n int) bool {
	for empty := 0; b.end-b.pos < n; {
		if b.sourceErr != nil {
			return false
		}
		b.makeRoom(n)
		m, err := b.source.Read(b.buf[b.end:])
		if m < 0 || m > len(b.buf)-b.end {
			m, err = 0, fmt.Errorf("source returned %d octets for a buffer of %d", m, len(b.buf)-b.end)
		}
		b.end += m
		if m > 0 {
			empty = 0
		} else if empty++; empty >= maxEmptyReads && err == nil {
			err = io.ErrNoProgress
		}
		b.sourceErr = err
	}
	return true
}

// makeRoom moves what is there to the front. It enlarges the buffer only when it
// is full of octets that really came, at most to the double, so that a length
// field alone never costs memory.
func (b *buffer) makeRoom(n int) {
	if b.pos > 0 {
		copy(b.buf, b.buf[b.pos:b.end])
		b.base += int64(b.pos)
		b.end -= b.pos
		b.pos = 0
	}
	if b.end == len(b.buf) {
		larger := make([]byte, min(2*len(b.buf), max(n, minBufferSize)))
		copy(larger, b.buf)
		b.buf = larger
	}
}

// drain consumes all that is left. It gives the number of octets and whether all
// of them are zero.
func (b *buffer) drain() (octets int64, zeros bool) {
	zeros = true
	for b.fill(1) {
		left := b.buf[b.pos:b.end]
		zeros = zeros && len(bytes.TrimLeft(left, "\x00")) == 0
		octets += int64(len(left))
		b.pos = b.end
	}
	return octets, zeros
}
