package input

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"github.com/pierrec/lz4/v4"
)

// A file of many tiny members, each of which asks for a large window, has no memory
// made for each of them, which would take most of the time.
func TestManySmallMembers(t *testing.T) {
	const (
		size     = 64 << 10
		mostMade = 2 << 30 // xz has eight dictionaries of 128 MiB before it is refused
	)
	cases := []struct {
		name   string
		member []byte
	}{
		{"gzip", compressGzip(t, nil)},
		{"zstd of 128 MiB windows", []byte("\x28\xb5\x2f\xfd\x00\x88\x01\x00\x00")},
		{"zstd skippable", []byte("\x50\x2A\x4D\x18\x00\x00\x00\x00")},
		{"lz4 of 4 MiB blocks", compressLZ4(lz4.BlockSizeOption(lz4.Block4Mb), lz4.ChecksumOption(false))(t, nil)},
		{"lz4 legacy", []byte("\x02\x21\x4c\x18")},
		{"xz", compressXZ(t, nil)},
		{"xz of 128 MiB dictionaries", bigXZ(t)},
		{"bzip2", unbase64(t, bzip2Empty)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file := bytes.Repeat(c.member, size/len(c.member))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			o := readFile(t, file, Options{}, 4096)
			runtime.ReadMemStats(&after)
			members, made := size/len(c.member), after.TotalAlloc-before.TotalAlloc
			t.Logf("%d octets of memory for %d members: %.200s", made, members, o)
			if made > mostMade {
				t.Errorf("%d octets of memory were made, at most %d are expected", made, mostMade)
			}
			if refused := strings.HasSuffix(c.name, "dictionaries"); refused != (ClassOf(o.err) == Refused) || !refused && o.err != nil {
				t.Errorf("got %v", o)
			}
		})
	}
}

// bigXZ is a stream of one block with a dictionary of 128 MiB.
func bigXZ(t *testing.T) []byte {
	b := compressXZ(t, []byte("x"))
	b[16] = 30 // 2 << (30/2 + 11)
	sealXZ(b)
	return b
}
