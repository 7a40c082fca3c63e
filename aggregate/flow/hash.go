package flow

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// Hasher hashes flow keys for tables and shards. It is keyed with random
// numbers of the system, so that no capture can be made whose keys all fall
// into one place; results never depend on the hash.
type Hasher struct{ a, b uint64 }

// NewHasher draws a key.
func NewHasher() (Hasher, error) {
	var seed [16]byte
	if _, err := rand.Read(seed[:]); err != nil {
		return Hasher{}, fmt.Errorf("cannot draw a hash key: %w", err)
	}
	return HasherFromSeed(seed), nil
}

// HasherFromSeed gives the hasher of a key that is known, for tests that show
// that the key does not matter.
func HasherFromSeed(seed [16]byte) Hasher {
	// Odd constants keep the multiplications below from being by zero for any seed.
	return Hasher{
		a: binary.LittleEndian.Uint64(seed[:8]) | 1,
		b: binary.LittleEndian.Uint64(seed[8:]) | 1,
	}
}

// Hash gives the hash of k: four 64 x 64 bit multiplications folded to 64 bits,
// after the scheme of wyhash; two of them where both addresses are IPv4-mapped.
func (h Hasher) Hash(k *Key) uint64 {
	const (
		m1 = 0xa0761d6478bd642f
		m2 = 0xe7037ed1a0b428db
		m3 = 0x8ebc6af09c88c6e3

		mapped = 0xffff << 16 // of the second half, little endian
	)
	sourceHigh, sourceLow := binary.LittleEndian.Uint64(k.Source[:8]), binary.LittleEndian.Uint64(k.Source[8:])
	destinationHigh, destinationLow := binary.LittleEndian.Uint64(k.Destination[:8]), binary.LittleEndian.Uint64(k.Destination[8:])
	if sourceHigh|destinationHigh == 0 && uint32(sourceLow) == mapped && uint32(destinationLow) == mapped {
		ports := fold(sourceLow&^uint64(math.MaxUint32)|destinationLow>>32^m1^h.a, k.tail()^h.b)
		return fold(ports^h.b, uint64(k.Point)^m2^h.a)
	}
	source := fold(sourceHigh^m1^h.a, sourceLow^h.b)
	destination := fold(destinationHigh^m2^h.b, destinationLow^h.a)
	rest := fold(k.tail()^h.a, uint64(k.Point)^m3)
	return fold(source^rest^h.b, destination^m1^h.a)
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
