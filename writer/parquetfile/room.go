package parquetfile

import (
	"reflect"
	"slices"
)

// expectation is how many rows there will be in all pages but the last of the first row group, and in that, 0 if nobody
// has said. What grows bit by bit is copied each time, and takes several times the memory that it has in the end, all of which
// the machine has to give. So room for these rows is taken at once. None of it shows in the file.
type expectation struct{ pageRows, groupRows int }

// mostReserved is how much is reserved at most in octets. What is going to be longer, as of long texts, grows as it comes: the
// first page may have been unlike the others.
const mostReserved = 6 << 20

// grown gives s with room for n more elements. If it has to be moved for that, it has room for as many in all as are expected.
func grown[T any](s []T, n, expected int) []T {
	if cap(s)-len(s) >= n {
		return s
	}
	return slices.Grow(s, max(n, expected-len(s)))
}

// reserved gives s with room for so many elements in all, unless that is too much.
func reserved[T any](s []T, elements int) []T {
	if elements > mostReserved/int(reflect.TypeFor[T]().Size()) {
		return s
	}
	return slices.Grow(s, max(0, elements-len(s)))
}

// spare is what is reserved for something of that size if it is expected to have it.
func spare(size int) int { return size + size/8 }

// keys gives about how many keys a dictionary will have that has some now. A share of all rows is expected to bring one each.
func (e *expectation) keys(now, share int) int {
	return max(now, min(spare(share*e.groupRows/wholeShare), e.groupRows))
}

// reserve expects all pages to be as long as the first one.
func (p *pages) reserve() {
	p.data = reserved(p.data, spare(len(p.data)*p.expected.groupRows/p.expected.pageRows))
}

func (c *symbolColumn[R]) reserve() {
	c.pages.reserve()
	now := len(c.dictionary.symbols)
	if now == 0 || c.spelled {
		return
	}
	keys := c.expected.keys(now, c.share)
	c.dictionary.reserve(keys)
	c.entries = reserved(c.entries, len(c.entries)/now*keys)
}

func (c *repetitiveColumn[R]) reserve() {
	c.pages.reserve()
	c.dictionary.keys = reserved(c.dictionary.keys, c.expected.keys(len(c.dictionary.keys), c.share))
}

func (c *scatteredColumn[R]) reserve() { c.current().reserve() }

// reserve takes room for so many symbols.
func (t *symbolTable) reserve(symbols int) {
	t.symbols = reserved(t.symbols, symbols)
	if slots := slotsFor(symbols); slots > len(t.slots) {
		t.rehash(slots)
	}
}
