package table

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Names of interfaces and files come from outside and may hold any octets, but
// text in a table must be UTF-8. Octets that are not are written as U+FFFD and
// two hexadecimal digits; so are the three octets of a U+FFFD that was there
// before. Thus all other text stays as it is, and the original can be had back
// with OriginalText.

// replacement is U+FFFD, the replacement character, in UTF-8.
const replacement = "\uFFFD"

// appendValid appends s to dst as valid UTF-8 and returns the result.
func appendValid[S []byte | string](dst []byte, octets S) []byte {
	start := len(dst)
	dst = append(dst, octets...)
	if added := dst[start:]; utf8.Valid(added) && !bytes.Contains(added, []byte(replacement)) {
		return dst
	}
	dst = dst[:start]
	s := string(octets)
	const digits = "0123456789abcdef"
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError {
			for _, octet := range []byte(s[:size]) {
				dst = append(dst, replacement...)
				dst = append(dst, digits[octet>>4], digits[octet&15])
			}
		} else {
			dst = append(dst, s[:size]...)
		}
		s = s[size:]
	}
	return dst
}

// OriginalText gives the octets of a name as the input had them from its text in
// a table: each U+FFFD with the two hexadecimal digits behind it is one octet.
// Other texts are returned as they are.
func OriginalText(text string) string {
	if !strings.Contains(text, replacement) {
		return text
	}
	var b strings.Builder
	for {
		before, behind, found := strings.Cut(text, replacement)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		high, low := -1, -1
		if len(behind) >= 2 {
			high, low = hexDigit(behind[0]), hexDigit(behind[1])
		}
		if high < 0 || low < 0 {
			b.WriteString(replacement)
			text = behind
			continue
		}
		b.WriteByte(byte(high<<4 | low))
		text = behind[2:]
	}
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}
