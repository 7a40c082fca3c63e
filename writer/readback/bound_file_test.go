package readback

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/xitongsys/parquet-go/parquet"
)

// footerOf gives the footer of a table with one column of texts, which has one page at offset 4.
func footerOf(values int64, optional bool) *parquet.FileMetaData {
	texts, repetition, children := parquet.Type_BYTE_ARRAY, parquet.FieldRepetitionType_REQUIRED, int32(1)
	if optional {
		repetition = parquet.FieldRepetitionType_OPTIONAL
	}
	return &parquet.FileMetaData{
		Version: 2, NumRows: values,
		Schema: []*parquet.SchemaElement{{Name: "schema", NumChildren: &children}, {Name: "text", Type: &texts, RepetitionType: &repetition}},
		RowGroups: []*parquet.RowGroup{{NumRows: values, Columns: []*parquet.ColumnChunk{{MetaData: &parquet.ColumnMetaData{
			Type: texts, PathInSchema: []string{"text"}, Codec: parquet.CompressionCodec_ZSTD, NumValues: values, DataPageOffset: 4,
		}}}}},
	}
}

// pageOf gives a page of a column with its header, compressed.
func pageOf(t *testing.T, plain []byte, values int32, encoding parquet.Encoding) []byte {
	t.Helper()
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	payload := encoder.EncodeAll(plain, nil)
	sum := int32(crc32.ChecksumIEEE(payload))
	return append(encodedHeader(&parquet.PageHeader{
		Type: parquet.PageType_DATA_PAGE, CompressedPageSize: int32(len(payload)), UncompressedPageSize: int32(len(plain)), Crc: &sum,
		DataPageHeader: &parquet.DataPageHeader{NumValues: values, Encoding: encoding, DefinitionLevelEncoding: parquet.Encoding_RLE, RepetitionLevelEncoding: parquet.Encoding_RLE},
	}), payload...)
}

// sound is what is wrong with tables of the tests that can be read: what comes last is missing.
const sound = "row group 0 has no statistics"

// fileOf makes a Parquet file.
func fileOf(t *testing.T, page, footer []byte) string {
	t.Helper()
	content := append([]byte(magic), page...)
	content = append(content, footer...)
	content = binary.LittleEndian.AppendUint32(content, uint32(len(footer)))
	content = append(content, magic...)
	path := filepath.Join(t.TempDir(), "table.parquet")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// deltas gives numbers in the encoding DELTA_BINARY_PACKED, of which each is the one before and step more.
func deltas(first, step int64, count int) []byte {
	out := binary.AppendUvarint(nil, 128)
	out = binary.AppendUvarint(out, 4)
	out = binary.AppendUvarint(out, uint64(count))
	out = binary.AppendVarint(out, first)
	for left := count - 1; left > 0; left -= 128 {
		out = append(binary.AppendVarint(out, step), 0, 0, 0, 0) // no bits for what differs from the least
	}
	return out
}

// hybridRun gives a run of a value of one octet in the hybrid encoding.
func hybridRun(value byte, count uint64) []byte {
	return append(binary.AppendUvarint(nil, count<<1), value)
}

// levels gives definition levels behind their length.
func levels(src []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(src))), src...)
}

// allocated gives the octets that reading a table allocates, garbage and all.
func allocated(path string) (octets uint64, err error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = Summarize(path)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, err
}

