package parquetfile

import (
	"bytes"
	"math/rand/v2"
	"slices"
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

// TestCodeOfBlockBefore has pages of several blocks, of which later ones are as the first, have other shares, or an octet
// that the first has not, in any place: such a block has a code of its own.
func TestCodeOfBlockBefore(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	again, own := 0, 0
	var l literals
	for _, alphabet := range []int{2, 16, 60, 100, 200} { // short pairs, pairs and octets
		for _, change := range []string{"none", "share", "octet", "high octet"} {
			for range 6 {
				page := make([]byte, 2*literalsBlock+1+random.IntN(literalsBlock))
				steep := random.IntN(3)
				for i := range page {
					page[i] = byte(random.IntN(1 + random.IntN(alphabet)))
					for range steep {
						page[i] = min(page[i], byte(random.IntN(alphabet)))
					}
				}
				second := page[literalsBlock : 2*literalsBlock]
				switch at := random.IntN(len(second)) >> random.IntN(17); change {
				case "share":
					for i := range second {
						second[i] = byte(alphabet-1) - second[i]
					}
				case "octet":
					second[at] = byte(alphabet)
				case "high octet":
					second[at] |= 0x80
				}
				frame := checkFrame(t, &l, page, 0)
				behind := frame[frameHeaderOf(frame):]
				first := int(behind[0]) | int(behind[1])<<8 | int(behind[2])<<16
				kind := behind[blockHeader+first>>3+blockHeader] & 3
				switch lacking := lacks(page[:literalsBlock], second); {
				case kind == treeBefore&3 && !lacking:
					again++
				case kind == fourStreams&3 && (lacking || change == "share"):
					own++
				default:
					t.Errorf("alphabet of %d, change of %s: the second block's literals are of type %d", alphabet, change, kind)
				}
			}
		}
	}
	if again < 20 || own < 50 {
		t.Errorf("%d blocks with the code of the one before, %d with another one", again, own)
	}
}

// lacks says whether a block lacks an octet of another one.
func lacks(block, other []byte) bool {
	return slices.ContainsFunc(other, func(octet byte) bool { return bytes.IndexByte(block, octet) < 0 })
}

// frameHeaderOf gives the octets of a frame in front of the first block (RFC 8878 section 3.1.1.1).
func frameHeaderOf(frame []byte) int {
	const magic, descriptor = 4, 1
	return magic + descriptor + 1<<(frame[magic]>>6)
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
