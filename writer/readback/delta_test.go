package readback

import (
	"encoding/binary"
	"slices"
	"testing"
)

// TestDelta decodes the example of the Parquet format's Encodings.md, 7, 5, 3, 1,
// 2, 3, 4, 5 with least difference -2, in blocks as the format wants them now.
func TestDelta(t *testing.T) {
	example := []byte{0x80, 0x01, 0x04, 0x08, 0x0e, 0x03, 2, 0, 0, 0, 0xc0, 0x3f, 0, 0, 0, 0, 0, 0}
	wrapped := binary.AppendVarint([]byte{0x80, 0x01, 0x04, 0x02}, 1<<63-1) // and one more
	wrapped = append(wrapped, 0x02, 0, 0, 0, 0)
	for _, c := range []struct {
		name  string
		src   []byte
		count int
		want  []int64
		fails bool
	}{
		{"example", example, 8, []int64{7, 5, 3, 1, 2, 3, 4, 5}, false},
		{"one value", []byte{0x80, 0x01, 0x04, 0x01, 0x0e}, 1, []int64{7}, false},
		{"none", []byte{0x80, 0x01, 0x04, 0x00, 0x00}, 0, nil, false},
		{"wrapped", wrapped, 2, []int64{1<<63 - 1, -1 << 63}, false},
		{"other count", example, 7, nil, true},
		{"cut", example[:len(example)-1], 8, nil, true},
		{"no widths", example[:8], 8, nil, true},
		{"no header", example[:2], 8, nil, true},
		{"octets behind", append(slices.Clone(example), 0), 8, nil, true},
		{"width above 64", append([]byte{0x80, 0x01, 0x04, 0x02, 0x00, 0x00, 65, 0, 0, 0}, make([]byte, 300)...), 2, nil, true},
		{"no miniblocks", []byte{0x80, 0x01, 0x00, 0x01, 0x00}, 1, nil, true},
		{"huge block", []byte{0x80, 0x80, 0x80, 0x01, 0x04, 0x01, 0x00}, 1, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := appendDelta(nil, c.src, c.count)
			if (err != nil) != c.fails || err == nil && !slices.Equal(got, c.want) {
				t.Errorf("got %v, %v, want %v", got, err, c.want)
			}
		})
	}
}
