package inflate

import (
	"bufio"
	"errors"
	"io"
)

// The errors of a stream that is not one of RFC 1951. A stream that ends too early gives io.ErrUnexpectedEOF.
var (
	ErrBlockType = errors.New("block of reserved type 3")
	ErrStored    = errors.New("length of a stored block differs from its complement")
	ErrCodes     = errors.New("code lengths of a block are no Huffman code")
	ErrSymbol    = errors.New("code without a symbol")
	ErrDistance  = errors.New("match before the first octet")
)

// Octets of what was decompressed.
const (
	history = 32 << 10 // that a match may reach back, section 2

	longestMatch = 258
	slack        = 2 + longestMatch + 16 // what the fast way may write behind the end: two literals, a match, and what copying in words adds
)

// Reader decompresses one stream. It is to be Reset first.
type Reader struct {
	source *bufio.Reader

	in    []byte // what lies in the buffer of the source, and
	at    int    // how much of it has been taken
	bits  uint64 // taken from it, and not decoded yet; the others are 0
	count uint64 // how many bits there are, less than 8 but in the middle of a symbol

	given, reached int // what of out was handed over, and decompressed

	state state
	last  bool // the block is the last one
	left  int  // octets that a stored block still has
	fixed bool // the tables are those of fixed codes

	err error // what comes behind the octets that are there

	literals  literalTable
	distances distanceTable
	lengths   [288 + 32]uint8 // of the codes of the block

	out    []byte // what was decompressed last, and room
	filled int    // where it is handed over, at the latest
}

// New gives a reader that decompresses so many octets before it hands them over, at least one. With 128 KiB, what it
// keeps fits into the second-level cache; less saves memory.
func New(ahead int) *Reader {
	return &Reader{filled: history + ahead, out: make([]byte, history+ahead+slack)}
}

// state is what comes next in the stream.
type state uint8

const (
	atBlock state = iota // the header of a block
	inStored
	inCodes
	atEnd
)

// Reset makes the reader begin with the stream that the source gives next.
func (r *Reader) Reset(source *bufio.Reader) {
	r.source, r.in, r.at, r.bits, r.count = source, nil, 0, 0, 0
	r.given, r.reached = 0, 0
	r.state, r.last, r.err = atBlock, false, nil
}

// Read gives the next octets. At the end of the stream it gives io.EOF, and the source stands at the first octet
// behind it; where the stream is wrong, behind the octet in which that shows. An error of the source comes
// as it is, but for io.EOF, which is io.ErrUnexpectedEOF here. Errors come behind all octets that could be decompressed, and again and again.
func (r *Reader) Read(p []byte) (int, error) {
	if r.given == r.reached && r.err == nil {
		if r.reached >= r.filled {
			copy(r.out, r.out[r.reached-history:r.reached])
			r.given, r.reached = history, history
		}
		r.err = r.run()
		r.leave()
	}
	if r.given == r.reached {
		return 0, r.err
	}
	n := copy(p, r.out[r.given:r.reached])
	r.given += n
	return n, nil
}

// run decompresses until there is as much as there is room for, or something ends that.
func (r *Reader) run() (err error) {
	for r.reached < r.filled && err == nil {
		switch r.state {
		case atBlock:
			err = r.header()
		case inStored:
			err = r.stored()
		case inCodes:
			err = r.symbols()
		case atEnd:
			return io.EOF
		}
	}
	return err
}

// leave tells the source what was taken of it.
func (r *Reader) leave() {
	_, _ = r.source.Discard(r.at) // there are as many in its buffer
	r.in, r.at = nil, 0
}

// fill makes at least one octet of the source lie in the buffer, once all of it was taken.
func (r *Reader) fill() error {
	r.leave()
	if _, err := r.source.Peek(1); err != nil {
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		return err
	}
	r.in, _ = r.source.Peek(r.source.Buffered())
	return nil
}

// need makes at least n bits be there, n being at most 56, and takes no octet more than that needs.
func (r *Reader) need(n uint64) error {
	for r.count < n {
		if r.at == len(r.in) {
			if err := r.fill(); err != nil {
				return err
			}
		}
		r.bits |= uint64(r.in[r.at]) << r.count
		r.at++
		r.count += 8
	}
	return nil
}

// take gives the next n bits, which are there.
func (r *Reader) take(n uint64) int {
	value := r.bits & (1<<n - 1)
	r.bits >>= n
	r.count -= n
	return int(value)
}
