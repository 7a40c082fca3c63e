package parquetfile

import (
	"crypto/rand"
	"encoding/binary"
	"math"
	"math/bits"

	"netstream/writer/table"
)

// hashKey keys the hashes of a table, so that nobody can choose addresses or numbers that
// collide in it, which would take a time that grows with the square of the rows of a row
// group. It is drawn: numbers in a table follow from the order in which its keys appear, and
// so no output depends on it.
type hashKey struct{ factor, low, high uint64 }

func newHashKey() hashKey {
	var drawn [24]byte
	_, _ = rand.Read(drawn[:]) // which never fails, says crypto/rand
	return hashKey{
		factor: binary.LittleEndian.Uint64(drawn[:]) | 1,
		low:    binary.LittleEndian.Uint64(drawn[8:]), high: binary.LittleEndian.Uint64(drawn[16:]),
	}
}

// integer gives a multiplicative hash: of two values, the upper n bits are the same once in
// 2^(n-1) keys (Dietzfelbinger et al., A reliable randomized algorithm for the closest-pair
// problem, 1997).
func (k *hashKey) integer(v int64) uint64 { return uint64(v) * k.factor }

// value gives a hash, and what the slot of a number holds but its number in the table: those below
// 2^32 are told apart by it.
func (k *hashKey) value(v int64) (hash, slot uint64) {
	hash = k.integer(v)
	slot = hash << 32
	if uint64(v) <= math.MaxUint32 {
		slot = uint64(v)<<32 | toldApart
	}
	return hash, slot
}

// symbol gives a hash, and what the slot of a symbol holds but its number.
func (k *hashKey) symbol(s *table.Symbol) (hash, slot uint64) {
	if isIPv4(s) {
		return k.integer(int64(s.Low)), s.Low<<32 | toldApart
	}
	high, low := bits.Mul64(s.Low^k.low, s.High^uint64(s.Class)^k.high)
	hash = (high ^ low) * k.factor
	return hash, hash << 32
}
