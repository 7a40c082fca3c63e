package table

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"slices"

	"netstream/aggregate/flow"
)

// AppendCommunityID appends the Community ID version 1 with seed 0 of a flow key
// to dst (github.com/corelight/community-id-spec) and returns the result: "1:"
// and the Base64 form of the SHA-1 of
//
//	seed (2 octets) | address | address | protocol | 0 | port (2) | port (2)
//
// in network byte order, the end with the smaller address first, and the one
// with the smaller port if the addresses are equal; so both directions have the
// same identifier. TCP, UDP, SCTP, ICMP and ICMPv6 have ports there; the hash
// of other protocols, and of flows whose ports are not both known, ends with the
// 0 octet. Addresses and protocol must be known.
//
// SHA-1 is what the specification says; nothing here needs it to resist attacks.
func AppendCommunityID(dst []byte, k *flow.Key) []byte {
	return spellCommunityID(dst, communitySymbol(k))
}

// communityPrefix is the version of the identifier, in front of the hash.
const communityPrefix = "1:"

// spellCommunityID is the inverse of communitySymbol, as text: of the 160 bits of the
// hash each 6 a character of Base64 (RFC 4648 section 4), and = for what is missing of
// the last three octets.
func spellCommunityID(dst []byte, s Symbol) []byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	const length = len(communityPrefix) + 28
	start := len(dst)
	dst = slices.Grow(dst, length)[:start+length]
	text := (*[length]byte)(dst[start:])
	copy(text[:], communityPrefix)
	high, low := s.High, s.High<<60|s.Low>>4 // 60 bits each, and what is left
	rest := s.Low<<56 | uint64(s.Class)<<24  // 40 bits, and two zeros
	for i := range 10 {
		text[2+i] = alphabet[high>>58]
		text[12+i] = alphabet[low>>58]
		high, low = high<<6, low<<6
	}
	for i := range 7 {
		text[22+i] = alphabet[rest>>58]
		rest <<= 6
	}
	text[29] = '='
	return dst
}

// communitySymbol gives the Community ID as its hash, whose 160 bits a symbol has room
// for.
func communitySymbol(k *flow.Key) Symbol {
	var fixed [2 + 16 + 16 + 1 + 1 + 2 + 2]byte
	sum := sha1.Sum(appendCommunity(fixed[:0], k))
	return symbolOfHash(sum[:])
}

// symbolOfHash takes a hash of 20 octets.
func symbolOfHash(sum []byte) Symbol {
	return Symbol{
		High:  binary.BigEndian.Uint64(sum),
		Low:   binary.BigEndian.Uint64(sum[8:]),
		Class: binary.BigEndian.Uint32(sum[16:]),
	}
}

// appendCommunity appends what the Community ID is the hash of.
func appendCommunity(b []byte, k *flow.Key) []byte {
	sourcePort, destinationPort, oneWay := communityPorts(k)
	turned := false
	if !oneWay {
		// The two IPv4-mapped forms differ as the IPv4 addresses do.
		c := bytes.Compare(k.Source[:], k.Destination[:])
		turned = c > 0 || c == 0 && sourcePort > destinationPort
	}
	source, destination := &k.Source, &k.Destination
	if turned {
		source, destination = destination, source
		sourcePort, destinationPort = destinationPort, sourcePort
	}
	b = append(b, 0, 0)
	if k.Version == 4 {
		b = append(b, source[12:]...)
		b = append(b, destination[12:]...)
	} else {
		b = append(b, source[:]...)
		b = append(b, destination[:]...)
	}
	b = append(b, k.Protocol, 0)
	if hasCommunityPorts(k) {
		b = binary.BigEndian.AppendUint16(b, sourcePort)
		b = binary.BigEndian.AppendUint16(b, destinationPort)
	}
	return b
}

// communityBatch is that of the column of Community IDs.
func communityBatch(points *observedPoints) batch[flow.Record] {
	// Rows without these traits have one.
	const unusual = noVersion | namedPoint | 0xff&^uint64(flow.Ports)<<shapeTrait
	return batch[flow.Record]{
		nulls: &Nulls[flow.Record]{
			Same: func(rows *Rows[flow.Record]) (null, same bool) { return false, rows.traits.any&unusual == 0 },
			Mark: func(null []bool, rows *Rows[flow.Record]) {
				for i, t := range rows.traits.each {
					null[i] = t&unusual != 0 && lacksCommunity(&rows.All[i], points)
				}
			},
		},
		symbols: func(dst []Symbol, rows *Rows[flow.Record]) {
			if rows.communities == nil {
				rows.communities = newCommunities()
			}
			for i := range rows.Keys {
				dst[i] = rows.communities.of(&rows.Keys[i])
			}
		},
	}
}

// lacksCommunity tells whether a flow has no Community ID.
func lacksCommunity(r *flow.Record, points *observedPoints) bool {
	k := &r.Key
	return k.Version == 0 || k.Shape&(flow.NoSource|flow.NoDestination|flow.NoProtocol) != 0 ||
		r.Export == nil && lacksCommunityID(k, &points.at(k.Point).Flexible)
}

// IP protocol numbers that the Community ID treats apart.
const (
	protocolICMP   = 1
	protocolTCP    = 6
	protocolUDP    = 17
	protocolICMPv6 = 58
	protocolSCTP   = 132
)

// lacksCommunityID tells whether the key of a metered flow has too little for an
// identifier: prefixes instead of addresses, or no ports where the protocol has some.
func lacksCommunityID(k *flow.Key, f *flow.Flexible) bool {
	if f.Has&(flow.KeySourceMask|flow.KeyDestinationMask) != 0 {
		return true
	}
	switch k.Protocol {
	case protocolICMP, protocolTCP, protocolUDP, protocolICMPv6, protocolSCTP:
		return k.Shape&(flow.NoSourcePort|flow.NoDestinationPort) != 0
	}
	return false
}

// hasCommunityPorts tells whether the ports are part of the identifier. UDP-Lite
// and DCCP have ports, but the specification does not know them.
func hasCommunityPorts(k *flow.Key) bool {
	switch k.Protocol {
	case protocolICMP, protocolTCP, protocolUDP, protocolICMPv6, protocolSCTP:
		return k.Shape&(flow.Ports|flow.NoSourcePort|flow.NoDestinationPort) == flow.Ports
	}
	return false
}

// communityPorts gives the ports as the identifier takes them. For ICMP they are
// the message type and the type that answers it; messages that nothing answers
// are one way, keep their order, and have the code as second port.
func communityPorts(k *flow.Key) (source, destination uint16, oneWay bool) {
	if !hasCommunityPorts(k) {
		return 0, 0, false
	}
	messageType, code := uint8(k.DestinationPort>>8), uint8(k.DestinationPort)
	if k.Protocol != protocolICMP && k.Protocol != protocolICMPv6 {
		return k.SourcePort, k.DestinationPort, false
	}
	if answer, answered := flow.Counterpart(k.Protocol, messageType); answered {
		return uint16(messageType), uint16(answer), false
	}
	return uint16(messageType), uint16(code), true
}
