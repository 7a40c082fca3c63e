package table

import (
	"encoding/binary"
	"net/netip"
	"testing"
)

// TestAppendIPv4 spells every octet at every place, next to octets of all lengths.
func TestAppendIPv4(t *testing.T) {
	for _, others := range [...]uint32{0, 0x07070707, 0x0a630a63, 0x64646464, 0xffffffff} {
		for shift := 0; shift < 32; shift += 8 {
			for octet := range uint32(256) {
				address := others&^(0xff<<shift) | octet<<shift
				var a [4]byte
				binary.BigEndian.PutUint32(a[:], address)
				if got, want := string(appendIPv4([]byte("x"), address)), "x"+netip.AddrFrom4(a).String(); got != want {
					t.Fatalf("%08x is %s, want %s", address, got, want)
				}
				if low, high, length := spellIPv4(address); (length < 8 && low>>(8*length)|high != 0) || length >= 8 && high>>(8*(length-8)) != 0 {
					t.Fatalf("%08x is %016x%016x, with something behind its %d octets", address, high, low, length)
				}
			}
		}
	}
}
