package readback

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/klauspost/compress/zstd"
	"github.com/xitongsys/parquet-go/parquet"
)

// maxExpanded is the most octets of the values of a page once each is by itself. The longest that the writer's tables
// have are of some KiB.
const maxExpanded = 128 << 20

// pageContent checks what is inside of pages before parquet-go decodes them: it makes room for every number of
// values and every length that it finds there. Runs of levels and of dictionary numbers can say
// 2^60 of them in a few octets, texts 2^32 octets, and prefixes repeat the value before.
type pageContent struct {
	element      *parquet.SchemaElement
	decompressor *zstd.Decoder

	plain   []byte
	lengths []int64
}

func newPageContent(element *parquet.SchemaElement) (*pageContent, error) {
	switch element.GetRepetitionType() {
	case parquet.FieldRepetitionType_OPTIONAL, parquet.FieldRepetitionType_REQUIRED:
	default:
		return nil, fmt.Errorf("column is %s", element.GetRepetitionType())
	}
	decompressor, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxOpaquePage))
	if err != nil {
		return nil, err
	}
	return &pageContent{element: element, decompressor: decompressor}, nil
}

// check checks a page whose sizes are within bounds.
func (c *pageContent) check(header *parquet.PageHeader, codec parquet.CompressionCodec, payload []byte) (err error) {
	c.plain = append(c.plain[:0], payload...)
	if codec == parquet.CompressionCodec_ZSTD {
		if c.plain, err = c.decompressor.DecodeAll(payload, c.plain[:0]); err != nil {
			return err
		}
	}
	if dictionary := header.DictionaryPageHeader; dictionary != nil {
		return c.checkPlain(c.plain, int(dictionary.NumValues))
	}
	src, count := c.plain, int(header.DataPageHeader.NumValues)
	if c.element.GetRepetitionType() == parquet.FieldRepetitionType_OPTIONAL {
		if count, src, err = cutLevels(src, count); err != nil {
			return err
		}
	}
	switch header.DataPageHeader.Encoding {
	case parquet.Encoding_PLAIN:
		return c.checkPlain(src, count)
	case parquet.Encoding_RLE_DICTIONARY:
		if len(src) == 0 || src[0] > 32 {
			return errors.New("numbers of the dictionary have no width")
		}
		numbers := hybrid{src: src[1:], width: int(src[0]), left: count}
		return numbers.check()
	case parquet.Encoding_DELTA_BINARY_PACKED:
		c.lengths, err = appendDelta(slices.Grow(c.lengths[:0], count), src, count)
		return err
	case parquet.Encoding_DELTA_BYTE_ARRAY:
		return c.checkDeltaTexts(src, count)
	}
	return fmt.Errorf("values in encoding %s", header.DataPageHeader.Encoding)
}

// checkPlain checks values in the encoding PLAIN.
func (c *pageContent) checkPlain(src []byte, count int) error {
	want := 0
	switch c.element.GetType() {
	case parquet.Type_BOOLEAN:
		want = (count + 7) / 8
	case parquet.Type_INT32, parquet.Type_FLOAT:
		want = 4 * count
	case parquet.Type_INT64, parquet.Type_DOUBLE:
		want = 8 * count
	case parquet.Type_BYTE_ARRAY:
		for i := range count {
			if len(src) < 4 || uint64(binary.LittleEndian.Uint32(src)) > uint64(len(src)-4) {
				return fmt.Errorf("text %d of %d is cut off", i, count)
			}
			src = src[4+binary.LittleEndian.Uint32(src):]
		}
	default:
		return fmt.Errorf("values of type %s", c.element.GetType())
	}
	if len(src) != want {
		return fmt.Errorf("%d octets for %d values of type %s, want %d", len(src), count, c.element.GetType(), want)
	}
	return nil
}

// checkDeltaTexts checks values in the encoding DELTA_BYTE_ARRAY: the lengths of prefixes that each shares with the
// one before, the lengths of what follows, and that, in a row.
func (c *pageContent) checkDeltaTexts(src []byte, count int) (err error) {
	if c.element.GetType() != parquet.Type_BYTE_ARRAY {
		return fmt.Errorf("%d values of type %s in encoding %s", count, c.element.GetType(), parquet.Encoding_DELTA_BYTE_ARRAY)
	}
	if c.lengths, src, err = cutDelta(c.lengths[:0], src, count); err != nil {
		return fmt.Errorf("lengths of prefixes: %w", err)
	}
	if c.lengths, src, err = cutDelta(c.lengths, src, count); err != nil {
		return fmt.Errorf("lengths of suffixes: %w", err)
	}
	last, all, suffixes := int64(0), int64(0), int64(0)
	for i, prefix := range c.lengths[:count] {
		suffix := c.lengths[count+i]
		if prefix < 0 || prefix > last || suffix < 0 || suffix > int64(len(src))-suffixes {
			return fmt.Errorf("value %d has a prefix of %d octets and %d more, the one before %d, and there are %d", i, prefix, suffix, last, len(src))
		}
		last, suffixes = prefix+suffix, suffixes+suffix
		if all += last; all > maxExpanded {
			return fmt.Errorf("values of a page have more than %d octets", maxExpanded)
		}
	}
	if suffixes != int64(len(src)) {
		return errBehind
	}
	return nil
}
