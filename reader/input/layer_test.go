package input

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"

	"netstream/reader/damage"
)

// brokenCodec panics once it has given some octets, as a library with a defect does.
type brokenCodec struct {
	from  io.Reader
	reads int
}

func (c *brokenCodec) progress() *progress { return &progress{members: 1} }

func (c *brokenCodec) Read(p []byte) (int, error) {
	if c.reads++; c.reads == 3 {
		var table []byte
		p[0] = table[c.reads]
	}
	return c.from.Read(p)
}

// A decompressor that panics has a damaged stream before it: what came out before
// counts, and the rest is accounted for.
func TestDecompressorThatPanics(t *testing.T) {
	below := &passage{r: strings.NewReader(strings.Repeat("x", 1000))}
	l := newLayer("capture", Plain, below, bufio.NewReaderSize(below, 100), limits{expanded: 1 << 20})
	l.codec = &brokenCodec{from: l.src}
	room := make([]byte, 100)
	var delivered int
	var err error
	for err == nil {
		var n int
		n, err = l.Read(room)
		delivered += n
	}
	var found *damage.Error
	if !errors.As(err, &found) || found.Kind != damage.BadStream || !found.Fatal || !strings.Contains(found.Detail, gaveUp+": runtime error: index out of range [3] with length 0") {
		t.Errorf("got %v, want a fatal damage that says that the decompressor gave up", err)
	}
	if a := l.account(); delivered != 200 || a.Out != 200 || a.In != 1000 || a.Decoded+a.Undecoded != a.In {
		t.Errorf("delivered %d octets, account %+v; want 200 of 1000 and no octet lost", delivered, a)
	}
	if _, again := l.Read(room); again != err {
		t.Errorf("read again: got %v, want the same error", again)
	}
}

// brokenSource panics itself.
type brokenSource struct{}

func (brokenSource) Read([]byte) (int, error) { panic("no fault of the decompressor") }

func TestSourceThatPanics(t *testing.T) {
	below := &passage{r: brokenSource{}}
	l := newLayer("capture", Plain, below, bufio.NewReader(below), limits{expanded: 1 << 20})
	l.codec = &brokenCodec{from: l.src}
	defer func() {
		if cause := recover(); cause != "no fault of the decompressor" {
			t.Errorf("got %v, want the panic of the source", cause)
		}
	}()
	_, _ = l.Read(make([]byte, 10))
}
