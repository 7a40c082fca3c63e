package enrich

import (
	"cmp"
	"errors"
)

// MaxTextOctets bounds the texts of reference data together, in octets.
const MaxTextOctets = 1 << 30

// ErrTooMuchText: the texts of the reference data have more than [MaxTextOctets] octets.
var ErrTooMuchText = errors.New("the texts of the reference data are too long")

// Texts numbers the texts of reference data. Number 0 is none. Numbers follow the order
// of discovery: nothing but equality may be read from them, order goes by Compare.
type Texts struct {
	texts   []string
	numbers map[string]uint32
	octets  int
}

func newTexts() *Texts {
	return &Texts{texts: []string{""}, numbers: map[string]uint32{"": 0}}
}

// number gives the number of a text, a new one if need be; 0 for the empty text.
func (t *Texts) number(text string) uint32 {
	if n, ok := t.numbers[text]; ok {
		return n
	}
	if t.octets += len(text); t.octets > MaxTextOctets {
		return 0 // Build says so
	}
	n := uint32(len(t.texts))
	t.texts = append(t.texts, text)
	t.numbers[text] = n
	return n
}

// Text gives the text of a number, "" for 0.
func (t *Texts) Text(number uint32) string { return t.texts[number] }

// Compare compares two texts by their numbers: none first, then by octets.
func (t *Texts) Compare(a, b uint32) int {
	if a == b {
		return 0
	}
	return cmp.Or(cmp.Compare(min(a, 1), min(b, 1)), cmp.Compare(t.texts[a], t.texts[b]))
}

// settle gives the one of two texts for the same that counts: the lesser one, and none
// only if both are none. Both being there and different is a contradiction.
func (t *Texts) settle(a, b uint32) (text uint32, contradiction bool) {
	switch {
	case a == b || b == 0:
		return a, false
	case a == 0:
		return b, false
	case t.Compare(b, a) < 0:
		return b, true
	}
	return a, true
}
