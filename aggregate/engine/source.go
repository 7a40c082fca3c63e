package engine

import (
	"context"
	"errors"
	"io"
	"time"

	"netstream/aggregate/flow"
)

// Source gives the packets of one input in the order of their clocks.
type Source interface {
	// ReadPackets gives the next packets, in room, or in other memory of that capacity.
	// Then room is the source's, and that memory the caller's. It gives at least one
	// packet, or an error, never both. io.EOF means that no packet is left.
	ReadPackets(room []flow.Packet) ([]flow.Packet, error)

	// Close gives the source back. It is called once, after the last ReadPackets
	// has returned, be it at the end of the source, after an error or when the run
	// is given up. Its error ends the run as one of ReadPackets does.
	Close() error
}

// Input is a source that is opened when the merge comes near its first packet,
// so that a long list of files needs few of them open at a time. Open is told for how
// many packets there will be room: flow.BatchPackets, or frugalPackets if so many inputs
// overlap in time that each must do with little memory.
type Input struct {
	Earliest flow.Timestamp // no packet of it has a clock before
	Open     func(room int) (Source, error)
}

const (
	// generousInputs is how many inputs may be open at a time before others have to do
	// with little memory. What a generous one takes is 4 MiB at most.
	generousInputs = 8

	// frugalPackets is for how many packets those others have room at a time.
	frugalPackets = 128
)

// stream is an open source, read ahead in a goroutine of its own.
type stream struct {
	ordinal uint32
	packets []flow.Packet // what is left of the current batch; never empty
	current *batch
	room    int // packets that a batch has room for
	full    chan *batch
	empty   chan *batch
	err     error // valid once full is closed
}

// readAhead is how many batches a source may be ahead of the merge. With more of them it
// would wait less often, but they would no longer be in the cache when their turn comes.
const readAhead = 1

func newStream(ctx context.Context, ordinal uint32, source Source, room int, spare *spares) *stream {
	s := &stream{ordinal: ordinal, room: room, full: make(chan *batch, readAhead), empty: make(chan *batch, readAhead+1)}
	for range readAhead + 1 {
		s.empty <- spare.take(room)
	}
	go s.read(ctx, source)
	return s
}

// read reads source to its end and closes it.
func (s *stream) read(ctx context.Context, source Source) {
	defer close(s.full)
	s.err = s.readAll(ctx, source)
	if err := source.Close(); s.err == nil {
		s.err = err
	}
}

func (s *stream) readAll(ctx context.Context, source Source) error {
	for {
		var b *batch
		select {
		case b = <-s.empty:
		case <-ctx.Done():
			return ctx.Err()
		}
		packets, err := source.ReadPackets(b.room(s.room))
		if errors.Is(err, io.EOF) {
			s.empty <- b
			return nil
		}
		if err != nil {
			return err
		}
		b.packets = packets
		select {
		case s.full <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// spares are batches of streams that have ended, for others: a run may have thousands of
// small inputs, one after the other.
type spares struct{ batches []*batch }

func (f *spares) take(room int) *batch {
	n := len(f.batches)
	if n == 0 || room != flow.BatchPackets {
		return new(batch)
	}
	b := f.batches[n-1]
	f.batches = f.batches[:n-1]
	return b
}

// keep takes the batches of a stream at its end.
func (f *spares) keep(s *stream) {
	if s.room != flow.BatchPackets {
		return
	}
	for {
		select {
		case b := <-s.empty:
			f.batches = append(f.batches, b)
		default:
			return
		}
	}
}

// await waits until the source is closed, or late says that this takes too long. Its reading must
// have been canceled.
func (s *stream) await(late <-chan time.Time) (closed bool) {
	for {
		select {
		case _, more := <-s.full:
			if !more {
				return true
			}
		case <-late:
			return false
		}
	}
}

// next gets the next batch; false at the end of the source. It does not wait for a
// source that gives nothing once ctx is canceled.
func (s *stream) next(ctx context.Context) (bool, error) {
	if s.current != nil {
		s.empty <- s.current
		s.current = nil
	}
	var b *batch
	var ok bool
	select {
	case b, ok = <-s.full:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if !ok {
		return false, s.err
	}
	s.current, s.packets = b, b.packets
	return true, nil
}

// before orders streams by the clocks of their first packets, equal ones by
// ordinal.
func (s *stream) before(other *stream) bool {
	if a, b := s.packets[0].Clock, other.packets[0].Clock; a != b {
		return a < b
	}
	return s.ordinal < other.ordinal
}

// upTo gives how many of the stream's packets come before those of other.
func (s *stream) upTo(other *stream) int {
	last := other.packets[0].Clock
	n := 1
	for n < len(s.packets) {
		if c := s.packets[n].Clock; c > last || c == last && s.ordinal > other.ordinal {
			break
		}
		n++
	}
	return n
}

// below gives how many of the stream's packets, from the first on, have a clock
// before limit; at least 1.
func (s *stream) below(limit flow.Timestamp) int {
	n := 1
	for n < len(s.packets) && s.packets[n].Clock < limit {
		n++
	}
	return n
}
