package datagram

import (
	"errors"
	"fmt"
	"io"

	"netstream/reader/damage"
)

// Raw reads messages that follow each other without anything between them: what
// programs write that append every datagram to a file, and the IPFIX files of
// RFC 5655. Versions may be mixed.
//
// # Damage
//
// Only versions 1 to 8 and IPFIX tell their length, and a length may be wrong. Raw
// believes a message at the place where one is due if its header is one. If then
// no header follows, but messages are found inside of it, its length was wrong.
//
// Where no message begins, Raw searches for the next one. At a place that it has
// no other reason to believe, a message is plausible if Measure finds its end, and
// at that end either a header follows that Measure accepts, or the input ends
// there. If messages have been read before, or the place given up begins like one, a
// message of another version, if that is 1 to 8, must have been exported after 1990. Messages of version 9 that are longer than 9,216 octets are not found by
// the search. The octets passed over are one damaged place.
//
// Raw is not safe for concurrent use.
type Raw struct {
	window
	measure Measure
	number  uint64
	seen    versions
	next    measured // of the octets at the window's start, if known
	reports int
	tally   RawTally
}

// versions is a set of version numbers from 0 to 10.
type versions uint16

func (s *versions) add(v uint16)     { *s |= 1 << v }
func (s versions) has(v uint16) bool { return s&(1<<v) != 0 }

// measured is an answer of Measure that is still wanted.
type measured struct {
	known, whole bool
	n            int
	err          error
}

// NewRaw gives a reader of the messages in r.
func NewRaw(r io.Reader, measure Measure) *Raw {
	return &Raw{window: window{source: r, octets: make([]byte, bufferSize)}, measure: measure}
}

// Next reads the next message into m. It returns
//
//   - nil: m is filled.
//   - *damage.Error: a damaged place (BadBlock, BadLength), or the input ends
//     within a message (Truncated), with zeros behind the last one
//     (TrailingBytes), or has no octets (EmptyInput). m is not valid; the next call
//     goes on behind the place. Places beyond MaxReports are counted only.
//   - io.EOF: the input has ended.
//   - another error: the source failed; what it failed with is wrapped. The next
//     call returns io.EOF.
func (r *Raw) Next(m *Message) error {
	for {
		if !r.fill(1) {
			return r.ended()
		}
		first := r.take()
		var found *damage.Error
		switch {
		case first.err != nil:
			found = r.resynchronise(damage.BadBlock, first.err.Error())
		case !first.whole && !errors.Is(r.failure, io.EOF):
			return r.sourceFailure()
		case !first.whole:
			found = r.resynchronise(damage.Truncated, fmt.Sprintf(
				"input ends after %d octets of a message of version %d, which needs %d", len(r.rest()), version(r.rest()), first.n))
		default:
			if found = r.doubt(first.n); found == nil {
				r.deliver(m, first.n)
				return nil
			}
		}
		if err := r.report(found); err != nil {
			return err
		}
	}
}

// Tally gives the account so far. It is complete once Next has returned io.EOF.
func (r *Raw) Tally() RawTally { return r.tally }

// take measures the message at the start, unless that was done already.
func (r *Raw) take() measured {
	first := r.next
	r.next = measured{}
	if !first.known {
		first = r.measureAt(0)
	}
	return first
}

// measureAt measures the message that begins at octets behind the start. It reads
// as far as Measure needs to decide, which is at most MaxMessage octets and the
// first one of what follows.
func (r *Raw) measureAt(at int) measured {
	for {
		prefix := r.rest()[at:]
		n, whole, err := r.measure(prefix)
		switch {
		case err != nil:
			return measured{known: true, err: err}
		case n < 0 || n > MaxMessage || whole && (n == 0 || n > len(prefix)):
			return measured{known: true, err: fmt.Errorf("message of %d octets, want 1 to %d", n, MaxMessage)}
		case whole:
			return measured{known: true, whole: true, n: n}
		}
		r.fill(at + max(n, len(prefix)+1))
		if len(r.rest())-at == len(prefix) { // the input ends here
			if errors.Is(r.failure, io.EOF) {
				n, whole = r.measureLast(r.rest()[at:], n) // fill has moved the octets
			}
			return measured{known: true, whole: whole, n: n}
		}
	}
}

// measureLast measures the message with which the input ends, and which would need
// n octets to be decided on. Behind one of a version without length field, Measure
// takes up to three octets of a cut header for those of a set.
func (r *Raw) measureLast(last []byte, n int) (int, bool) {
	if n == len(last) {
		return n, true
	}
	for cut := 1; cut < 4 && cut < len(last); cut++ {
		m, _, err := r.measure(last[:len(last)-cut])
		if err != nil || m != len(last)-cut {
			continue
		}
		if _, _, err = r.measure(last[m:]); err == nil {
			return m, true
		}
	}
	return n, false
}

// doubt looks whether the message of n octets at the start can be believed: if
// something else than a message follows, its length may be what is wrong.
func (r *Raw) doubt(n int) *damage.Error {
	if !r.fill(n + 1) {
		return nil
	}
	r.next = r.measureAt(n)
	if r.next.err == nil {
		return nil
	}
	inside, found := r.search(1, n, r.wanted())
	if !found {
		return nil
	}
	r.next = measured{}
	detail := fmt.Sprintf("message of version %d says %d octets, but another begins after %d", version(r.rest()), n, inside)
	return r.giveUp(damage.BadLength, inside, detail)
}

func (r *Raw) deliver(m *Message, n int) {
	r.number++
	r.seen.add(version(r.rest()))
	*m = Message{}
	m.Data, m.Offset, m.Number = r.rest()[:n], r.offset(), r.number
	r.at += n
	r.tally.Messages++
	r.tally.Octets.Messages += int64(n)
}

// report gives what Next must return for a damaged place, nil to go on.
func (r *Raw) report(found *damage.Error) error {
	r.tally.Damages[found.Kind]++
	if r.reports == MaxReports && !found.Fatal {
		r.tally.Unreported++
		return nil
	}
	r.reports++
	return found
}

// ended is called when nothing is left. It tells the clean end from the failed
// source.
func (r *Raw) ended() error {
	switch {
	case !errors.Is(r.failure, io.EOF):
		return r.sourceFailure()
	case r.offset() == 0 && r.tally.Damages[damage.EmptyInput] == 0:
		return r.report(&damage.Error{Kind: damage.EmptyInput, Detail: "no octets, want export messages", Fatal: true})
	}
	return io.EOF
}

// sourceFailure words what the source failed with and gives up what was read of
// a message. Damage that the source has found itself is passed on as such.
func (r *Raw) sourceFailure() error {
	offset, left := r.offset(), int64(len(r.rest()))
	err := r.failure
	r.tally.Octets.Damaged += left
	r.at, r.failure = r.end, io.EOF
	var found *damage.Error
	if !errors.As(err, &found) {
		return fmt.Errorf("cannot read behind message %d at offset %d: %w", r.number, offset+left, err)
	}
	passed := *found
	passed.Number, passed.Length, passed.Fatal = r.number, passed.Length+left, true
	r.tally.Damages[min(passed.Kind, damage.EmptyInput)]++
	return &passed
}
