package capture_test

import (
	"bytes"
	"io"
)

// lender lends pieces of a file, with little room in front of them, and spoils those that
// are not valid any more.
type lender struct {
	rest         []byte
	piece, room  int
	before, last []byte
}

func (l *lender) Lends() int { return l.room }

func (l *lender) Lend() (space []byte, start int, err error) {
	for i := range l.before {
		l.before[i] = 0xa5
	}
	l.before = l.last
	n := min(l.piece, len(l.rest))
	if n == 0 {
		return nil, 0, io.EOF
	}
	space = append(bytes.Repeat([]byte{0x5a}, l.room), l.rest[:n]...)
	l.last, l.rest = space, l.rest[n:]
	return space, l.room, nil
}

func (l *lender) Read(p []byte) (int, error) {
	n := copy(p[:min(len(p), l.piece)], l.rest)
	l.rest = l.rest[n:]
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}
