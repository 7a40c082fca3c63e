package datagram

import (
	"encoding/binary"
	"math/bits"
)

// checksumHolds says whether the checksum of a whole UDP datagram in the latest frame is
// right, or is none (RFC 768; 0 also over IPv6, RFC 6935).
func (r *Packets) checksumHolds(datagram []byte) bool {
	if binary.BigEndian.Uint16(datagram[6:]) == 0 {
		return true
	}
	key := &r.packet.Key
	source, destination := key.Source[:], key.Destination[:]
	if key.Version == 4 {
		source, destination = source[12:], destination[12:]
	}
	pseudo := uint64(protocolUDP) + uint64(len(datagram)) // RFC 8200 section 8.1
	return folded(added(added(added(pseudo, source), destination), datagram)) == 0xffff
}

// added adds octets to a sum in one's complement, eight at a time (RFC 1071): 2^16 is 1
// there, and so is 2^64.
func added(sum uint64, octets []byte) uint64 {
	var carry uint64
	for ; len(octets) >= 8; octets = octets[8:] {
		sum, carry = bits.Add64(sum, binary.BigEndian.Uint64(octets), carry)
	}
	var rest [8]byte
	copy(rest[:], octets)
	sum, carry = bits.Add64(sum, binary.BigEndian.Uint64(rest[:]), carry)
	sum, carry = bits.Add64(sum, 0, carry)
	return sum + carry
}

// folded brings a sum to 16 bits.
func folded(sum uint64) uint16 {
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}
