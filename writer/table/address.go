package table

import (
	"encoding/binary"
	"net/netip"
	"slices"
)

// addressSymbol takes an address as flow.Key holds it.
func addressSymbol(a *[16]byte, version uint8) Symbol {
	return Symbol{
		High:  binary.BigEndian.Uint64(a[:8]),
		Low:   binary.BigEndian.Uint64(a[8:]),
		Class: uint32(version),
	}
}

// plainAddressSymbol takes an address that says itself of which IP version it is:
// IPv4 if it is IPv4-mapped.
func plainAddressSymbol(a *[16]byte) Symbol { return addressSymbol(a, 0) }

// spellAddress is the inverse of addressSymbol, as text. An IPv6 packet may
// carry an IPv4-mapped address, which stays in its IPv6 form.
func spellAddress(dst []byte, s Symbol) []byte {
	if s.Class == 4 {
		return appendIPv4(dst, uint32(s.Low))
	}
	var a [16]byte
	binary.BigEndian.PutUint64(a[:8], s.High)
	binary.BigEndian.PutUint64(a[8:], s.Low)
	address := netip.AddrFrom16(a)
	if s.Class == 0 {
		address = address.Unmap()
	}
	return address.AppendTo(dst)
}

// shortAddress gives what spellAddress appends if it is an IPv4 address.
func shortAddress(t *ShortText, s Symbol) bool {
	if s.Class != 4 {
		return false
	}
	t.Words[0], t.Words[1], t.Length = spellIPv4(uint32(s.Low))
	t.Words[2], t.Words[3] = 0, 0
	return true
}

// appendIPv4 appends an IPv4 address in dotted decimal form.
func appendIPv4(dst []byte, address uint32) []byte {
	const word = 8
	start := len(dst)
	dst = slices.Grow(dst, 2*word)[:start+2*word]
	low, high, length := spellIPv4(address)
	text := dst[start:]
	binary.LittleEndian.PutUint64(text, low)
	binary.LittleEndian.PutUint64(text[word:], high)
	return dst[:start+length]
}

// spellIPv4 gives an IPv4 address in dotted decimal form, the first octet the lowest one of low, and 0 behind its
// end. Octets are spelled without a branch by their number of digits, which no processor could foretell.
func spellIPv4(address uint32) (low, high uint64, length int) {
	first, n1 := spellOctet(address >> 24)
	second, n2 := spellOctet(address >> 16 & 0xff)
	third, n3 := spellOctet(address >> 8 & 0xff)
	fourth, n4 := spellOctet(address & 0xff)
	fourth &= 1<<(8*(n4-1)&63) - 1 // no dot
	front, behind := first|second<<(8*n1&63), third|fourth<<(8*n3&63)
	n := n1 + n2                                                                // from 4 to 8
	return front | behind<<(8*n), behind >> ((64 - 8*n) & 63), int(n+n3+n4) - 1 // nothing of behind if front is a word
}

// spellOctet gives the decimal digits of an octet and a dot, the first one in the least
// significant octet, and how many they are.
func spellOctet(octet uint32) (text uint64, length uint32) {
	hundreds := octet * 41 >> 12 // octet / 100
	rest := octet - 100*hundreds
	tens := rest * 103 >> 10                     // rest / 10
	length = 2 + (octet+246)>>8 + (octet+156)>>8 // one more from 10 on, and from 100 on
	four := '0' + hundreds | ('0'+tens)<<8 | ('0'+rest-10*tens)<<16 | '.'<<24
	return uint64(four >> (8 * (4 - length) & 31)), length
}

// macSymbol takes a hardware address in transmission order.
func macSymbol(a *[6]byte) Symbol {
	return Symbol{Low: uint64(binary.BigEndian.Uint16(a[:2]))<<32 | uint64(binary.BigEndian.Uint32(a[2:]))}
}

// spellMAC is the inverse of macSymbol, as six lower-case hexadecimal octets
// with colons.
func spellMAC(dst []byte, s Symbol) []byte {
	const digits = "0123456789abcdef"
	for shift := 40; shift >= 0; shift -= 8 {
		octet := byte(s.Low >> shift)
		dst = append(dst, digits[octet>>4], digits[octet&15])
		if shift > 0 {
			dst = append(dst, ':')
		}
	}
	return dst
}
