package input

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"netstream/reader/damage"
)

func isDamage(err error, kind damage.Kind) bool {
	var d *damage.Error
	return errors.As(err, &d) && d.Kind == kind && d.Fatal
}

func TestMembers(t *testing.T) {
	for _, s := range samples() {
		one, none := s.compress(t, payload), s.compress(t, nil)
		twice := slices.Concat(payload, payload)
		cases := []struct {
			name     string
			file     []byte
			want     []byte
			members  int64
			trailing int64
		}{
			{"single", one, payload, 1, 0},
			{"joined", slices.Concat(one, one), twice, 2, 0},
			{"empty", none, nil, 1, 0},
			{"empty between", slices.Concat(one, none, one), twice, 3, 0},
			{"trailing zeros", append(slices.Clone(one), 0, 0, 0), payload, 1, 3},
			{"trailing octet", append(slices.Clone(one), 'B'), payload, 1, 1},
			{"trailing text", append(slices.Clone(one), "\r\n\r\n\r\nBZ, and a text of some length\n"...), payload, 1, 36},
			{"trailing behind empty", append(slices.Clone(none), "BZh0 text text"...), nil, 1, 14},
		}
		for _, c := range cases {
			t.Run(s.name+"/"+c.name, func(t *testing.T) {
				if s.weak && 0 < c.trailing && c.trailing < 4 {
					// A legacy frame has no end: fewer than four octets behind it are a cut block.
					if o := readFile(t, c.file, Options{}, 4096); !isDamage(o.err, damage.Truncated) || !bytes.Equal(o.content, c.want) {
						t.Errorf("got %v", o)
					}
					return
				}
				for _, size := range []int{1, 7, 4096, 1 << 20} {
					o := readFile(t, c.file, Options{}, size)
					if o.err != nil || !bytes.Equal(o.content, c.want) {
						t.Fatalf("got %v, want %d octets", o, len(c.want))
					}
					l := o.account.Layers[0]
					if l.Format != s.format || l.Members != c.members || l.Trailing != c.trailing || l.Undecoded != 0 {
						t.Errorf("got %+v, want %v, %d members, %d trailing", l, s.format, c.members, c.trailing)
					}
					if want := map[bool]string{true: "trailing_bytes"}[c.trailing > 0]; o.kinds() != want {
						t.Errorf("damage %q, want %q", o.kinds(), want)
					}
				}
			})
		}
	}
}

func TestCutEverywhere(t *testing.T) {
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			one, read := s.compress(t, payload), rereader(t)
			before := 0
			for cut := s.magic; cut < len(one); cut += s.step() {
				o := read(one[:cut], Options{}, 4096)
				if s.weak && cut == s.magic && o.err == nil && len(o.content) == 0 {
					continue // a legacy frame without blocks is an empty one
				}
				if !isDamage(o.err, damage.Truncated) || o.kinds() != "truncated_input" {
					t.Fatalf("cut at %d: %v", cut, o)
				}
				if !bytes.HasPrefix(payload, o.content) || len(o.content) < before {
					t.Fatalf("cut at %d: %d octets, which are no prefix or fewer than %d", cut, len(o.content), before)
				}
				before = len(o.content)
				for _, size := range []int{1, 100} {
					if other := read(one[:cut], Options{ReadAhead: size == 100 && cut%16 == 0}, size); other.String() != o.String() {
						t.Fatalf("cut at %d: reads of %d give\n%v, others gave\n%v", cut, size, other, o)
					}
				}
			}
			if s.checksum > 0 && before != len(payload) {
				t.Errorf("cut in the checksum: %d octets, want all %d", before, len(payload))
			}
		})
	}
}

func TestCutInSecondMember(t *testing.T) {
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			one, read := s.compress(t, payload), rereader(t)
			for cut := 1; cut < len(one); cut += s.step() {
				o := read(append(slices.Clone(one), one[:cut]...), Options{}, 4096)
				if !bytes.HasPrefix(o.content, payload) || !bytes.HasPrefix(payload, o.content[len(payload):]) {
					t.Fatalf("cut at %d of the second: %v", cut, o)
				}
				if got := o.kinds(); got != "truncated_input" && !(cut <= s.magic && (got == "trailing_bytes" || s.weak)) {
					t.Fatalf("cut at %d of the second: damage %q", cut, got)
				}
			}
		})
	}
}

