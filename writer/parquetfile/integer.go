package parquetfile

import (
	"encoding/binary"

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
	c.take(len(rows.All), c.at.Nulls)
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
