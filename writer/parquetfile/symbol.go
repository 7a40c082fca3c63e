package parquetfile

import (
	"netstream/writer/table"

	"github.com/apache/arrow/go/v17/parquet"
)

// largeDictionary is the number of keys from which a dictionary is more than the
// cache next to the processor holds.
const largeDictionary = 1 << 10

// symbolColumn is a column of texts with a dictionary.
type symbolColumn[R any] struct {
	pages
	declared   *table.Column[R]
	dictionary *dictionary[table.Symbol]

	symbols    []table.Symbol // of the rows being added, without NULLs
	guesses    []uint32       // of the dictionary, for the symbols
	numbers    []uint32       // dictionary numbers of the page being filled, without NULLs
	last       table.Symbol   // the symbol before, which is often the next one too
	lastNumber uint32         // its number; valid if there is any key
	entries    []byte         // content of the dictionary page
	bounds     bounds

	spelled bool   // the row group has no dictionary: its pages hold the texts
	cells   []byte // of the page being filled, in the encoding PLAIN, if it is spelled
	text    int    // where the last text in cells begins
}

func (c *symbolColumn[R]) add(rows []R) error {
	if c.declared.Absent {
		c.addNulls(len(rows))
		return nil
	}
	c.symbols = gather(&c.pages, c.symbols[:0], rows, c.declared.NullTest(), c.declared.Symbol)
	if c.spelled {
		return c.spell()
	}
	// The places of a large dictionary are far from the processor. Asked for ahead,
	// without a branch between them, they come at the same time.
	large := len(c.dictionary.keys) >= largeDictionary
	c.guesses = c.guesses[:0]
	if large {
		for _, symbol := range c.symbols {
			c.guesses = append(c.guesses, c.dictionary.guess(hashSymbol(symbol)))
		}
	}
	for i, symbol := range c.symbols {
		switch {
		case symbol == c.last && len(c.dictionary.keys) > 0:
		case large && c.dictionary.confirm(c.guesses[i], symbol):
			c.last, c.lastNumber = symbol, c.guesses[i]-1
		default:
			if err := c.look(symbol); err != nil {
				return err
			}
		}
		c.numbers = append(c.numbers, c.lastNumber)
	}
	return nil
}

// look sets lastNumber to the dictionary number of the symbol. The first time it
// is spelled.
func (c *symbolColumn[R]) look(symbol table.Symbol) error {
	n, slot, found := c.dictionary.find(symbol, hashSymbol(symbol))
	if !found {
		n = c.dictionary.add(symbol, slot, hashSymbol)
		start := len(c.entries) + 4
		entries, err := putTextLength(c.declared.Spell(append(c.entries, 0, 0, 0, 0), symbol), start)
		if err != nil {
			return err
		}
		c.entries = entries
		c.bounds.include(entries[start:])
	}
	c.last, c.lastNumber = symbol, n
	return nil
}

func (c *symbolColumn[R]) endPage() error {
	if c.rows == 0 {
		return nil
	}
	c.begin()
	if c.spelled {
		return c.endSpelled()
	}
	if c.count == 0 && c.mostlyDifferent() {
		c.leaveDictionary()
		return c.end()
	}
	width := c.dictionary.width()
	c.plain = appendHybrid(append(c.plain, byte(width)), c.numbers, width)
	c.numbers = c.numbers[:0]
	return c.end()
}

func (c *symbolColumn[R]) finish() (chunk, error) {
	finished, err := c.pages.finish(c.entries, len(c.dictionary.keys)) // which have no say without a dictionary
	c.bounds.set(&finished.statistics)
	return finished, err
}

func (c *symbolColumn[R]) reset() {
	c.pages.reset()
	c.dictionary.reset()
	c.entries = c.entries[:0]
	c.bounds.any = false
	c.spelled, c.encoding = false, encodingOf(c.declared)
}

// fewCells is the number of cells from which a page can tell that a dictionary is of
// no use.
const fewCells = 1 << 10

// mostlyDifferent tells by the first page of a row group whether a dictionary would
// be of no use: most of its cells are the only ones of their text. The texts of a
// scan are, where a dictionary costs a look-up and an entry for each cell.
func (c *symbolColumn[R]) mostlyDifferent() bool {
	return len(c.numbers) >= fewCells && 2*len(c.dictionary.keys) > len(c.numbers) && len(c.entries) <= maxTextPage
}

// leaveDictionary puts the cells of the first page into it as texts. So do all pages
// of the row group then.
func (c *symbolColumn[R]) leaveDictionary() {
	ends := make([]int, 0, len(c.dictionary.keys)+1)
	for at := 0; at < len(c.entries); {
		ends = append(ends, at)
		at += 4 + textLength(c.entries[at:])
	}
	ends = append(ends, len(c.entries))
	for _, n := range c.numbers {
		c.plain = append(c.plain, c.entries[ends[n]:ends[n+1]]...)
	}
	c.numbers, c.cells = c.numbers[:0], c.cells[:0]
	c.spelled, c.encoding = true, parquet.Encodings.Plain
}

// spell takes the symbols of rows into a page of texts.
func (c *symbolColumn[R]) spell() error {
	for _, symbol := range c.symbols {
		if symbol == c.last && len(c.cells) > 0 {
			c.cells = append(c.cells, c.cells[c.text-4:]...)
			c.text = len(c.cells) - textLength(c.cells[c.text-4:])
			continue
		}
		c.text = len(c.cells) + 4
		cells, err := putTextLength(c.declared.Spell(append(c.cells, 0, 0, 0, 0), symbol), c.text)
		if err != nil {
			return err
		}
		c.cells, c.last = cells, symbol
		c.bounds.include(cells[c.text:])
	}
	if len(c.cells) >= maxTextPage {
		return c.endPage()
	}
	return nil
}

// endSpelled ends a page of texts.
func (c *symbolColumn[R]) endSpelled() error {
	c.plain = append(c.plain, c.cells...)
	c.cells = c.cells[:0]
	return c.end()
}
