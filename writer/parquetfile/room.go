package parquetfile

import "slices"

// expectation is how many rows there will be in the first page and in the first row group, 0 if nobody has said. What
// grows bit by bit is copied each time, and takes several times the memory that it has in the end, all of which the machine
// has to give. So room for these rows is taken at once. None of it shows in the file.
type expectation struct{ page, group int }

// grown gives s with room for n more elements. If it has to be moved for that, it has room for as many in all as are expected.
func grown[T any](s []T, n, expected int) []T {
	if cap(s)-len(s) >= n {
		return s
	}
	return slices.Grow(s, max(n, expected-len(s)))
}

// sized gives s with room for so many elements in all.
func sized[T any](s []T, elements int) []T { return slices.Grow(s, max(0, elements-len(s))) }

// spare is what is reserved for something of that size if it is expected to have it.
func spare(size int) int { return size + size/8 }

// keys gives about how many keys a dictionary will have that has some now. A share of all rows is expected to bring one each.
func (e *expectation) keys(now, share int) int {
	return max(now, min(spare(share*e.group/wholeShare), e.group))
}

// reserve expects all pages to be as long as the first one.
func (p *pages) reserve() {
	p.data = sized(p.data, spare(len(p.data)*p.expected.group/p.expected.page))
}

func (c *symbolColumn[R]) reserve() {
	c.pages.reserve()
	now := len(c.dictionary.symbols)
	if now == 0 || c.spelled {
		return
	}
	keys := c.expected.keys(now, c.share)
	c.dictionary.reserve(keys)
	c.entries = sized(c.entries, len(c.entries)/now*keys)
}

// room takes room for cells of the first page, when many have been new: the others will be, too.
func (c *symbolColumn[R]) room(cells int) {
	now := len(c.dictionary.symbols)
	c.dictionary.symbols = grown(c.dictionary.symbols, cells, c.expected.page)
	octets := len(c.entries) / now
	c.entries = grown(c.entries, octets*cells, octets*c.expected.page)
}

func (c *repetitiveColumn[R]) reserve() {
	c.pages.reserve()
	keys := c.expected.keys(len(c.dictionary.keys), c.share)
	c.dictionary.keys = sized(c.dictionary.keys, keys)
}

func (c *scatteredColumn[R]) reserve() { c.current().reserve() }

// reserve takes room for so many symbols.
func (t *symbolTable) reserve(symbols int) {
	t.symbols = sized(t.symbols, symbols)
	if slots := slotsFor(symbols); slots > len(t.slots) {
		t.rehash(slots)
	}
}
