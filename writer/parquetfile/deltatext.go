package parquetfile

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"netstream/writer/table"
)

// deltaTexts are texts of a page in the encoding DELTA_BYTE_ARRAY: of each how many
// octets it shares with the one before, and the others. The texts of all columns that
// have it are short.
type deltaTexts struct {
	shared, lengths []int64 // of each text, the octets shared and those that are not
	octets          []byte  // those that are not shared, of all texts
	last, next      []byte  // the text before, and room for the next one
	short           table.ShortText
	isShort         bool // the text before is short, and not in last
	size            int  // octets of all texts with their lengths, as PLAIN would have them
}

// reset begins a page.
func (d *deltaTexts) reset() {
	d.shared, d.lengths, d.octets, d.last, d.size = d.shared[:0], d.lengths[:0], d.octets[:0], d.last[:0], 0
	d.isShort = false
}

// before gives the text before.
func (d *deltaTexts) before() []byte {
	if d.isShort {
		d.last, d.isShort = d.short.Append(d.last[:0]), false
	}
	return d.last
}

// addShort takes the next text if it is short.
func (d *deltaTexts) addShort(t *table.ShortText) {
	if !d.isShort {
		d.short, d.isShort = beginOf(d.last), true
	}
	n := sharedOf(t, &d.short)
	rest := t.Length - n
	d.shared = append(d.shared, int64(n))
	d.lengths = append(d.lengths, int64(rest))
	end := len(d.octets)
	d.octets = slices.Grow(d.octets, 8*len(t.Words))
	to := d.octets[end : end+8*len(t.Words)]
	word, shift := n/8, n%8*8
	for i := 0; i < rest; i += 8 {
		w := t.Words[word] >> (shift & 63)
		if word++; word < len(t.Words) {
			w |= t.Words[word] << (64 - shift)
		}
		binary.LittleEndian.PutUint64(to[i:], w)
	}
	d.octets = d.octets[:end+rest]
	d.short.Length = t.Length // one by one, as they were just written: to copy them all would wait for that
	last, words := &d.short.Words, &t.Words
	last[0], last[1], last[2], last[3] = words[0], words[1], words[2], words[3]
	d.size += t.Length + 4
}

// beginOf gives the first octets of a text, as many as a short one can share with it.
func beginOf(text []byte) (t table.ShortText) {
	t.Length = min(len(text), 8*len(t.Words))
	for i, octet := range text[:t.Length] {
		t.Words[i/8] |= uint64(octet) << (i % 8 * 8)
	}
	return t
}

// sharedOf gives how many octets two texts have in common at their beginnings.
func sharedOf(a, b *table.ShortText) int {
	for i := range a.Words {
		if x := a.Words[i] ^ b.Words[i]; x != 0 { // if only one of the texts is over, it has a 0 there
			return 8*i + bits.TrailingZeros64(x)/8
		}
	}
	return min(a.Length, b.Length)
}

// shortText is the octets of texts that are copied as a few words, with what lies behind
// a shorter one: most texts of these columns are addresses and hashes.
const (
	shortText  = 48
	wordOctets = 8
)

// begin gives what the next text is to be appended to, for add.
func (d *deltaTexts) begin() []byte {
	if cap(d.next) < 2*shortText {
		d.next = make([]byte, 0, 2*shortText)
	}
	return d.next[:0]
}

// add takes the next text.
func (d *deltaTexts) add(text []byte) error {
	if len(text) > math.MaxInt32 {
		return errTextLength(len(text))
	}
	n := sharedOctets(d.before(), text)
	rest := len(text) - n
	d.shared = append(d.shared, int64(n))
	d.lengths = append(d.lengths, int64(rest))
	if end := len(d.octets); rest <= shortText && n+shortText <= cap(text) && end+shortText <= cap(d.octets) {
		to, from := (*[shortText]byte)(d.octets[end:end+shortText]), (*[shortText]byte)(text[n:n+shortText])
		for i := 0; i < rest; i += wordOctets {
			binary.LittleEndian.PutUint64(to[i:], binary.LittleEndian.Uint64(from[i:]))
		}
		d.octets = d.octets[:end+rest]
	} else {
		d.octets = append(d.octets, text[n:]...)
	}
	d.last, d.next = text, d.last
	d.size += len(text) + 4
	return nil
}

// addCopy takes the next text, of which it keeps a copy.
func (d *deltaTexts) addCopy(text []byte) error { return d.add(append(d.begin(), text...)) }

// again takes the text before once more, if there is one.
func (d *deltaTexts) again() {
	length := len(d.last)
	if d.isShort {
		length = d.short.Length
	}
	d.shared = append(d.shared, int64(length))
	d.lengths = append(d.lengths, 0)
	d.size += length + 4
}

// appendLengths appends what is in front of the page's octets: how many of them each text shares and has.
func (d *deltaTexts) appendLengths(page []byte) []byte {
	return appendDelta(appendDelta(page, d.shared), d.lengths)
}

// sharedOctets gives how many octets two texts have in common at their beginnings.
func sharedOctets(a, b []byte) int {
	n := min(len(a), len(b))
	i := 0
	for ; i+wordOctets <= n; i += wordOctets {
		if x := binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:]); x != 0 {
			return i + bits.TrailingZeros64(x)/8
		}
	}
	if i+wordOctets <= cap(a) && i+wordOctets <= cap(b) { // with what lies behind them
		x := binary.LittleEndian.Uint64(a[i:i+wordOctets]) ^ binary.LittleEndian.Uint64(b[i:i+wordOctets])
		return min(i+bits.TrailingZeros64(x)/8, n)
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
