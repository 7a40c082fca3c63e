package table

import "netstream/aggregate/flow"

// keyColumns declares the key of a table whose rows have one, without the
// observation point: IP version, addresses, ports, protocol and ToS.
func keyColumns[R any](key func(*R) *flow.Key) []Column[R] {
	return append(addressColumns(key), headerColumns(key)...)
}

func addressColumns[R any](key func(*R) *flow.Key) []Column[R] {
	return []Column[R]{
		{
			Name: "ip_version", Kind: Uint8, Elements: []Element{{60, "ipVersion"}},
			Definition: "Version of the metered IP header (the outermost one but with --meter inner or both), or of that which the exporter metered: 4 or 6; NULL if there is no address, and of frames without IP.",
			Null:       func(r *R) bool { return key(r).Version == 0 },
			Int:        func(r *R) int64 { return int64(key(r).Version) },
		}, {
			Name: "src_ip", Kind: Text, Elements: []Element{{8, "sourceIPv4Address"}, {27, "sourceIPv6Address"}},
			Definition: "Source address of the metered IP header, or of that which the exporter metered, in the text form of RFC 5952; a prefix if the exporter tells no more or the flow key has none but that; NULL if it is not known or not in the key.",
			Null:       func(r *R) bool { return key(r).Shape&flow.NoSource != 0 },
			Symbol:     func(r *R) Symbol { k := key(r); return addressSymbol(&k.Source, k.Version) },
			Spell:      spellAddress,
			Short:      shortAddress,
		}, {
			Name: "dst_ip", Kind: Text, Elements: []Element{{12, "destinationIPv4Address"}, {28, "destinationIPv6Address"}},
			Definition: "Destination address of the metered IP header, or of that which the exporter metered, in the text form of RFC 5952; a prefix if the exporter tells no more or the flow key has none but that; NULL if it is not known or not in the key.",
			Null:       func(r *R) bool { return key(r).Shape&flow.NoDestination != 0 },
			Symbol:     func(r *R) Symbol { k := key(r); return addressSymbol(&k.Destination, k.Version) },
			Spell:      spellAddress,
			Short:      shortAddress,
		},
	}
}

func headerColumns[R any](key func(*R) *flow.Key) []Column[R] {
	return []Column[R]{
		{
			Name: "src_port", Kind: Uint16, Elements: []Element{{7, "sourceTransportPort"}}, Pattern: Scattered,
			Definition: "Source port of TCP, UDP, UDP-Lite, SCTP or DCCP; 0 for ICMP and ICMPv6; NULL for other protocols, fragments whose first one is not there, packets cut before the ports, if the exporter does not tell, and if it is not in the flow key.",
			Null:       func(r *R) bool { return key(r).Shape&(flow.Ports|flow.NoSourcePort) != flow.Ports },
			Int:        func(r *R) int64 { return int64(key(r).SourcePort) },
		}, {
			Name: "dst_port", Kind: Uint16, Elements: []Element{{11, "destinationTransportPort"}}, Pattern: Scattered,
			Definition: "Destination port of TCP, UDP, UDP-Lite, SCTP or DCCP; type * 256 + code for ICMP and ICMPv6; NULL for the same reasons as src_port.",
			Null:       func(r *R) bool { return key(r).Shape&(flow.Ports|flow.NoDestinationPort) != flow.Ports },
			Int:        func(r *R) int64 { return int64(key(r).DestinationPort) },
		}, {
			Name: "protocol", Kind: Uint8, Elements: []Element{{4, "protocolIdentifier"}},
			Definition: "IP protocol number; for IPv6 the last Next Header of the extension header chain; NULL if the exporter does not tell or it is not in the flow key.",
			Null:       func(r *R) bool { return key(r).Shape&flow.NoProtocol != 0 },
			Int:        func(r *R) int64 { return int64(key(r).Protocol) },
		}, {
			Name: "tos", Kind: Uint8, Elements: []Element{{5, "ipClassOfService"}},
			Definition: "The whole Type of Service or Traffic Class octet: DSCP in the upper six bits, ECN in the lower two, each 0 as far as it is not in the flow key (DSCP alone: dscp * 4); NULL if the exporter does not tell or no bit of it is in the key.",
			Null:       func(r *R) bool { return key(r).Shape&flow.NoClassOfService != 0 },
			Int:        func(r *R) int64 { return int64(key(r).ClassOfService) },
		},
	}
}
