package engine

import (
	"bytes"
	"encoding/binary"
	"slices"

	"netstream/aggregate/flow"
)

// Keys are laid out in their order, behind an octet that says how. Nearly all are short: of
// IPv4, all members known but perhaps the ports. They have addresses and ports, protocol and
// class of service, which is all that can differ. All others have their addresses as
// appendOrderedAddress lays them out, and the other members of an octet behind that.
// Keys that begin with the same octet compare as their octets do.
const (
	keyShort   = 1 << iota
	keyPorts   // of short ones: Shape is flow.Ports, otherwise 0
	endFollows // of sorted flow records: the end stands behind the key, see appendRecord
	onePacket  // of sorted rows: they are of a flow of one packet, see appendSingle

	rowMarks = endFollows | onePacket // say nothing of the key
)

const (
	shortKeyOctets = 1 + 4 + 4 + 2 + 2 + 2
	longKeyOctets  = 1 + 17 + 17 + keyRest // at most
	keyRest        = 2 + 2 + 4             // ports, and four members of an octet
)

// isShort says whether a key can be laid out as a short one.
func isShort(k *flow.Key) bool {
	return k.Version == 4 && k.Shape&^flow.Ports == 0 && isMapped(&k.Source) && isMapped(&k.Destination)
}

func isMapped(a *[16]byte) bool {
	return binary.LittleEndian.Uint64(a[:]) == 0 && binary.BigEndian.Uint32(a[8:]) == mappedPrefix
}

func appendKey(dst []byte, k *flow.Key) []byte {
	dst = slices.Grow(dst, longKeyOctets)
	return dst[:len(dst)+putKey(dst[len(dst):len(dst)+longKeyOctets], k)]
}

func appendLongKey(dst []byte, k *flow.Key) []byte {
	dst = append(dst, 0)
	dst = appendOrderedAddress(dst, &k.Source)
	dst = appendOrderedAddress(dst, &k.Destination)
	dst = binary.BigEndian.AppendUint32(dst, uint32(k.SourcePort)<<16|uint32(k.DestinationPort))
	return append(dst, k.Protocol, k.ClassOfService, k.Version, byte(k.Shape))
}

// putKey writes to b what appendKey appends, and gives its length. It writes up to longKeyOctets
// octets.
func putKey(b []byte, k *flow.Key) int {
	if !isShort(k) {
		return len(appendLongKey(b[:0], k))
	}
	b = b[:shortKeyOctets+2]
	b[0] = keyShort | byte(k.Shape)<<1
	binary.LittleEndian.PutUint32(b[1:], binary.LittleEndian.Uint32(k.Source[mappedOctets:]))
	binary.LittleEndian.PutUint32(b[5:], binary.LittleEndian.Uint32(k.Destination[mappedOctets:]))
	binary.BigEndian.PutUint64(b[9:], uint64(k.SourcePort)<<48|uint64(k.DestinationPort)<<32|
		uint64(k.Protocol)<<24|uint64(k.ClassOfService)<<16)
	return shortKeyOctets
}

// key reads what appendKey wrote, with marks of the row or without.
func (d *decoder) key(k *flow.Key) {
	if b := d.src[d.at:]; len(b) >= shortKeyOctets && b[0]&keyShort != 0 { // as nearly all are
		setShort(k, (*[shortKeyOctets]byte)(b))
		d.at += shortKeyOctets
		return
	}
	if d.octets(1)[0]&keyShort != 0 {
		d.failed = true
		return
	}
	k.Source = d.orderedAddress()
	k.Destination = d.orderedAddress()
	rest := d.octets(keyRest)
	k.SourcePort, k.DestinationPort = binary.BigEndian.Uint16(rest), binary.BigEndian.Uint16(rest[2:])
	k.Protocol, k.ClassOfService, k.Version, k.Shape = rest[4], rest[5], rest[6], flow.Shape(rest[7])
}

// setShort reads a short key, all but its point.
func setShort(k *flow.Key, b *[shortKeyOctets]byte) {
	setMapped(&k.Source, binary.LittleEndian.Uint32(b[1:]))
	setMapped(&k.Destination, binary.LittleEndian.Uint32(b[5:]))
	ports := binary.BigEndian.Uint32(b[9:])
	k.SourcePort, k.DestinationPort = uint16(ports>>16), uint16(ports)
	k.Protocol, k.ClassOfService, k.Version, k.Shape = b[13], b[14], 4, flow.Shape(b[0]>>1)&flow.Ports
}

// setMapped makes a the IPv4-mapped form of an address, of which ipv4 is read little endian:
// so the compiler makes two stores of it, of which the hash of the key need not wait for any.
func setMapped(a *[16]byte, ipv4 uint32) {
	const prefix = 0xffff << 16
	binary.LittleEndian.PutUint64(a[:], 0)
	binary.LittleEndian.PutUint64(a[8:], prefix|uint64(ipv4)<<32)
}

