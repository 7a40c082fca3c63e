package accounting

import (
	"bytes"
	"encoding/binary"
	"errors"

	"netstream/aggregate/flow"
)

// The key of a group is its cells, one behind the other, so that keys compare as octets
// as rows of the table do: 0 for NULL, or 1 and the value. Numbers of a kind have the
// same number of octets; texts end with two octets 0, and an octet 0 of a text is
// followed by 1. Addresses have 1, 2 or 3 in front of them, as they are below the
// IPv4-mapped ones, such, or above; of such ones the last 32 bits are enough. So no key
// is the begin of another.

const (
	cellNull  = 0
	cellKnown = 1

	addressBelow  = 1
	addressMapped = 2
	addressAbove  = 3
)

// MaxText is how many octets of a text tell groups apart. Files may give interfaces
// longer names.
const MaxText = 255

// kind says how the values of a column are laid out.
type kind uint8

const (
	kindNumber  kind = iota // 32 bits
	kindOctet               // 8 bits
	kindShort               // 16 bits
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
	case flow.SchemeVersion, flow.SchemeSourceMask, flow.SchemeDestinationMask,
		flow.SchemeSourcePrefixMask, flow.SchemeDestinationPrefixMask, flow.SchemeSourceRoute, flow.SchemeDestinationRoute,
		flow.SchemeProtocol, flow.SchemeClassOfService, flow.SchemeDSCP, flow.SchemePrecedence, flow.SchemeForwardingStatus, flow.SchemeTunnelType:
		return kindOctet
	case flow.SchemeDirection, // it goes beyond flowDirection: see observed
		flow.SchemeSourcePort, flow.SchemeDestinationPort, flow.SchemeVLAN, flow.SchemeInnerVLAN, flow.SchemeTCPFlags:
		return kindShort
	}
	return kindNumber
}

// appendKey appends the key of a flow's group.
func (s *subject) appendKey(dst []byte, scheme *flow.Scheme, c *Config) []byte {
	for i := range scheme.Columns {
		dst = s.appendCell(dst, &scheme.Columns[i], c)
	}
	return dst
}

// appendCell appends one cell.
func (s *subject) appendCell(dst []byte, column *flow.SchemeColumn, c *Config) []byte {
	v := s.value(column, c)
	if !v.Known {
		return append(dst, cellNull)
	}
	switch kindOf(column.Field) {
	case kindOctet:
		return append(dst, cellKnown, byte(v.Low))
	case kindShort:
		return append(dst, cellKnown, byte(v.Low>>8), byte(v.Low))
	case kindWide:
		return binary.BigEndian.AppendUint64(append(dst, cellKnown), v.Low)
	case kindAddress:
		return appendAddress(dst, &v)
	case kindText:
		return appendText(append(dst, cellKnown), v.Text)
	}
	return binary.BigEndian.AppendUint32(append(dst, cellKnown), uint32(v.Low))
}

// cells are those of one flow in all columns that any scheme has, one behind the other:
// most columns are in several schemes. The first ones are the same for all metered flows
// of a point.
type cells struct {
	octets []byte
	ends   []int
	point  uint32 // of the metered flow that they are of
	valid  bool   // there is one
}

func (x *cells) set(s *subject, columns []flow.SchemeColumn, ofPoint int, c *Config) {
	from := 0
	if !s.exported && x.valid && x.point == s.key.Point {
		from = ofPoint
	}
	x.valid, x.point = !s.exported, s.key.Point
	x.ends = x.ends[:from]
	x.octets = x.octets[:0]
	if from > 0 {
		x.octets = x.octets[:x.ends[from-1]]
	}
	for i := from; i < len(columns); i++ {
		x.octets = s.appendCell(x.octets, &columns[i], c)
		x.ends = append(x.ends, len(x.octets))
	}
}

// isOfPoint says that metered flows of a point agree in a column: what captures do not
// tell is among these, as long as nothing is looked up.
func isOfPoint(f flow.SchemeField, lookup bool) bool {
	switch f {
	case flow.SchemeSource, flow.SchemeDestination, flow.SchemeSourcePrefix, flow.SchemeDestinationPrefix,
		flow.SchemeSourceMask, flow.SchemeDestinationMask, flow.SchemeSourcePrefixMask, flow.SchemeDestinationPrefixMask,
		flow.SchemeVersion, flow.SchemeSourcePort, flow.SchemeDestinationPort, flow.SchemeProtocol,
		flow.SchemeClassOfService, flow.SchemeDSCP, flow.SchemePrecedence:
		return false
	case flow.SchemeLabel, flow.SchemeSourceRoute, flow.SchemeDestinationRoute, flow.SchemeSourceAS, flow.SchemeDestinationAS:
		return !lookup
	}
	return true
}

func (x *cells) of(column int) []byte {
	if column == 0 {
		return x.octets[:x.ends[0]]
	}
	return x.octets[x.ends[column-1]:x.ends[column]]
}

// mapped is what the upper half of Low is of an IPv4-mapped address, whose High is 0.
const mapped = 0xffff

func appendAddress(dst []byte, v *flow.SchemeValue) []byte {
	where := byte(addressAbove)
	if v.High == 0 {
		switch upper := v.Low >> 32; {
		case upper == mapped:
			return append(binary.BigEndian.AppendUint32(append(dst, addressMapped), uint32(v.Low)), v.Version)
		case upper < mapped:
			where = addressBelow
		}
	}
	dst = binary.BigEndian.AppendUint64(append(dst, where), v.High)
	return append(binary.BigEndian.AppendUint64(dst, v.Low), v.Version)
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
		mark := key[0]
		if key = key[1:]; mark == cellNull {
			cells[i] = flow.SchemeValue{}
			continue
		}
		n := decodeCell(key, mark, kindOf(scheme.Columns[i].Field), &cells[i])
		if n < 0 {
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
func decodeCell(src []byte, mark byte, k kind, v *flow.SchemeValue) int {
	switch k {
	case kindOctet:
		if len(src) < 1 {
			return -1
		}
		*v = flow.SchemeValue{Known: true, Low: uint64(src[0])}
		return 1
	case kindShort:
		if len(src) < 2 {
			return -1
		}
		*v = flow.SchemeValue{Known: true, Low: uint64(binary.BigEndian.Uint16(src))}
		return 2
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
		if mark == addressMapped {
			if len(src) < 5 {
				return -1
			}
			*v = flow.SchemeValue{Known: true, Low: mapped<<32 | uint64(binary.BigEndian.Uint32(src)), Version: src[4]}
			return 5
		}
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
