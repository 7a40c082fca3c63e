package table

import (
	"strings"

	"netstream/aggregate/flow"
)

// flowReverse declares what the packets from the destination to the source amount to,
// each column under the name of that of the forward direction with rev_ in front: the
// reverse information elements of RFC 5103 section 6.1.
func flowReverse(o *Options) []Column[flow.Record] {
	directed := func(r *flow.Record) bool { return r.Reverse == nil }
	silent := func(r *flow.Record) bool { return r.Reverse == nil || r.Reverse.Counters.Packets == 0 }
	columns := []Column[flow.Record]{
		{
			Name: "rev_start", Kind: o.timestampKind(), Pattern: Near,
			Definition: "Least time stamp of the packets from dst_ip to src_ip; NULL if there are none, and for exported flows.",
			Null:       silent,
			Int:        timestamp(o, func(r *flow.Record) flow.Timestamp { return r.Reverse.Start }),
		}, {
			Name: "rev_end", Kind: o.timestampKind(), Pattern: Near,
			Definition: "Greatest time stamp of the packets from dst_ip to src_ip; NULL if there are none, and for exported flows.",
			Null:       silent,
			Int:        timestamp(o, func(r *flow.Record) flow.Timestamp { return r.Reverse.End }),
		},
	}
	columns = append(columns, reverseCounters(directed, func(r *flow.Record) *flow.Counters { return &r.Reverse.Counters })...)
	columns = append(columns, reverseScaled(
		func(r *flow.Record) bool { return r.Reverse == nil || r.Population == 0 },
		func(r *flow.Record) int64 { return scaledCount(r, r.Reverse.Counters.Packets) },
		func(r *flow.Record) int64 { return scaledCount(r, r.Reverse.Counters.Octets) })...)
	columns = append(columns, reverseTCPFlags()...)
	return append(columns, reverseHeaders(silent)...)
}

// reverseCounters declares the volumes of the reverse direction.
func reverseCounters[R any](directed func(*R) bool, counters func(*R) *flow.Counters) []Column[R] {
	column := func(name, unit, what string, pattern Pattern, get func(*flow.Counters) uint64) Column[R] {
		return Column[R]{
			Name: name, Kind: Int64, Unit: unit, Pattern: pattern, Null: directed,
			Definition: what + " from dst_ip to src_ip, which packets, bytes and the like leave out; NULL for exported flows.",
			Int:        func(r *R) int64 { return count(get(counters(r))) },
		}
	}
	return []Column[R]{
		column("rev_packets", "packets", "Number of packets", Repetitive, func(c *flow.Counters) uint64 { return c.Packets }),
		column("rev_bytes", "octets", "Length of the IP packets", Scattered, func(c *flow.Counters) uint64 { return c.Octets }),
		column("rev_wire_bytes", "octets", "Length of the frames", Scattered, func(c *flow.Counters) uint64 { return c.WireOctets }),
		column("rev_payload_bytes", "octets", "What is above the transport headers of the packets", Scattered, func(c *flow.Counters) uint64 { return c.PayloadOctets }),
	}
}

// reverseScaled declares the volumes of the reverse direction before sampling.
func reverseScaled[R any](unrated func(*R) bool, packets, octets func(*R) int64) []Column[R] {
	const definition = "%s * sampling rate, as that of the other direction; NULL if the rate is not known, and for exported flows."
	return []Column[R]{
		{Name: "rev_packets_scaled", Kind: Int64, Unit: "packets", Definition: strings.Replace(definition, "%s", "rev_packets", 1), Null: unrated, Int: packets},
		{Name: "rev_bytes_scaled", Kind: Int64, Unit: "octets", Pattern: Scattered, Definition: strings.Replace(definition, "%s", "rev_bytes", 1), Null: unrated, Int: octets},
	}
}

func reverseTCPFlags() []Column[flow.Record] {
	notTCP := func(r *flow.Record) bool { return r.Reverse == nil || r.Reverse.Marks&flow.MarkTCP == 0 }
	columns := []Column[flow.Record]{{
		Name: "rev_tcp_flags", Kind: Uint16, Null: notTCP,
		Definition: "OR of the TCP control bits of the packets from dst_ip to src_ip, as tcp_flags; NULL if none of these has any, and for exported flows.",
		Int:        func(r *flow.Record) int64 { return int64(r.Reverse.TCPFlags) },
	}}
	for bit, name := range [flow.TCPFlagCount]string{"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ae"} {
		columns = append(columns, Column[flow.Record]{
			Name: "rev_tcp_" + name, Kind: Int64, Unit: "packets", Null: notTCP,
			Definition: "Number of packets from dst_ip to src_ip with the TCP control bit " + strings.ToUpper(name) + " set; NULL if none of these packets has TCP flags, and for exported flows.",
			Int:        func(r *flow.Record) int64 { return count(r.Reverse.TCPFlagCounts[bit]) },
		})
	}
	return columns
}

func reverseHeaders(silent func(*flow.Record) bool) []Column[flow.Record] {
	column := func(name string, kind Kind, unit, what string, get func(*flow.Reverse) int64) Column[flow.Record] {
		return Column[flow.Record]{
			Name: name, Kind: kind, Unit: unit, Null: silent,
			Definition: what + " of the packets from dst_ip to src_ip; NULL if there are none, and for exported flows.",
			Int:        func(r *flow.Record) int64 { return get(r.Reverse) },
		}
	}
	return []Column[flow.Record]{
		column("rev_min_ttl", Uint8, "hops", "Least IPv4 Time to Live or IPv6 Hop Limit", func(x *flow.Reverse) int64 { return int64(x.MinTTL) }),
		column("rev_max_ttl", Uint8, "hops", "Greatest IPv4 Time to Live or IPv6 Hop Limit", func(x *flow.Reverse) int64 { return int64(x.MaxTTL) }),
		column("rev_min_ip_len", Int64, "octets", "Length of the shortest", func(x *flow.Reverse) int64 { return count(x.MinOctets) }),
		column("rev_max_ip_len", Int64, "octets", "Length of the longest", func(x *flow.Reverse) int64 { return count(x.MaxOctets) }),
	}
}

