package xxh128

import "github.com/klauspost/cpuid/v2"

// blocksOfProcessor gives what adds blocks with the processor's AVX2 instructions, nil if it has none.
func blocksOfProcessor() accumulate {
	if !cpuid.CPU.Supports(cpuid.AVX2) {
		return nil
	}
	return func(sums *[lanes]uint64, blocks []byte) {
		if n := len(blocks) / blockOctets; n > 0 {
			addBlocks(sums, &blocks[0], n, &secret)
		}
	}
}

// addBlocks adds n blocks, at least one.
//
//go:noescape
func addBlocks(sums *[lanes]uint64, blocks *byte, n int, secret *[192]byte)
