package element

import (
	"bytes"
	"encoding/hex"
	"math"
	"net/netip"
	"strconv"
	"unicode/utf8"
)

// AppendText appends the text of a value to dst and returns the result:
//
//   - Unsigned of 1 to 8 octets and Signed in decimal;
//   - Float with as few digits as tell it from its neighbours, as NaN, +Inf and
//     -Inf if it is no number;
//   - Boolean as true or false;
//   - MAC in lower-case hexadecimal with colons;
//   - Text up to the first NUL, by which exporters fill fields of fixed length;
//   - times as RFC 3339 has them, in UTC, with the digits of their unit;
//   - IPv4 in dotted decimal, IPv6 as in RFC 5952;
//   - structured data as AppendList writes them, templates unknown;
//   - Octets in lower-case hexadecimal.
//
// The text of no octets is empty. A value whose length does not fit its type, a
// boolean that is neither 1 nor 2, a text that is not UTF-8, a time beyond
// flow.Timestamp and malformed structured data come in lower-case hexadecimal.
func AppendText(dst []byte, t Type, value []byte) []byte {
	if len(value) == 0 {
		return dst
	}
	if text, ok := appendNumber(dst, t, value); ok {
		return text
	}
	switch {
	case t == Boolean && len(value) == 1 && value[0] == 1:
		return append(dst, "true"...)
	case t == Boolean && len(value) == 1 && value[0] == 2:
		return append(dst, "false"...)
	case t == MAC && len(value) == 6:
		return appendMAC(dst, value)
	case t == Text:
		if text := cutText(value); utf8.Valid(text) {
			return append(dst, text...)
		}
	case t == IPv4 && len(value) == 4:
		return netip.AddrFrom4([4]byte(value)).AppendTo(dst)
	case t == IPv6 && len(value) == 16:
		return netip.AddrFrom16([16]byte(value)).AppendTo(dst)
	case t.Structured():
		if text, err := AppendList(dst, t, value, nil); err == nil {
			return text
		}
	default:
		if instant, ok := Instant(t, value); ok {
			return instant.Time().AppendFormat(dst, timeLayout(t))
		}
	}
	return hex.AppendEncode(dst, value)
}

// appendNumber appends the text of a number whose length fits its type.
func appendNumber(dst []byte, t Type, value []byte) (text []byte, ok bool) {
	switch t {
	case Unsigned:
		if v, ok := Uint(value); ok && len(value) <= 8 {
			return strconv.AppendUint(dst, v, 10), true
		}
	case Signed:
		if v, ok := Int(value); ok {
			return strconv.AppendInt(dst, v, 10), true
		}
	case Float:
		if v, ok := FloatValue(value); ok {
			return strconv.AppendFloat(dst, v, 'g', -1, 8*len(value)), true
		}
	}
	return dst, false
}

// finite says whether a value of type Float is a number.
func finite(value []byte) bool {
	v, ok := FloatValue(value)
	return ok && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// cutText cuts a text at its first NUL.
func cutText(value []byte) []byte {
	text, _, _ := bytes.Cut(value, []byte{0})
	return text
}

func appendMAC(dst, value []byte) []byte {
	for i := range value {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = hex.AppendEncode(dst, value[i:i+1])
	}
	return dst
}

func timeLayout(t Type) string {
	switch t {
	case Milliseconds:
		return "2006-01-02T15:04:05.000Z"
	case Microseconds:
		return "2006-01-02T15:04:05.000000Z"
	case Nanoseconds:
		return "2006-01-02T15:04:05.000000000Z"
	}
	return "2006-01-02T15:04:05Z"
}
