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

// appendIPv4 appends an IPv4 address in dotted decimal form. Its octets are spelled
// without a branch by their number of digits, which no processor could foretell.
func appendIPv4(dst []byte, address uint32) []byte {
	const longest = len("255.255.255.255")
	start := len(dst)
	dst = slices.Grow(dst, longest+1)[:start+longest+1]
	text := (*[longest + 1]byte)(dst[start:])
	end := uint(0)
	for shift := 24; shift >= 0; shift -= 8 {
		octet := address >> shift & 0xff
		hundreds := octet * 41 >> 12 // octet / 100
		rest := octet - 100*hundreds
		tens := rest * 103 >> 10                      // rest / 10
		digits := 1 + (octet+246)>>8 + (octet+156)>>8 // one more from 10 on, and from 100 on
		four := '0' + hundreds | ('0'+tens)<<8 | ('0'+rest-10*tens)<<16 | '.'<<24
		binary.LittleEndian.PutUint32(text[end&15:], four>>(8*(3-digits)&31))
		end += uint(digits) + 1
	}
	return dst[:start+int(end)-1]
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
