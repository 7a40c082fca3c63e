package parquetfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// numberPage makes a page of numbers of a size in octets. Those of which few octets are asked for are small, and all end with
// the lowest octets that are asked for.
func numberPage(random *rand.Rand, entries, size, few, same int) (page []byte) {
	for range entries {
		v := random.Uint64() << (8 * same) & (1<<(8*few) - 1)
		page = append(page, binary.LittleEndian.AppendUint64(nil, v)[:size]...)
	}
	return page
}

// zstdCodec gives a compressor as tables have it, and what reads its frames.
func zstdCodec(t *testing.T) (*zstd.Encoder, *zstd.Decoder) {
	t.Helper()
	compressor, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false))
	if err != nil {
		t.Fatal(err)
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(decoder.Close)
	return compressor, decoder
}

// TestChangingDictionaries has dictionaries of one column that are not like those before: what was found of these must not make
// them longer.
func TestChangingDictionaries(t *testing.T) {
	compressor, decoder := zstdCodec(t)
	random := rand.New(rand.NewPCG(1, 2))
	const entries = 40_000
	small := numberPage(random, entries, 8, 2, 0)
	oneLarge := append(numberPage(random, entries-1, 8, 2, 0), 0, 0, 0, 0, 0, 0x80, 0, 0)
	oneLarger := append(numberPage(random, entries-1, 8, 2, 0), 0, 0, 0, 0, 1, 0, 0, 0)
	var multiples []byte
	for i := range uint64(entries) {
		multiples = binary.LittleEndian.AppendUint64(multiples, i<<32)
	}
	p := pages{compressor: compressor}
	for i, page := range [][]byte{small, oneLarge, small, oneLarger, multiples, small, oneLarge, multiples} {
		got := p.compressDictionary(nil, page, entries)
		if back, err := decoder.DecodeAll(got, nil); err != nil || !bytes.Equal(back, page) {
			t.Fatalf("dictionary %d: %d octets come back as %d: %v", i, len(page), len(back), err)
		}
		alone := pages{compressor: compressor}
		if want := len(alone.compressDictionary(nil, page, entries)); len(got) > want {
			t.Errorf("dictionary %d: %d octets, alone %d", i, len(got), want)
		}
	}
}

// TestCompressDictionary has dictionaries of numbers and of texts come back, of which some are written without a search for
// repetitions, which must not make them longer.
func TestCompressDictionary(t *testing.T) {
	compressor, decoder := zstdCodec(t)
	random := rand.New(rand.NewPCG(1, 2))
	var addresses []byte
	for range fewestEntries {
		text := fmt.Sprintf("192.0.2.%d", random.IntN(1000))
		addresses = append(binary.LittleEndian.AppendUint32(addresses, uint32(len(text))), text...)
	}
	for name, test := range map[string]struct {
		page      []byte
		entries   int
		texts     bool
		byEntries bool
	}{
		"few numbers":                    {numberPage(random, fewestEntries-1, 8, 3, 0), fewestEntries - 1, false, false},
		"numbers of 3 octets of 8":       {numberPage(random, fewestEntries, 8, 3, 0), fewestEntries, false, true},
		"more of them than a block has":  {numberPage(random, 50_001, 8, 3, 0), 50_001, false, true},
		"numbers that end alike":         {numberPage(random, fewestEntries, 8, 6, 2), fewestEntries, false, true},
		"numbers of 6 octets of 8":       {numberPage(random, fewestEntries, 8, 6, 0), fewestEntries, false, true},
		"numbers of 8 octets":            {numberPage(random, fewestEntries, 8, 8, 0), fewestEntries, false, false},
		"numbers of 2 octets of 4":       {numberPage(random, fewestEntries+1, 4, 2, 0), fewestEntries + 1, false, true},
		"numbers of 1 octet of 4":        {numberPage(random, fewestEntries+1, 4, 1, 0), fewestEntries + 1, false, true},
		"more than a block tells of":     {numberPage(random, 40_000, 4, 1, 0), 40_000, false, true},
		"texts of the same length":       {equalPage(random, fewestEntries, 2, 20, 1, 60), fewestEntries, true, true},
		"texts of the length of numbers": {equalPage(random, fewestEntries, 0, 4, 0, 60), fewestEntries, true, true},
		"addresses":                      {addresses, fewestEntries, true, false},
	} {
		p := pages{compressor: compressor, ofTexts: test.texts}
		for round := range 2 {
			got := p.compressDictionary([]byte("front"), test.page, test.entries)[5:]
			if back, err := decoder.DecodeAll(got, nil); err != nil || !bytes.Equal(back, test.page) {
				t.Fatalf("%s: %d octets come back as %d: %v", name, len(test.page), len(back), err)
			}
			if byEntries := p.short != nil; byEntries != test.byEntries {
				t.Errorf("%s: written by their entries: %t, want %t", name, byEntries, test.byEntries)
			}
			if searched := compressor.EncodeAll(test.page, nil); len(got) > len(searched)+len(searched)/100 {
				t.Errorf("%s, round %d: %d octets become %d, by a search %d", name, round, len(test.page), len(got), len(searched))
			}
		}
	}
}
