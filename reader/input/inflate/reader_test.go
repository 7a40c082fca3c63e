package inflate

import (
	"bufio"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"
)

// behind is what follows the streams of the tests in their source.
const behind = "behind"

// outcome is what reading a stream gives.
type outcome struct {
	content []byte
	err     error // nil at the end
	rest    []byte
}

// read decompresses with a buffer of the source of so many octets, in reads of so many.
func read(t testing.TB, stream []byte, buffer, size int) outcome {
	t.Helper()
	source := bufio.NewReaderSize(bytes.NewReader(stream), buffer)
	r := New(16 << 10)
	r.Reset(source)
	o := readAll(t, r, size)
	o.rest, _ = io.ReadAll(source)
	return o
}

func readAll(t testing.TB, r io.Reader, size int) (o outcome) {
	t.Helper()
	room := make([]byte, size)
	for {
		n, err := r.Read(room)
		o.content = append(o.content, room[:n]...)
		if err == nil && n == 0 {
			t.Fatal("a read gives neither octets nor an error")
		}
		if err == nil {
			continue
		}
		if again, same := r.Read(room); again != 0 || same != err {
			t.Fatalf("%d octets and %v behind %v", again, same, err)
		}
		if err != io.EOF {
			o.err = err
		}
		return o
	}
}

// reference is read by compress/flate.
func reference(t testing.TB, stream []byte) outcome {
	t.Helper()
	source := bytes.NewReader(stream)
	o := readAll(t, flate.NewReader(source), 4096)
	o.rest = stream[len(stream)-source.Len():]
	return o
}

// contents are what compressors make different streams of.
func contents() map[string][]byte {
	random := rand.New(rand.NewPCG(1, 2))
	all := map[string][]byte{"nothing": {}, "one octet": {7}, "zeros": make([]byte, 500_000)}
	noise := make([]byte, 200_000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	all["noise"] = noise
	var headers, skewed []byte
	for i := range 9000 {
		headers = append(headers, fmt.Sprintf("\x45\x00\x00%c%c\x00\x40\x06\x0a\x00%c\x01", i%60, i%251, i*i%256)...)
	}
	all["headers"] = headers
	for symbol, n := 0, 1; n < 200_000; symbol, n = symbol+1, n*8/5+1 { // so that codes get long
		skewed = append(skewed, bytes.Repeat([]byte{byte(symbol * 7)}, n)...)
	}
	random.Shuffle(len(skewed), func(i, j int) { skewed[i], skewed[j] = skewed[j], skewed[i] })
	all["skewed"] = skewed
	for period := 1; period <= 20; period++ {
		all[fmt.Sprintf("period of %d", period)] = bytes.Repeat(noise[:period], 3000/period)
	}
	return all
}

func compressed(t testing.TB, content []byte, level int) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	if err == nil {
		_, err = w.Write(content[:len(content)/2])
	}
	if err == nil {
		err = w.Flush() // an empty stored block
	}
	if err == nil {
		_, err = w.Write(content[len(content)/2:])
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Whatever the sizes of buffers and reads, the octets are those that were compressed, and what follows the stream is
// left to the next reader.
func TestReader(t *testing.T) {
	for name, content := range contents() {
		for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
			stream := append(compressed(t, content, level), behind...)
			for _, sizes := range [][2]int{{16, 1 << 10}, {17, 1 << 20}, {100, 1000}, {4 << 10, 64 << 10}, {256 << 10, 256 << 10}} {
				o := read(t, stream, sizes[0], sizes[1])
				if o.err != nil || !bytes.Equal(o.content, content) || string(o.rest) != behind {
					t.Fatalf("%s, level %d, sizes %v: error %v, %d octets and %q behind them; want %d, all the same", name, level, sizes, o.err, len(o.content), o.rest, len(content))
				}
			}
		}
	}
}

// Codes of up to 15 bits in both alphabets, as compressors hardly make them.
func TestRandomStreams(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		stream, content := randomStream(random)
		stream = append(stream, behind...)
		if o := reference(t, stream); o.err != nil || !bytes.Equal(o.content, content) {
			t.Fatalf("compress/flate: error %v, %d octets, want %d", o.err, len(o.content), len(content))
		}
		for _, buffer := range []int{16, 40, 1 << 10, 64 << 10} {
			if o := read(t, stream, buffer, 4096); o.err != nil || !bytes.Equal(o.content, content) || string(o.rest) != behind {
				t.Fatalf("buffer of %d: error %v, %d octets and %q behind them; want %d", buffer, o.err, len(o.content), o.rest, len(content))
			}
		}
	}
}

