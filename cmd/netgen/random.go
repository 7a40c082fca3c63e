package main

import "math/bits"

// random is the generator xoshiro256** (Blackman and Vigna 2018). math/rand/v2
// is not used because its streams are not what earlier workloads were made of,
// and recorded truths and digests must stay valid.
type random struct{ s [4]uint64 }

// newRandom fills the state from a seed by splitmix64, as the authors advise.
func newRandom(seed uint64) *random {
	var r random
	for i := range r.s {
		seed += 0x9e3779b97f4a7c15
		z := seed
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		r.s[i] = z ^ z>>31
	}
	return &r
}

// next gives 64 random bits.
func (r *random) next() uint64 {
	result := bits.RotateLeft64(r.s[1]*5, 7) * 9
	t := r.s[1] << 17
	r.s[2] ^= r.s[0]
	r.s[3] ^= r.s[1]
	r.s[1] ^= r.s[2]
	r.s[0] ^= r.s[3]
	r.s[2] ^= t
	r.s[3] = bits.RotateLeft64(r.s[3], 45)
	return result
}

// below gives a number in [0, n). Its bias is at most n/2^32.
func (r *random) below(n uint32) uint32 {
	return uint32((r.next() >> 32) * uint64(n) >> 32)
}

// oneIn is true once in n times.
func (r *random) oneIn(n uint32) bool { return r.below(n) == 0 }

// fraction gives a number in [0, 1) of 53 random bits.
func (r *random) fraction() float64 { return float64(r.next()>>11) / (1 << 53) }
