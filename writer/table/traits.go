package table

import (
	"slices"

	"netstream/aggregate/flow"
)

// words are one word of each row, and what the words have in common: most columns of
// which they tell are the same in all rows that are written together.
type words struct {
	each     []uint64
	any, all uint64 // the bits that any row has set, and those that all have
}

// room makes them as many as there are rows.
func (w *words) room(rows int) []uint64 {
	w.each = slices.Grow(w.each[:0], rows)[:rows]
	return w.each
}

// same tells whether all rows have the same under the mask.
func (w *words) same(mask uint64) bool { return w.any&mask == w.all&mask }

// Traits are what tests for NULL ask of a row. They hold the shape of its key and its
// marks, which begin at these bits.
const (
	shapeTrait = 0
	markTrait  = 8
)

// The other traits.
const (
	noVersion     uint64 = 1 << (32 + iota) // there is no IP version
	namedPoint                              // the observation point is not the nameless one
	exported                                // the flow came from an exporter
	countsNoFlags                           // packets with TCP control bits were not counted
)

// Octets are the members of a row that have few values, each at its place.
const (
	versionOctet = 8 * iota
	protocolOctet
	classOctet
	minTTLOctet
	maxTTLOctet
	endReasonOctet
	flagsOctets // two of them
)

// keyTraits gives the traits that rows have by their key.
func keyTraits(k *flow.Key) uint64 {
	t := uint64(k.Shape) << shapeTrait
	if k.Version == 0 {
		t |= noVersion
	}
	if k.Point != 0 {
		t |= namedPoint
	}
	return t
}

// keyOctets gives those octets that rows have by their key.
func keyOctets(k *flow.Key) uint64 {
	return uint64(k.Version)<<versionOctet | uint64(k.Protocol)<<protocolOctet | uint64(k.ClassOfService)<<classOctet
}

// unlike marks the rows whose traits are others under the mask.
func unlike[R any](mask, want uint64) *Nulls[R] {
	return &Nulls[R]{
		Same: func(rows *Rows[R]) (null, same bool) {
			return rows.traits.any&mask != want, rows.traits.same(mask)
		},
		Mark: func(null []bool, rows *Rows[R]) {
			for i, t := range rows.traits.each {
				null[i] = t&mask != want
			}
		},
	}
}

// unmarked marks the rows that lack a mark.
func unmarked[R any](mark flow.Mark) *Nulls[R] {
	trait := uint64(mark) << markTrait
	return unlike[R](trait, trait)
}

// shaped marks the rows whose key has another shape, as far as the mask has it.
func shaped[R any](mask, want flow.Shape) *Nulls[R] {
	return unlike[R](uint64(mask)<<shapeTrait, uint64(want)<<shapeTrait)
}

// octet is the batch of a column that shows an octet.
func octet[R any](place int) batch[R] { return masked[R](place, 0xff) }

// masked is the batch of a column that shows so much of the octets at a place.
func masked[R any](place int, mask uint64) batch[R] {
	return batch[R]{
		ints: func(dst []int64, rows *Rows[R]) {
			for i, o := range rows.octets.each {
				dst[i] = int64(o >> place & mask)
			}
		},
		same: func(rows *Rows[R]) bool { return rows.octets.same(mask << place) },
	}
}

// but gives the batch with another test for NULL.
func (b batch[R]) but(nulls *Nulls[R]) batch[R] {
	b.nulls = nulls
	return b
}
