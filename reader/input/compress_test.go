package input

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"

	"netstream/reader/damage"
)

// payload is what the compressed files of these tests hold.
var payload = func() []byte {
	var b bytes.Buffer
	for i := range 120 {
		fmt.Fprintf(&b, "packet %d of flow %d\n", i, i*i%7)
	}
	return b.Bytes()
}()

// Go has no bzip2 writer: what bzip2 1.0.8 makes of payload, of nothing, and of
// the first of these.
const (
	bzip2Payload = "QlpoOTFBWSZTWRGcMB8ABAFZgAAQQAB/4CsMxIAwAZNiiDSaYYqo2oAGqn/iqkyGEyZAiRKMagDT1HcuJ8YYbgMNhVhspDYZSww3" +
		"AYbCzWGHWGGw6GwwNpdyrKqXKslXoQ1BAirBAgpBAOCAAPoAREeV7Enyqz16PgSW92tvi6UklhRRRKUlGUVs1Rw5uK6NI2dy7Vqs" +
		"pUqRzcm5SzJ7nbnJUpd5OypUqfIgBXmHC+8ZoTIgcb3eM7Y23znfpBJFJJCSEISciABwumkdLciAaDqswtPAIgI5b3CS3YgJXTla" +
		"S3IgFvtI7Kb0QN5TrN19bQgI3Tva0t4IFlO0iS30QP4AREfIAiI5AV0ArgBXkBX2ArQCugFfwCugFeoCv8XckU4UJARnDAfA"
	bzip2Empty  = "QlpoORdyRThQkAAAAAA="
	bzip2Nested = "QlpoOTFBWSZTWX8NEcUAADf////+f2bfm327dv088rD/8LrH/nuWZ31FcvdiHhfQVpWZMADZmIMEaNDajTTCaGgyZGgyaaGgGQBg" +
		"mQGgDBMQwTIZGQZGBM0jJoM02qGSaNNNAZPUNNDRkaNDEYQGEGIANND0CZBiaAabUNMQaGRmp5TEZMTIZqeog0yNpNMmRkxDI0aH" +
		"qZMmIaNNDTTIGTQ0Bo9JkZGgMjTQaHqMaRpgJoxND0TAaCo0w2yZawTgE8QRMkgxQD9EQUK0R5aMqeCm3Zq45tzSUeV4Ud7Yblzs" +
		"d4fbZGJCtf/zG4NBxqyDfjm7olVn2uuxAeikWBx2hEdZAJ9EiBtoqTGdKi+0KOffY3YE2HACYt7hQA72tziAIHRU0l9IETfQJ51x" +
		"mCmnEfsG+B0f1Lw0k+PBjOA7NO5jEEFs8Z6DFEtWOXob1En0wdhQWQL1w/67yFPpdqxV9aM9DKWmV1ihixm0oKLVIbVrIiww5naF" +
		"r7rD4W/a35DBGIO07uYqxP46yHh52zQIHJ40H0Gvh2bgSdgT2RFfTZ6I0yEdo+AvtZSAAT45ulYDAUaYl+IAUFuRnV3WF/i7kinC" +
		"hIP4aI4o"
)

// sample is a format as the tests make it.
type sample struct {
	name     string
	format   Format
	compress func(t testing.TB, content []byte) []byte
	magic    int // octets from which on a cut file is known to be of the format
	checksum int // octets at the end within which a change is found after the whole content
	unpadded int // octets at the very end that may hold bits without a meaning
	weak     bool
}

// step is how far apart the cuts of a file are: the decoder of legacy frames
// allocates 8 MiB for each.
func (s sample) step() int {
	if s.weak {
		return 23
	}
	return 1
}

func samples() []sample {
	return []sample{
		{name: "gzip", format: Gzip, compress: compressGzip, magic: 3, checksum: 8},
		{name: "zstd", format: Zstd, compress: compressZstd, magic: 4, checksum: 4},
		{name: "lz4", format: LZ4, compress: compressLZ4(lz4.BlockSizeOption(lz4.Block64Kb)), magic: 4, checksum: 4},
		{name: "lz4 legacy", format: LZ4, compress: compressLZ4(lz4.LegacyOption(true)), magic: 4, weak: true},
		{name: "xz", format: XZ, compress: compressXZ, magic: 6, checksum: 12 + 8 + 8},
		{name: "bzip2", format: Bzip2, compress: compressBzip2, magic: 4, checksum: 5, unpadded: 1},
	}
}

func pack(t testing.TB, w io.WriteCloser, err error, content []byte) {
	t.Helper()
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

func compressGzip(t testing.TB, content []byte) []byte {
	var b bytes.Buffer
	pack(t, gzip.NewWriter(&b), nil, content)
	return b.Bytes()
}

func compressZstd(t testing.TB, content []byte) []byte {
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1), zstd.WithZeroFrames(true))
	pack(t, w, err, content)
	return b.Bytes()
}

