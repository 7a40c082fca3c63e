package filter

import (
	"fmt"
	"strconv"
	"strings"
)

// tokens cuts a text into words and symbols. As in libpcap the longest word that
// can be one wins, and among equally long ones a keyword, a MAC address, a
// number, an IPv4 address, an IPv6 address and a name, in this order. The last
// token is tokenEnd, or tokenBad where nothing fits.
func tokens(text string) []token {
	var list []token
	for at := 0; at < len(text); {
		switch text[at] {
		case ' ', '\t', '\r', '\n':
			at++
			continue
		}
		t, length := nextToken(text[at:])
		t.column = at + 1
		list = append(list, t)
		if t.kind == tokenBad {
			return list
		}
		at += length
	}
	return append(list, token{kind: tokenEnd, column: len(text) + 1})
}

// nextToken reads the token that the text begins with.
func nextToken(text string) (token, int) {
	if t, length := symbol(text); length > 0 {
		return t, length
	}
	best, length := word(text)
	longer := func(n int, t token) {
		if n > length {
			best, length = t, n
		}
	}
	if n := bogusMAC(text); n > length {
		longer(n, token{kind: tokenBad, fault: fmt.Sprintf("got %q, want six octets of a MAC address", text[:n])})
	}
	if n := ipv6Length(text); n > length {
		longer(n, ipv6Token(text[:n]))
	}
	if n := macLength(text); n >= length && n > 0 && best.kind != tokenKeyword {
		best, length = token{kind: tokenMAC, text: text[:n]}, n
	}
	if length == 0 {
		return token{kind: tokenBad, fault: fmt.Sprintf("got %q, which no word begins with", firstRune(text))}, 1
	}
	return best, length
}

func firstRune(text string) string {
	for _, r := range text {
		return string(r)
	}
	return ""
}

// symbol reads an operator, a bracket, an escaped name or an ARCnet address.
func symbol(text string) (token, int) {
	two := func(a, b byte) bool { return len(text) > 1 && text[0] == a && text[1] == b }
	switch {
	case two('&', '&'):
		return token{kind: tokenSymbol, text: "and"}, 2
	case two('|', '|'):
		return token{kind: tokenSymbol, text: "or"}, 2
	case two('=', '='):
		return token{kind: tokenSymbol, text: "="}, 2
	case two('>', '='), two('<', '='), two('!', '='), two('<', '<'), two('>', '>'):
		return token{kind: tokenSymbol, text: text[:2]}, 2
	case text[0] == '!':
		return token{kind: tokenSymbol, text: "not"}, 1
	case text[0] == ':' && ipv6Length(text) > 0:
		return token{}, 0
	case strings.IndexByte("+-*/%:[]<>()&|^=", text[0]) >= 0:
		return token{kind: tokenSymbol, text: text[:1]}, 1
	case text[0] == '\\':
		n := 1
		for n < len(text) && strings.IndexByte(" !()\n\t", text[n]) < 0 {
			n++
		}
		if n > 1 {
			return token{kind: tokenName, text: text[1:n]}, n
		}
	case text[0] == '$':
		if n := hexDigits(text[1:], 2); n > 0 {
			return token{kind: tokenARCnet, text: text[1 : 1+n]}, 1 + n
		}
	}
	return token{}, 0
}

// word reads a keyword, a number, an IPv4 address or a name.
func word(text string) (token, int) {
	length := nameLength(text)
	if length == 0 {
		return token{}, 0
	}
	name := text[:length]
	switch name {
	case "and", "or", "not":
		return token{kind: tokenSymbol, text: name}, length
	}
	if first := keyword(name); first != "" {
		return token{kind: tokenKeyword, text: first}, length
	}
	if numberLength(text) == length {
		return numberToken(name), length
	}
	if isIPv4(name) {
		return token{kind: tokenIPv4, text: name}, length
	}
	if value, ok := valueOf(namedNumbers[:], name); ok {
		return token{kind: tokenNumber, text: name, number: value}, length
	}
	return token{kind: tokenName, text: name}, length
}

// nameLength gives the length of the name that the text begins with: letters,
// digits, and between them dots, hyphens and underscores. A dot may be its end.
func nameLength(text string) int {
	end := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case isLetterOrDigit(c), c == '.' && i > 0:
			end = i + 1
		case (c == '-' || c == '_') && i > 0:
		default:
			return end
		}
	}
	return end
}

func isLetterOrDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// numberLength gives the length of the number that the text begins with, 0 if
// there is none.
func numberLength(text string) int {
	if len(text) > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') {
		if n := hexDigits(text[2:], len(text)); n > 0 {
			return 2 + n
		}
	}
	n := 0
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	return n
}

// numberToken reads a number as C writes it: decimal, 0x hexadecimal, 0 octal.
func numberToken(text string) token {
	base, digits := 10, text
	switch {
	case len(text) > 1 && (text[1] == 'x' || text[1] == 'X'):
		base, digits = 16, text[2:]
	case len(text) > 1 && text[0] == '0':
		base, digits = 8, text[1:]
	}
	value, err := strconv.ParseUint(digits, base, 32)
	if err != nil {
		want := "want at most 4294967295"
		if base == 8 && strings.ContainsAny(digits, "89") {
			want = "want octal digits behind the leading 0"
		}
		return token{kind: tokenBad, text: text, fault: fmt.Sprintf("got the number %s, %s", text, want)}
	}
	return token{kind: tokenNumber, text: text, number: uint32(value)}
}

// quote shows a token to the user.
func (t *token) quote() string {
	if t.kind == tokenEnd {
		return "the end"
	}
	return strconv.Quote(t.text)
}
