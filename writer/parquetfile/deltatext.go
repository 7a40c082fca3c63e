package parquetfile

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// deltaTexts are texts of a page in the encoding DELTA_BYTE_ARRAY: of each how many
// octets it shares with the one before, and the others. The texts of all columns that
// have it are short.
type deltaTexts struct {
	shared, lengths []int64 // of each text, the octets shared and those that are not
	octets          []byte  // those that are not shared, of all texts
	last, next      []byte  // the text before, and the one being added
	size            int     // octets of all texts with their lengths, as PLAIN would have them
}

// reset begins a page.
func (d *deltaTexts) reset() {
	d.shared, d.lengths, d.octets, d.last, d.size = d.shared[:0], d.lengths[:0], d.octets[:0], d.last[:0], 0
}

// add takes the next text, which is d.next.
func (d *deltaTexts) add() error {
	if len(d.next) > math.MaxInt32 {
		return errTextLength(len(d.next))
	}
	n := sharedOctets(d.last, d.next)
	d.shared = append(d.shared, int64(n))
	d.lengths = append(d.lengths, int64(len(d.next)-n))
	d.octets = append(d.octets, d.next[n:]...)
	d.last, d.next = d.next, d.last
	d.size += len(d.last) + 4
	return nil
}

// addText takes the next text.
func (d *deltaTexts) addText(text []byte) error {
	d.next = append(d.next[:0], text...)
	return d.add()
}

// again takes the text before once more, if there is one.
func (d *deltaTexts) again() {
	d.shared = append(d.shared, int64(len(d.last)))
	d.lengths = append(d.lengths, 0)
	d.size += len(d.last) + 4
}

// appendTo appends the page's texts and gives at which octet of the result the texts
// begin, behind the numbers.
func (d *deltaTexts) appendTo(page []byte) (result []byte, texts int) {
	page = appendDelta(page, d.shared)
	page = appendDelta(page, d.lengths)
	return append(page, d.octets...), len(page)
}

// sharedOctets gives how many octets two texts have in common at their beginnings.
func sharedOctets(a, b []byte) int {
	n := min(len(a), len(b))
	i := 0
	for ; i+8 <= n; i += 8 {
		if x := binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:]); x != 0 {
			return i + bits.TrailingZeros64(x)/8
		}
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

// errTextLength is the error of a text that is too long.
func errTextLength(octets int) error {
	return fmt.Errorf("text of %d octets, at most %d can be written", octets, math.MaxInt32)
}
