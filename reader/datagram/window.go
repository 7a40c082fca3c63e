package datagram

import (
	"fmt"
	"io"
)

// window is a sliding view of an octet stream. octets[at:end] is what was read
// and not yet consumed; base is the offset of octets[0] in the input.
type window struct {
	source  io.Reader
	failure error // what the source ended with
	octets  []byte
	at, end int
	base    int64
}

// rest gives what is there. The next fill makes it void.
func (w *window) rest() []byte { return w.octets[w.at:w.end] }

// offset is that of the next octet in the input.
func (w *window) offset() int64 { return w.base + int64(w.at) }

// fill reads until n octets are there, at most len(w.octets), and says whether
// they are. Whatever it reads, it asks the source for all that there is room for.
func (w *window) fill(n int) bool {
	for empty := 0; w.end-w.at < n; {
		if w.failure != nil {
			return false
		}
		if w.at > 0 {
			copy(w.octets, w.octets[w.at:w.end])
			w.base += int64(w.at)
			w.end -= w.at
			w.at = 0
		}
		m, err := w.source.Read(w.octets[w.end:])
		if m < 0 || m > len(w.octets)-w.end {
			m, err = 0, fmt.Errorf("source returned %d octets for a buffer of %d", m, len(w.octets)-w.end)
		}
		w.end += m
		if m > 0 {
			empty = 0
		} else if empty++; empty >= maxEmptyReads && err == nil {
			err = io.ErrNoProgress
		}
		w.failure = err
	}
	return true
}