// One reader after another stream, also one that was left in its middle, knows nothing of it.
func TestReset(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	r := New(1000)
	for i := range 100 {
		stream, content := randomStream(random)
		if i%3 == 0 {
			content = []byte("all of it in fixed codes, all of it in fixed codes")
			stream = fixedBlock(content)
		}
		r.Reset(bufio.NewReader(bytes.NewReader(stream)))
		if i%2 == 0 {
			_, _ = r.Read(make([]byte, 10))
			continue
		}
		if o := readAll(t, r, 1000); o.err != nil || !bytes.Equal(o.content, content) {
			t.Fatalf("stream %d: error %v, %d octets, want %d", i, o.err, len(o.content), len(content))
		}
	}
}

// fixedBlock gives content as literals of fixed codes. Octets are below 144.
func fixedBlock(content []byte) []byte {
	var w bitWriter
	w.begin(true, 1)
	for _, octet := range content {
		w.code(0x30+int(octet), 8)
	}
	w.code(0, 7)
	return w.octets
}

// A cut stream gives what it holds, at least as much as compress/flate gives, and says that it is cut.
func TestCut(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	stream, content := randomStream(random)
	for cut := range stream {
		want := reference(t, stream[:cut])
		for _, buffer := range []int{16, 64 << 10} {
			o := read(t, stream[:cut], buffer, 4096)
			if o.err != io.ErrUnexpectedEOF || len(o.content) < len(want.content) || !bytes.HasPrefix(content, o.content) || len(o.rest) > 0 {
				t.Fatalf("cut at %d of %d, buffer of %d: error %v, %d octets, %d left; want %v, at least %d of the beginning, none left",
					cut, len(stream), buffer, o.err, len(o.content), len(o.rest), want.err, len(want.content))
			}
		}
	}
}

// With any bit changed it takes the same streams as compress/flate, and gives the same octets of them.
func TestChanged(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	for range 30 {
		stream, _ := randomStream(random)
		stream = stream[:min(len(stream), 600)]
		for range 300 {
			changed := bytes.Clone(stream)
			changed[random.IntN(len(changed))] ^= 1 << random.IntN(8)
			compare(t, changed)
		}
	}
}

// compare reads a stream, right or not, in several ways and by compress/flate.
func compare(t testing.TB, stream []byte) {
	t.Helper()
	want := reference(t, stream)
	first := read(t, stream, 64<<10, 4096)
	if (first.err == nil) != (want.err == nil) || errors.Is(first.err, io.ErrUnexpectedEOF) && len(first.rest) > 0 {
		t.Fatalf("error %v with %d octets left, want %v: %x", first.err, len(first.rest), want.err, stream)
	}
	if !bytes.HasPrefix(first.content, want.content) || want.err == nil && (len(first.content) != len(want.content) || !bytes.Equal(first.rest, want.rest)) {
		t.Fatalf("%d octets and %d left, want %d and %d: %x", len(first.content), len(first.rest), len(want.content), len(want.rest), stream)
	}
	for _, buffer := range []int{16, 50} {
		if o := read(t, stream, buffer, 77); o.err != first.err || !bytes.Equal(o.content, first.content) || !bytes.Equal(o.rest, first.rest) {
			t.Fatalf("buffer of %d: error %v, %d octets, %d left; with a large one %v, %d, %d: %x", buffer, o.err, len(o.content), len(o.rest), first.err, len(first.content), len(first.rest), stream)
		}
	}
}

// An error of the source is passed on, behind all that came before it.
func TestErrorOfSource(t *testing.T) {
	broken := errors.New("broken")
	content := bytes.Repeat([]byte("octets "), 10_000)
	stream := compressed(t, content, flate.DefaultCompression)
	r := New(1000)
	r.Reset(bufio.NewReaderSize(io.MultiReader(bytes.NewReader(stream[:len(stream)/2]), iotest.ErrReader(broken)), 64))
	o := readAll(t, r, 100)
	if o.err != broken || len(o.content) == 0 || !bytes.HasPrefix(content, o.content) {
		t.Errorf("error %v behind %d octets, want %v behind some of the beginning", o.err, len(o.content), broken)
	}
}

func TestReadDoesNotAllocate(t *testing.T) {
	stream, _ := randomStream(rand.New(rand.NewPCG(11, 12)))
	source := bytes.NewReader(stream)
	buffered := bufio.NewReader(source)
	r := New(1000)
	room := make([]byte, 1000)
	if n := testing.AllocsPerRun(10, func() {
		source.Reset(stream)
		buffered.Reset(source)
		r.Reset(buffered)
		for {
			if _, err := r.Read(room); err != nil {
				return
			}
		}
	}); n > 0 {
		t.Errorf("%v objects for a stream, want none", n)
	}
}
