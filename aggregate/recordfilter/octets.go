package recordfilter

import (
	"strings"
	"unicode/utf8"
)

// Tables show octets of names that are not UTF-8 as U+FFFD and two hexadecimal
// digits, and so the octets of a U+FFFD that was there before (docs/schema.md).
// Filters say what tables show.

const replacement = "\uFFFD"

// octetsOf gives the octets of the name that tables show as text; ok is false if
// they show none so.
func octetsOf(text string) (octets string, ok bool) {
	var b strings.Builder
	for rest := text; ; {
		before, behind, found := strings.Cut(rest, replacement)
		b.WriteString(before)
		if !found {
			break
		}
		if len(behind) < 2 {
			return "", false
		}
		b.WriteByte(hexDigit(behind[0])<<4 | hexDigit(behind[1]))
		rest = behind[2:]
	}
	return b.String(), shown(b.String()) == text
}

// hexDigit gives the value of a digit, of anything else one that shows in shown.
func hexDigit(c byte) byte { return byte(max(strings.IndexByte("0123456789abcdef", c), 0)) }

// shown gives octets as tables show them.
func shown(octets string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for rest := octets; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		if r != utf8.RuneError {
			b.WriteString(rest[:size])
		} else {
			for _, octet := range []byte(rest[:size]) {
				b.WriteString(replacement)
				b.Write([]byte{digits[octet>>4], digits[octet&15]})
			}
		}
		rest = rest[size:]
	}
	return b.String()
}
