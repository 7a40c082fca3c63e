package csvfile

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mark begins escaped cells. Spreadsheets take a cell that begins with an
// apostrophe for text.
const mark = '\''

// AppendText appends a text as a CSV cell to dst and returns the result.
//
// Spreadsheets run a cell as a formula if it begins with one of = + - @ or the
// full-width forms of these, some of them also behind blanks (OWASP, CSV
// Injection), and names of interfaces and files come from outside. Therefore a
// text is escaped if its first character behind any blanks (Unicode category Zs)
// is one of these; if it holds a character without a glyph, as control
// characters, line breaks and bidirectional marks are; if it is not UTF-8; or if
// it begins with an apostrophe. An escaped cell is an apostrophe and the text, in
// which a backslash is written as two, and each octet of a character without a
// glyph as \x and two hexadecimal digits. [ParseText] reverses that. All other
// texts stay as they are, backslashes too.
func AppendText(dst, text []byte) []byte {
	if plain(text) {
		return append(dst, text...)
	}
	if len(text) == 0 {
		return append(dst, `""`...)
	}
	start := len(dst)
	if needsEscape(text) {
		dst = appendEscaped(append(dst, mark), text)
	} else {
		dst = append(dst, text...)
	}
	return quote(dst, start)
}

// plain tells whether a text is one of the many that obviously need nothing: it
// begins with an ASCII letter or digit, and all of it is ASCII with a glyph and
// no meaning in CSV.
func plain(text []byte) bool {
	if len(text) == 0 {
		return false
	}
	switch c := text[0]; {
	case '0' <= c && c <= '9', 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', c == ':':
	default:
		return false
	}
	for _, c := range text {
		if c < ' ' || c > '~' || c == ',' || c == '"' {
			return false
		}
	}
	return true
}

func needsEscape(text []byte) bool {
	if text[0] == mark {
		return true
	}
	first := true // nothing but blanks so far
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 || !unicode.IsGraphic(r) {
			return true
		}
		if first && !unicode.Is(unicode.Zs, r) {
			first = false
			switch r {
			case '=', '+', '-', '@', '＝', '＋', '－', '＠':
				return true
			}
		}
		i += size
	}
	return false
}

func appendEscaped(dst, text []byte) []byte {
	const digits = "0123456789abcdef"
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == '\\':
			dst = append(dst, '\\', '\\')
		case r == utf8.RuneError && size == 1, !unicode.IsGraphic(r):
			for _, octet := range text[:size] {
				dst = append(dst, '\\', 'x', digits[octet>>4], digits[octet&15])
			}
		default:
			dst = append(dst, text[:size]...)
		}
		text = text[size:]
	}
	return dst
}

// quote puts the cell that begins at start into quotation marks if RFC 4180
// wants that, and doubles those within. Line breaks cannot occur any more.
func quote(dst []byte, start int) []byte {
	if !bytes.ContainsAny(dst[start:], `",`) {
		return dst
	}
	end := len(dst)
	for range 2 + bytes.Count(dst[start:], []byte{'"'}) {
		dst = append(dst, '"')
	}
	// From its end, the cell moves behind the mark that opens it.
	to := len(dst) - 1
	for from := end - 1; from >= start; from-- {
		to--
		if dst[to] = dst[from]; dst[to] == '"' {
			to--
			dst[to] = '"'
		}
	}
	dst[start] = '"'
	return dst
}

// ParseText gives the text of a cell, as a CSV reader gives it without quotation
// marks.
func ParseText(cell string) string {
	escaped, ok := strings.CutPrefix(cell, string(mark))
	if !ok {
		return cell
	}
	var b strings.Builder
	for i := 0; i < len(escaped); i++ {
		switch rest := escaped[i:]; {
		case strings.HasPrefix(rest, `\\`):
			b.WriteByte('\\')
			i++
		case len(rest) >= 4 && strings.HasPrefix(rest, `\x`):
			b.WriteByte(hexDigit(rest[2])<<4 | hexDigit(rest[3]))
			i += 3
		default:
			b.WriteByte(rest[0])
		}
	}
	return b.String()
}

func hexDigit(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}
