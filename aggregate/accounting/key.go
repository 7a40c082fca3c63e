package accounting

import (
	"bytes"
	"encoding/binary"
	"errors"

	"netstream/aggregate/flow"
)

// The key of a group is its cells, one behind the other, so that keys compare as octets
// as rows of the table do: 0 for NULL, or 1 and the value. Values of a kind have the
// same number of octets; texts end with two octets 0, and an octet 0 of a text is
// followed by 1. So no key is the begin of another.

const (
	cellNull  = 0
	cellKnown = 1
)

// MaxText is how many octets of a text tell groups apart. Files may give interfaces
// longer names.
const MaxText = 255

// kind says how the values of a column are laid out.
type kind uint8

const (
	kindNumber  kind = iota // 32 bits
	kindWide                // 64 bits
	kindAddress             // 128 bits and the IP version
	kindText
)

func kindOf(f flow.SchemeField) kind {
	switch f {
	case flow.SchemeExporter, flow.SchemeSource, flow.SchemeDestination, flow.SchemeSourcePrefix, flow.SchemeDestinationPrefix,
		flow.SchemeNextHop, flow.SchemeBGPNextHop, flow.SchemeOuterSource, flow.SchemeOuterDestination:
		return kindAddress
	case flow.SchemeInterface, flow.SchemeLabel:
		return kindText
	case flow.SchemeSourceMAC, flow.SchemeDestinationMAC:
		return kindWide
	}
	return kindNumber
}

// appendKey appends the key of a flow's group.
func (s *subject) appendKey(dst []byte, scheme *flow.Scheme, c *Config) []byte {
	for i := range scheme.Columns {
		column := &scheme.Columns[i]
		v := s.value(column, c)
		if !v.Known {
			dst = append(dst, cellNull)
			continue
		}
		dst = append(dst, cellKnown)
		switch kindOf(column.Field) {
		case kindNumber:
			dst = binary.BigEndian.AppendUint32(dst, uint32(v.Low))
		case kindWide:
			dst = binary.BigEndian.AppendUint64(dst, v.Low)
		case kindAddress:
			dst = binary.BigEndian.AppendUint64(dst, v.High)
			dst = binary.BigEndian.AppendUint64(dst, v.Low)
			dst = append(dst, v.Version)
		case kindText:
			dst = appendText(dst, v.Text)
		}
	}
	return dst
}

func appendText(dst []byte, text string) []byte {
	for i := range min(len(text), MaxText) {
		if dst = append(dst, text[i]); text[i] == 0 {
			dst = append(dst, 1)
		}
	}
	return append(dst, 0, 0)
}

var errKey = errors.New("the key of a group is damaged")

// decodeKey reads a key back into the cells, one for each column.
func decodeKey(key []byte, scheme *flow.Scheme, cells []flow.SchemeValue) error {
	for i := range scheme.Columns {
		if len(key) == 0 {
			return errKey
		}
		known := key[0] == cellKnown
		if key = key[1:]; !known {
			cells[i] = flow.SchemeValue{}
			continue
		}
		var n int
		if n = decodeCell(key, kindOf(scheme.Columns[i].Field), &cells[i]); n < 0 {
			return errKey
		}
		key = key[n:]
	}
	if len(key) > 0 {
		return errKey
	}
	return nil
}

// decodeCell reads a value that is known, and gives how many octets it has, -1 if they
// are not there.
func decodeCell(src []byte, k kind, v *flow.SchemeValue) int {
	switch k {
	case kindNumber:
		if len(src) < 4 {
			return -1
		}
		*v = flow.SchemeValue{Known: true, Low: uint64(binary.BigEndian.Uint32(src))}
		return 4
	case kindWide:
		if len(src) < 8 {
			return -1
		}
		*v = flow.SchemeValue{Known: true, Low: binary.BigEndian.Uint64(src)}
		return 8
	case kindAddress:
		if len(src) < 17 {
			return -1
		}
		*v = flow.SchemeValue{Known: true, High: binary.BigEndian.Uint64(src), Low: binary.BigEndian.Uint64(src[8:]), Version: src[16]}
		return 17
	}
	return decodeText(src, v)
}

// decodeText reads a text. It keeps the one that the row before had if it is the same,
// as it mostly is.
func decodeText(src []byte, v *flow.SchemeValue) int {
	end := bytes.Index(src, []byte{0, 0})
	if end < 0 {
		return -1
	}
	text := src[:end]
	if bytes.IndexByte(text, 0) >= 0 {
		text = bytes.ReplaceAll(text, []byte{0, 1}, []byte{0})
	}
	if !v.Known || v.Text != string(text) {
		*v = flow.SchemeValue{Known: true, Text: string(text)}
	}
	return end + 2
}
