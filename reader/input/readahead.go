package input

import (
	"hash"
	"io"
	"sync/atomic"
)

const (
	// aheadPieces is how many pieces go back and forth: one that is filled, one that is
	// hashed, and two that the caller may hold.
	aheadPieces = 4

	// pieceOctets is how many octets are read at a time. Larger pieces are not faster,
	// and leave the caches of the processors.
	pieceOctets = 256 << 10

	// headroom is what a piece has room for in front of its octets, for what a caller
	// has left of the piece before.
	headroom = 96 << 10

	// maxEmptyReads is how often in a row a source may give nothing and no error.
	maxEmptyReads = 100
)

// piece is octets of the input and the error behind them.
type piece struct {
	space []byte
	n     int
	err   error
	users atomic.Int32 // who look at it: the caller, the digest
}

// newPiece gives a piece for so many octets.
func newPiece(octets int) *piece { return &piece{space: make([]byte, headroom+octets)} }

func (p *piece) octets() []byte { return p.space[headroom:][:p.n] }

// fill reads once, or until the piece is full. An error behind octets comes again with
// the next piece.
func (p *piece) fill(read func([]byte) (int, error), full bool, stopped func() bool) {
	p.n, p.err = 0, nil
	for empty := 0; (p.n == 0 || full && headroom+p.n < len(p.space)) && p.err == nil && !stopped(); {
		var n int
		n, p.err = read(p.space[headroom+p.n:])
		p.n += n
		if empty++; n > 0 {
			empty = 0
		} else if empty == maxEmptyReads && p.err == nil {
			p.err = io.ErrNoProgress
		}
	}
}

// readAhead reads in a goroutine of its own, and hashes in another: while the caller
// looks at one piece the next ones are read, and both need not wait for the digest.
type readAhead struct {
	filled  chan *piece // to the caller, in order; closed behind the last one
	hashing chan *piece // the same to the digest
	empty   chan *piece // back to the reading
	quit    chan struct{}
	hashed  chan struct{} // closed when the digest has everything that was filled
	users   int32

	before, current *piece // the caller's
	rest            []byte // of current, still to be taken by Read
}

// startReadAhead begins to read, full pieces or those of one read; read must keep giving
// its last error. digest may be nil; it belongs to the goroutine until stop has come back.
func startReadAhead(read func([]byte) (int, error), full bool, digest hash.Hash) *readAhead {
	a := &readAhead{
		filled: make(chan *piece, aheadPieces), hashing: make(chan *piece, aheadPieces), empty: make(chan *piece, aheadPieces),
		quit: make(chan struct{}), hashed: make(chan struct{}), users: 1,
	}
	for range aheadPieces {
		a.empty <- newPiece(pieceOctets)
	}
	if digest != nil {
		a.users = 2
		go a.hash(digest)
	} else {
		close(a.hashed)
	}
	go a.run(read, full)
	return a
}

func (a *readAhead) run(read func([]byte) (int, error), full bool) {
	defer close(a.filled)
	defer close(a.hashing)
	for {
		var p *piece
		select {
		case p = <-a.empty:
		case <-a.quit:
			return
		}
		p.fill(read, full, a.stopped)
		p.users.Store(a.users)
		last := p.err != nil || a.stopped() // p is another's as soon as it is sent
		if a.users > 1 {
			a.hashing <- p // has room for all pieces, as filled has
		}
		a.filled <- p
		if last {
			return
		}
	}
}

func (a *readAhead) stopped() bool {
	select {
	case <-a.quit:
		return true
	default:
		return false
	}
}

func (a *readAhead) hash(digest hash.Hash) {
	defer close(a.hashed)
	for p := range a.hashing {
		digest.Write(p.octets()) // never fails, says hash.Hash
		a.release(p)
	}
}

// release lets a piece be filled again once nobody looks at it.
func (a *readAhead) release(p *piece) {
	if p.users.Add(-1) == 0 {
		a.empty <- p
	}
}

// next makes the next piece the current one and keeps the one before. It gives the
// error of the last piece once its octets were given.
func (a *readAhead) next() error {
	if a.current != nil && a.current.err != nil {
		return a.current.err
	}
	if a.before != nil {
		a.release(a.before)
	}
	a.before, a.current = a.current, <-a.filled
	if a.current.n == 0 {
		return a.current.err
	}
	return nil
}

// Read takes what is read already, or waits for it.
func (a *readAhead) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(a.rest) == 0 {
		if err := a.next(); err != nil {
			return 0, err
		}
		a.rest = a.current.octets()
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// lend gives the rest of the current piece, or the next one.
func (a *readAhead) lend() (space []byte, start int, err error) {
	if len(a.rest) == 0 {
		if err := a.next(); err != nil {
			return nil, 0, err
		}
		a.rest = a.current.octets()
	}
	end := headroom + a.current.n
	start = end - len(a.rest)
	a.rest = nil
	return a.current.space[:end], start, nil
}

// stop ends the goroutines and waits for their end. It is called once.
func (a *readAhead) stop() {
	close(a.quit)
	for range a.filled {
	}
	<-a.hashed
}
