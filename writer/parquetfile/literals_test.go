package parquetfile

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/xitongsys/parquet-go/encoding"
)

// checkFrame decodes what appendFrame makes of a page.
func checkFrame(t *testing.T, l *literals, page []byte, split int) []byte {
	t.Helper()
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	defer decoder.Close()
	frame := l.appendFrame([]byte("front"), page[:split], page[split:])
	got, err := decoder.DecodeAll(frame[5:], nil)
	if err != nil || !bytes.Equal(got, page) {
		t.Fatalf("a page of %d octets, %d of them in front, comes back as %d: %v", len(page), split, len(got), err)
	}
	return frame[5:]
}

// TestLiterals has pages of all sizes around the limits of blocks, of octets that
// are all the same, few, and any.
func TestLiterals(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var l literals
	for _, kinds := range []int{1, 2, 11, 65, 256} {
		for _, size := range []int{1, 7, leastLiterals - 1, leastLiterals, 5000, literalsBlock - 1, literalsBlock, literalsBlock + 1, 3*literalsBlock + 9} {
			page := make([]byte, size)
			for i := range page {
				page[i] = byte(random.IntN(kinds))
			}
			for _, split := range []int{0, 1, size / 3, size} {
				frame := checkFrame(t, &l, page, split)
				if kinds <= 65 && size >= 5000 && 5*len(frame) > 4*size+5*leastLiterals {
					t.Errorf("%d octets of %d kinds, %d in front, take %d", size, kinds, split, len(frame))
				}
				if !bytes.Equal(frame, new(literals).appendFrame(nil, page[:split], page[split:])) {
					t.Error("what was there before shows in a frame")
				}
			}
		}
	}
}

// FuzzLiterals makes frames of any pages.
func FuzzLiterals(f *testing.F) {
	f.Add([]byte("10.0.0.1"), uint16(3), uint8(200))
	f.Fuzz(func(t *testing.T, octets []byte, split uint16, times uint8) {
		page := bytes.Repeat(octets, int(times))
		if len(page) > 0 {
			checkFrame(t, new(literals), page, min(int(split), len(page)))
		}
	})
}

// FuzzDeltaTexts decodes what deltaTexts encode with parquet-go.
func FuzzDeltaTexts(f *testing.F) {
	f.Add([]byte("10.0.0.1,10.0.0.200,10.0.0.200,,10.0.0.2,a text that is much longer,a text that is much shorter"))
	f.Add([]byte(",,"))
	f.Fuzz(func(t *testing.T, octets []byte) {
		var d deltaTexts
		texts := bytes.Split(octets, []byte(","))
		for range 2 { // the second page knows nothing of the first
			size := 0
			for i, text := range texts {
				if i > 0 && bytes.Equal(text, texts[i-1]) {
					d.again()
				} else if err := d.addCopy(text); err != nil {
					t.Fatal(err)
				}
				size += len(text) + 4
			}
			if d.size != size {
				t.Errorf("size %d, want %d", d.size, size)
			}
			page := append(d.appendLengths(nil), d.octets...)
			d.reset()
			got, err := encoding.ReadDeltaByteArray(bytes.NewReader(page))
			if err != nil || len(got) != len(texts) {
				t.Fatalf("%d texts come back as %d: %v", len(texts), len(got), err)
			}
			for i, text := range texts {
				if got[i] != string(text) {
					t.Errorf("text %d is %q, want %q", i, got[i], text)
				}
			}
		}
	})
}

// TestExpectedShare: what is new at the same rate stays new, what comes from a bounded
// set does not.
func TestExpectedShare(t *testing.T) {
	for _, c := range []struct{ first, second, cells, least, most int }{ // shares in percent
		{100, 100, 100, 100, 100},
		{90, 90, 100, 89, 91},
		{95, 85, 100, 44, 50},
		{50, 60, 100, 49, 51},
		{10, 0, 100, 0, 1},
		{0, 0, 100, 0, 0},
	} {
		if got := expectedShare(c.first, c.second, c.cells) * 100 / wholeShare; got < c.least || got > c.most {
			t.Errorf("%d and %d new ones of %d: share %d %%, want %d to %d", c.first, c.second, c.cells, got, c.least, c.most)
		}
	}
}
