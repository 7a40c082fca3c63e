package input

import (
	"bytes"
	"strings"
	"testing"
)

// FuzzOpen reads whatever comes: it must end, its account must balance, and
// read-ahead and the sizes of reads must not change what is delivered.
func FuzzOpen(f *testing.F) {
	for _, s := range samples() {
		one := s.compress(f, payload)
		f.Add(one)
		f.Add(append(bytes.Clone(one), one...))
		f.Add(append(bytes.Clone(one), "trailing"...))
		f.Add(one[:len(one)/2])
		f.Add(compressGzip(f, one))
	}
	f.Add([]byte("\x50\x2A\x4D\x18\x04\x00\x00\x00abcd\x28\xb5\x2f\xfd\x00\x58\x01\x00\x00"))
	f.Fuzz(func(t *testing.T, file []byte) {
		options := Options{MaxExpanded: 8 << 20, MaxWindow: 8 << 20}
		read := rereader(t)
		one := read(file, options, 4096)
		if strings.Contains(one.String(), gaveUp) {
			t.Error(one)
		}
		options.ReadAhead = true
		if other := read(file, options, 100); other.String() != one.String() {
			t.Errorf("reads of 4096: %v\nread-ahead, reads of 100: %v", one, other)
		}
	})
}
