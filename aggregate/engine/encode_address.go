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

// keyLength gives the length of the encoded key at the beginning of row, without its
// observation point, which is ordered by name. Keys of different lengths differ before
// the shorter one ends. Of a damaged row it gives what there is.
func keyLength(row []byte) int {
	const rest = 2 + 2 + 4 // ports, and four members of an octet
	source := addressLength(row)
	return min(source+addressLength(row[source:])+rest, len(row))
}

func addressLength(row []byte) int {
	if len(row) == 0 {
		return 0
	}
	return min(addressLengths[row[0]&behindMapped], len(row))
}

// keyNumbers gives two numbers that order the keys at the beginnings of rows as far as
// they differ, the first one deciding. Of IPv4 flows they have all but the last bits of the
// shape. The first one begins with the part of the order that the source lies in, the second
// one of IPv4 flows with that of the destination.
func keyNumbers(row []byte) (first, second uint64) {
	const (
		destination = 5 // where it begins behind a short source
		ports       = 10
	)
	if addressLength(row)+destination > len(row) { // it is damaged
		return 0, 0
	}
	switch part := uint64(row[0]&behindMapped) << 62; {
	case row[0] == mappedIPv4:
		first = part | uint64(binary.BigEndian.Uint32(row[1:]))<<30
		to := row[destination] & behindMapped
		switch second = uint64(to) << 62; {
		case to == mappedIPv4 && len(row) >= ports+8:
			address := uint64(binary.BigEndian.Uint32(row[destination+1:]))
			return first | address>>2, second | address&3<<60 | binary.BigEndian.Uint64(row[ports:])>>4
		case to == behindMapped: // and so behind every IPv4 address
			first |= 1<<30 - 1
		}
		return first, second
	case row[0] == noAddress:
		return part | uint64(row[1]&behindMapped)<<60, 0
	default:
		high, low := binary.BigEndian.Uint64(row[1:]), binary.BigEndian.Uint64(row[9:])
		return part | high>>2, high<<62 | low>>2
	}
}
