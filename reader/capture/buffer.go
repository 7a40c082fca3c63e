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
	lender    Lender // the source if it lends, or nil
	room      int    // octets in front of what it lends
	lent      bool   // buf is the lender's
	sourceErr error  // what the source ended with; io.EOF also once it was reported
	buf       []byte
	pos, end  int
	base      int64
}

// Lender is a source that has its octets in buffers of its own, in which they are
// looked at without being copied. Lend gives the next ones, at least one of them or an
// error: space[start:], which must not be changed and are valid until the call after the
// next one. space[:start] is the reader's until then. Lends gives the least start; 0 says
// that Lend must not be called.
type Lender interface {
	io.Reader
	Lends() (room int)
	Lend() (space []byte, start int, err error)
}

func newBuffer(r io.Reader, size int) buffer {
	b := buffer{source: r}
	if lender, ok := r.(Lender); ok && size == DefaultBufferSize {
		if room := lender.Lends(); room > 0 {
			b.lender, b.room = lender, room
			return b
		}
	}
	b.buf = make([]byte, max(size, minBufferSize))
	return b
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
		if b.lender != nil && b.borrow() {
			continue
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

// borrow takes the lender's next octets, with what is left in front of them. If there is
// not room enough for that it takes nothing and gives false: they have to be read then.
func (b *buffer) borrow() bool {
	left := b.end - b.pos
	if left > b.room {
		return false
	}
	space, start, err := b.lender.Lend()
	if err != nil {
		b.sourceErr = err
		return true
	}
	pos := start - left
	copy(space[pos:start], b.buf[b.pos:b.end])
	b.base += int64(b.pos - pos)
	b.buf, b.pos, b.end, b.lent = space, pos, len(space), true
	return true
}

// makeRoom moves what is there to the front. It enlarges the buffer only when it
// is full of octets that really came, at most to the double, so that a length
// field alone never costs memory.
func (b *buffer) makeRoom(n int) {
	if b.lent {
		b.leaveLent()
	}
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

// leaveLent moves what is left of the lender's octets to a buffer of the reader's own.
func (b *buffer) leaveLent() {
	own := make([]byte, max(2*(b.end-b.pos), DefaultBufferSize))
	b.base += int64(b.pos)
	b.end = copy(own, b.buf[b.pos:b.end])
	b.buf, b.pos, b.lent = own, 0, false
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
