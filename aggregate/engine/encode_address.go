package engine

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// Addresses of keys are laid out by what they are, so that most take 5 octets, and in
// the order of their 128 bits: an octet that says which part of the order they lie in,
// and as many of them as tell those of that part apart.
const (
	noAddress    = iota // all zeros, as of a key without that address; nothing follows
	beforeMapped        // below the IPv4-mapped ones; 16 octets follow
	mappedIPv4          // IPv4-mapped; 4 octets follow
	behindMapped        // above them; 16 octets follow
)

// addressLengths are the octets of an address that begins with the given octet.
var addressLengths = [...]int{noAddress: 1, beforeMapped: 17, mappedIPv4: 5, behindMapped: 17}

// mappedPrefix is what the first 12 octets of an IPv4-mapped address are in its lower
// half; its upper half is 0.
const mappedPrefix = 0xffff

func appendOrderedAddress(dst []byte, a *[16]byte) []byte {
	high, low := binary.BigEndian.Uint64(a[:]), binary.BigEndian.Uint64(a[8:])
	switch {
	case high == 0 && low>>32 == mappedPrefix:
		return binary.BigEndian.AppendUint32(append(dst, mappedIPv4), uint32(low))
	case high == 0 && low == 0:
		return append(dst, noAddress)
	case high == 0 && low>>32 < mappedPrefix:
		dst = append(dst, beforeMapped)
	default:
		dst = append(dst, behindMapped)
	}
	return append(dst, a[:]...)
}

func (d *decoder) orderedAddress() [16]byte {
	switch d.octets(1)[0] {
	case noAddress:
		return [16]byte{}
	case mappedIPv4:
		return flow.MappedIPv4([4]byte(d.octets(4)))
	case beforeMapped, behindMapped:
		return [16]byte(d.octets(16))
	}
	d.failed = true
	return [16]byte{}
}