// Any single bit that is wrong is found, unless it changes nothing.
func TestFlippedBits(t *testing.T) {
	for _, s := range samples() {
		if s.weak {
			continue // no checksum
		}
		t.Run(s.name, func(t *testing.T) {
			one, read := s.compress(t, payload), rereader(t)
			for bit := range len(one) * 8 {
				place := len(one) - bit/8
				if body := bit/8 >= 40 && place > 40; body && bit%8 != bit/8%8 {
					continue // one bit of each octet of the body is enough
				}
				file := slices.Clone(one)
				file[bit/8] ^= 1 << (bit % 8)
				o := read(file, Options{}, 4096)
				whole := bytes.Equal(o.content, payload)
				switch {
				case ClassOf(o.err) == Refused, len(o.account.Layers) == 0 && o.err == nil && bytes.Equal(o.content, file):
				case place <= s.unpadded && whole:
				case place <= s.checksum && (!whole || !isDamage(o.err, damage.BadStream) && o.kinds() == ""):
					t.Fatalf("bit %d of %d, in the checksum: %v", bit, len(one)*8, o)
				case o.err == nil && o.kinds() == "" && !whole:
					t.Fatalf("bit %d of %d: other content and no damage", bit, len(one)*8)
				}
				if bit%8 != bit/8%8 {
					continue
				}
				if other := read(file, Options{}, 3); other.String() != o.String() {
					t.Fatalf("bit %d: reads of 3 give\n%v, others gave\n%v", bit, other, o)
				}
			}
		})
	}
}

func TestNested(t *testing.T) {
	for _, outer := range samples() {
		for _, inner := range samples() {
			if outer.format == Bzip2 && inner.format != Bzip2 {
				continue // no sample without a writer
			}
			t.Run(inner.name+" in "+outer.name, func(t *testing.T) {
				packed := inner.compress(t, payload)
				file := outer.compress(t, packed)
				o := readFile(t, file, Options{}, 1000)
				if o.err != nil || !bytes.Equal(o.content, payload) || len(o.account.Layers) != 2 {
					t.Fatalf("got %v", o)
				}
				cut := readFile(t, file[:len(file)-3], Options{}, 1000)
				if !outer.weak && (!isDamage(cut.err, damage.Truncated) || cut.kinds() != "truncated_input") {
					t.Errorf("cut: %v", cut)
				}
				if outer.format == Bzip2 {
					return
				}
				tail := readFile(t, append(outer.compress(t, append(packed, "\x00\x00\x00\x00\x00text"...)), 'x', 0, 0, 0, 0), Options{}, 1000)
				want := "trailing_bytes trailing_bytes"
				if tail.kinds() != want && !outer.weak || !bytes.Equal(tail.content, payload) {
					t.Errorf("trailing in both: %v", tail)
				}
			})
		}
	}
}

func TestNestedTooDeep(t *testing.T) {
	file := compressGzip(t, compressZstd(t, compressXZ(t, payload)))
	o := readFile(t, file, Options{}, 100)
	if ClassOf(o.err) != Refused || !strings.Contains(o.err.Error(), "xz in zstd in gzip") {
		t.Errorf("got %v, want a refusal that names the layers", o.err)
	}
}

// Damage of the outer stream is told even where the inner one ended before it.
func TestDamageBehindInnerEnd(t *testing.T) {
	file := compressGzip(t, compressZstd(t, payload))
	file[len(file)-6] ^= 1 // CRC32
	o := readFile(t, file, Options{}, 100)
	if !bytes.Equal(o.content, payload) || !isDamage(o.err, damage.BadStream) || o.kinds() != "bad_stream" {
		t.Errorf("got %v", o)
	}
}

func TestPlain(t *testing.T) {
	cases := []struct{ name, content string }{
		{"empty", ""},
		{"one octet", "\x1f"},
		{"gzip of an unknown method", "\x1f\x8b\x07 and more"},
		{"text that begins like bzip2", "BZh9 is not all there is to it"},
		{"bzip2 without level", "BZh01AY&SY"},
		{"pcap", "\xd4\xc3\xb2\xa1\x02\x00\x04\x00"},
		{"pcapng", "\x0a\x0d\x0d\x0a\x1c\x00\x00\x00"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := readFile(t, []byte(c.content), Options{}, 5)
			if o.err != nil || string(o.content) != c.content || len(o.account.Layers) != 0 || o.kinds() != "" {
				t.Errorf("got %v", o)
			}
		})
	}
}

func TestSkippableFrames(t *testing.T) {
	skippable := func(kind byte, content string) []byte {
		return append([]byte{0x50 + kind, 0x2A, 0x4D, 0x18, byte(len(content)), 0, 0, 0}, content...)
	}
	cases := []struct {
		name    string
		file    []byte
		want    []byte
		format  Format
		members int64
		damage  string
	}{
		{"before zstd", slices.Concat(skippable(0, "1234"), compressZstd(t, payload)), payload, Zstd, 2, ""},
		{"before lz4", slices.Concat(skippable(15, ""), skippable(1, "a"), compressLZ4()(t, payload)), payload, LZ4, 3, ""},
		{"between zstd", slices.Concat(compressZstd(t, payload), skippable(7, "xx"), compressZstd(t, payload)), slices.Concat(payload, payload), Zstd, 3, ""},
		{"behind lz4", slices.Concat(compressLZ4()(t, payload), skippable(7, "xx")), payload, LZ4, 2, ""},
		{"alone", skippable(3, "some text"), nil, Zstd, 1, ""},
		{"cut", skippable(3, "some text")[:12], nil, Zstd, 1, "truncated_input"},
		{"length beyond all bounds", []byte("\x50\x2A\x4D\x18\xff\xff\xff\xff12345"), nil, Zstd, 1, "truncated_input"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := readFile(t, c.file, Options{}, 100)
			if !bytes.Equal(o.content, c.want) || o.kinds() != c.damage || (o.err != nil) != (c.damage != "") {
				t.Fatalf("got %v", o)
			}
			if l := o.account.Layers[0]; l.Format != c.format || l.Members != c.members {
				t.Errorf("got %+v, want %v of %d members", l, c.format, c.members)
			}
		})
	}
}