// TestHostileValues has pages of some hundred octets in a table whose sizes and checksums are right, and whose values
// are of gigabytes for who believes the lengths in them.
func TestHostileValues(t *testing.T) {
	const many = maxPageValues
	growing := append(append(deltas(0, 1, many), deltas(1, 0, many)...), bytes.Repeat([]byte("x"), many)...)
	long := bytes.Repeat([]byte("x"), 1<<20)
	tests := []struct {
		name     string
		optional bool
		plain    []byte
		values   int
		encoding parquet.Encoding
		want     string // part of the error
	}{
		{"sound prefixes", false, append(append(deltas(0, 1, 100), deltas(1, 0, 100)...), bytes.Repeat([]byte("x"), 100)...), 100, parquet.Encoding_DELTA_BYTE_ARRAY, sound},
		{"sound levels", true, append(levels(hybridRun(0, 100)), append(deltas(0, 0, 0), deltas(0, 0, 0)...)...), 100, parquet.Encoding_DELTA_BYTE_ARRAY, sound},
		{"prefixes that grow", false, growing, many, parquet.Encoding_DELTA_BYTE_ARRAY, "more than 134217728 octets"},
		{"one value longer than the page", false, append(append(deltas(0, 0, 1), deltas(1<<40, 0, 1)...), long...), 1, parquet.Encoding_DELTA_BYTE_ARRAY, "and there are 1048576"},
		{"prefix longer than the value before", false, append(append(deltas(0, 5, 2), deltas(1, 0, 2)...), "xx"...), 2, parquet.Encoding_DELTA_BYTE_ARRAY, "has a prefix of 5 octets and 1 more, the one before 1"},
		{"prefix below 0", false, append(append(deltas(0, -1, 2), deltas(1, 0, 2)...), "xx"...), 2, parquet.Encoding_DELTA_BYTE_ARRAY, "prefix of -1 octets"},
		{"suffix below 0", false, append(append(deltas(0, 0, 2), deltas(1, -2, 2)...), "xx"...), 2, parquet.Encoding_DELTA_BYTE_ARRAY, "and -1 more"},
		{"2^40 prefixes", false, binary.AppendUvarint([]byte{128, 1, 4}, 1<<40), 5, parquet.Encoding_DELTA_BYTE_ARRAY, "lengths of prefixes: 1099511627776 values, want 5"},
		{"octets behind", false, append(append(deltas(0, 0, 1), deltas(1, 0, 1)...), "xx"...), 1, parquet.Encoding_DELTA_BYTE_ARRAY, "octets behind"},
		{"2^40 levels", true, append(levels(hybridRun(1, 1<<40)), deltas(0, 0, 5)...), 5, parquet.Encoding_DELTA_BYTE_ARRAY, "definition levels"},
		{"2^40 numbers of a dictionary", false, append([]byte{1}, hybridRun(0, 1<<40)...), 5, parquet.Encoding_RLE_DICTIONARY, "cut off"},
		{"text of 2^32 octets", false, []byte{255, 255, 255, 255, 'x'}, 1, parquet.Encoding_PLAIN, "text 0 of 1 is cut off"},
		{"lengths of 2^62", false, deltas(1<<62, 0, 1), 1, parquet.Encoding_DELTA_LENGTH_BYTE_ARRAY, "encoding DELTA_LENGTH_BYTE_ARRAY"},
		{"runs of levels in place of values", false, hybridRun(1, 1<<40), 1, parquet.Encoding_RLE, "encoding RLE"},
	}
	most := uint64(0)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := fileOf(t, pageOf(t, tt.plain, int32(tt.values), tt.encoding), encodedFooter(footerOf(int64(tt.values), tt.optional)))
			octets, err := allocated(path)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if most = max(most, octets); octets > 32<<20 {
				t.Errorf("%d MiB were allocated", octets>>20)
			}
		})
	}
	t.Logf("assertion G2: %d tables with hostile values, at most %d MiB allocated", len(tests)-2, most>>20)
}

// list gives the head of a list of structures in a field of a structure.
func list(field byte, size uint64) []byte {
	return binary.AppendUvarint([]byte{field<<4 | thriftList, 15<<4 | thriftStruct}, size)
}

