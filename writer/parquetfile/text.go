package parquetfile

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"

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

// includeShort is include for a short text.
func (b *bounds) includeShort(t *table.ShortText) {
	if h := bits.ReverseBytes64(t.Words[0]); !b.any || h <= b.leastHead || h >= b.greatestHead {
		var room [8 * len(t.Words)]byte
		b.include(t.Append(room[:0]))
	}
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
		return page, errTextLength(length)
	}
	binary.LittleEndian.PutUint32(page[start-4:], uint32(length))
	return page, nil
}

// cutText cuts the first text off a page in the encoding PLAIN.
func cutText(page []byte) (text, rest []byte) {
	end := 4 + int(binary.LittleEndian.Uint32(page))
	return page[4:end], page[end:]
}

// textColumn is a column of texts without dictionary.
type textColumn[R any] struct {
	pages
	declared *table.Column[R]
	at       *presence[R]
	texts    deltaTexts // of the page being filled
	bounds   bounds
}

func (c *textColumn[R]) add(rows *table.Rows[R]) error {
	c.at.ask(rows)
	if c.at.None() {
		c.addNulls(len(rows.All))
		return nil
	}
	for i := range rows.All {
		c.rows++
		if c.at.IsNull(i) {
			c.pageNulls++
			continue
		}
		if err := c.addText(&rows.All[i]); err != nil {
			return err
		}
	}
	return nil
}

func (c *textColumn[R]) addText(row *R) error {
	if err := c.texts.add(c.declared.Text(c.texts.begin(), row)); err != nil {
		return err
	}
	c.bounds.include(c.texts.last)
	if c.texts.size >= maxTextPage {
		return c.endPage()
	}
	return nil
}

func (c *textColumn[R]) endPage() error {
	if c.rows == 0 {
		return nil
	}
	c.begin()
	return c.endTexts(&c.texts)
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
