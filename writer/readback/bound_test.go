package readback

import (
	"bytes"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/xitongsys/parquet-go/parquet"
)

// TestHostilePages has pages whose digest would fit and whose sizes are those of a bomb.
// They are refused before anything makes room for what they say.
func TestHostilePages(t *testing.T) {
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	good := encoder.EncodeAll([]byte(strings.Repeat("text", 1000)), nil)
	bomb := encoder.EncodeAll(make([]byte, maxOpaquePage+1), nil)
	other := bytes.Clone(good[:len(good)-1])
	tests := []struct {
		name    string
		payload []byte
		size    int32 // as the header has it; 0: that of the payload
		plain   int32
		codec   parquet.CompressionCodec
		want    string // part of the error, "" for none
	}{
		{"sound", good, 0, 4000, parquet.CompressionCodec_ZSTD, ""},
		{"not compressed", good, 0, int32(len(good)), parquet.CompressionCodec_UNCOMPRESSED, ""},
		{"compressed size 2^31-1", good, 1<<31 - 1, 4000, parquet.CompressionCodec_ZSTD, "page of 2147483647 octets"},
		{"size below 0", good, -1, 4000, parquet.CompressionCodec_ZSTD, "page of -1 octets"},
		{"beyond the file", good, 1 << 20, 4000, parquet.CompressionCodec_ZSTD, "page ends after"},
		{"plain size 2^31-1", good, 0, 1<<31 - 1, parquet.CompressionCodec_ZSTD, "2147483647 before compression"},
		{"bomb", bomb, 0, 4000, parquet.CompressionCodec_ZSTD, "frame of a page has 268435457 octets inside"},
		{"other size inside", good, 0, 4001, parquet.CompressionCodec_ZSTD, "page of 4000 octets, its header says 4001"},
		{"two frames", append(bytes.Clone(good), good...), 0, 4000, parquet.CompressionCodec_ZSTD, "frame of"},
		{"cut", other, 0, 4000, parquet.CompressionCodec_ZSTD, "frame of"},
		{"no frame", []byte("no frame"), 0, 4000, parquet.CompressionCodec_ZSTD, "cannot read the frame"},
		{"other codec", good, 0, 4000, parquet.CompressionCodec_GZIP, "compressed by GZIP"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sum := int32(crc32.ChecksumIEEE(tt.payload))
			header := &parquet.PageHeader{CompressedPageSize: tt.size, UncompressedPageSize: tt.plain, Crc: &sum}
			if tt.size == 0 {
				header.CompressedPageSize = int32(len(tt.payload))
			}
			err := checkPage(bytes.NewReader(tt.payload), header, tt.codec, new(bytes.Buffer))
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	t.Logf("assertion G2: %d hostile pages of tables", len(tests)-2)
}
