package sample

import "math/bits"

// The generator is SplitMix64: a counter that goes up by gamma, and a mixing of its
// bits (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA
// 2014). Any of its numbers can be had without those before it.
const gamma = 0x9e3779b97f4a7c15

// output gives number i, counted from 0, of the generator that begins with a seed.
func output(seed, i uint64) uint64 {
	z := seed + (i+1)*gamma
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below gives floor(x * n / 2^64): a number from 0 to n-1 for n above 0.
func below(x, n uint64) uint64 {
	high, _ := bits.Mul64(x, n)
	return high
}

// streamSeed gives the seed of the packets at a place: number b of the generator for each
// octet b of the interface's name, one after the other, then of the four octets of its
// index if it has one, most significant first, and last for the direction.
func streamSeed(seed uint64, at Place) uint64 {
	for i := range len(at.Interface) {
		seed = output(seed, uint64(at.Interface[i]))
	}
	if at.HasIndex {
		for shift := 24; shift >= 0; shift -= 8 {
			seed = output(seed, uint64(uint8(at.Index>>shift)))
		}
	}
	return output(seed, uint64(at.Direction))
}
