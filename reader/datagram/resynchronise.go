package datagram

import (
	"encoding/binary"
	"errors"
	"io"

	"netstream/reader/damage"
)

// searchStride is how many places are tried before what was passed over is
// consumed. With the message behind it and the start of the next one, it fits
// into the buffer.
const searchStride = 64 << 10

// resynchronise gives up the octet at the start and those behind it, up to the
// next plausible message or to the end of the input. kind and detail are what is
// wrong at the start; that the input ends (Truncated) turns out to be a wrong
// length if a message is found.
func (r *Raw) resynchronise(kind damage.Kind, detail string) *damage.Error {
	lost := damage.Error{Kind: kind, Offset: r.offset(), Number: r.number, Detail: detail}
	empty := true // nothing but zeros
	wanted := r.wanted()
	for from := 1; ; from = 0 {
		at, found := r.search(from, searchStride, wanted)
		passed := r.rest()[:at]
		empty = empty && zeros(passed)
		lost.Length += int64(at)
		r.at += at
		if found {
			r.tally.Octets.Damaged += lost.Length
			if kind == damage.Truncated {
				lost.Kind, lost.Detail = damage.BadLength, "message that is longer than what is left, but another one follows"
			}
			return &lost
		}
		if !r.fill(1) {
			break
		}
	}
	// As in captures: less than four zeros can be the start of a message.
	if empty && lost.Length >= 4 && errors.Is(r.failure, io.EOF) {
		lost.Kind, lost.Detail = damage.TrailingBytes, "zeros to the end of the input"
		r.tally.Octets.Trailing += lost.Length
	} else {
		r.tally.Octets.Damaged += lost.Length
	}
	return &lost
}

// wanted gives the versions that have been met, that of the place which is given up
// among them; none if there are none.
func (r *Raw) wanted() versions {
	wanted := r.seen
	if v := version(r.rest()); exportVersion(v) {
		wanted.add(v)
	}
	return wanted
}

// earliestExport is 1990-01-01 in seconds since the Unix epoch: a message that says to
// be older is none, if nothing else speaks for it. Templates, cut off from their
// message, look like messages of versions 1 to 8 of January 1970, since the numbers
// and lengths of their fields are small.
const earliestExport = 631_152_000

// exportedBefore says whether the header at the start of b is of one of these
// versions and has an export time before one in seconds, or ends before it. Messages
// of version 9 and IPFIX have sets, which speak for them.
func exportedBefore(b []byte, seconds uint32) bool {
	return version(b) < 9 && (len(b) < 12 || binary.BigEndian.Uint32(b[8:]) < seconds)
}

// giveUp passes over n octets as one damaged place.
func (r *Raw) giveUp(kind damage.Kind, n int, detail string) *damage.Error {
	lost := &damage.Error{Kind: kind, Offset: r.offset(), Number: r.number, Length: int64(n), Detail: detail}
	r.tally.Octets.Damaged += int64(n)
	r.at += n
	return lost
}

// search looks for a plausible message at the places from ≤ at < to, counted
// from the start, and gives the first one. If there is none it gives to, or where
// the input ends. Messages of versions 1 to 8 other than the wanted ones, if there are
// any such, must have been exported after earliestExport.
func (r *Raw) search(from, to int, wanted versions) (at int, found bool) {
	r.fill(to + 1)
	for at = from; at < min(to, len(r.rest())); at++ {
		rest := r.rest()[at:]
		if rest[0] != 0 || len(rest) >= 2 && !exportVersion(version(rest)) {
			continue
		}
		if len(rest) >= 2 && wanted != 0 && !wanted.has(version(rest)) && exportedBefore(rest, earliestExport) {
			continue
		}
		if r.plausible(at) {
			return at, true
		}
	}
	return min(to, len(r.rest())), false
}

// plausible says whether a message begins at octets behind the start and
// something that can be one follows it, or nothing. A message of version 9 is
// measured over searchWindow octets only, as the time for it grows with its
// length, and hostile octets can look like a message at every fourth place.
func (r *Raw) plausible(at int) bool {
	r.fill(at + searchWindow)
	rest := r.rest()[at:]
	n, whole, err := r.measure(rest[:min(len(rest), searchWindow)])
	switch {
	case err != nil:
		return false
	case !whole && version(rest) == 9 && len(rest) >= searchWindow:
		return false
	case !whole:
		message := r.measureAt(at)
		n, whole = message.n, message.whole
	}
	if !whole || n < shortestHeader || n > MaxMessage {
		return false
	}
	if !r.fill(at + n + 1) {
		return at+n == len(r.rest()) && errors.Is(r.failure, io.EOF)
	}
	_, _, err = r.measure(r.rest()[at+n:][:min(len(r.rest())-at-n, searchWindow)])
	return err == nil
}
