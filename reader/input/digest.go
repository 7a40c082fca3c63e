package input

import (
	"crypto/sha256"
	"io"
)

// Digest gives the SHA-256 of a file as it is stored.
func Digest(name string) ([sha256.Size]byte, error) {
	f, err := openRegular(name)
	if err != nil {
		return [sha256.Size]byte{}, unreadable("open", name, err)
	}
	defer f.Close() // it was only read
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return [sha256.Size]byte{}, unreadable("read", name, err)
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}
