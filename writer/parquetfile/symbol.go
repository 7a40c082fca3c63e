package parquetfile

import (
	"netstream/writer/table"

	"github.com/apache/arrow/go/v17/parquet"
)

// symbolColumn is a column of texts with a dictionary.
type symbolColumn[R any] struct {
	pages
	declared   *table.Column[R]
	at         *presence[R]
	dictionary *symbolTable

	symbols []table.Symbol // of the rows being added, without NULLs
	numbers numbers        // of the page being filled, without NULLs
	last    table.Symbol   // the symbol before, which is often the next one too
	entries []byte         // content of the dictionary page
	bounds  bounds

	share   int        // see shareOfNew; of the first page of the row group
	spelled bool       // the row group has no dictionary: its pages hold the texts
	texts   deltaTexts // of the page being filled, if it is spelled
	short   table.ShortText
}

func (c *symbolColumn[R]) add(rows *table.Rows[R]) error {
	c.at.ask(rows)
	c.take(len(rows.All), c.at.Nulls)
	cells := len(rows.All) - c.at.Nulls
	known := !c.spelled && len(c.dictionary.symbols) > 0
	if row := c.at.only(rows, c.declared.Same); row != nil && known && c.numbers.repeat(c.declared.Symbol(row) == c.last, cells) {
		return nil
	}
	c.symbols = gather(c.at, c.symbols[:0], rows, c.declared.Symbol, c.declared.Symbols)
	if c.spelled {
		return c.spell()
	}
	if cells == 0 || known && c.numbers.repeat(allEqual(c.symbols, c.last), cells) {
		return nil
	}
	before := c.numbers.spread()
	all := grown(before, cells, c.expected.pageRows)[:len(before)+cells]
	entered := len(c.dictionary.symbols)
	c.dictionary.numberAll(all[len(before):], c.symbols)
	c.last = c.symbols[cells-1]
	c.numbers.set(all)
	return c.enter(c.dictionary.symbols[entered:])
}

// enter spells symbols that are new in the dictionary.
func (c *symbolColumn[R]) enter(symbols []table.Symbol) error {
	first := len(c.entries)
	for i := range symbols {
		start := len(c.entries) + 4
		entries, err := putTextLength(c.declared.Spell(append(c.entries, 0, 0, 0, 0), symbols[i]), start)
		if err != nil {
			return err
		}
		c.entries = entries
	}
	for rest := c.entries[first:]; len(rest) > 0; {
		var text []byte
		text, rest = cutText(rest)
		c.bounds.include(text)
	}
	return nil
}

func (c *symbolColumn[R]) endPage() error {
	if c.rows == 0 {
		return nil
	}
	c.begin()
	if c.spelled {
		return c.endTexts(&c.texts)
	}
	if c.count() == 0 && c.mostlyDifferent() {
		if err := c.leaveDictionary(); err != nil {
			return err
		}
		return c.endTexts(&c.texts)
	}
	width := dictionaryWidth(len(c.dictionary.symbols))
	c.plain = c.numbers.appendTo(append(c.plain, byte(width)), width)
	return c.end()
}

func (c *symbolColumn[R]) finish() (chunk, error) {
	finished, err := c.pages.finish(c.entries, len(c.dictionary.symbols)) // which have no say without a dictionary
	c.bounds.set(&finished.statistics)
	return finished, err
}

func (c *symbolColumn[R]) reset() {
	c.pages.reset()
	if len(c.dictionary.symbols) > 0 {
		c.dictionary.reset()
	}
	c.entries = c.entries[:0]
	c.bounds.any = false
	c.spelled, c.encoding = false, encodingOf(c.declared)
}

// fewCells is the number of cells from which a page can tell that a dictionary is of
// no use.
const fewCells = 1 << 10

// mostlyDifferent tells by the first page of a row group whether a dictionary would
// be of no use: most of the row group's cells will be the only ones of their text. The
// texts of a scan are, where a dictionary costs a look-up and an entry for each cell.
func (c *symbolColumn[R]) mostlyDifferent() bool {
	c.share = shareOfNew(c.numbers.spread(), len(c.dictionary.symbols))
	return c.share > mostlyShare && len(c.entries) <= maxTextPage
}

// shareOfNew gives expectedShare by the numbers of the first page, which has that many different ones; 0 if they are too few
// to tell.
func shareOfNew(numbers []uint32, keys int) int {
	if len(numbers) < fewCells {
		return 0
	}
	half := len(numbers) / 2
	first := different(numbers[:half])
	return expectedShare(first, keys-first, half)
}

// wholeShare stands for all cells, mostlyShare for those that are most of them: from
// there on a dictionary takes more space than it saves.
const (
	wholeShare  = 1 << 16
	mostlyShare = wholeShare * 5 / 8
)

// expectedShare gives which share of a row group's cells will be new in a dictionary,
// of which the first half of the first page has brought first keys, the second half
// second ones, each of so many cells: further halves are expected to bring less, each
// by the same factor. So hosts that all talk at the same time are told from ports
// that are tried one after the other.
func expectedShare(first, second, cells int) int {
	const halves = 2 * rowGroupRows / pageRows
	share := first * wholeShare / cells
	factor := min(second*wholeShare/max(first, 1), wholeShare)
	sum := 0
	for range halves {
		sum += share
		share = share * factor / wholeShare
	}
	return sum / halves
}

// leaveDictionary makes the cells of the first page texts. So do all pages of the row
// group then.
func (c *symbolColumn[R]) leaveDictionary() error {
	entries := make([][]byte, 0, len(c.dictionary.symbols))
	for rest := c.entries; len(rest) > 0; {
		var text []byte
		text, rest = cutText(rest)
		entries = append(entries, text)
	}
	for _, n := range c.numbers.spread() {
		if err := c.texts.addCopy(entries[n]); err != nil {
			return err
		}
	}
	c.numbers.reset()
	c.spelled, c.encoding = true, parquet.Encodings.DeltaByteArray
	return nil
}

// spell takes the symbols of rows into a page of texts.
func (c *symbolColumn[R]) spell() error {
	for _, symbol := range c.symbols {
		if symbol == c.last && len(c.texts.lengths) > 0 {
			c.texts.again()
			continue
		}
		c.last = symbol
		if c.declared.Short != nil && c.declared.Short(&c.short, symbol) {
			c.texts.addShort(&c.short)
			c.bounds.includeShort(&c.short)
			continue
		}
		if err := c.texts.add(c.declared.Spell(c.texts.begin(), symbol)); err != nil {
			return err
		}
		c.bounds.include(c.texts.last)
	}
	if c.texts.size >= maxTextPage {
		return c.endPage()
	}
	return nil
}
