package filter

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// hexDigits counts the hexadecimal digits that the text begins with, at most limit.
func hexDigits(text string, limit int) int {
	n := 0
	for n < len(text) && n < limit {
		c := text[n] | 0x20
		if (text[n] < '0' || text[n] > '9') && (c < 'a' || c > 'f') {
			break
		}
		n++
	}
	return n
}

// macLength gives the length of the MAC address that the text begins with, in one
// of the forms 1:2:3:4:5:6, 1-2-3-4-5-6, 1.2.3.4.5.6, 0102.0304.0506 and
// 010203040506; 0 if there is none.
func macLength(text string) int {
	longest := 0
	for _, separator := range []byte(":-.") {
		longest = max(longest, groupsLength(text, 6, 1, 2, separator))
	}
	longest = max(longest, groupsLength(text, 3, 4, 4, '.'))
	if hexDigits(text, 12) == 12 {
		longest = max(longest, 12)
	}
	return longest
}

// groupsLength gives the length of groups of hexadecimal digits with a separator
// between them; 0 if they are not there.
func groupsLength(text string, groups, least, most int, separator byte) int {
	at := 0
	for i := range groups {
		if i > 0 {
			if at >= len(text) || text[at] != separator {
				return 0
			}
			at++
		}
		n := hexDigits(text[at:], most)
		if n < least {
			return 0
		}
		at += n
	}
	return at
}

// parseMAC gives the octets of a MAC address that macLength accepts.
func parseMAC(text string) [6]byte {
	var mac [6]byte
	for i := range mac {
		text = strings.TrimLeft(text, ":-.")
		n := hexDigits(text, 2)
		value, _ := strconv.ParseUint(text[:n], 16, 8)
		mac[i] = byte(value)
		text = text[n:]
	}
	return mac
}

// bogusMAC gives the length of what has the colons of a MAC address and cannot
// be anything: pairs of digits, each with colons behind it, two or more.
func bogusMAC(text string) int {
	at, groups, longest := 0, 0, 0
	for {
		n := hexDigits(text[at:], 2)
		if n == 0 {
			return longest
		}
		at += n
		colons := 0
		for at < len(text) && text[at] == ':' {
			at++
			colons++
		}
		if colons == 0 {
			return longest
		}
		if groups++; groups >= 2 {
			longest = at
		}
	}
}

// isIPv4 says whether a word is two to four decimal numbers with dots between.
// Whether they are octets is for [parseIPv4].
func isIPv4(text string) bool {
	parts := strings.Split(text, ".")
	if len(parts) < 2 || len(parts) > 4 {
		return false
	}
	for _, part := range parts {
		if part == "" || numberLength(part) != len(part) {
			return false
		}
	}
	return true
}

// parseIPv4 reads one to four decimal octets and gives how many bits they are.
func parseIPv4(text string) (value uint32, bits int, ok bool) {
	for part := range strings.SplitSeq(text, ".") {
		octet := uint32(0)
		for i := range len(part) {
			if octet > 25 || part[i] < '0' || part[i] > '9' {
				return 0, 0, false
			}
			octet = octet*10 + uint32(part[i]-'0')
		}
		if octet > 255 {
			return 0, 0, false
		}
		value, bits = value<<8|octet, bits+8
	}
	return value, bits, bits <= 32
}

// ipv6Length gives the length of the longest IPv6 address that the text begins
// with; 0 if there is none.
func ipv6Length(text string) int {
	end := 0
	for end < len(text) && end < 64 && (text[end] == ':' || text[end] == '.' || hexDigits(text[end:], 1) == 1) {
		end++
	}
	for ; end > 1; end-- {
		if isIPv6(text[:end]) {
			return end
		}
	}
	return 0
}

// isIPv6 says whether a text has the form of an IPv6 address (RFC 4291 section
// 2.2), with :: for one or more groups.
func isIPv6(text string) bool {
	left, right, shortened := strings.Cut(text, "::")
	if !shortened {
		groups, ok := ipv6Groups(text, true)
		return ok && groups == 8
	}
	before, ok1 := ipv6Groups(left, false)
	behind, ok2 := ipv6Groups(right, true)
	return ok1 && ok2 && before+behind <= 7
}

// ipv6Groups counts groups of up to four hexadecimal digits; an IPv4 address at
// the end, where there may be one, is two.
func ipv6Groups(text string, ipv4 bool) (groups int, ok bool) {
	if text == "" {
		return 0, true
	}
	parts := strings.Split(text, ":")
	for i, part := range parts {
		switch {
		case part != "" && len(part) <= 4 && hexDigits(part, 4) == len(part):
			groups++
		case ipv4 && i == len(parts)-1 && strings.Count(part, ".") == 3 && isIPv4(part):
			groups += 2
		default:
			return 0, false
		}
	}
	return groups, true
}

func ipv6Token(text string) token {
	if _, err := netip.ParseAddr(text); err != nil {
		return token{kind: tokenBad, text: text, fault: fmt.Sprintf("got %q, want an IPv6 address", text)}
	}
	return token{kind: tokenIPv6, text: text}
}
