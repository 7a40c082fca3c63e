package readback

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
)

// decode decodes values in the hybrid encoding.
func decode(src []byte, width, count int) (values []uint64, err error) {
	h := hybrid{src: src, width: width, left: count}
	if err := h.empty(); err != nil {
		return nil, err
	}
	for h.left > 0 {
		r, err := h.next()
		if err != nil {
			return values, err
		}
		some := make([]uint64, r.values)
		if r.packed != nil {
			unpack(some, r.packed, width)
		} else {
			for i := range some {
				some[i] = r.value
			}
		}
		values = append(values, some...)
	}
	return values, nil
}

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
			got, err := decode(c.src, c.width, c.count)
			if !errors.Is(err, c.err) || err == nil && !slices.Equal(got, c.want) {
				t.Errorf("got %v, %v, want %v, %v", got, err, c.want, c.err)
			}
		})
	}
}

// TestUnpack has values of all widths, as many as there are in a few groups, with nothing behind them and with something.
func TestUnpack(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for width := range 65 {
		for count := range 70 {
			src := make([]byte, (count+groupValues-1)/groupValues*width, 1<<10)
			for i := range src {
				src[i] = byte(random.Uint32())
			}
			want := make([]uint64, count)
			for bit := range count * width {
				want[bit/width] |= uint64(src[bit/8]>>(bit%8)&1) << (bit % width)
			}
			for range 2 {
				got := make([]uint64, count)
				unpack(got, src, width)
				if !slices.Equal(got, want) {
					t.Fatalf("%d values of width %d: got %x, want %x", count, width, got, want)
				}
				src = append(src, 0xa5, 0xff, 0, 1, 2, 3, 4, 5, 6, 0xff, 0xff)
			}
		}
	}
}

// FuzzEncodings decodes anything: no panic, and never more values than asked for.
func FuzzEncodings(f *testing.F) {
	f.Add([]byte{0x03, 0x88, 0xc6, 0xfa}, uint8(3), uint16(8))
	f.Add([]byte{0x80, 0x01, 0x04, 0x08, 0x0e, 0x03, 2, 0, 0, 0, 0xc0, 0x3f, 0, 0, 0, 0, 0, 0}, uint8(1), uint16(8))
	f.Fuzz(func(t *testing.T, src []byte, width uint8, count uint16) {
		values, err := decode(src, int(width%33), int(count))
		if len(values) > int(count) || err == nil && len(values) != int(count) {
			t.Errorf("%d values of %d, %v", len(values), count, err)
		}
		levels, err := countLevels(src, int(count))
		ofLevels, check := decode(src, 1, int(count))
		sum, wide := 0, false
		for _, v := range ofLevels {
			sum, wide = sum+int(v), wide || v > 1
		}
		if (err != nil) != (check != nil || wide) || err == nil && levels != sum {
			t.Errorf("%d levels of 1, %v, want %d, %v", levels, err, sum, check)
		}
		delta, err := appendDelta(nil, src, int(count))
		if len(delta) > int(count) || err == nil && len(delta) != int(count) {
			t.Errorf("%d values of %d, %v", len(delta), count, err)
		}
	})
}
