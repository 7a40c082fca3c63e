package datagram

import (
	"bytes"
	"slices"
	"sort"
)

// pieces are octets of something longer that came before what is in front of
// them: sorted by place, not overlapping.
type pieces struct {
	list   []piece
	octets int // of all pieces
}

// piece is some octets and the place where they begin.
type piece struct {
	start  int64
	octets []byte
}

func (p *piece) end() int64 { return p.start + int64(len(p.octets)) }

// cost is what keeping the pieces takes, in octets.
func (p *pieces) cost() int { return p.octets + len(p.list)*pieceOverhead }

// end is the place behind the last octet.
func (p *pieces) end() int64 {
	if len(p.list) == 0 {
		return 0
	}
	return p.list[len(p.list)-1].end()
}

// insert keeps a copy of those octets that are not there yet. same is false if
// some that are there are different; those stay.
func (p *pieces) insert(start int64, octets []byte) (same bool) {
	same = true
	i := sort.Search(len(p.list), func(i int) bool { return p.list[i].end() > start })
	for len(octets) > 0 {
		room := int64(len(octets)) // up to the next piece
		if i < len(p.list) {
			room = min(room, p.list[i].start-start)
		}
		if room > 0 {
			p.list = slices.Insert(p.list, i, piece{start, bytes.Clone(octets[:room])})
			p.octets += int(room)
			start, octets = start+room, octets[room:]
			i++
			continue
		}
		there := p.list[i].octets[start-p.list[i].start:]
		n := min(len(there), len(octets))
		same = same && bytes.Equal(there[:n], octets[:n])
		start, octets = start+int64(n), octets[n:]
		i++
	}
	return same
}

// pop takes the first piece.
func (p *pieces) pop() piece {
	first := p.list[0]
	p.list = slices.Delete(p.list, 0, 1)
	p.octets -= len(first.octets)
	return first
}

// appendTo appends all pieces to b.
func (p *pieces) appendTo(b []byte) []byte {
	for i := range p.list {
		b = append(b, p.list[i].octets...)
	}
	return b
}
