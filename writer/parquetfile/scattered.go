package parquetfile

import (
	"slices"

	"netstream/writer/table"

	"github.com/apache/arrow/go/v17/parquet"
)

// scatteredColumn is a column of numbers that are few different ones in some tables and many in others: the lengths of
// probes or of downloads, the ports of servers or of clients. Each row group begins with a dictionary. If its first page
// tells that differences would be shorter, they are what the row group has.
type scatteredColumn[R any] struct {
	numbered *repetitiveColumn[R]
	deltas   *integerColumn[R]
	left     bool // the row group has no dictionary
	glanced  bool // the first cells of the row group do not decide
	room     []byte
}

func newScattered[R any](c *table.Column[R], at *presence[R], p pages) *scatteredColumn[R] {
	deltas := &integerColumn[R]{pages: p, declared: c, at: at}
	deltas.encoding = parquet.Encodings.DeltaBinaryPacked
	return &scatteredColumn[R]{numbered: newRepetitive(c, at, p), deltas: deltas}
}

// current gives the column that the row group has.
func (c *scatteredColumn[R]) current() column[R] {
	if c.left {
		return c.deltas
	}
	return c.numbered
}

func (c *scatteredColumn[R]) addNulls(rows int)      { c.current().addNulls(rows) }
func (c *scatteredColumn[R]) turn()                  { c.current().turn() }
func (c *scatteredColumn[R]) finish() (chunk, error) { return c.current().finish() }

func (c *scatteredColumn[R]) reset() {
	c.numbered.reset()
	c.deltas.reset()
	c.left, c.glanced = false, false
}

// glance is the number of cells of which nearly all must differ for the dictionary to be left without a look at its page.
const glance = 512

func (c *scatteredColumn[R]) add(rows *table.Rows[R]) error {
	if c.left {
		return c.deltas.add(rows)
	}
	err := c.numbered.add(rows)
	if all := c.numbered.numbers.all; err == nil && !c.glanced && len(all) >= glance {
		c.glanced = true
		if different(all[:glance]) > glance*15/16 {
			c.leave()
		}
	}
	return err
}

func (c *scatteredColumn[R]) endPage() error {
	if n := c.numbered; !c.left && n.count() == 0 && n.rows > 0 && c.longer() {
		c.leave()
	}
	return c.current().endPage()
}

// longer says whether the row group would be longer with its dictionary, as far as the first page tells: all
// pages of the row group are as it is, and the dictionary grows as it does there. The last row group of a
// table, which has fewer, is taken for a whole one unless it has but this page.
func (c *scatteredColumn[R]) longer() bool {
	all, known := c.numbered.numbers.spread(), len(c.numbered.dictionary.keys)
	c.numbered.numbers.all = all
	if known == 0 { // all are NULL, and a dictionary page would be all that there is
		return true
	}
	pages, keys := 1, known
	if half := len(all) / 2; c.numbered.rows == pageRows && half > 0 {
		pages = rowGroupRows / pageRows
		first := different(all[:half])
		keys = max(known, pages*len(all)*expectedShare(first, known-first, half)/wholeShare)
	}
	c.room = appendHybrid(c.room[:0], all, dictionaryWidth(known))
	numbered := len(c.room) * dictionaryWidth(keys) / max(dictionaryWidth(known), 1)
	cells := c.values(all)
	c.room = appendDelta(c.room[:0], cells)
	return pages*len(c.room) < pages*numbered+keys*physicalType(c.deltas.declared.Kind).ByteSize()
}

// different gives how many different values the first cells of a row group have, whose numbers these are.
func different(numbers []uint32) int { return int(slices.Max(numbers)) + 1 }

// values gives the cells of dictionary numbers.
func (c *scatteredColumn[R]) values(numbers []uint32) []int64 {
	keys := c.numbered.dictionary.keys
	cells := c.numbered.cells[:0]
	for _, n := range numbers {
		cells = append(cells, keys[n])
	}
	c.numbered.cells = cells
	return cells
}

// leave goes over to differences. Only the first page of the row group has any rows yet.
func (c *scatteredColumn[R]) leave() {
	from, to := c.numbered, c.deltas
	cells := c.values(from.numbers.spread())
	from.numbers.reset()
	to.first, to.rows, to.pageNulls = from.first, from.rows, from.pageNulls
	from.rows, from.pageNulls = 0, 0
	to.cells = append(to.cells[:0], cells...)
	to.encode(0)
	c.left = true
}