// keyLength gives the length of the encoded key at the beginning of row, without its
// observation point, which is ordered by name. Keys of different lengths differ before
// the shorter one ends. Of a damaged row it gives what there is.
func keyLength(row []byte) int {
	if len(row) == 0 {
		return 0
	}
	if row[0]&keyShort != 0 {
		return min(shortKeyOctets, len(row))
	}
	source := addressLength(row[1:])
	return min(1+source+addressLength(row[1+source:])+keyRest, len(row))
}

func addressLength(row []byte) int {
	if len(row) == 0 {
		return 0
	}
	return min(addressLengths[row[0]&behindMapped], len(row))
}

// compareKeyOctets compares two encoded keys, which may have marks of their rows.
func compareKeyOctets(a, b []byte) int {
	if len(a) > 0 && len(b) > 0 && (a[0]^b[0])&^rowMarks != 0 {
		var k, l [longKeyOctets]byte
		a, b = longKey(a, &k), longKey(b, &l)
	}
	return bytes.Compare(a[min(1, len(a)):], b[min(1, len(b)):])
}

// longKey gives an encoded key as a long one, in to if it is not.
func longKey(key []byte, to *[longKeyOctets]byte) []byte {
	if key[0]&keyShort == 0 {
		return key
	}
	var k flow.Key
	d := decoder{src: key}
	d.key(&k)
	return appendLongKey(to[:0], &k)
}

// keyNumbers gives two numbers that order the keys at the beginnings of rows as far as
// they differ, the first one deciding. Of IPv4 flows they have all but the last bits of the
// shape. The first one begins with the part of the order that the source lies in, the second
// one of IPv4 flows with that of the destination.
func keyNumbers(row []byte) (first, second uint64) {
	if len(row) < shortKeyOctets { // it is damaged
		return 0, 0
	}
	if row[0]&keyShort != 0 {
		const mapped, version = mappedIPv4 << 62, 4 << 8
		addresses, rest := binary.BigEndian.Uint64(row[1:]), binary.BigEndian.Uint64(row[7:])<<16
		return mapped | addresses>>2, mapped | addresses&3<<60 | (rest|version|uint64(row[0]>>1)&uint64(flow.Ports))>>4
	}
	return longKeyNumbers(row[1:])
}

// longKeyNumbers is keyNumbers from behind the first octet of a long key on.
func longKeyNumbers(row []byte) (first, second uint64) {
	const (
		destination = 5 // where it begins behind a short source
		ports       = 10
	)
	if addressLength(row)+destination > len(row) { // it is damaged
		return 0, 0
	}
	switch part := uint64(row[0]&behindMapped) << 62; {
	case row[0] == mappedIPv4:
		first = part | uint64(binary.BigEndian.Uint32(row[1:]))<<30
		to := row[destination] & behindMapped
		switch second = uint64(to) << 62; {
		case to == mappedIPv4 && len(row) >= ports+8:
			address := uint64(binary.BigEndian.Uint32(row[destination+1:]))
			return first | address>>2, second | address&3<<60 | binary.BigEndian.Uint64(row[ports:])>>4
		case to == behindMapped: // and so behind every IPv4 address
			first |= 1<<30 - 1
		}
		return first, second
	case row[0] == noAddress:
		return part | uint64(row[1]&behindMapped)<<60, 0
	default:
		high, low := binary.BigEndian.Uint64(row[1:]), binary.BigEndian.Uint64(row[9:])
		return part | high>>2, high<<62 | low>>2
	}
}

// furtherNumbers gives what orders keys of which keyNumbers says no more than their IPv6 source: the rest of that, and the
// destination as far as two numbers hold it. They are 0 of other keys.
func furtherNumbers(row []byte) (third, fourth uint64) {
	const source, destination = 1, 1 + 17
	if len(row) <= destination || row[0]&keyShort != 0 || addressLengths[row[source]&behindMapped] != destination-source {
		return 0, 0
	}
	to := row[destination:]
	third = uint64(row[destination-1]&3)<<62 | uint64(to[0]&behindMapped)<<60
	switch length := addressLength(to); {
	case length == addressLengths[mappedIPv4] && to[0] == mappedIPv4:
		return third | uint64(binary.BigEndian.Uint32(to[1:]))<<28, 0
	case length == addressLengths[behindMapped]:
		high, low := binary.BigEndian.Uint64(to[1:]), binary.BigEndian.Uint64(to[9:])
		return third | high>>4, high<<60 | low>>4
	}
	return third, 0
}
