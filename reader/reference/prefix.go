package reference

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

var errHostBits = errors.New("the address has bits behind the prefix length")

// parsePrefix reads a prefix, or an address, which is the prefix of its whole length.
func parsePrefix(text string) (netip.Prefix, error) {
	if !strings.Contains(text, "/") {
		a, err := netip.ParseAddr(text)
		if err != nil || a.Zone() != "" {
			return netip.Prefix{}, fmt.Errorf("got %q, want a prefix", text)
		}
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("got %q, want a prefix", text)
	}
	if p != p.Masked() {
		return netip.Prefix{}, fmt.Errorf("got %q: %w, want %s", text, errHostBits, p.Masked())
	}
	return p, nil
}

// parseAS reads the number of an autonomous system as asplain or asdot (RFC 5396), with
// or without AS in front. 0 is none (RFC 7607).
func parseAS(text string) (uint32, error) {
	digits := text
	if len(text) > 2 && strings.EqualFold(text[:2], "AS") {
		digits = text[2:]
	}
	high, low, dotted := strings.Cut(digits, ".")
	var number uint64
	var err error
	if dotted {
		var upper, lower uint64
		upper, err = strconv.ParseUint(high, 10, 16)
		if err == nil {
			lower, err = strconv.ParseUint(low, 10, 16)
		}
		number = upper<<16 | lower
	} else {
		number, err = strconv.ParseUint(digits, 10, 32)
	}
	if err != nil || number == 0 {
		return 0, fmt.Errorf("got %q, want the number of an autonomous system", text)
	}
	return uint32(number), nil
}

// The names that files give to their columns of prefixes and AS numbers.
func prefixColumn() column { return column{names: []string{"prefix", "network", "cidr"}} }

func asColumn() column {
	return column{names: []string{"asn", "as", "as_number", "autonomous_system_number", "origin"}}
}