// checkHint wants the next step that a program without flags for limits has.
func checkHint(t *testing.T, e *Error) {
	t.Helper()
	if !strings.Contains(e.Hint, "decompress it") || !strings.Contains(e.Hint, "read the result from a file or pipe") {
		t.Errorf("hint of %v is %q", e, e.Hint)
	}
}

func TestRefused(t *testing.T) {
	xzBlock := compressXZ(t, payload)
	bigDictionary := slices.Clone(xzBlock)
	bigDictionary[16] = 40 // 4 GiB - 1
	sealXZ(bigDictionary)
	delta := slices.Clone(xzBlock)
	delta[14] = 0x03 // Delta
	sealXZ(delta)
	cases := []struct {
		name string
		file []byte
		want string
	}{
		{"zstd window", []byte("\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00"), "window of 2147483648 octets, want at most 134217728"},
		{"zstd window mantissa", []byte("\x28\xb5\x2f\xfd\x00\x8f\x01\x00\x00"), "window of 251658240 octets"},
		{"zstd single segment", []byte("\x28\xb5\x2f\xfd\xe0\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00"), "window of 4294967296 octets"},
		{"zstd dictionary", []byte("\x28\xb5\x2f\xfd\x21\x07\x00\x01\x00\x00"), "needs dictionary 7"},
		{"lz4 dictionary", []byte("\x04\x22\x4d\x18\x41\x40\x00\x00\x00\x00\x00"), "needs a dictionary"},
		{"xz dictionary", bigDictionary, "window of 4294967295 octets"},
		{"xz filter", delta, "the first of number 0x3"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(Source{Name: StandardInput, Stream: true}, bytes.NewReader(c.file), Options{})
			if ClassOf(err) != Refused || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("Open: %v, want a refusal with %q", err, c.want)
			}
			one := Errors(err)[0]
			if one.Name != StandardInput {
				t.Errorf("no name: %+v", one)
			}
			checkHint(t, one)
		})
	}
	t.Run("in the second member", func(t *testing.T) {
		file := slices.Concat(compressZstd(t, payload), cases[0].file)
		o := readFile(t, file, Options{}, 100)
		if !bytes.Equal(o.content, payload) || ClassOf(o.err) != Refused || o.account.Complete {
			t.Errorf("got %v", o)
		}
	})
	t.Run("not with a larger limit", func(t *testing.T) {
		_, err := Open(Source{Name: StandardInput, Stream: true}, bytes.NewReader(cases[1].file), Options{MaxWindow: 256 << 20})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestLimits(t *testing.T) {
	zeros := make([]byte, 1<<20)
	cases := []struct {
		name    string
		options Options
		file    []byte
		most    int // octets delivered at most
	}{
		{"expanded", Options{MaxExpanded: 1000}, compressGzip(t, zeros), 1000},
		{"expanded in the outer layer", Options{MaxExpanded: 500}, compressGzip(t, append(compressXZ(t, payload), zeros...)), len(payload)},
		{"ratio", Options{MaxRatio: 100}, compressZstd(t, zeros), 1 << 20},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := readFile(t, c.file, c.options, 4096)
			for _, e := range Errors(o.err) {
				checkHint(t, e)
			}
			if ClassOf(o.err) != LimitReached || len(o.content) > c.most {
				t.Errorf("got %v", o)
			}
		})
	}
	t.Run("just not", func(t *testing.T) {
		o := readFile(t, compressGzip(t, zeros), Options{MaxExpanded: 1 << 20}, 4096)
		if o.err != nil || len(o.content) != 1<<20 {
			t.Errorf("got %v", o)
		}
	})
}

// Large content goes through all paths, with and without read-ahead.
func TestLargeContent(t *testing.T) {
	content := bytes.Repeat(payload, 3000) // 7 MB
	for i := range content {
		content[i] ^= byte(i * i >> 11)
	}
	for _, s := range samples() {
		if s.format == Bzip2 {
			continue
		}
		file := s.compress(t, content)
		for _, ahead := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/%v", s.name, ahead), func(t *testing.T) {
				o := readFile(t, file, Options{ReadAhead: ahead}, 100_000)
				if o.err != nil || !bytes.Equal(o.content, content) {
					t.Errorf("got %v", o)
				}
			})
		}
	}
}
