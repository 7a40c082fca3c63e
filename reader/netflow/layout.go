package netflow

import (
	"encoding/binary"

	"netstream/reader/element"
)

// layout says how long records are: where values of variable length stand between
// those of fixed length. Runs of fixed length are one step, whatever their number
// of fields, so that the work on a record is bounded by its octets.
type layout struct {
	gaps     []uint32 // octets of fixed length before each value of variable length
	tail     int      // octets of fixed length behind the last one
	shortest int      // octets of the shortest record; of every record if there are no gaps
}

// layoutOf gives the layout of records with the fields given.
func layoutOf(fields []element.Field) layout {
	var l layout
	for _, f := range fields {
		if f.Length == element.Variable {
			l.gaps = append(l.gaps, uint32(l.tail))
			l.tail = 0
			l.shortest++
			continue
		}
		l.tail += int(f.Length)
		l.shortest += int(f.Length)
	}
	return l
}

// variable says whether records differ in length.
func (l *layout) variable() bool { return len(l.gaps) > 0 }

// span is where a value lies in a record.
type span struct{ at, length uint32 }

// walk finds the values of variable length of the record at the start of rest: the
// value of number i becomes spans[i+1], and spans[0] is the start of the record.
// octets is the length of the record; ok is false if it reaches beyond rest.
func (l *layout) walk(spans []span, rest []byte) (result []span, octets int, ok bool) {
	spans = append(spans[:0], span{})
	at := 0
	for _, gap := range l.gaps {
		length, n := variableLength(rest, at+int(gap))
		if n == 0 {
			return spans, 0, false
		}
		at += int(gap) + n
		spans = append(spans, span{at: uint32(at), length: uint32(length)})
		at += length
	}
	at += l.tail
	return spans, at, at <= len(rest)
}

// skip is walk without keeping where the values lie.
func (l *layout) skip(rest []byte) (octets int, ok bool) {
	at := 0
	for _, gap := range l.gaps {
		length, n := variableLength(rest, at+int(gap))
		if n == 0 {
			return 0, false
		}
		at += int(gap) + n + length
	}
	at += l.tail
	return at, at <= len(rest)
}

// variableLength reads the length of a value of variable length: one octet below
// 255, or 255 and two octets, also for short values (RFC 7011 section 7). n is the
// octets of the length itself, 0 if they are not there.
func variableLength(rest []byte, at int) (length, n int) {
	if at >= len(rest) {
		return 0, 0
	}
	if rest[at] != 255 {
		return int(rest[at]), 1
	}
	if at+3 > len(rest) {
		return 0, 0
	}
	return int(binary.BigEndian.Uint16(rest[at+1:])), 3
}

// padded says whether what is left of a data set is padding. It is if it is shorter
// than any record (RFC 7011 section 3.3.1). Exporters pad to four octets even where
// records are shorter than that: zeros at the end of a set whose length is a
// multiple of four are padding, too, as far as they fill its last four octets.
func (l *layout) padded(body []byte, at int) bool {
	left := len(body) - at
	if left < l.shortest {
		return true
	}
	const boundary = 4
	return l.shortest < boundary && left < boundary && at > 0 && len(body)%boundary == 0 && zero(body[at:])
}

func zero(octets []byte) bool {
	for _, o := range octets {
		if o != 0 {
			return false
		}
	}
	return true
}