func compressLZ4(options ...lz4.Option) func(testing.TB, []byte) []byte {
	return func(t testing.TB, content []byte) []byte {
		var b bytes.Buffer
		w := lz4.NewWriter(&b)
		if err := w.Apply(options...); err != nil {
			t.Fatal(err)
		}
		pack(t, w, nil, content)
		return b.Bytes()
	}
}

func compressXZ(t testing.TB, content []byte) []byte {
	var b bytes.Buffer
	w, err := xz.WriterConfig{DictCap: 64 << 10}.NewWriter(&b) // small, for the tests' speed
	pack(t, w, err, content)
	return b.Bytes()
}

func compressBzip2(t testing.TB, content []byte) []byte {
	for text, packed := range map[string]string{
		string(payload):                   bzip2Payload,
		"":                                bzip2Empty,
		string(unbase64(t, bzip2Payload)): bzip2Nested,
	} {
		if string(content) == text {
			return unbase64(t, packed)
		}
	}
	t.Fatal("no bzip2 sample of this content")
	return nil
}

func unbase64(t testing.TB, s string) []byte {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// outcome is all that reading a file gives.
type outcome struct {
	content []byte
	err     error // nil for io.EOF
	account Account
}

func (o outcome) String() string {
	return fmt.Sprintf("%d octets %x, error %v, damage %v, layers %+v", len(o.content), sha256.Sum256(o.content), o.err, o.account.Damage, o.account.Layers)
}

// kinds gives the kinds of the account's damage.
func (o outcome) kinds() string {
	var names []string
	for _, d := range o.account.Damage {
		names = append(names, d.Kind.String())
	}
	return strings.Join(names, " ")
}

func writeFile(t testing.TB, octets []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "capture")
	if err := os.WriteFile(name, octets, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// readFile reads file with reads of size octets, and checks the laws of its account.
func readFile(t testing.TB, file []byte, options Options, size int) outcome {
	t.Helper()
	return rereader(t)(file, options, size)
}

// rereader gives a readFile that uses one file again and again.
func rereader(t testing.TB) func(file []byte, options Options, size int) outcome {
	name := filepath.Join(t.TempDir(), "capture")
	return func(file []byte, options Options, size int) outcome {
		t.Helper()
		if err := os.WriteFile(name, file, 0o600); err != nil {
			t.Fatal(err)
		}
		o := readSource(t, Source{Name: name}, file, options, size)
		for _, e := range Errors(o.err) {
			e.Name = "capture" // without the temporary directory, to be compared
		}
		return o
	}
}

func readSource(t testing.TB, source Source, file []byte, options Options, size int) outcome {
	t.Helper()
	in, err := Open(source, bytes.NewReader(file), options)
	if err != nil {
		return outcome{err: err}
	}
	var o outcome
	p := make([]byte, size)
	for {
		n, err := in.Read(p)
		o.content = append(o.content, p[:n]...)
		if err != nil {
			if _, again := in.Read(p); again != err {
				t.Fatalf("Read gives %v after %v", again, err)
			}
			if err != io.EOF {
				o.err = err
			}
			break
		}
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	o.account = in.Account()
	if ClassOf(o.err) == 0 {
		checkAccount(t, file, o)
	}
	return o
}

func checkAccount(t testing.TB, file []byte, o outcome) {
	t.Helper()
	a := o.account
	flow := a.Stored
	for i, l := range a.Layers {
		if l.In != flow {
			t.Errorf("layer %d: in is %d octets, want %d", i, l.In, flow)
		}
		if l.In != l.Decoded+l.Trailing+l.Undecoded || min(l.Decoded, l.Trailing, l.Undecoded) < 0 {
			t.Errorf("layer %d does not balance: %+v", i, l)
		}
		flow = l.Out
	}
	if a.Expanded != flow || a.Expanded != int64(len(o.content)) {
		t.Errorf("expanded is %d octets, want %d and %d", a.Expanded, flow, len(o.content))
	}
	if !a.Complete || a.StoredDigest == nil || a.ContentDigest == nil {
		t.Fatalf("account is not complete: %+v", a)
	}
	if file != nil && (a.Stored != int64(len(file)) || a.StoredDigest.String() != sha256Text(file)) {
		t.Errorf("stored is %d octets %s, want %d", a.Stored, a.StoredDigest, len(file))
	}
	if a.ContentDigest.String() != sha256Text(o.content) {
		t.Error("content digest is wrong")
	}
	var fatal *damage.Error
	if errors.As(o.err, &fatal) && (!fatal.Fatal || fatal.Offset != int64(len(o.content))) {
		t.Errorf("damage at %d, fatal %v; want %d, true", fatal.Offset, fatal.Fatal, len(o.content))
	}
}

// sealXZ makes the checksum of the first block header right.
func sealXZ(file []byte) {
	header := file[12 : 12+(int(file[12])+1)*4]
	binary.LittleEndian.PutUint32(header[len(header)-4:], crc32.ChecksumIEEE(header[:len(header)-4]))
}

func sha256Text(octets []byte) string { return fmt.Sprintf("%x", sha256.Sum256(octets)) }
