package element

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

// TestN10LyingLengths: a list within a list whose length is not so is found before
// anything of it is followed, at any depth that is allowed, and nothing is made of it.
func TestN10LyingLengths(t *testing.T) {
	const head = 6 // octets of a list of nested in front of the one within
	lies := 0
	for depth := 2; depth <= MaxDepth; depth++ {
		for level := range depth - 1 {
			sound := nested(depth)
			at := head*level + 4
			length := binary.BigEndian.Uint16(sound[at:])
			for _, lie := range []uint16{length + 1, length - 1, length + 255, 1, 65535} {
				if lie == length {
					continue
				}
				value := append([]byte(nil), sound...)
				binary.BigEndian.PutUint16(value[at:], lie)
				lies++
				t.Run(fmt.Sprintf("depth %d, level %d, %d for %d", depth, level, lie, length), func(t *testing.T) {
					text, err := AppendList([]byte("before"), SubTemplateList, value, templates)
					if err == nil || string(text) != "before" {
						t.Fatalf("%v, %s was appended", err, text)
					}
					if lie > length && !strings.Contains(err.Error(), fmt.Sprintf("octet %d: value of e0_292 has length %d, want at most %d", at+2, lie, length)) {
						t.Errorf("%v, want the place of the length that lies", err)
					}
				})
			}
		}
	}
	t.Logf("assertion N10: %d lists with lengths that lie within lists", lies)
}
