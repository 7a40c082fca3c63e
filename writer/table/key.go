package table

import (
	"encoding/binary"
	"net/netip"

	"netstream/aggregate/flow"
)

// interfaceColumn declares the observation point of a table whose rows have a
// flow key.
func interfaceColumn[R any](o *Options, key func(*R) *flow.Key) Column[R] {
	points := o.Points
	return Column[R]{
		Name: "interface", Kind: Text, Elements: []Element{{82, "interfaceName"}},
		Definition: "Observation point: the capture interface by the name that the file gives it; NULL if the file names none.",
		Null:       func(r *R) bool { return key(r).Point == 0 },
		Symbol:     func(r *R) Symbol { return Symbol{Low: uint64(key(r).Point)} },
		Spell: func(dst []byte, s Symbol) []byte {
			return appendValid(dst, points.Point(uint32(s.Low)).Interface)
		},
	}
}

// keyColumns declares the key of a table whose rows have one, without the
// observation point: IP version, addresses, ports, protocol and ToS.
func keyColumns[R any](key func(*R) *flow.Key) []Column[R] {
	noPorts := func(r *R) bool { return key(r).Shape&flow.Ports == 0 }
	return []Column[R]{
		{
			Name: "ip_version", Kind: Uint8, Elements: []Element{{60, "ipVersion"}},
			Definition: "Version of the outermost IP header: 4 or 6.",
			Int:        func(r *R) int64 { return int64(key(r).Version) },
		}, {
			Name: "src_ip", Kind: Text, Elements: []Element{{8, "sourceIPv4Address"}, {27, "sourceIPv6Address"}},
			Definition: "Source address of the outermost IP header, in the text form of RFC 5952.",
			Symbol:     func(r *R) Symbol { k := key(r); return addressSymbol(&k.Source, k.Version) },
			Spell:      spellAddress,
		}, {
			Name: "dst_ip", Kind: Text, Elements: []Element{{12, "destinationIPv4Address"}, {28, "destinationIPv6Address"}},
			Definition: "Destination address of the outermost IP header, in the text form of RFC 5952.",
			Symbol:     func(r *R) Symbol { k := key(r); return addressSymbol(&k.Destination, k.Version) },
			Spell:      spellAddress,
		}, {
			Name: "src_port", Kind: Uint16, Elements: []Element{{7, "sourceTransportPort"}},
			Definition: "Source port of TCP, UDP, UDP-Lite, SCTP or DCCP; 0 for ICMP and ICMPv6; NULL for other protocols, later fragments and packets cut before the ports.",
			Null:       noPorts,
			Int:        func(r *R) int64 { return int64(key(r).SourcePort) },
		}, {
			Name: "dst_port", Kind: Uint16, Elements: []Element{{11, "destinationTransportPort"}},
			Definition: "Destination port of TCP, UDP, UDP-Lite, SCTP or DCCP; type * 256 + code for ICMP and ICMPv6; NULL where src_port is.",
			Null:       noPorts,
			Int:        func(r *R) int64 { return int64(key(r).DestinationPort) },
		}, {
			Name: "protocol", Kind: Uint8, Elements: []Element{{4, "protocolIdentifier"}},
			Definition: "IP protocol number; for IPv6 the last Next Header of the extension header chain.",
			Int:        func(r *R) int64 { return int64(key(r).Protocol) },
		}, {
			Name: "tos", Kind: Uint8, Elements: []Element{{5, "ipClassOfService"}},
			Definition: "The whole Type of Service or Traffic Class octet: DSCP in the upper six bits, ECN in the lower two.",
			Int:        func(r *R) int64 { return int64(key(r).ClassOfService) },
		},
	}
}

// counterColumns declares the volumes.
func counterColumns[R any](counters func(*R) *flow.Counters) []Column[R] {
	return []Column[R]{
		{
			Name: "packets", Kind: Int64, Elements: []Element{{2, "packetDeltaCount"}}, Unit: "packets",
			Definition: "Number of packets.",
			Int:        func(r *R) int64 { return count(counters(r).Packets) },
		}, {
			Name: "bytes", Kind: Int64, Elements: []Element{{1, "octetDeltaCount"}}, Unit: "octets", Pattern: Near,
			Definition: "Length of the IP packets, headers included, from the length fields of the IP headers.",
			Int:        func(r *R) int64 { return count(counters(r).Octets) },
		}, {
			Name: "wire_bytes", Kind: Int64, Elements: []Element{{352, "layer2OctetDeltaCount"}}, Unit: "octets", Pattern: Near,
			Definition: "Original length of the frames on the link, without frame check sequence.",
			Int:        func(r *R) int64 { return count(counters(r).WireOctets) },
		}, {
			Name: "payload_bytes", Kind: Int64, Elements: []Element{{401, "transportOctetDeltaCount"}}, Unit: "octets", Pattern: Near,
			Definition: "What is above the transport headers: bytes less IP headers, extension headers and transport headers.",
			Int:        func(r *R) int64 { return count(counters(r).PayloadOctets) },
		},
	}
}

// tcpFlagsColumn declares the OR of the control bits.
func tcpFlagsColumn[R any](flags func(*R) uint16, notTCP func(*R) bool) Column[R] {
	return Column[R]{
		Name: "tcp_flags", Kind: Uint16, Elements: []Element{{6, "tcpControlBits"}},
		Definition: "OR of the TCP control bits: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128, AE 256; NULL if no TCP flags were seen.",
		Null:       notTCP,
		Int:        func(r *R) int64 { return int64(flags(r)) },
	}
}

// addressSymbol takes an address as flow.Key holds it.
func addressSymbol(a *[16]byte, version uint8) Symbol {
	return Symbol{
		High:  binary.BigEndian.Uint64(a[:8]),
		Low:   binary.BigEndian.Uint64(a[8:]),
		Class: uint32(version),
	}
}

// spellAddress is the inverse of addressSymbol, as text. An IPv6 packet may
// carry an IPv4-mapped address, which stays in its IPv6 form.
func spellAddress(dst []byte, s Symbol) []byte {
	if s.Class == 4 {
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], uint32(s.Low))
		return netip.AddrFrom4(a).AppendTo(dst)
	}
	var a [16]byte
	binary.BigEndian.PutUint64(a[:8], s.High)
	binary.BigEndian.PutUint64(a[8:], s.Low)
	return netip.AddrFrom16(a).AppendTo(dst)
}

// macSymbol takes a hardware address in transmission order.
func macSymbol(a *[6]byte) Symbol {
	return Symbol{Low: uint64(binary.BigEndian.Uint16(a[:2]))<<32 | uint64(binary.BigEndian.Uint32(a[2:]))}
}

// spellMAC is the inverse of macSymbol, as six lower-case hexadecimal octets
// with colons.
func spellMAC(dst []byte, s Symbol) []byte {
	const digits = "0123456789abcdef"
	for shift := 40; shift >= 0; shift -= 8 {
		octet := byte(s.Low >> shift)
		dst = append(dst, digits[octet>>4], digits[octet&15])
		if shift > 0 {
			dst = append(dst, ':')
		}
	}
	return dst
}
