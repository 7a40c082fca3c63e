package readback

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"
)

// TestHybrid decodes the example of the Parquet format's Encodings.md and what
// goes wrong around it.
func TestHybrid(t *testing.T) {
	packed := []byte{0x03, 0x88, 0xc6, 0xfa} // one group of 3 bits: 0 to 7
	for _, c := range []struct {
		name         string
		src          []byte
		width, count int
		want         []uint64
		err          error
	}{
		{"bit-packed", packed, 3, 8, []uint64{0, 1, 2, 3, 4, 5, 6, 7}, nil},
		{"group filled up", packed, 3, 5, []uint64{0, 1, 2, 3, 4}, nil},
		{"run", []byte{0x06, 0x05}, 3, 3, []uint64{5, 5, 5}, nil},
		{"run of two octets", []byte{0x04, 0x34, 0x12}, 13, 2, []uint64{0x1234, 0x1234}, nil},
		{"run of width 0", []byte{0x04}, 0, 2, []uint64{0, 0}, nil},
		{"run and group", append([]byte{0x02, 0x01}, packed...), 3, 9, []uint64{1, 0, 1, 2, 3, 4, 5, 6, 7}, nil},
		{"nothing", nil, 3, 0, nil, nil},
		{"no header", nil, 3, 1, nil, errCut},
		{"empty run", []byte{0x00, 0x01}, 3, 1, nil, errCut},
		{"run too long", []byte{0x06, 0x05}, 3, 2, nil, errCut},
		{"run without value", []byte{0x06}, 3, 3, nil, errCut},
		{"group cut off", packed[:3], 3, 8, nil, errCut},
		{"many groups", []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, 32, 8, nil, errCut},
		{"groups of width 0", []byte{0x03}, 0, 8, nil, errCut},
		{"octets behind", append(slices.Clone(packed), 0), 3, 8, nil, errBehind},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := appendHybrid(nil, c.src, c.width, c.count)
			if !errors.Is(err, c.err) || err == nil && !slices.Equal(got, c.want) {
				t.Errorf("got %v, %v, want %v, %v", got, err, c.want, c.err)
			}
		})
	}
}

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

// FuzzEncodings decodes anything: no panic, and never more values than asked for.
func FuzzEncodings(f *testing.F) {
	f.Add([]byte{0x03, 0x88, 0xc6, 0xfa}, uint8(3), uint16(8))
	f.Add([]byte{0x80, 0x01, 0x04, 0x08, 0x0e, 0x03, 2, 0, 0, 0, 0xc0, 0x3f, 0, 0, 0, 0, 0, 0}, uint8(1), uint16(8))
	f.Fuzz(func(t *testing.T, src []byte, width uint8, count uint16) {
		hybrid, err := appendHybrid(nil, src, int(width%33), int(count))
		if len(hybrid) > int(count) || err == nil && len(hybrid) != int(count) {
			t.Errorf("%d values of %d, %v", len(hybrid), count, err)
		}
		delta, err := appendDelta(nil, src, int(count))
		if len(delta) > int(count) || err == nil && len(delta) != int(count) {
			t.Errorf("%d values of %d, %v", len(delta), count, err)
		}
	})
}
