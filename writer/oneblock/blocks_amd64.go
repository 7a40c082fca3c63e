package oneblock

import "github.com/klauspost/cpuid/v2"

// hasInstructions tells whether the processor has the instructions that hash blocks (SHA, and of SSSE3 and SSE4.1 PSHUFB,
// PALIGNR and PEXTR).
func hasInstructions() bool { return cpuid.CPU.Supports(cpuid.SHA, cpuid.SSSE3, cpuid.SSE4) }

// sha1Blocks gives what hashes a block for each sum with SHA-1, nil if the processor has no instructions for it.
func sha1Blocks() func(sums []Sum, blocks []byte) {
	if !hasInstructions() {
		return nil
	}
	return func(sums []Sum, blocks []byte) {
		if len(sums) > 0 {
			hashSHA1(&sums[0], &blocks[:len(sums)*blockOctets][0], len(sums))
		}
	}
}

// sha256Blocks is sha1Blocks of SHA-256.
func sha256Blocks() func(sums []Sum, blocks []byte) {
	if !hasInstructions() {
		return nil
	}
	return func(sums []Sum, blocks []byte) {
		if len(sums) > 0 {
			hashSHA256(&sums[0], &blocks[:len(sums)*blockOctets][0], len(sums))
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
