package input

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// Zeros compress a thousandfold and more; reading them takes the memory of the
// format's window, whatever comes out.
func TestBombs(t *testing.T) {
	const size = 256 << 20
	const most = 64 << 20
	cases := []struct {
		name string
		size int64
		wrap func(w io.Writer) (io.WriteCloser, error)
	}{
		{"gzip", size, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriterLevel(w, gzip.BestSpeed) }},
		{"zstd", size, func(w io.Writer) (io.WriteCloser, error) {
			return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
		}},
		{"lz4", size, func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil }},
		{"xz", size / 16, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) }},
		{"gzip in gzip", size, func(w io.Writer) (io.WriteCloser, error) {
			outer := gzip.NewWriter(w)
			return &both{gzip.NewWriter(outer), outer}, nil
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "bomb")
			f, err := os.Create(name)
			must(t, err)
			w, err := c.wrap(f)
			must(t, err)
			zeros := make([]byte, 1<<20)
			for range c.size / int64(len(zeros)) {
				_, err := w.Write(zeros)
				must(t, err)
			}
			must(t, w.Close())
			must(t, f.Close())
			in, err := Open(Source{Name: name}, nil, Options{ReadAhead: true})
			must(t, err)
			if n, heap := drainWatched(t, in, zeros); n != c.size || heap > most {
				t.Errorf("read %d octets, want %d; heap grew to %d octets, want at most %d", n, c.size, heap, most)
			}
			must(t, in.Close())
		})
	}
}

// both closes two writers, one upon the other.
type both struct {
	io.WriteCloser
	outer io.Closer
}

func (b *both) Close() error {
	if err := b.WriteCloser.Close(); err != nil {
		return err
	}
	return b.outer.Close()
}

// drainWatched reads to the end and gives the most that was alive on the heap,
// beyond what was before.
func drainWatched(t *testing.T, r io.Reader, zeros []byte) (total int64, most uint64) {
	t.Helper()
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before := m.HeapAlloc
	p := make([]byte, len(zeros))
	for next := int64(0); ; {
		n, err := r.Read(p)
		if !bytes.Equal(p[:n], zeros[:n]) {
			t.Fatalf("not zeros at %d", total)
		}
		if total += int64(n); total >= next {
			next += 16 << 20
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc-min(before, m.HeapAlloc))
		}
		if err == io.EOF {
			return total, most
		}
		must(t, err)
	}
}
