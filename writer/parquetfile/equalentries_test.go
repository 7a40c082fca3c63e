package parquetfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// equalPage makes a page of texts, each of which begins and ends in the same way.
func equalPage(random *rand.Rand, texts, prefix, between, suffix, kinds int) (page []byte) {
	front, back := bytes.Repeat([]byte("p"), prefix), bytes.Repeat([]byte("s"), suffix)
	for range texts {
		page = append(binary.LittleEndian.AppendUint32(page, uint32(prefix+between+suffix)), front...)
		for range between {
			page = append(page, byte('!'+random.IntN(kinds)))
		}
		page = append(page, back...)
	}
	return page
}

// TestEqualEntries has texts of all lengths that can be written as such, and some that cannot.
func TestEqualEntries(t *testing.T) {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	defer decoder.Close()
	random := rand.New(rand.NewPCG(1, 2))
	var l literals
	for _, between := range []int{0, 1, 3, 15, 16, 17, 22, 24, 27, 28, 33, 41, 48, longestBetween, longestBetween + 1} {
		for _, around := range [][2]int{{0, 0}, {2, 1}, {0, 9}, {30, 0}, {17, 17}} {
			for _, kinds := range []int{60, 220} { // of which the last ones cannot be compressed
				name := fmt.Sprintf("%d octets behind %d and before %d, of %d", between, around[0], around[1], kinds)
				page := equalPage(random, fewestEntries+random.IntN(3000), around[0], between, around[1], kinds)
				size := textLength + around[0] + between + around[1]
				e, ok := alike(page, len(page)/size, true)
				want := between >= 3 && between <= longestBetween && textLength+around[0]+around[1] <= longestRepeated
				if ok != want && between >= 3 { // shorter ones may be alike by chance
					t.Fatalf("%s: alike is %t", name, ok)
				}
				if !ok {
					continue
				}
				if between >= 3 && (e.between() != between || e.size != size) {
					t.Fatalf("%s: they are alike in %+v", name, e)
				}
				frame := l.appendEqualEntries([]byte("front"), page, e)[5:]
				got, err := decoder.DecodeAll(frame, nil)
				if err != nil || !bytes.Equal(got, page) {
					t.Fatalf("%s: a page of %d octets comes back as %d: %v", name, len(page), len(got), err)
				}
				if most := len(page)/size*(between+1) + 1000; len(frame) > most {
					t.Errorf("%s: %d octets take %d, want at most %d", name, len(page), len(frame), most)
				}
			}
		}
	}
}

// TestNotAlike has pages that are told from texts of the same length.
func TestNotAlike(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	page := equalPage(random, fewestEntries, 2, 20, 1, 60)
	if _, ok := alike(page, fewestEntries, true); !ok {
		t.Fatal("texts are not alike")
	}
	other := bytes.Clone(page)
	other[27*1000]-- // a shorter text, and octets in its place that are none
	if _, ok := alike(other, fewestEntries, true); ok {
		t.Error("texts of two lengths are alike")
	}
	if _, ok := alike(page[:len(page)-1], fewestEntries, true); ok {
		t.Error("texts are alike of which the last is cut")
	}
}

// FuzzEqualEntries makes pages of any texts.
func FuzzEqualEntries(f *testing.F) {
	f.Add([]byte("1:abcdefghijklmnopqrstuvwxyz="), uint8(3), uint64(1))
	f.Fuzz(func(t *testing.T, octets []byte, kinds uint8, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 2))
		if len(octets) > 256 {
			return
		}
		var page []byte
		for range fewestEntries {
			page = binary.LittleEndian.AppendUint32(page, uint32(len(octets)))
			for _, octet := range octets {
				if octet < kinds {
					octet ^= byte(random.Uint32())
				}
				page = append(page, octet)
			}
		}
		if e, ok := alike(page, fewestEntries, true); ok {
			decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
			if err != nil {
				t.Fatal(err)
			}
			defer decoder.Close()
			got, err := decoder.DecodeAll(new(literals).appendEqualEntries(nil, page, e), nil)
			if err != nil || !bytes.Equal(got, page) {
				t.Fatalf("a page of %d octets comes back as %d: %v", len(page), len(got), err)
			}
		}
	})
}
