package readback

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/klauspost/compress/zstd"
	"github.com/xitongsys/parquet-go/layout"
	"github.com/xitongsys/parquet-go/parquet"
	"github.com/xitongsys/parquet-go/source"
)

// maxPage is the most octets of a page that is read, before and after
// compression. The largest that the writer makes of numbers are dictionaries, of
// at most one number of 8 octets for each of the 131,072 rows of a row group.
const maxPage = 16 << 20

// pageReader reads the pages of a column of numbers. parquet-go reads footer and
// page headers; the values are decoded here, since parquet-go makes an interface
// value of each level and each number, which takes twenty times as long. Only
// what the writer's tables have is known: version 1 data pages of flat columns,
// with the encodings PLAIN, RLE_DICTIONARY and DELTA_BINARY_PACKED, not
// compressed or by Zstandard.
type pageReader struct {
	file         *tableFile
	pages        *bufio.Reader                       // reads the file
	header       func() (*parquet.PageHeader, error) // reads the header of the next page
	element      *parquet.SchemaElement
	decompressor *zstd.Decoder

	payload    bytes.Buffer // of the page, as the file has it
	plain      []byte       // of the page, decompressed
	numbers    []uint64     // of the page, in the dictionary
	values     []int64      // of the page, without NULLs
	dictionary []int64      // of the row group
}

// numbers hands the values of a column of numbers to take, page by page in their
// order: those that are not NULL, and how many are. Numbers are as integer has
// them. The values are valid until take returns.
func (t *tableReader) numbers(column int, take func(values []int64, nulls int64) error) error {
	decompressor, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPage))
	if err != nil {
		return err
	}
	defer decompressor.Close()
	_, element := t.element(column)
	pages := source.ConvertToThriftReader(t.file, 0, t.file.readSize)
	p := &pageReader{file: t.file, pages: pages.Reader, element: element, decompressor: decompressor}
	p.header = func() (*parquet.PageHeader, error) { return layout.ReadPageHeader(pages) }
	for i, group := range t.parquet.Footer.RowGroups {
		if err := p.chunk(group.Columns[column].MetaData, take); err != nil {
			return fmt.Errorf("row group %d: %w", i, err)
		}
	}
	return nil
}