// flowConnection declares what the packets of both directions together tell of the
// connection (docs/biflows.md).
func flowConnection() []Column[flow.Record] {
	noState := func(r *flow.Record) bool { return r.Reverse == nil || r.Reverse.TCP.State == flow.ConnNone }
	rtt := func(name, definition string, get func(*flow.TCPConversation) int64) Column[flow.Record] {
		return Column[flow.Record]{
			Name: name, Kind: Int64, Unit: "ns", Pattern: Varied, Definition: definition + "; NULL if one of them was not seen.",
			Null: func(r *flow.Record) bool { return r.Reverse == nil || get(&r.Reverse.TCP) < 0 },
			Int:  func(r *flow.Record) int64 { return get(&r.Reverse.TCP) },
		}
	}
	columns := []Column[flow.Record]{
		{
			Name: "conn_state", Kind: Text, Null: noState,
			Definition: "State of the connection at the end of the record, in the letters of Zeek: S0, S1, SF, REJ, S2, S3, RSTO, RSTR, RSTOS0, RSTRH, SH, SHR or OTH; of UDP S0, SF or SHR; NULL for other protocols and exported flows.",
			Symbol:     func(r *flow.Record) Symbol { return Symbol{Low: uint64(r.Reverse.TCP.State)} },
			Spell: func(dst []byte, s Symbol) []byte {
				return append(dst, flow.ConnState(s.Low).String()...)
			},
		},
		rtt("syn_rtt_ns", "Time from the last SYN in front of the SYN/ACK that answers it to that", func(c *flow.TCPConversation) int64 { return c.SynRTT }),
		rtt("ack_rtt_ns", "Time from the last SYN/ACK in front of the ACK that answers it to that", func(c *flow.TCPConversation) int64 { return c.AckRTT }),
	}
	columns = append(columns, segmentColumns("", "src_ip", func(c *flow.TCPConversation) *flow.Segments { return &c.Forward })...)
	return append(columns, segmentColumns("rev_", "dst_ip", func(c *flow.TCPConversation) *flow.Segments { return &c.Reverse })...)
}

// segmentColumns declares what happened to the segments of one direction.
func segmentColumns(prefix, sender string, of func(*flow.TCPConversation) *flow.Segments) []Column[flow.Record] {
	notTCP := func(r *flow.Record) bool {
		return r.Reverse == nil || (r.Marks|r.Reverse.Marks)&flow.MarkTCP == 0
	}
	column := func(name, unit, definition string, get func(*flow.Segments) uint64) Column[flow.Record] {
		return Column[flow.Record]{
			Name: prefix + name, Kind: Int64, Unit: unit, Null: notTCP, Definition: definition + "; NULL if no TCP flags were seen in either direction.",
			Int: func(r *flow.Record) int64 { return count(get(of(&r.Reverse.TCP))) },
		}
	}
	return []Column[flow.Record]{
		column("tcp_retransmitted", "packets", "Segments of "+sender+" whose octets had all been seen", func(s *flow.Segments) uint64 { return s.Retransmitted }),
		column("tcp_out_of_order", "packets", "Segments of "+sender+" that filled a gap which later ones had left", func(s *flow.Segments) uint64 { return s.OutOfOrder }),
		column("tcp_duplicate_acks", "packets", "Duplicate acknowledgments of "+sender+" (RFC 5681 section 2)", func(s *flow.Segments) uint64 { return s.DuplicateACKs }),
		column("tcp_zero_windows", "packets", "Segments of "+sender+" with window 0, without SYN, FIN and RST", func(s *flow.Segments) uint64 { return s.ZeroWindows }),
		column("tcp_missing_bytes", "octets", "Octets of "+sender+" that were never seen, though later ones were or the peer has acknowledged them", func(s *flow.Segments) uint64 { return s.Missing }),
	}
}

// intervalReverse declares what the packets from the destination to the source amount
// to in the interval.
func intervalReverse() []Column[flow.IntervalRecord] {
	type record = flow.IntervalRecord
	directed := func(r *record) bool { return r.Has&flow.FieldReverse == 0 }
	columns := reverseCounters(directed, func(r *record) *flow.Counters { return &r.Reverse })
	columns = append(columns, reverseScaled(
		func(r *record) bool {
			return r.Has&(flow.FieldReverse|flow.FieldSampling) != flow.FieldReverse|flow.FieldSampling
		},
		func(r *record) int64 { return count(r.ReverseScaled.Packets) },
		func(r *record) int64 { return count(r.ReverseScaled.Octets) })...)
	return append(columns, Column[record]{
		Name: "rev_tcp_flags", Kind: Uint16,
		Definition: "OR of the TCP control bits of the packets from dst_ip to src_ip, as tcp_flags; NULL if none of these has any, and for exported flows.",
		Null:       func(r *record) bool { return directed(r) || !r.ReverseTCP },
		Int:        func(r *record) int64 { return int64(r.ReverseTCPFlags) },
	})
}
