package readback

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/xitongsys/parquet-go/layout"
	"github.com/xitongsys/parquet-go/parquet"
	"github.com/xitongsys/parquet-go/source"
)

// Bounds of what parquet-go is given to read. It makes room for what headers say, and a
// page that compression makes small may say anything.
const (
	maxOpaquePage   = 256 << 20 // octets of a page before and after compression
	maxPageValues   = batchRows // the writer's pages have no more
	maxDictionary   = 131072    // entries: the rows of the writer's row groups
	zstdBlockHeader = 3
	zstdChecksum    = 4
	zstdMaxBlock    = 128 << 10 // RFC 8878, section 3.1.1.2.4
)

// oneMore is how many rows more than it is asked for parquet-go wants to have read: it counts from -1.
const oneMore = 1

// checkPages reads the pages that parquet-go will read for the first rows of a column, as far as it takes to know what
// it will make room for: their headers, checksums, the sizes that the frames inside have, and the lengths in them.
func (t *tableReader) checkPages(column int, rows int64) error {
	file, err := openTable(t.path)
	if err != nil {
		return err
	}
	defer file.Close() // it was only read
	_, element := t.element(column)
	content, err := newPageContent(element)
	if err != nil {
		return err
	}
	defer content.decompressor.Close()
	var payload bytes.Buffer
	left := rows + oneMore
	for i, group := range t.parquet.Footer.RowGroups {
		if left <= 0 {
			break
		}
		m := group.Columns[column].MetaData
		if err := checkChunk(file, m, min(left, m.NumValues), content, &payload); err != nil {
			return fmt.Errorf("row group %d: %w", i, err)
		}
		left -= m.NumValues
	}
	return nil
}

// checkChunk checks the pages of a column in one row group that have its first values.
func checkChunk(file *tableFile, m *parquet.ColumnMetaData, first int64, content *pageContent, payload *bytes.Buffer) error {
	begin := m.DataPageOffset
	if m.DictionaryPageOffset != nil {
		begin = *m.DictionaryPageOffset
	}
	if begin < 0 {
		return fmt.Errorf("first page at offset %d", begin)
	}
	pages := source.ConvertToThriftReader(file, begin, file.readSize)
	for left := m.NumValues; left > m.NumValues-first; {
		var header *parquet.PageHeader
		err := guard(func() (err error) {
			header, err = layout.ReadPageHeader(pages)
			return err
		})
		if err != nil {
			return fmt.Errorf("%d values before the end: %w", left, err)
		}
		values, least, most := int64(0), int64(0), int64(maxDictionary)
		switch {
		case header.DictionaryPageHeader != nil && header.Type == parquet.PageType_DICTIONARY_PAGE:
			values = int64(header.DictionaryPageHeader.NumValues)
		case header.DataPageHeader != nil && header.Type == parquet.PageType_DATA_PAGE:
			values, least, most = int64(header.DataPageHeader.NumValues), 1, min(left, maxPageValues)
			left -= values
		default:
			return fmt.Errorf("page of type %s", header.Type)
		}
		if values < least || values > most {
			return fmt.Errorf("page of %d values, want %d to %d", values, least, most)
		}
		if err := checkPage(pages, header, m.Codec, payload); err != nil {
			return err
		}
		if err := content.check(header, m.Codec, payload.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// checkPage checks the sizes of a page behind its header.
func checkPage(pages io.Reader, header *parquet.PageHeader, codec parquet.CompressionCodec, payload *bytes.Buffer) error {
	size, plain := int64(header.CompressedPageSize), int64(header.UncompressedPageSize)
	if min(size, plain) < 0 || max(size, plain) > maxOpaquePage {
		return fmt.Errorf("page of %d octets, %d before compression, want at most %d", size, plain, maxOpaquePage)
	}
	payload.Reset()
	if n, err := io.CopyN(payload, pages, size); err != nil {
		return fmt.Errorf("page ends after %d of %d octets: %w", n, size, io.ErrUnexpectedEOF)
	}
	if sum := int32(crc32.ChecksumIEEE(payload.Bytes())); header.Crc == nil || *header.Crc != sum {
		return errors.New("checksum of a page is wrong")
	}
	inside := size
	if codec == parquet.CompressionCodec_ZSTD {
		var err error
		if inside, err = frameSize(payload.Bytes()); err != nil {
			return err
		}
		if inside == unknownSize {
			return nil
		}
	} else if codec != parquet.CompressionCodec_UNCOMPRESSED {
		return fmt.Errorf("page compressed by %s", codec)
	}
	if inside != plain {
		return fmt.Errorf("page of %d octets, its header says %d", inside, plain)
	}
	return nil
}

// unknownSize is that of a frame that does not say it.
const unknownSize = -1

// frameSize gives the size that a Zstandard frame says its content has (RFC 8878, section
// 3.1.1), which the decoder holds it to. Small frames may not say it: then the number of
// blocks bounds it. The payload must be one frame.
func frameSize(payload []byte) (int64, error) {
	var header zstd.Header
	if err := header.Decode(payload); err != nil {
		return 0, fmt.Errorf("cannot read the frame of a page: %w", err)
	}
	blocks := int64(0)
	at := header.HeaderSize
	for last := header.Skippable; !last; {
		if len(payload)-at < zstdBlockHeader {
			return 0, errors.New("frame of a page is cut")
		}
		block := int(payload[at]) | int(payload[at+1])<<8 | int(payload[at+2])<<16
		at += zstdBlockHeader
		last = block&1 != 0
		if kind := block >> 1 & 3; kind == 1 { // one octet, repeated
			at++
		} else {
			at += block >> 3
		}
		blocks++
	}
	if header.HasCheckSum {
		at += zstdChecksum
	}
	if at != len(payload) {
		return 0, fmt.Errorf("frame of %d octets in a page of %d", at, len(payload))
	}
	size, bound := int64(unknownSize), blocks*zstdMaxBlock
	if header.HasFCS {
		size = int64(min(header.FrameContentSize, 1<<62))
		bound = size
	}
	if bound > maxOpaquePage {
		return 0, fmt.Errorf("frame of a page has %d octets inside, want at most %d", bound, maxOpaquePage)
	}
	return size, nil
}