// chunk reads the pages of a column in one row group.
func (p *pageReader) chunk(m *parquet.ColumnMetaData, take func(values []int64, nulls int64) error) error {
	begin := m.DataPageOffset
	if m.DictionaryPageOffset != nil {
		begin = *m.DictionaryPageOffset
	}
	if begin < 0 {
		return fmt.Errorf("first page at offset %d", begin)
	}
	if _, err := p.file.Seek(begin, io.SeekStart); err != nil {
		return err
	}
	p.pages.Reset(p.file)
	p.dictionary = p.dictionary[:0]
	for left := m.NumValues; left > 0; {
		var header *parquet.PageHeader
		err := guard(func() (err error) {
			header, err = p.header()
			return err
		})
		if err == nil {
			err = p.load(header, m.Codec)
		}
		if err != nil {
			return fmt.Errorf("%d values before the end: %w", left, err)
		}
		switch {
		case header.DictionaryPageHeader != nil && header.Type == parquet.PageType_DICTIONARY_PAGE:
			err = p.readDictionary(header.DictionaryPageHeader)
		case header.DataPageHeader != nil && header.Type == parquet.PageType_DATA_PAGE:
			rows := int64(header.DataPageHeader.NumValues)
			if rows < 1 || rows > min(left, maxPageValues) {
				return fmt.Errorf("page of %d values, want at most %d, %d before the end", rows, maxPageValues, left)
			}
			left -= rows
			if err = p.readValues(header.DataPageHeader); err == nil {
				err = take(p.values, rows-int64(len(p.values)))
			}
		default:
			err = fmt.Errorf("page of type %s", header.Type)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// load reads a page behind its header into plain.
func (p *pageReader) load(header *parquet.PageHeader, codec parquet.CompressionCodec) (err error) {
	size := header.CompressedPageSize
	if size < 0 || size > maxPage {
		return fmt.Errorf("page of %d octets, want at most %d", size, maxPage)
	}
	p.payload.Reset()
	if n, err := io.CopyN(&p.payload, p.pages, int64(size)); err != nil {
		return fmt.Errorf("page ends after %d of %d octets: %w", n, size, io.ErrUnexpectedEOF)
	}
	payload := p.payload.Bytes()
	if sum := int32(crc32.ChecksumIEEE(payload)); header.Crc == nil || *header.Crc != sum {
		return errors.New("checksum of a page is wrong")
	}
	switch codec {
	case parquet.CompressionCodec_UNCOMPRESSED:
		p.plain = append(p.plain[:0], payload...)
	case parquet.CompressionCodec_ZSTD:
		if p.plain, err = p.decompressor.DecodeAll(payload, p.plain[:0]); err != nil {
			return err
		}
	default:
		return fmt.Errorf("page compressed by %s", codec)
	}
	if len(p.plain) != int(header.UncompressedPageSize) {
		return fmt.Errorf("page of %d octets, its header says %d", len(p.plain), header.UncompressedPageSize)
	}
	return nil
}

func (p *pageReader) readDictionary(header *parquet.DictionaryPageHeader) (err error) {
	p.dictionary, err = p.appendPlain(p.dictionary[:0], p.plain, int(header.NumValues))
	return err
}

// readValues decodes a data page: its definition levels behind their length of 4
// octets, if it can have NULLs, and the values.
func (p *pageReader) readValues(header *parquet.DataPageHeader) (err error) {
	src, count := p.plain, int(header.NumValues)
	if p.element.GetRepetitionType() == parquet.FieldRepetitionType_OPTIONAL {
		if count, src, err = cutLevels(src, count); err != nil {
			return err
		}
	}
	p.values = slices.Grow(p.values[:0], count)
	switch header.Encoding {
	case parquet.Encoding_PLAIN:
		p.values, err = p.appendPlain(p.values, src, count)
	case parquet.Encoding_RLE_DICTIONARY:
		err = p.look(src, count)
	case parquet.Encoding_DELTA_BINARY_PACKED:
		p.values, err = appendDelta(p.values, src, count)
		switch p.element.GetType() {
		case parquet.Type_INT64:
		case parquet.Type_INT32: // whose differences wrap around at 32 bits
			narrow(p.values, unsigned(p.element))
		default:
			return fmt.Errorf("values of type %s in encoding %s", p.element.GetType(), header.Encoding)
		}
	default:
		err = fmt.Errorf("values in encoding %s", header.Encoding)
	}
	return err
}

// narrow gives values the 32 bits that their type has.
func narrow(values []int64, unsigned bool) {
	for i, v := range values {
		if unsigned {
			values[i] = int64(uint32(v))
		} else {
			values[i] = int64(int32(v))
		}
	}
}

// look decodes values that are numbers of the dictionary, behind an octet with
// the width of the numbers in bits.
func (p *pageReader) look(src []byte, count int) (err error) {
	if len(src) == 0 || src[0] > 32 {
		return errors.New("numbers of the dictionary have no width")
	}
	numbers := hybrid{src: src[1:], width: int(src[0]), left: count}
	if err := numbers.empty(); err != nil {
		return err
	}
	for numbers.left > 0 {
		r, err := numbers.next()
		if err != nil {
			return err
		}
		before := len(p.values)
		p.values = p.values[:before+r.values] // readValues has made room
		if err := p.lookRun(p.values[before:], r, numbers.width); err != nil {
			return err
		}
	}
	return nil
}

// lookRun decodes values that are numbers of the dictionary.
func (p *pageReader) lookRun(dst []int64, r run, width int) error {
	if r.packed == nil {
		if r.value >= uint64(len(p.dictionary)) {
			return p.errNumber(r.value)
		}
		value := p.dictionary[r.value]
		for i := range dst {
			dst[i] = value
		}
		return nil
	}
	p.numbers = slices.Grow(p.numbers[:0], len(dst))[:len(dst)]
	unpack(p.numbers, r.packed, width)
	dictionary := p.dictionary
	for i, n := range p.numbers {
		if n >= uint64(len(dictionary)) {
			return p.errNumber(n)
		}
		dst[i] = dictionary[n]
	}
	return nil
}

func (p *pageReader) errNumber(n uint64) error {
	return fmt.Errorf("value %d of a dictionary of %d", n, len(p.dictionary))
}

// appendPlain appends values in the encoding PLAIN, which must fill src.
func (p *pageReader) appendPlain(dst []int64, src []byte, count int) ([]int64, error) {
	if p.element.GetType() == parquet.Type_BOOLEAN {
		return appendBits(dst, src, count)
	}
	width := 8
	if p.element.GetType() == parquet.Type_INT32 {
		width = 4
	}
	if count < 0 || len(src)/width != count || len(src)%width != 0 {
		return dst, fmt.Errorf("%d octets for %d values of %d", len(src), count, width)
	}
	switch {
	case width == 8:
		for ; len(src) > 0; src = src[8:] {
			dst = append(dst, int64(binary.LittleEndian.Uint64(src)))
		}
	case unsigned(p.element):
		for ; len(src) > 0; src = src[4:] {
			dst = append(dst, int64(binary.LittleEndian.Uint32(src)))
		}
	default:
		for ; len(src) > 0; src = src[4:] {
			dst = append(dst, int64(int32(binary.LittleEndian.Uint32(src))))
		}
	}
	return dst, nil
}
