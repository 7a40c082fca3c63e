package table

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"testing"
)

// opaque is a digest that does not tell its state.
type opaque struct{ hash.Hash }

// TestBlockHash hashes messages of all lengths around a block, with digests whose state
// begins with the hash and with others.
func TestBlockHash(t *testing.T) {
	for name, test := range map[string]struct {
		digest func() hash.Hash
		direct bool
	}{
		"SHA-1":   {sha1.New, true},
		"SHA-256": {sha256.New, true},
		"SHA-224": {sha256.New224, true},
		"SHA-512": {sha512.New, false}, // of other blocks
		"MD5":     {md5.New, false},    // of another order of octets
		"opaque":  {func() hash.Hash { return opaque{sha1.New()} }, false},
	} {
		h := newBlockHash(test.digest())
		if direct := h.state != nil; direct != test.direct {
			t.Errorf("%s: state tells the hash: %t, want %t", name, direct, test.direct)
		}
		for round := range 3 {
			for length := range 200 {
				message := append(h.begin(), bytes.Repeat([]byte{byte(round + length)}, length)...)
				digest := test.digest()
				digest.Write(message)
				if got, want := h.sum(message), digest.Sum(nil); !bytes.Equal(got, want) {
					t.Fatalf("%s of %d octets is %x, want %x", name, length, got, want)
				}
			}
		}
	}
}
