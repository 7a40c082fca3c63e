package parquetfile

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/klauspost/compress/zstd"
)

// maxPage is the most octets a page may have: its length is an int32.
const maxPage = math.MaxInt32

// maxStatistic is the most octets of a text as least or greatest value; columns
// with longer ones have no such statistics. It is the limit of parquet-mr and
// Arrow: a text cut short would not be a bound.
const maxStatistic = 4096

// pages is what is finished of a column in the present row group: its data
// pages, compressed, with their headers.
type pages struct {
	expected   *expectation  // of the table
	compressor *zstd.Encoder // nil if the column is not compressed
	encoding   parquet.Encoding
	nullable   bool

	levels    *levels // of the page that all columns are filling, of which that being filled may be a part
	first     int     // at which row of that page it begins
	rows      int     // rows of the page being filled
	pageNulls int     // NULLs of the page being filled

	stored       bool     // the row group's first data page was not worth compressing, so the others are not tried
	data         []byte   // finished data pages, each behind room for its header
	extents      []extent // where they lie there with their headers
	uncompressed int64    // their octets before compression, headers included
	values       int64    // their values, NULLs included
	nulls        int64    // their NULLs

	plain    []byte      // the page being finished, then that of the dictionary as it is written; reused
	ofTexts  bool        // whether the column is one of texts
	literals *literals   // of columns of texts, and of others that have had a dictionary with many entries
	short    *entriesWay // in which the last of these dictionaries that was asked became no longer; nil if there is none
}

// extent is a part of some octets.
type extent struct{ begin, end int }

// take takes rows into the page being filled of which so many are NULL.
func (p *pages) take(rows, nulls int) {
	p.rows += rows
	p.pageNulls += nulls
}

// addNulls takes rows into the page being filled of which all are NULL.
func (p *pages) addNulls(rows int) { p.take(rows, rows) }

func (p *pages) turn() { p.first = 0 }

// begin starts a data page in p.plain with its definition levels.
func (p *pages) begin() {
	p.plain = p.plain[:0]
	if !p.nullable {
		return
	}
	// The levels are preceded by their length in octets, 4 octets little endian.
	p.plain = append(p.plain, 0, 0, 0, 0)
	switch p.pageNulls {
	case 0:
		p.plain = appendRun(p.plain, 1, p.rows, 1)
	case p.rows:
		p.plain = appendRun(p.plain, 0, p.rows, 1)
	default:
		p.plain = p.levels.appendTo(p.plain, p.first, p.rows)
	}
	binary.LittleEndian.PutUint32(p.plain, uint32(len(p.plain)-4))
	p.nulls += int64(p.pageNulls)
	p.pageNulls = 0
}

// end finishes the data page in p.plain. Pages of a row group are much alike: the first one decides how the others are
// kept.
func (p *pages) end() error {
	if len(p.plain) > maxPage {
		return errPageLength(len(p.plain))
	}
	data := beginPayload(p.data)
	before := len(data)
	if p.stored {
		data = appendStored(data, p.plain)
	} else if data = p.compress(data, p.plain); p.count() == 0 && p.compressor != nil {
		p.stored = !worthCompressing(len(p.plain), len(data)-before)
	}
	p.put(data, len(p.plain))
	return nil
}

// endWith finishes the data page that p.plain and what is behind it are. It puts them together only to be compressed.
func (p *pages) endWith(behind []byte) error {
	size := len(p.plain) + len(behind)
	if size > maxPage {
		return errPageLength(size)
	}
	if p.compressor != nil && (!p.stored || size > largestBlock) {
		p.plain = append(p.plain, behind...)
		return p.end()
	}
	data := beginPayload(p.data)
	if p.stored {
		data = appendBlockHeader(appendFrameHeader(data, size), size, storedBlock, true)
	}
	p.put(append(append(data, p.plain...), behind...), size)
	return nil
}

// endTexts finishes the data page that begin has started with the texts of d.
func (p *pages) endTexts(d *deltaTexts) error {
	defer d.reset()
	p.plain = d.appendLengths(p.plain)
	if p.compressor == nil {
		return p.endWith(d.octets)
	}
	size := len(p.plain) + len(d.octets)
	if size > maxPage {
		return errPageLength(size)
	}
	p.put(p.literals.appendFrame(beginPayload(p.data), p.plain, d.octets), size)
	return nil
}

// count gives how many data pages are finished.
func (p *pages) count() int { return len(p.extents) }

// put finishes the data page, of so many octets before compression. data are the finished pages, then beginPayload and what
// goes into the file.
func (p *pages) put(data []byte, plain int) {
	before := len(p.data)
	p.data = data
	header := putPageHeader(data[before:], dataPage, plain, p.rows, p.encoding)
	p.extents = append(p.extents, extent{before + headerRoom - header, len(data)})
	p.uncompressed += int64(header + plain)
	p.values += int64(p.rows)
	p.first += p.rows
	p.rows = 0
}

func errPageLength(octets int) error {
	return fmt.Errorf("page of %d octets, at most %d can be written", octets, maxPage)
}

// compress appends the page as the column's codec has it.
func (p *pages) compress(dst, page []byte) []byte {
	if p.compressor == nil {
		return append(dst, page...)
	}
	return p.compressor.EncodeAll(page, dst)
}

// reset forgets the row group.
func (p *pages) reset() {
	p.stored = false
	p.data, p.extents = p.data[:0], p.extents[:0]
	p.uncompressed, p.values, p.nulls = 0, 0, 0
}

// chunk is a finished column of a row group.
type chunk struct {
	dictionary []byte   // the dictionary page with its header; empty if there is none
	data       []byte   // what the data pages lie in
	extents    []extent // where they lie there with their headers

	values       int64            // values, NULLs included
	uncompressed int64            // octets of the pages before compression, headers included
	encoding     parquet.Encoding // of the data pages
	statistics   metadata.EncodedStatistics
}

// finish gives the row group's chunk of a column. dictionary is the content of
// the dictionary page, which has entries values. If the column has a dictionary
// there is such a page even if all cells are NULL: readers insist on it. The
// chunk is valid until the column is added to again.
func (p *pages) finish(dictionary []byte, entries int) (chunk, error) {
	c := chunk{data: p.data, extents: p.extents, values: p.values, uncompressed: p.uncompressed, encoding: p.encoding}
	c.statistics.SetNullCount(p.nulls)
	if p.encoding == parquet.Encodings.RLEDict {
		if len(dictionary) > maxPage {
			return chunk{}, errPageLength(len(dictionary))
		}
		p.plain = p.compressDictionary(beginPayload(p.plain[:0]), dictionary, entries)
		header := putPageHeader(p.plain, dictionaryPage, len(dictionary), entries, parquet.Encodings.Plain)
		c.uncompressed += int64(header + len(dictionary))
		c.dictionary = p.plain[headerRoom-header:]
	}
	return c, nil
}

// size gives the octets of the data pages with their headers.
func (c *chunk) size() (octets int64) {
	for _, e := range c.extents {
		octets += int64(e.end - e.begin)
	}
	return octets
}
