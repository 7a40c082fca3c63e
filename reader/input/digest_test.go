package input

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestDigestVectors has what the programs sha256sum and xxhsum -H128 (xxHash 0.8) print.
func TestDigestVectors(t *testing.T) {
	for _, c := range []struct {
		algorithm Algorithm
		content   string
		want      string
	}{
		{SHA256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{SHA256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{XXH3, "", "99aa06d3014798d86001c324468d497f"},
		{XXH3, "abc", "06b05ab6733a618578af5f94892f3950"},
	} {
		name := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(name, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := DigestOf(name, c.algorithm)
		if err != nil || got.String() != c.want || got.Algorithm != c.algorithm {
			t.Errorf("%v of %q: got %v, %v, want %s", c.algorithm, c.content, got, err, c.want)
		}
	}
}

// TestDigestOfInputs gives inputs, plain and compressed, read in several ways, the digests
// of their octets.
func TestDigestOfInputs(t *testing.T) {
	content := bytes.Repeat([]byte("flow record, "), 100_000)
	dir := t.TempDir()
	plain, packed := filepath.Join(dir, "plain"), filepath.Join(dir, "packed")
	for name, octets := range map[string][]byte{plain: content, packed: compressGzip(t, content)} {
		if err := os.WriteFile(name, octets, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := DigestOf(plain, XXH3)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{plain, packed} {
		stored, err := DigestOf(name, XXH3)
		if err != nil {
			t.Fatal(err)
		}
		for _, options := range []Options{{Digest: XXH3}, {Digest: XXH3, ReadAhead: true}, {Digest: XXH3, Frugal: true}} {
			in, err := Open(Source{Name: name}, nil, options)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if _, err := got.ReadFrom(in); err != nil {
				t.Fatal(err)
			}
			if err := in.Close(); err != nil {
				t.Fatal(err)
			}
			if a := in.Account(); *a.ContentDigest != *want || *a.StoredDigest != *stored || !bytes.Equal(got.Bytes(), content) {
				t.Errorf("%s, %+v: content %v, stored %v, want %v and %v", name, options, a.ContentDigest, a.StoredDigest, want, stored)
			}
		}
	}
}
