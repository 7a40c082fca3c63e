// Package referencetest writes files of reference data for tests: RIB dumps in the MRT
// format and MaxMind DB files. It shares no code with the readers under test.
package referencetest

import (
	"encoding/binary"
	"net/netip"
)

// Segment is a segment of an AS path: RFC 4271 section 4.3, RFC 5065 section 3.
type Segment struct {
	Type    uint8 // 1 set, 2 sequence, 3 and 4 those of confederations
	Members []uint32
}

// Sequence gives the path of a sequence.
func Sequence(members ...uint32) []Segment { return []Segment{{2, members}} }

// Peer is a route that a peer has to the prefix of a record.
type Peer struct {
	Path   []Segment
	Wide   []Segment // AS4_PATH, for TABLE_DUMP
	PathID uint32    // for records with path identifiers
}

// Record gives an MRT record (RFC 6396 section 2).
func Record(kind, subtype uint16, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, 1_764_000_000) // any time
	b = binary.BigEndian.AppendUint16(b, kind)
	b = binary.BigEndian.AppendUint16(b, subtype)
	b = binary.BigEndian.AppendUint32(b, uint32(len(body)))
	return append(b, body...)
}

// PeerIndex gives the table of peers that a TABLE_DUMP_V2 file begins with (RFC 6396
// section 4.3.1), of so many peers with IPv4 addresses.
func PeerIndex(peers int) []byte {
	b := []byte{192, 0, 2, 254}
	b = binary.BigEndian.AppendUint16(b, 0) // no name of the view
	b = binary.BigEndian.AppendUint16(b, uint16(peers))
	for i := range peers {
		b = append(b, 2, 192, 0, 2, byte(i), 192, 0, 2, byte(i)) // a number of four octets
		b = binary.BigEndian.AppendUint32(b, 64496+uint32(i))
	}
	return Record(13, 1, b)
}

// RIB gives the record of a prefix in TABLE_DUMP_V2 (RFC 6396 section 4.3.2), with path
// identifiers that of RFC 8050.
func RIB(prefix netip.Prefix, pathIDs bool, peers ...Peer) []byte {
	subtype := uint16(2)
	if !prefix.Addr().Is4() {
		subtype = 4
	}
	if pathIDs {
		subtype += 6
	}
	b := binary.BigEndian.AppendUint32(nil, 0)
	b = append(b, byte(prefix.Bits()))
	b = append(b, prefix.Addr().AsSlice()[:(prefix.Bits()+7)/8]...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(peers)))
	for i, peer := range peers {
		b = binary.BigEndian.AppendUint16(b, uint16(i))
		b = binary.BigEndian.AppendUint32(b, 1_763_000_000)
		if pathIDs {
			b = binary.BigEndian.AppendUint32(b, peer.PathID)
		}
		b = appendAttributes(b, attribute(2, path(peer.Path, 4)))
	}
	return Record(13, subtype, b)
}

// Dump gives the record of a route in TABLE_DUMP (RFC 6396 section 4.2).
func Dump(prefix netip.Prefix, peer Peer) []byte {
	subtype := uint16(1)
	if !prefix.Addr().Is4() {
		subtype = 2
	}
	address := prefix.Addr().AsSlice()
	b := []byte{0, 0, 0, 0}
	b = append(b, address...)
	b = append(b, byte(prefix.Bits()), 1, 0, 0, 0, 0)
	b = append(b, make([]byte, len(address))...)
	b = append(b, 0xfb, 0xf0)
	attributes := [][]byte{attribute(2, path(peer.Path, 2))}
	if peer.Wide != nil {
		attributes = append(attributes, attribute(17, path(peer.Wide, 4)))
	}
	return Record(12, subtype, appendAttributes(b, attributes...))
}

// appendAttributes appends the length of path attributes and these: an origin in front
// and a next hop behind, as routes have them.
func appendAttributes(b []byte, paths ...[]byte) []byte {
	all := []byte{0x40, 1, 1, 0}
	for _, p := range paths {
		all = append(all, p...)
	}
	all = append(all, 0x40, 3, 4, 192, 0, 2, 1)
	b = binary.BigEndian.AppendUint16(b, uint16(len(all)))
	return append(b, all...)
}

// attribute gives a path attribute, with a length of two octets where it needs them.
func attribute(kind uint8, value []byte) []byte {
	if len(value) > 255 {
		return append(binary.BigEndian.AppendUint16([]byte{0x50, kind}, uint16(len(value))), value...)
	}
	return append([]byte{0x40, kind, byte(len(value))}, value...)
}

func path(segments []Segment, width int) []byte {
	var b []byte
	for _, s := range segments {
		b = append(b, s.Type, byte(len(s.Members)))
		for _, member := range s.Members {
			if width == 4 {
				b = binary.BigEndian.AppendUint32(b, member)
				continue
			}
			if member > 0xffff {
				member = 23456 // AS_TRANS, RFC 6793
			}
			b = binary.BigEndian.AppendUint16(b, uint16(member))
		}
	}
	return b
}