// TestHostileFooters has footers whose lists, texts and schema are of gigabytes for who believes them.
func TestHostileFooters(t *testing.T) {
	changed := func(change func(f *parquet.FileMetaData)) []byte {
		f := footerOf(1, false)
		change(f)
		return encodedFooter(f)
	}
	one := int32(1)
	elements := func(f *parquet.FileMetaData, count int, children *int32) {
		for range count {
			f.Schema = append(f.Schema, &parquet.SchemaElement{Name: "x", NumChildren: children})
		}
	}
	tests := []struct {
		name   string
		footer []byte
		want   string // part of the error
	}{
		{"sound", changed(func(*parquet.FileMetaData) {}), sound},
		{"schema of 2^31 elements", list(fieldSchema, 1<<31), "list of 2147483648 elements"},
		{"schema of empty elements", append(list(fieldSchema, 1<<20), make([]byte, 1<<20)...), "schema of 1048576 elements"},
		{"deep schema", changed(func(f *parquet.FileMetaData) { elements(f, 4000, &one) }), "the schema is not flat"},
		{"wide schema", changed(func(f *parquet.FileMetaData) { elements(f, 5000, nil) }), "schema of 5002 elements"},
		{"children that are not there", changed(func(f *parquet.FileMetaData) { n := int32(1 << 30); f.Schema[0].NumChildren = &n }), "has 1073741824 children"},
		{"children below 0", changed(func(f *parquet.FileMetaData) { n := int32(-1); f.Schema[0].NumChildren = &n }), "has -1 children"},
		{"a group in a group", changed(func(f *parquet.FileMetaData) { f.Schema[1].NumChildren = &one }), "the schema is not flat"},
		{"long name", changed(func(f *parquet.FileMetaData) { f.Schema[1].Name = strings.Repeat("x", 1<<20) }), "column name of 1048576 octets"},
		{"2^31 row groups", append(list(4, 1<<31), 0), "list of 2147483648 elements"},
		{"a million empty row groups", append(append(list(4, 1<<20), make([]byte, 1<<20)...), 0), "too many structures"},
		{"text of 2^40 octets", binary.AppendUvarint([]byte{6<<4 | thriftBinary}, 1<<40), "text of 1099511627776 octets"},
		{"deep structures", bytes.Repeat([]byte{9<<4 | thriftStruct}, 1000), "nested deeper than"},
		{"deep lists", append([]byte{9<<4 | thriftList}, bytes.Repeat([]byte{1<<4 | thriftList}, 1000)...), "nested deeper than"},
		{"map", []byte{9<<4 | thriftMap, 1}, "value of type 11"},
		{"cut", changed(func(*parquet.FileMetaData) {})[:20], "cut off"},
		{"octets behind", append(changed(func(*parquet.FileMetaData) {}), 1), "1 octets behind"},
	}
	page := pageOf(t, []byte{1, 0, 0, 0, 'x'}, 1, parquet.Encoding_PLAIN)
	most := uint64(0)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			octets, err := allocated(fileOf(t, page, tt.footer))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
			if most = max(most, octets); octets > 32<<20 {
				t.Errorf("%d MiB were allocated", octets>>20)
			}
		})
	}
	t.Logf("assertion G2: %d tables with hostile footers, at most %d MiB allocated", len(tests)-1, most>>20)
}

// TestHostileSecondPage has a page of a gigabyte of numbers behind those that parquet-go reads as well.
func TestHostileSecondPage(t *testing.T) {
	const behind = 1 << 27
	footer := footerOf(batchRows+behind, true)
	number := parquet.Type_INT64
	footer.Schema[1].Type, footer.RowGroups[0].Columns[0].MetaData.Type = &number, number
	pages := pageOf(t, append(levels(hybridRun(1, batchRows)), deltas(0, 1, batchRows)...), batchRows, parquet.Encoding_DELTA_BINARY_PACKED)
	pages = append(pages, pageOf(t, append(levels(hybridRun(1, behind)), deltas(0, 0, 1)...), behind, parquet.Encoding_DELTA_BINARY_PACKED)...)
	octets, err := allocated(fileOf(t, pages, encodedFooter(footer)))
	if err == nil || !strings.Contains(err.Error(), "page of 134217728 values") {
		t.Errorf("got %v", err)
	}
	if octets > 32<<20 {
		t.Errorf("%d MiB were allocated", octets>>20)
	}
}
