package reference

import (
	"encoding/binary"
	"fmt"
)

// octets takes a record to pieces. After an error everything is empty.
type octets struct {
	rest []byte
	err  error
}

// take gives the next n octets, empty ones behind the end.
func (o *octets) take(n int, what string) []byte {
	if o.err == nil && n > len(o.rest) {
		o.err = fmt.Errorf("%s: want %d octets, got %d", what, n, len(o.rest))
	}
	if o.err != nil {
		return nil
	}
	taken := o.rest[:n]
	o.rest = o.rest[n:]
	return taken
}

func (o *octets) uint8(what string) uint8 {
	if b := o.take(1, what); b != nil {
		return b[0]
	}
	return 0
}

func (o *octets) uint16(what string) uint16 {
	if b := o.take(2, what); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

// Path attributes: RFC 4271 section 4.3, RFC 6793 section 3.
const (
	attributePath     = 2
	attributePathWide = 17   // AS4_PATH
	extendedLength    = 0x10 // flag
)

// Segments of paths: RFC 4271 section 4.3, RFC 5065 section 3.
const (
	segmentSet            = 1
	segmentSequence       = 2
	segmentConfedSequence = 3
	segmentConfedSet      = 4
)

// originOf gives the autonomous system that originated a route, 0 if its path is empty,
// as of a route of the peer's own. wide says that numbers in AS_PATH have four octets;
// where they have two, AS4_PATH tells those that do not fit.
func originOf(attributes []byte, wide bool) (uint32, error) {
	r := octets{rest: attributes}
	var path, extended path
	for len(r.rest) > 0 && r.err == nil {
		flags, kind := r.uint8("flags of an attribute"), r.uint8("type of an attribute")
		length := 0
		if flags&extendedLength != 0 {
			length = int(r.uint16("length of an attribute"))
		} else {
			length = int(r.uint8("length of an attribute"))
		}
		value := r.take(length, "attribute")
		if r.err != nil {
			break
		}
		var err error
		switch {
		case kind == attributePath:
			path, err = readPath(value, wide)
		case kind == attributePathWide && !wide:
			extended, err = readPath(value, true)
		}
		if err != nil {
			return 0, err
		}
	}
	if r.err != nil {
		return 0, r.err
	}
	if extended.origin != 0 && extended.length <= path.length {
		return extended.origin, nil
	}
	return path.origin, nil
}

// path is what matters of an AS path.
type path struct {
	origin uint32 // the last one; of a set the least; 0 if there is none
	length int    // a set counts one (RFC 4271 section 9.1.2.2)
}

// readPath reads a path. What confederations have put into it does not count (RFC 5065
// section 5.3).
func readPath(value []byte, wide bool) (path, error) {
	width := 2
	if wide {
		width = 4
	}
	r := octets{rest: value}
	var p path
	for len(r.rest) > 0 && r.err == nil {
		kind, count := r.uint8("type of a path segment"), int(r.uint8("length of a path segment"))
		members := r.take(count*width, "path segment")
		if r.err != nil || count == 0 {
			continue
		}
		switch kind {
		case segmentSet:
			p.length++
			p.origin = member(members, 0, width)
			for i := 1; i < count; i++ {
				p.origin = min(p.origin, member(members, i, width))
			}
		case segmentSequence:
			p.length += count
			p.origin = member(members, count-1, width)
		case segmentConfedSequence, segmentConfedSet:
		default:
			return path{}, fmt.Errorf("got a path segment of type %d, want 1 to 4", kind)
		}
	}
	return p, r.err
}

func member(members []byte, i, width int) uint32 {
	if width == 2 {
		return uint32(binary.BigEndian.Uint16(members[2*i:]))
	}
	return binary.BigEndian.Uint32(members[4*i:])
}
