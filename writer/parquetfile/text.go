package parquetfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"netstream/writer/table"

	"github.com/apache/arrow/go/v17/parquet/metadata"
)

// maxTextPage is how many octets of text end a data page before it has all its
// rows.
const maxTextPage = 1 << 20

// bounds are the least and greatest text of a column in a row group, by octets.
// Most texts lie between them, which their first octets tell.
type bounds struct {
	least, greatest         []byte
	leastHead, greatestHead uint64
	any                     bool
}

func (b *bounds) include(text []byte) {
	h := head(text)
	if b.any && h > b.leastHead && h < b.greatestHead {
		return
	}
	if !b.any || bytes.Compare(text, b.least) < 0 {
		b.least, b.leastHead = append(b.least[:0], text...), h
	}
	if !b.any || bytes.Compare(text, b.greatest) > 0 {
		b.greatest, b.greatestHead = append(b.greatest[:0], text...), h
	}
	b.any = true
}

// head gives the first 8 octets of a text as a number. Texts with different
// numbers are in the order of these; those too short are filled up with zeros.
func head(text []byte) (v uint64) {
	if len(text) >= 8 {
		return binary.BigEndian.Uint64(text)
	}
	for i, octet := range text {
		v |= uint64(octet) << (56 - 8*i)
	}
	return v
}

// set copies the bounds, which go on changing, to the statistics. An empty text
// is a bound too, unlike nil.
func (b *bounds) set(s *metadata.EncodedStatistics) {
	if b.any && len(b.least) <= maxStatistic && len(b.greatest) <= maxStatistic {
		s.SetMin(append([]byte{}, b.least...))
		s.SetMax(append([]byte{}, b.greatest...))
	}
}

// putTextLength puts the length in octets of the text that begins at start in
// front of it, where 4 octets were left for it: the encoding PLAIN.
func putTextLength(page []byte, start int) ([]byte, error) {
	length := len(page) - start
	if length > math.MaxInt32 {
		return page, fmt.Errorf("text of %d octets, at most %d can be written", length, math.MaxInt32)
	}
	binary.LittleEndian.PutUint32(page[start-4:], uint32(length))
	return page, nil
}

// textLength gives the length in octets of the text that begins 4 octets behind the
// start of cell: what putTextLength put.
func textLength(cell []byte) int { return int(binary.LittleEndian.Uint32(cell)) }

// textColumn is a column of texts without dictionary.
type textColumn[R any] struct {
	pages
	declared *table.Column[R]
	cells    []byte // of the page being filled, in the encoding PLAIN
	bounds   bounds
}

func (c *textColumn[R]) add(rows []R) error {
	if c.declared.Absent {
		c.addNulls(len(rows))
		return nil
	}
	for i := range rows {
		if err := c.addRow(&rows[i]); err != nil {
			return err
		}
	}
	return nil
}

func (c *textColumn[R]) addRow(row *R) (err error) {
	null := c.nullable && c.declared.Null(row)
	c.addLevel(null)
	if null {
		return nil
	}
	start := len(c.cells) + 4
	c.cells = c.declared.Text(append(c.cells, 0, 0, 0, 0), row)
	if c.cells, err = putTextLength(c.cells, start); err != nil {
		return err
	}
	c.bounds.include(c.cells[start:])
	if len(c.cells) >= maxTextPage {
		return c.endPage()
	}
	return nil
}

func (c *textColumn[R]) endPage() error {
	if c.rows == 0 {
		return nil
	}
	c.begin()
	c.plain = append(c.plain, c.cells...)
	c.cells = c.cells[:0]
	return c.end()
}

func (c *textColumn[R]) finish() (chunk, error) {
	finished, err := c.pages.finish(nil, 0)
	c.bounds.set(&finished.statistics)
	return finished, err
}

func (c *textColumn[R]) reset() {
	c.pages.reset()
	c.bounds.any = false
}
