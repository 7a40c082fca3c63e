package parquetfile

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/huff0"
)

// ofLibrary gives the code of a block with its description as the zstd library makes it; nil if it does not.
func ofLibrary(t *testing.T, block []byte) []byte {
	t.Helper()
	coded, _, err := huff0.Compress4X(block, &huff0.Scratch{Reuse: huff0.ReusePolicyNone})
	if err != nil && !errors.Is(err, huff0.ErrIncompressible) && !errors.Is(err, huff0.ErrUseRLE) {
		t.Fatal(err)
	}
	if err != nil || len(coded)+literalsHeader+1 >= len(block) {
		return nil
	}
	return coded
}

// checkBlock compares a block with what the library makes of it.
func checkBlock(t *testing.T, l *literals, block []byte) (same bool) {
	t.Helper()
	got := l.appendBlock(nil, block, true)
	want := ofLibrary(t, block)
	kind := got[0] & 6
	if kind != compressedBlock {
		if want != nil {
			t.Errorf("a block of %d octets is of type %d, the library takes %d octets for it", len(block), kind>>1, len(want))
		}
		return want == nil
	}
	if got = got[blockHeader+literalsHeader : len(got)-1]; !bytes.Equal(got, want) {
		t.Errorf("a block of %d octets takes %d octets that differ from the library's %d", len(block), len(got), len(want))
		return false
	}
	return true
}

// TestHuffmanAsLibrary makes blocks of octets that are spread in many ways: some so unevenly that codes would be longer
// than the format allows.
func TestHuffmanAsLibrary(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var l literals
	limited, paired, direct := 0, 0, 0
	for range 1000 {
		kinds := 2 + random.IntN(1+random.IntN(255))
		steep := random.Float64() * random.Float64() * 3
		limit := make([]float64, kinds) // up to where in the sum of all weights an octet reaches
		sum := 0.0
		for i := range limit {
			sum += math.Exp(-steep * float64(i) * random.Float64())
			limit[i] = sum
		}
		names := random.Perm(octets)
		switch random.IntN(3) {
		case 0:
			names = random.Perm(max(kinds, pairOctets))
		case 1:
			names = random.Perm(kinds) // no other octets between them
		}
		block := make([]byte, leastLiterals+random.IntN(1+random.IntN(literalsBlock-leastLiterals)))
		for i := range block {
			at, kind := random.Float64()*sum, 0
			for limit[kind] < at {
				kind++
			}
			block[i] = byte(names[kind])
		}
		if !checkBlock(t, &l, block) {
			t.Fatalf("%d kinds", kinds)
		}
		deepest := uint8(0)
		for _, n := range l.code.nodes {
			deepest = max(deepest, n.depth+1)
		}
		if int(deepest) > l.code.longest {
			limited++
		}
		if l.code.makePairs(len(block)) {
			paired++
		}
		if table, ok := l.code.appendTable(nil); ok && table[0] > directWeights {
			direct++
		}
	}
	if min(limited, paired, direct) < 50 {
		t.Errorf("only %d blocks with limited codes, %d with pairs, %d with weights of 4 bits", limited, paired, direct)
	}
}

// FuzzHuffman compares the code of any block with the library's.
func FuzzHuffman(f *testing.F) {
	f.Add([]byte("10.0.0.1"), uint8(200))
	f.Fuzz(func(t *testing.T, octets []byte, times uint8) {
		if block := bytes.Repeat(octets, int(times)); len(block) >= leastLiterals && len(block) <= literalsBlock {
			checkBlock(t, new(literals), block)
		}
	})
}

func BenchmarkLiterals(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	block := make([]byte, literalsBlock)
	for i := range block {
		block[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[random.IntN(64)]
	}
	b.Run("own", func(b *testing.B) {
		var l literals
		var dst []byte
		b.SetBytes(int64(len(block)))
		for b.Loop() {
			dst = l.appendBlock(dst[:0], block, true)
		}
	})
	b.Run("library", func(b *testing.B) {
		var s huff0.Scratch
		b.SetBytes(int64(len(block)))
		for b.Loop() {
			s.Reuse = huff0.ReusePolicyNone
			if _, _, err := huff0.Compress4X(block, &s); err != nil {
				b.Fatal(err)
			}
		}
	})
}
