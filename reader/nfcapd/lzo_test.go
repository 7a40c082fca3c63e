package nfcapd

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"netstream/reader/nfcapd/nfcapdtest"
)

const lzoEnd = "\x11\x00\x00"

// TestLZOInstructions has every instruction of the format, with data put together
// by hand after its description.
func TestLZOInstructions(t *testing.T) {
	run := strings.Repeat("0123456789abcdef", 1200) // 19200 octets
	long := "\x00" + strings.Repeat("\x00", (len(run)-18)/255) + string(rune((len(run)-18)%255))
	for _, test := range []struct{ name, in, want string }{
		{"nothing", lzoEnd, ""},
		{"first octet: one literal", "\x12a" + lzoEnd, "a"},
		{"first octet: 4 literals", "\x15abcd" + lzoEnd, "abcd"},
		{"a run of 19 literals", "\x00\x01" + strings.Repeat("x", 19) + lzoEnd, strings.Repeat("x", 19)},
		{"a run of 4 literals, a match of 3 far behind 2048", long + run + "\x00\x00" + lzoEnd, run + run[len(run)-2049:][:3]},
		{"a match of 2 after one literal", "\x12a\x00\x00" + lzoEnd, "aaa"},
		{"a match of 2 after 3 literals", "\x14abc\x08\x00" + lzoEnd, "abcab"},
		{"a match of 3 within 2 KiB", "\x15abcd\x4c\x00" + lzoEnd, "abcdabc"},
		{"a match of 8 within 2 KiB, repeating itself", "\x15abcd\xec\x00" + lzoEnd, "abcdabcdabcd"},
		{"a match of 33 within 16 KiB", "\x15abcd\x3f\x0c\x00" + lzoEnd, "abcd" + strings.Repeat("abcd", 9)[:33]},
		{"a match of 36 with a length octet, then a literal", "\x15abcd\x20\x03\x0d\x00z" + lzoEnd, "abcd" + strings.Repeat("abcd", 9) + "z"},
		{"a match of 4 behind 16 KiB", long + run + "\x12\x04\x00" + lzoEnd, run + run[len(run)-16385:][:4]},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := appendLZO(nil, []byte(test.in), MaxBlock)
			if err != nil || string(got) != test.want {
				t.Fatalf("%d octets, %v; want %d", len(got), err, len(test.want))
			}
		})
	}
}

func TestLZOUnsound(t *testing.T) {
	for _, test := range []struct {
		name, in string
		limit    int
		want     error
	}{
		{"no octets", "", 9, errLZOInput},
		{"no end", "\x12a", 9, errLZOInput},
		{"literals missing", "\x20abc", 99, errLZOInput},
		{"length octets missing", "\x15abcd\x20\x00\x00", 99, errLZOInput},
		{"distance missing", "\x15abcd\x21\x00", 99, errLZOInput},
		{"second octet of a match missing", "\x15abcd\x4c", 99, errLZOInput},
		{"match before the start", "\x15abcd\x50\x00" + lzoEnd, 99, errLZOMatch},
		{"match without anything", "\x11\x04\x00" + lzoEnd, 99, errLZOMatch},
		{"too many literals", "\x15abcd" + lzoEnd, 3, errLZOOutput},
		{"match too long", "\x15abcd\x4c\x00" + lzoEnd, 6, errLZOOutput},
		{"a bomb", "\x15abcd\x20" + strings.Repeat("\x00", 9999) + "\x01\x0c\x00" + lzoEnd, 1 << 20, errLZOOutput},
		{"octets behind the end", lzoEnd + "a", 9, errLZOTrailer},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := appendLZO(nil, []byte(test.in), test.limit)
			if !errors.Is(err, test.want) || len(got) > test.limit {
				t.Fatalf("%q, %v; want %v", got, err, test.want)
			}
		})
	}
}

// TestLZOKeepsWhatIsThere appends behind octets that matches must not reach.
func TestLZOKeepsWhatIsThere(t *testing.T) {
	got, err := appendLZO([]byte("before"), []byte("\x12a\x4c\x00"+lzoEnd), 99)
	if !errors.Is(err, errLZOMatch) || !bytes.HasPrefix(got, []byte("before")) {
		t.Fatalf("%q, %v", got, err)
	}
}

// TestLZORoundTrip compresses data of growing regularity.
func TestLZORoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for i := range 300 {
		data := make([]byte, random.IntN(60000))
		for j := range data {
			data[j] = byte(random.IntN(1 + i))
			if j > 40000 && i%2 == 0 {
				data[j] = data[j-39000]
			}
		}
		got, err := appendLZO(nil, nfcapdtest.AppendLZO(nil, data), MaxBlock)
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("case %d: %d octets, %v; want %d", i, len(got), err, len(data))
		}
	}
}

func FuzzLZO(f *testing.F) {
	f.Add([]byte(lzoEnd))
	f.Add([]byte("\x15abcd\x3f\x0c\x00" + lzoEnd))
	f.Add([]byte("\x00\x01" + strings.Repeat("x", 19) + "\x10\x00\x00\x01\x00" + lzoEnd))
	f.Add(nfcapdtest.AppendLZO(nil, bytes.Repeat([]byte("one two three "), 99)))
	f.Fuzz(func(t *testing.T, data []byte) {
		const limit = 1 << 16
		if out, err := appendLZO(nil, data, limit); err == nil && len(out) > limit {
			t.Fatalf("%d octets, at most %d are allowed", len(out), limit)
		}
		if len(data) > limit {
			return
		}
		back, err := appendLZO(nil, nfcapdtest.AppendLZO(nil, data), limit)
		if err != nil || !bytes.Equal(back, data) {
			t.Fatalf("%d octets came back as %d, %v", len(data), len(back), err)
		}
	})
}
