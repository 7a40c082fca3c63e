package parquetfile

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
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

// Page types of the Thrift definition parquet.thrift.
const (
	dataPage       = 0
	dictionaryPage = 2
)

// pages is what is finished of a column in the present row group: its data
// pages, compressed, with their headers.
type pages struct {
	compressor *zstd.Encoder // nil if the column is not compressed
	encoding   parquet.Encoding
	nullable   bool

	levels    *levels // of the page that all columns are filling, of which that being filled may be a part
	first     int     // at which row of that page it begins
	rows      int     // rows of the page being filled
	pageNulls int     // NULLs of the page being filled

	stored       bool   // the row group's first data page was not worth compressing, so the others are not tried
	data         []byte // finished data pages
	count        int32  // how many
	uncompressed int64  // their octets before compression, headers included
	values       int64  // their values, NULLs included
	nulls        int64  // their NULLs

	plain, compressed []byte    // reused
	literals          *literals // of columns of texts
}

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

// end finishes the data page in p.plain.
func (p *pages) end() error {
	payload, err := p.compressData(p.plain)
	if err != nil {
		return err
	}
	return p.put(payload)
}

// endTexts finishes the data page that begin has started with the texts of d.
func (p *pages) endTexts(d *deltaTexts) error {
	var texts int
	p.plain, texts = d.appendTo(p.plain)
	d.reset()
	if len(p.plain) > maxPage {
		return errPageLength(len(p.plain))
	}
	if p.compressor == nil {
		return p.put(p.plain)
	}
	p.compressed = p.literals.appendFrame(p.compressed[:0], p.plain, texts)
	return p.put(p.compressed)
}

// put finishes the data page in p.plain, of which payload is what goes into the file.
func (p *pages) put(payload []byte) error {
	before := len(p.data)
	p.data = appendPageHeader(p.data, dataPage, len(p.plain), payload, p.rows, p.encoding)
	p.uncompressed += int64(len(p.data) - before + len(p.plain))
	p.data = append(p.data, payload...)
	p.count++
	p.values += int64(p.rows)
	p.first += p.rows
	p.rows = 0
	return nil
}

func errPageLength(octets int) error {
	return fmt.Errorf("page of %d octets, at most %d can be written", octets, maxPage)
}

// compress gives the page as the column's codec has it; the result is valid
// until the next call.
func (p *pages) compress(page []byte) ([]byte, error) {
	if len(page) > maxPage {
		return nil, errPageLength(len(page))
	}
	if p.compressor == nil {
		return page, nil
	}
	p.compressed = p.compressor.EncodeAll(page, p.compressed[:0])
	return p.compressed, nil
}

// compressData is compress for data pages, which of one row group are much alike:
// the first one decides how the others are kept.
func (p *pages) compressData(page []byte) ([]byte, error) {
	if p.stored && len(page) <= maxPage {
		p.compressed = appendStored(p.compressed[:0], page)
		return p.compressed, nil
	}
	payload, err := p.compress(page)
	if p.count == 0 && p.compressor != nil && err == nil {
		p.stored = !worthCompressing(len(page), len(payload))
	}
	return payload, err
}

// reset forgets the row group.
func (p *pages) reset() {
	p.stored = false
	p.data = p.data[:0]
	p.count, p.uncompressed, p.values, p.nulls = 0, 0, 0, 0
}

// chunk is a finished column of a row group.
type chunk struct {
	dictionary []byte // the dictionary page with its header; empty if there is none
	data       []byte // the data pages with their headers

	values       int64 // values, NULLs included
	uncompressed int64 // octets of the pages before compression, headers included
	dataPages    int32
	encoding     parquet.Encoding // of the data pages
	statistics   metadata.EncodedStatistics
}

// finish gives the row group's chunk of a column. dictionary is the content of
// the dictionary page, which has entries values. If the column has a dictionary
// there is such a page even if all cells are NULL: readers insist on it. The
// chunk is valid until the column is added to again.
func (p *pages) finish(dictionary []byte, entries int) (chunk, error) {
	c := chunk{
		data: p.data, values: p.values, uncompressed: p.uncompressed, dataPages: p.count, encoding: p.encoding,
	}
	c.statistics.SetNullCount(p.nulls)
	if p.encoding == parquet.Encodings.RLEDict {
		payload, err := p.compress(dictionary)
		if err != nil {
			return chunk{}, err
		}
		c.dictionary = appendPageHeader(p.plain[:0], dictionaryPage, len(dictionary), payload, entries, parquet.Encodings.Plain)
		c.uncompressed += int64(len(c.dictionary) + len(dictionary))
		c.dictionary = append(c.dictionary, payload...)
		p.plain = c.dictionary[:0]
	}
	return c, nil
}

// appendPageHeader appends the PageHeader structure of parquet.thrift in the
// Thrift compact protocol, and returns the result. Field headers are a nibble
// of distance to the field before and a nibble of type: 5 for i32, 12 for a
// structure; 0 ends a structure.
func appendPageHeader(dst []byte, pageType int64, uncompressed int, payload []byte, values int, encoding parquet.Encoding) []byte {
	const i32, next = 0x05, 0x10
	dst = binary.AppendVarint(append(dst, next|i32), pageType)            // 1: type
	dst = binary.AppendVarint(append(dst, next|i32), int64(uncompressed)) // 2: uncompressed_page_size
	dst = binary.AppendVarint(append(dst, next|i32), int64(len(payload))) // 3: compressed_page_size
	checksum := int32(crc32.ChecksumIEEE(payload))
	dst = binary.AppendVarint(append(dst, next|i32), int64(checksum)) // 4: crc
	if pageType == dictionaryPage {
		dst = append(dst, 0x3c) // 7: dictionary_page_header
	} else {
		dst = append(dst, 0x1c) // 5: data_page_header
	}
	dst = binary.AppendVarint(append(dst, next|i32), int64(values))   // 1: num_values
	dst = binary.AppendVarint(append(dst, next|i32), int64(encoding)) // 2: encoding
	if pageType == dataPage {
		levels := int64(parquet.Encodings.RLE)
		dst = binary.AppendVarint(append(dst, next|i32), levels) // 3: definition_level_encoding
		dst = binary.AppendVarint(append(dst, next|i32), levels) // 4: repetition_level_encoding
	}
	return append(dst, 0, 0)
}
