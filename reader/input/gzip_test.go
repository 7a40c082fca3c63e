package input

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"netstream/reader/damage"
)

// gzipMember gives a member with the fields of a header behind its first ten octets.
func gzipMember(t testing.TB, flags byte, fields ...[]byte) []byte {
	t.Helper()
	plain := compressGzip(t, payload)
	header := append([]byte{0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255}, slices.Concat(fields...)...)
	return append(header, plain[10:]...)
}

// headerDigest gives the CRC-16 of a header.
func headerDigest(flags byte, fields ...[]byte) []byte {
	header := append([]byte{0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255}, slices.Concat(fields...)...)
	return binary.LittleEndian.AppendUint16(nil, uint16(crc32.ChecksumIEEE(header)))
}

// Headers of RFC 1952 section 2.3 in all forms are passed over, and cut ones are told.
func TestGzipHeaders(t *testing.T) {
	const text, digest, extra, name, comment = 1, 2, 4, 8, 16
	subfields := append([]byte{4, 0}, "AB\x00\x00"...)
	long := []byte(strings.Repeat("n", 600_000) + "\x00") // longer than any buffer on the way
	read := rereader(t)
	for flags, fields := range map[byte][][]byte{
		0:                          nil,
		text:                       nil,
		extra:                      {subfields},
		name:                       {[]byte("capture.pcap\x00")},
		comment:                    {[]byte("lab\x00")},
		name | comment:             {[]byte("\xe9t\xe9\x00"), []byte("\x00")},
		digest:                     {headerDigest(digest)},
		name | text:                {long},
		extra | name | comment | 2: {subfields, []byte("a\x00"), []byte("b\x00"), headerDigest(extra|name|comment|2, subfields, []byte("a\x00"), []byte("b\x00"))},
	} {
		member := gzipMember(t, flags, fields...)
		for _, members := range []int{1, 3} {
			o := read(bytes.Repeat(member, members), Options{}, 1000)
			if o.err != nil || !bytes.Equal(o.content, bytes.Repeat(payload, members)) || len(o.account.Damage) > 0 {
				t.Errorf("flags %d, %d members: %v; want all of their content", flags, members, o)
			}
		}
		for cut := 4; cut < 10+len(slices.Concat(fields...)); cut += 1 + cut/20 {
			if o := read(member[:cut], Options{}, 1000); len(o.content) > 0 || faultOf(o.err) != damage.Truncated {
				t.Fatalf("flags %d, cut at %d: %v; want a cut stream", flags, cut, o)
			}
		}
	}
}

func faultOf(err error) damage.Kind {
	found, _ := err.(*damage.Error)
	if found == nil {
		return damage.Kind(255)
	}
	return found.Kind
}

// What a header or trailer has wrong is said, behind the content where it was decompressed.
func TestWrongGzip(t *testing.T) {
	for _, c := range []struct {
		member  []byte
		content int
		detail  string
	}{
		{gzipMember(t, 0x20), 0, "near octet 10 of the stream: header with flags 0x20, of which the upper three must be 0"},
		{gzipMember(t, 0x80), 0, "header with flags 0x80, of which the upper three must be 0"},
		{gzipMember(t, 2, []byte{1, 2}), 0, fmt.Sprintf("header with CRC-16 0x0201, want 0x%04x", binary.LittleEndian.Uint16(headerDigest(2)))},
		{changedBehind(t, 8), len(payload), fmt.Sprintf("content with CRC-32 0x%08x, want 0x%08x", crc32.ChecksumIEEE(payload), crc32.ChecksumIEEE(payload)^1)},
		{changedBehind(t, 4), len(payload), fmt.Sprintf("content of %d octets modulo 2^32, want %d", len(payload), len(payload)^1)},
		{append([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"), 7), 0, "block of reserved type 3"},
	} {
		o := readFile(t, c.member, Options{}, 1000)
		if faultOf(o.err) != damage.BadStream || !strings.Contains(o.err.Error(), c.detail) || !bytes.Equal(o.content, payload[:c.content]) {
			t.Errorf("got %v, want a bad stream with %q behind %d octets", o, c.detail, c.content)
		}
	}
}

// changedBehind gives a member with a bit changed so many octets before its end.
func changedBehind(t testing.TB, behind int) []byte {
	t.Helper()
	member := gzipMember(t, 0)
	member[len(member)-behind] ^= 1
	return member
}

// A damaged stream gives the same, and breaks off at the same octet, in whatever pieces it comes.
func TestGzipInPieces(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	member := compressGzip(t, bytes.Repeat(payload, 5))
	read := func(file []byte, pieces func(io.Reader) io.Reader) string {
		in, err := Open(Source{Name: StandardInput, Stream: true}, pieces(bytes.NewReader(file)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if closing := in.Close(); closing != nil {
			t.Fatal(closing)
		}
		return fmt.Sprint(len(content), sha256Text(content), err, in.Account().Layers)
	}
	whole := func(r io.Reader) io.Reader { return r }
	for range 1000 {
		file := bytes.Clone(member)
		file[10+random.IntN(len(file)-10)] ^= 1 << random.IntN(8)
		want := read(file, whole)
		for _, pieces := range []func(io.Reader) io.Reader{iotest.OneByteReader, iotest.HalfReader} {
			if got := read(file, pieces); got != want {
				t.Fatalf("in pieces %s\nat once   %s", got, want)
			}
		}
	}
}

// TestFrugalGzip has many gzip inputs open at a time, which take little more than the buffers of any compressed input.
func TestFrugalGzip(t *testing.T) {
	const inputs, most = 64, 400 << 10 // octets for each
	source := Source{Name: writeFile(t, compressGzip(t, payload))}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var open []*Input
	for range inputs {
		in, err := Open(source, nil, Options{Frugal: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := in.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		open = append(open, in)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := (after.HeapAlloc - before.HeapAlloc) / inputs; each > most {
		t.Errorf("%d octets an input, want at most %d", each, most)
	} else {
		t.Logf("%d octets an input", each)
	}
	for _, in := range open {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}
}
