package table

import (
	"encoding/binary"
	"net/netip"
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
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], uint32(s.Low))
		return netip.AddrFrom4(a).AppendTo(dst)
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
