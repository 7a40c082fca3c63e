package parquetfile

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"netstream/writer/table"
)

// shortOf gives a text of at most 32 octets as a short one.
func shortOf(text string) (t table.ShortText) {
	t.Length = len(text)
	for i := range len(text) {
		t.Words[i/8] |= uint64(text[i]) << (i % 8 * 8)
	}
	return t
}

// TestShortTexts: a page is the same whether texts are taken as short ones or not, in any order of both.
func TestShortTexts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 2000 {
		var want, got deltaTexts
		var wantBounds, gotBounds bounds
		before := ""
		for range rng.IntN(40) {
			text := strings.Repeat([]string{"ab", "ac"}[rng.IntN(2)], rng.IntN(8)) + fmt.Sprint(rng.IntN(1000))
			switch rng.IntN(5) {
			case 0:
				text = before[:rng.IntN(len(before)+1)] + text
			case 1:
				text = before
			case 2:
				text = ""
			}
			if rng.IntN(8) == 0 {
				text = strings.Repeat(text, 4)
			}
			before = text
			if err := want.addCopy([]byte(text)); err != nil {
				t.Fatal(err)
			}
			wantBounds.include([]byte(text))
			if short := shortOf(text[:min(len(text), 32)]); len(text) <= 32 && rng.IntN(4) > 0 {
				got.addShort(&short)
				gotBounds.includeShort(&short)
				if octets := short.Append([]byte("x")); string(octets) != "x"+text {
					t.Fatalf("%q is appended as %q", text, octets)
				}
			} else if err := got.addCopy([]byte(text)); err != nil {
				t.Fatal(err)
			} else {
				gotBounds.include([]byte(text))
			}
			if rng.IntN(6) == 0 {
				want.again()
				got.again()
			}
		}
		if !slices.Equal(got.shared, want.shared) || !slices.Equal(got.lengths, want.lengths) || !bytes.Equal(got.octets, want.octets) || got.size != want.size {
			t.Fatalf("%v %v %q %d, want %v %v %q %d", got.shared, got.lengths, got.octets, got.size, want.shared, want.lengths, want.octets, want.size)
		}
		if !bytes.Equal(gotBounds.least, wantBounds.least) || !bytes.Equal(gotBounds.greatest, wantBounds.greatest) {
			t.Fatalf("bounds %q and %q, want %q and %q", gotBounds.least, gotBounds.greatest, wantBounds.least, wantBounds.greatest)
		}
	}
}
