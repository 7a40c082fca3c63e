package oneblock

import "github.com/klauspost/cpuid/v2"

// sha1Blocks gives what hashes a block for each sum with SHA-1, nil if the processor has no instructions for it.
func sha1Blocks() func(sums []Sum, blocks []byte) { return blocksBy(hashSHA1) }

// sha256Blocks is sha1Blocks of SHA-256.
func sha256Blocks() func(sums []Sum, blocks []byte) { return blocksBy(hashSHA256) }

// blocksBy has blocks hashed by an assembly function, which needs SHA instructions, and of SSSE3 and SSE4.1 PSHUFB,
// PALIGNR and PEXTR.
func blocksBy(hash func(sums *Sum, blocks *byte, n int)) func(sums []Sum, blocks []byte) {
	if !cpuid.CPU.Supports(cpuid.SHA, cpuid.SSSE3, cpuid.SSE4) {
		return nil
	}
	return func(sums []Sum, blocks []byte) {
		if len(sums) > 0 {
			hash(&sums[0], &blocks[:len(sums)*blockOctets][0], len(sums))
		}
	}
}

// hashSHA1 hashes n blocks, at least one, each on its own.
//
//go:noescape
func hashSHA1(sums *Sum, blocks *byte, n int)

// hashSHA256 is hashSHA1 of SHA-256.
//
//go:noescape
func hashSHA256(sums *Sum, blocks *byte, n int)
