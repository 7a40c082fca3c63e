package parquetfile

import (
	"encoding/binary"
	"math"
	"slices"

	"netstream/writer/table"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/metadata"
)

// integerColumn is a column of numbers without dictionary.
type integerColumn[R any] struct {
	pages
	declared *table.Column[R]
	at       *presence[R]

	cells           []int64 // of the page being filled, without NULLs, that are still to be encoded; what deltas keep in front
	deltas          deltas  // of the page, of columns that have them
	octets          []byte  // of the page, of columns that do not
	least, greatest int64   // of the row group
	any             bool    // whether there are any
}

// add encodes cells as they come, while they are near the processor.
func (c *integerColumn[R]) add(rows *table.Rows[R]) error {
	before := len(c.cells)
	c.at.ask(rows)
	c.take(len(rows.All), c.at.nulls)
	c.cells = gather(c.at, c.cells, rows, c.declared.Int, c.declared.Ints)
	c.encode(before)
	return nil
}

// encode encodes those cells that stand behind the first ones.
func (c *integerColumn[R]) encode(before int) {
	if len(c.cells) == before {
		return
	}
	least, greatest := extremes(c.cells[before:])
	if c.any {
		least, greatest = min(least, c.least), max(greatest, c.greatest)
	}
	c.least, c.greatest, c.any = least, greatest, true
	switch {
	case c.encoding == parquet.Encodings.DeltaBinaryPacked:
		c.cells = c.deltas.take(c.cells, len(c.cells)-before)
	case c.declared.Kind != table.Bool: // of which several have an octet
		c.octets = appendIntegers(c.octets, c.cells, c.declared.Kind)
		c.cells = c.cells[:0]
	}
}

func (c *integerColumn[R]) endPage() error {
	if c.rows == 0 {
		return nil
	}
	c.begin()
	var octets []byte
	if c.encoding == parquet.Encodings.DeltaBinaryPacked {
		c.plain, octets = c.deltas.end(c.plain, c.cells)
	} else {
		octets = appendIntegers(c.octets, c.cells, c.declared.Kind)
		c.octets = octets[:0]
	}
	c.cells = c.cells[:0]
	return c.endWith(octets)
}

func (c *integerColumn[R]) finish() (chunk, error) {
	finished, err := c.pages.finish(nil, 0)
	if c.any {
		setBounds(&finished.statistics, c.least, c.greatest, c.declared.Kind)
	}
	return finished, err
}

func (c *integerColumn[R]) reset() {
	c.pages.reset()
	c.any = false
}

// repetitiveColumn is a column of numbers with a dictionary.
type repetitiveColumn[R any] struct {
	pages
	declared   *table.Column[R]
	at         *presence[R]
	dictionary *dictionary

	cells   []int64  // of the rows being added, without NULLs
	numbers numbers  // of the page being filled, without NULLs
	last    int64    // the value before; valid if there is any key
	small   []uint32 // numbers of the values from 0 to len(small)-1, plus 1; 0 if there is none; nil until one is asked for
	entries []byte   // content of the dictionary page
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
	c.take(len(rows.All), c.at.nulls)
	cells := len(rows.All) - c.at.nulls
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
	all := slices.Grow(before, cells)[:len(before)+cells]
	c.number(all[len(before):], c.cells)
	c.numbers.set(all)
	c.last = c.cells[cells-1]
	return nil
}

// number gives the dictionary number of each cell. Most of the time all are small and
// known.
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
	for i, n := range dst {
		if n == noNumber {
			dst[i] = c.look(cells[i])
		}
	}
}

// noNumber is no number of a dictionary.
const noNumber = math.MaxUint32

// look gives the dictionary number of a value that may be new. Small ones are never looked
// up by their hash.
func (c *repetitiveColumn[R]) look(v int64) uint32 {
	if uint64(v) < uint64(len(c.small)) {
		if n := c.small[v]; n != 0 {
			return n - 1
		}
		n := c.dictionary.append(v)
		c.small[v] = n + 1
		return n
	}
	n, slot, found := c.dictionary.find(v)
	if !found {
		n = c.dictionary.add(v, slot)
	}
	return n
}

func (c *repetitiveColumn[R]) endPage() error {
	if c.rows == 0 {
		return nil
	}
	c.begin()
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

// appendIntegers appends values in the encoding PLAIN of the physical type that
// the kind has, little endian, and returns the result. The bits of a Float64 are
// what PLAIN has of a DOUBLE. A BOOLEAN has one bit, the first in the least significant
// one of an octet.
func appendIntegers(dst []byte, values []int64, kind table.Kind) []byte {
	if kind == table.Bool {
		for i, v := range values {
			if i%8 == 0 {
				dst = append(dst, 0)
			}
			dst[len(dst)-1] |= byte(v) << (i % 8)
		}
		return dst
	}
	if physicalType(kind) == parquet.Types.Int32 {
		for _, v := range values {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(v))
		}
		return dst
	}
	for _, v := range values {
		dst = binary.LittleEndian.AppendUint64(dst, uint64(v))
	}
	return dst
}

// setBounds sets least and greatest value.
func setBounds(s *metadata.EncodedStatistics, least, greatest int64, kind table.Kind) {
	s.SetMin(appendIntegers(nil, []int64{least}, kind))
	s.SetMax(appendIntegers(nil, []int64{greatest}, kind))
	// The deprecated fields min and max compare as signed numbers. They are
	// written only where that is the order of the column, as it is of the bits of
	// numbers of kind Float64, which are not negative.
	s.Signed = physicalType(kind) != parquet.Types.Int32
}
