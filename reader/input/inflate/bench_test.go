package inflate

import (
	"bufio"
	"bytes"
	"compress/flate"
	"io"
	"testing"

	library "github.com/klauspost/compress/flate"
)

// BenchmarkReader measures octets delivered, here and by two libraries.
func BenchmarkReader(b *testing.B) {
	for name, content := range contents() {
		if len(content) < 100_000 {
			continue
		}
		stream := compressed(b, content, flate.DefaultCompression)
		for reader, make := range map[string]func(*bufio.Reader) io.Reader{
			"here":      func(source *bufio.Reader) io.Reader { r := New(128 << 10); r.Reset(source); return r },
			"standard":  func(source *bufio.Reader) io.Reader { return flate.NewReader(source) },
			"klauspost": func(source *bufio.Reader) io.Reader { return library.NewReader(source) },
		} {
			b.Run(name+"/"+reader, func(b *testing.B) {
				b.SetBytes(int64(len(content)))
				for b.Loop() {
					if n, err := io.Copy(io.Discard, make(bufio.NewReader(bytes.NewReader(stream)))); err != nil || n != int64(len(content)) {
						b.Fatal(n, err)
					}
				}
			})
		}
	}
}
