//go:build !amd64

package oneblock

// sha1Blocks and sha256Blocks give nil: blocks are hashed by the standard library.
func sha1Blocks() func(sums []Sum, blocks []byte)   { return nil }
func sha256Blocks() func(sums []Sum, blocks []byte) { return nil }
