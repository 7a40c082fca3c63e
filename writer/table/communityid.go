package table

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"

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

// spellCommunityID is the inverse of communitySymbol, as text.
func spellCommunityID(dst []byte, s Symbol) []byte {
	var sum [sha1.Size]byte
	binary.BigEndian.PutUint64(sum[:], s.High)
	binary.BigEndian.PutUint64(sum[8:], s.Low)
	binary.BigEndian.PutUint32(sum[16:], s.Class)
	return base64.StdEncoding.AppendEncode(append(dst, "1:"...), sum[:])
}

// communitySymbol gives the Community ID as its hash, whose 160 bits a symbol has room
// for.
func communitySymbol(k *flow.Key) Symbol {
	source, destination := k.Source[:], k.Destination[:]
	if k.Version == 4 {
		source, destination = source[12:], destination[12:]
	}
	sourcePort, destinationPort, oneWay := communityPorts(k)
	if !oneWay {
		c := bytes.Compare(source, destination)
		if c > 0 || c == 0 && sourcePort > destinationPort {
			source, destination = destination, source
			sourcePort, destinationPort = destinationPort, sourcePort
		}
	}

	var fixed [2 + 16 + 16 + 1 + 1 + 2 + 2]byte
	b := append(fixed[:0], 0, 0)
	b = append(b, source...)
	b = append(b, destination...)
	b = append(b, k.Protocol, 0)
	if hasCommunityPorts(k) {
		b = binary.BigEndian.AppendUint16(b, sourcePort)
		b = binary.BigEndian.AppendUint16(b, destinationPort)
	}
	sum := sha1.Sum(b)
	return Symbol{
		High:  binary.BigEndian.Uint64(sum[:]),
		Low:   binary.BigEndian.Uint64(sum[8:]),
		Class: binary.BigEndian.Uint32(sum[16:]),
	}
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
