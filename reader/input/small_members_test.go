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
	const size = 64 << 10
	cases := []struct {
		name   string
		member []byte
		most   uint64 // MiB that may be made
	}{
		{"gzip", compressGzip(t, nil), 64},
		{"zstd of 128 MiB windows", []byte("\x28\xb5\x2f\xfd\x00\x88\x01\x00\x00"), 1024},
		{"zstd skippable", []byte("\x50\x2A\x4D\x18\x00\x00\x00\x00"), 64},
		{"lz4 of 4 MiB blocks", compressLZ4(lz4.BlockSizeOption(lz4.Block4Mb), lz4.ChecksumOption(false))(t, nil), 256},
		{"lz4 legacy", []byte("\x02\x21\x4c\x18"), 256},
		{"xz", compressXZ(t, nil), 512},
		{"xz of 128 MiB dictionaries", bigXZ(t), 2048}, // eight dictionaries before it is refused
		{"bzip2", unbase64(t, bzip2Empty), 64},
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
			if made > c.most<<20 {
				t.Errorf("%d octets of memory were made, at most %d MiB are expected", made, c.most)
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
