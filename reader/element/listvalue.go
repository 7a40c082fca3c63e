package element

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// count counts a value.
func (l *list) count(at int) error {
	if l.values++; l.values > len(l.octets)+MaxEmptyValues {
		return fmt.Errorf("octet %d: more than %d values in %d octets", at, l.values-1, len(l.octets))
	}
	return nil
}

// field reads one value and gives the place behind it.
func (l *list) field(field Field, t Type, at, to, depth int) (end int, err error) {
	if err := l.count(at); err != nil {
		return 0, err
	}
	length := int(field.Length)
	if field.Length == Variable {
		prefix, octets, ok := VariableLength(l.octets[at:to])
		if !ok {
			return 0, fmt.Errorf("octet %d: length of a value is cut", at)
		}
		at += prefix
		length = octets
	}
	if length > to-at {
		return 0, fmt.Errorf("octet %d: value of %v has length %d, want at most %d", at, field.ID, length, to-at)
	}
	if t.Structured() {
		return at + length, l.read(t, at, at+length, depth+1)
	}
	if l.write {
		l.text = appendValue(l.text, t, l.octets[at:at+length])
	}
	return at + length, nil
}

// VariableLength reads the length that a value of variable length has before it:
// one octet, or 255 and two octets (RFC 7011 section 7). prefix is how many octets
// the length has itself. ok is false if octets end within the length.
func VariableLength(octets []byte) (prefix, length int, ok bool) {
	switch {
	case len(octets) >= 1 && octets[0] < 255:
		return 1, int(octets[0]), true
	case len(octets) >= 3:
		return 3, int(binary.BigEndian.Uint16(octets[1:])), true
	}
	return 0, 0, false
}

// fewFields is up to how many fields of a template it is cheaper to look through
// them than to keep a map.
const fewFields = 32

// occurrence tells how many of the fields up to the i-th are of the same element as
// that. repeats is nil, or counts the fields from the first one on.
func occurrence(fields []Field, i int, repeats map[ID]uint64) (n uint64) {
	id := fields[i].ID
	if repeats != nil {
		repeats[id]++
		return repeats[id]
	}
	for _, field := range fields[:i+1] {
		if field.ID == id {
			n++
		}
	}
	return n
}

// putKey adds the name of a field, with its occurrence from the second on.
func (l *list) putKey(name string, occurrence uint64) {
	l.put(`"`)
	l.put(name)
	if occurrence > 1 {
		l.put("_")
		l.putUint(occurrence)
	}
	l.put(`":`)
}

// appendValue appends a value that is no list as JSON.
func appendValue(dst []byte, t Type, value []byte) []byte {
	switch {
	case len(value) == 0 && t == Text:
		return append(dst, `""`...)
	case len(value) == 0:
		return append(dst, "null"...)
	case t == Boolean && len(value) == 1 && (value[0] == 1 || value[0] == 2):
		return AppendText(dst, t, value)
	case t == Text:
		if text := cutText(value); utf8.Valid(text) {
			return appendQuoted(dst, text)
		}
	case t == Float && !finite(value):
	default:
		if text, ok := appendNumber(dst, t, value); ok {
			return text
		}
	}
	dst = append(dst, '"')
	dst = AppendText(dst, t, value)
	return append(dst, '"')
}

// appendQuoted appends UTF-8 as a string of JSON: RFC 8259 section 7.
func appendQuoted(dst, text []byte) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	for _, octet := range text {
		switch {
		case octet == '"' || octet == '\\':
			dst = append(dst, '\\', octet)
		case octet < ' ' || octet == 0x7f:
			dst = append(dst, '\\', 'u', '0', '0', digits[octet>>4], digits[octet&15])
		default:
			dst = append(dst, octet)
		}
	}
	return append(dst, '"')
}

// appendSemantic appends the name of a semantic: RFC 6313 section 4.4.
func appendSemantic(dst []byte, semantic byte) []byte {
	switch semantic {
	case 0:
		return append(dst, "noneOf"...)
	case 1:
		return append(dst, "exactlyOneOf"...)
	case 2:
		return append(dst, "oneOrMoreOf"...)
	case 3:
		return append(dst, "allOf"...)
	case 4:
		return append(dst, "ordered"...)
	case 255:
		return append(dst, "undefined"...)
	}
	return strconv.AppendUint(dst, uint64(semantic), 10)
}
