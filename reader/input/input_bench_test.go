package input

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"
)

// BenchmarkRead measures octets delivered, of content as compressible as a capture.
func BenchmarkRead(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	content := make([]byte, 32<<20)
	for i := range content {
		if content[i] = byte(i >> 6); i%4 == 0 {
			content[i] = byte(random.Uint32())
		}
	}
	for _, s := range append(samples(), sample{name: "plain", compress: func(_ testing.TB, c []byte) []byte { return c }}) {
		packed := content
		if s.format == Bzip2 {
			packed = payload // the only sample there is
		}
		file := writeFile(b, bytes.Clone(s.compress(b, packed)))
		for _, mode := range []struct {
			name    string
			options Options
		}{{"", Options{}}, {"/no digests", Options{NoDigests: true}}, {"/ahead", Options{ReadAhead: true}}} {
			b.Run(s.name+mode.name, func(b *testing.B) {
				b.SetBytes(int64(len(packed)))
				for b.Loop() {
					in, err := Open(Source{Name: file}, nil, mode.options)
					must(b, err)
					_, err = io.Copy(io.Discard, in)
					must(b, err)
					must(b, in.Close())
				}
			})
		}
	}
}
