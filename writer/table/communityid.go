package table

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"math/bits"

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

// spellCommunityID is the inverse of communitySymbol, as text.
func spellCommunityID(dst []byte, s Symbol) []byte {
	var t ShortText
	shortCommunityID(&t, s)
	return t.Append(dst)
}

// shortCommunityID is spellCommunityID: of the 160 bits of the hash each 6 are a character of Base64, and = is for what is
// missing of the last three octets. Only the version in front and that end are not of 8 characters, whose 48 bits stand in the
// middle of what is given to spellBase64.
func shortCommunityID(t *ShortText, s Symbol) bool {
	const version, end = uint64('1' | ':'<<8), uint64('=')
	const last = 5 // characters in front of the end
	class := uint64(s.Class)
	t.Words[0] = version | spellBase64(s.High>>16)<<16
	t.Words[1] = spellBase64((s.High<<36 | s.Low>>28) >> 16)
	t.Words[2] = spellBase64((s.Low<<20 | class>>12) >> 16)
	t.Words[3] = spellBase64(class<<36>>16)&(1<<(8*last)-1) | end<<(8*last)
	t.Length = len(communityPrefix) + 28
	return true
}

// spellBase64 gives the 8 characters of Base64 (RFC 4648 section 4) for 48 bits, the first one in the lowest octet. It
// works on all of them at a time.
func spellBase64(v uint64) uint64 {
	const every = 0x0101010101010101
	v = v&0xffffff000000<<8 | v&0xffffff // 6 bits to each octet
	v = v&0x00fff00000fff000<<4 | v&0x00000fff00000fff
	v = v&0x0fc00fc00fc00fc0<<2 | v&0x003f003f003f003f
	v = bits.ReverseBytes64(v)
	from := func(n uint64) uint64 { return (v + (0x80-n)*every) >> 7 & every } // 1 where the number is n or more
	const (                                                                    // what is added to numbers of each range, so that A is 0 more than its number and so on
		upper, lower, digit, plus, slash = 'A', 'a' - 26, '0' - 52, '+' - 62, '/' - 63
	)
	return v + upper*every + (lower-upper)*from(26) - (lower-digit)*from(52) - (digit-plus)*from(62) + (slash-plus)*from(63)
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
			rows.communities.of(dst, rows.Keys)
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
