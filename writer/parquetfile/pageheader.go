package parquetfile

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/apache/arrow/go/v17/parquet"
)

// Page types of the Thrift definition parquet.thrift.
const (
	dataPage       = 0
	dictionaryPage = 2
)

// headerRoom is more octets than a page header has.
const headerRoom = 40

// beginPayload leaves room for the header of the page that is appended to the result.
func beginPayload(dst []byte) []byte { return append(dst, make([]byte, headerRoom)...) }

// putPageHeader puts the header of a page into the room that beginPayload has left at the beginning of page, so that it ends where
// the payload begins, and gives its size in octets.
func putPageHeader(page []byte, pageType int64, uncompressed, values int, encoding parquet.Encoding) int {
	var room [headerRoom]byte
	header := appendPageHeader(room[:0], pageType, uncompressed, page[headerRoom:], values, encoding)
	copy(page[headerRoom-len(header):], header)
	return len(header)
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
