package table

import "netstream/aggregate/flow"

// counterColumns declares the volumes.
func counterColumns[R any](counters func(*R) *flow.Counters) []Column[R] {
	return []Column[R]{
		{
			Name: "packets", Kind: Int64, Elements: []Element{{2, "packetDeltaCount"}}, Unit: "packets",
			Definition: "Number of packets, as they were metered: with sampling, those of the sample; NULL if the exporter does not tell.",
			field:      flow.FieldPackets,
			Int:        func(r *R) int64 { return count(counters(r).Packets) },
		}, {
			Name: "bytes", Kind: Int64, Elements: []Element{{1, "octetDeltaCount"}}, Unit: "octets", Pattern: Scattered,
			Definition: "Length of the IP packets, headers included, from the length fields of the IP headers; of frames without IP what lies behind their link headers; NULL if the exporter does not tell.",
			field:      flow.FieldOctets,
			Int:        func(r *R) int64 { return count(counters(r).Octets) },
		}, {
			Name: "wire_bytes", Kind: Int64, Elements: []Element{{352, "layer2OctetDeltaCount"}}, Unit: "octets", Pattern: Scattered,
			Definition: "Original length of the frames on the link, without frame check sequence; NULL if the exporter does not tell.",
			field:      flow.FieldWireOctets,
			Int:        func(r *R) int64 { return count(counters(r).WireOctets) },
		}, {
			Name: "payload_bytes", Kind: Int64, Elements: []Element{{401, "transportOctetDeltaCount"}}, Unit: "octets", Pattern: Scattered,
			Definition: "What is above the transport headers: bytes less IP headers, extension headers and transport headers; NULL if the exporter does not tell.",
			field:      flow.FieldPayloadOctets,
			Int:        func(r *R) int64 { return count(counters(r).PayloadOctets) },
		},
	}
}

// scaledColumns declares the volumes as they were before sampling. The accessors
// are called for rows that have the volume and a sampling rate.
func scaledColumns[R any](o *Options, lacks func(flow.Fields) func(*R) bool, packets, octets func(*R) int64) []Column[R] {
	noRate, noPackets, noOctets := lacks(flow.FieldSampling), lacks(flow.FieldPackets), lacks(flow.FieldOctets)
	return []Column[R]{
		{
			Name: "packets_scaled", Kind: Int64, Unit: "packets",
			Definition: "Number of packets before sampling, estimated for each flow record: packets * sampling rate, cut to an integer; NULL if one of them is not known.",
			Null:       func(r *R) bool { return noRate(r) || noPackets(r) },
			Absent:     o.absent(flow.FieldSampling, flow.FieldPackets), Always: o.always(flow.FieldSampling, flow.FieldPackets),
			Int: packets,
		}, {
			Name: "bytes_scaled", Kind: Int64, Unit: "octets", Pattern: Scattered,
			Definition: "Octets of the IP packets before sampling, estimated for each flow record: bytes * sampling rate, cut to an integer; NULL if one of them is not known.",
			Null:       func(r *R) bool { return noRate(r) || noOctets(r) },
			Absent:     o.absent(flow.FieldSampling, flow.FieldOctets), Always: o.always(flow.FieldSampling, flow.FieldOctets),
			Int: octets,
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
