package input

import (
	"bufio"
	"io"
)

// pieces hands the octets of a structured stream from a source to a decoder,
// one piece of the structure at a time: a header, a block, a checksum. So the
// decoder never sees, or takes, what lies behind its member, and no length
// field reaches it unchecked.
//
// At the end of a piece it asks next for the length of the following one. next
// looks at the source with Peek, may Discard what the decoder need not see, and
// returns io.EOF where the structure ends.
type pieces struct {
	src  *bufio.Reader
	left int64 // octets of the current piece still to be handed over
	next func() (int64, error)
	err  error
}

func (p *pieces) Read(b []byte) (int, error) {
	for p.left == 0 && p.err == nil {
		p.left, p.err = p.next()
	}
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.src.Read(b[:min(int64(len(b)), p.left)])
	p.left -= int64(n)
	if err != nil {
		p.err = unexpectedEOF(err)
	}
	return n, p.err
}

// need gives the next n octets of a structure that must have them.
func (p *pieces) need(n int) ([]byte, error) {
	b, err := p.src.Peek(n)
	if err != nil {
		// What is there belongs to the cut structure, so it is taken.
		_, _ = p.src.Discard(len(b))
	}
	return b, unexpectedEOF(err)
}

// skip takes n octets that the decoder does not see.
func (p *pieces) skip(n int64) error {
	_, err := io.CopyN(io.Discard, p.src, n)
	return unexpectedEOF(err)
}

// unexpectedEOF is for places where a stream must not end.
func unexpectedEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
