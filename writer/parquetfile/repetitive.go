package parquetfile

import (
	"math"
	"slices"

	"netstream/writer/table"
)

// repetitiveColumn is a column of numbers with a dictionary.
type repetitiveColumn[R any] struct {
	pages
	declared   *table.Column[R]
	at         *presence[R]
	dictionary *dictionary

	cells   []int64  // of the rows being added, without NULLs
	numbers numbers  // of the page being filled, without NULLs
	share   int      // see shareOfNew; of the first page of the row group
	last    int64    // the value before; valid if there is any key
	small   []uint32 // numbers of the values from 0 to len(small)-1, plus 1; 0 if there is none; nil until one is asked for
	entries []byte   // content of the dictionary page

	places, found []uint32 // reused: of the cells of a batch that small does not have, and their numbers
	wide          []int64  // reused: these cells
}

func newRepetitive[R any](c *table.Column[R], at *presence[R], p pages) *repetitiveColumn[R] {
	return &repetitiveColumn[R]{pages: p, declared: c, at: at, dictionary: newDictionary()}
}

// smallValues is how many values are numbered without the hash table: all of the
// narrow kinds, and of the wide ones what most cells are.
func smallValues(kind table.Kind) int {
	switch kind {
	case table.Uint8:
		return 1 << 8
	case table.Uint16:
		return 1 << 16
	}
	return 1 << 11
}

func (c *repetitiveColumn[R]) add(rows *table.Rows[R]) error {
	c.at.ask(rows)
	c.take(len(rows.All), c.at.Nulls)
	cells := len(rows.All) - c.at.Nulls
	known := len(c.dictionary.keys) > 0
	if row := c.at.only(rows, c.declared.Same); row != nil && known && c.numbers.repeat(c.declared.Int(row) == c.last, cells) {
		return nil
	}
	c.cells = gather(c.at, c.cells[:0], rows, c.declared.Int, c.declared.Ints)
	if cells == 0 || known && c.numbers.repeat(allEqual(c.cells, c.last), cells) {
		return nil
	}
	if c.small == nil {
		c.small = make([]uint32, smallValues(c.declared.Kind))
	}
	before := c.numbers.spread()
	all := grown(before, cells, c.expected.pageRows)[:len(before)+cells]
	c.number(all[len(before):], c.cells)
	c.numbers.set(all)
	c.last = c.cells[cells-1]
	return nil
}

// number gives the dictionary number of each cell. Small values have theirs in a list; the
// others are looked up together, so that they do not wait for each other's slots.
func (c *repetitiveColumn[R]) number(dst []uint32, cells []int64) {
	small, unknown := c.small, uint32(0)
	dst = dst[:len(cells)]
	for i, v := range cells {
		n := uint32(0)
		if uint64(v) < uint64(len(small)) {
			n = small[v]
		}
		dst[i] = n - 1
		unknown |= n - 1
	}
	if unknown < 1<<31 {
		return
	}
	others := c.others(dst)
	c.wide = slices.Grow(c.wide[:0], len(others))[:len(others)]
	for k, i := range others {
		c.wide[k] = cells[i]
	}
	c.found = slices.Grow(c.found[:0], len(others))[:len(others)]
	c.dictionary.guessAll(c.found, c.wide)
	for _, k := range c.dictionary.missing {
		c.found[k] = c.look(c.wide[k])
	}
	for k, i := range others {
		dst[i] = c.found[k]
	}
}

// others gives the places of the cells that have no number yet.
func (c *repetitiveColumn[R]) others(numbers []uint32) []uint32 {
	places, n := slices.Grow(c.places[:0], len(numbers))[:len(numbers)], 0
	for i, number := range numbers {
		places[n] = uint32(i)
		if number == noNumber {
			n++
		}
	}
	c.places = places
	return places[:n]
}

// noNumber is no number of a dictionary.
const noNumber = math.MaxUint32

// look gives the dictionary number of a value that may be new. Small ones are never looked
// up by their hash.
func (c *repetitiveColumn[R]) look(v int64) uint32 {
	if uint64(v) >= uint64(len(c.small)) {
		return c.dictionary.number(v)
	}
	if n := c.small[v]; n != 0 {
		return n - 1
	}
	n := c.dictionary.append(v)
	c.small[v] = n + 1
	return n
}

func (c *repetitiveColumn[R]) endPage() error {
	if c.rows == 0 {
		return nil
	}
	c.begin()
	if c.count() == 0 {
		c.share = 0
		if c.numbers.run == 0 {
			c.share = shareOfNew(c.numbers.all, len(c.dictionary.keys))
		}
	}
	width := dictionaryWidth(len(c.dictionary.keys))
	c.plain = c.numbers.appendTo(append(c.plain, byte(width)), width)
	return c.end()
}

func (c *repetitiveColumn[R]) finish() (chunk, error) {
	keys := c.dictionary.keys
	c.entries = appendIntegers(c.entries[:0], keys, c.declared.Kind)
	finished, err := c.pages.finish(c.entries, len(keys))
	if len(keys) > 0 {
		least, greatest := keys[0], keys[0]
		for _, v := range keys {
			least = min(least, v)
			greatest = max(greatest, v)
		}
		setBounds(&finished.statistics, least, greatest, c.declared.Kind)
	}
	return finished, err
}

func (c *repetitiveColumn[R]) reset() {
	c.pages.reset()
	if len(c.dictionary.keys) > 0 {
		c.dictionary.reset()
		clear(c.small)
	}
}
