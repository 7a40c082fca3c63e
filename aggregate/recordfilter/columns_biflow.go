package recordfilter

import "netstream/aggregate/flow"

// reverseColumns are what biflows have beside other flows.
func reverseColumns(o Options) []Column {
	at := func(name string, get func(*flow.Reverse) flow.Timestamp) Column {
		c := Column{Name: name, Type: "timestamp", number: func(_ *references, r *flow.Record) (int64, bool) {
			if r.Reverse == nil || r.Reverse.Counters.Packets == 0 {
				return 0, false
			}
			if o.Nanoseconds {
				return int64(get(r.Reverse)), true
			}
			return get(r.Reverse).Microseconds(), true
		}}
		if o.Nanoseconds {
			c.meaning = inNanoseconds
		}
		return c
	}
	columns := []Column{
		at("rev_start", func(x *flow.Reverse) flow.Timestamp { return x.Start }),
		at("rev_end", func(x *flow.Reverse) flow.Timestamp { return x.End }),
	}
	columns = append(columns, reverseVolumes()...)
	columns = append(columns, reverseTCPFlags()...)
	columns = append(columns, reverseHeaders()...)
	return append(columns, connectionColumns()...)
}

func reverseVolumes() []Column {
	volume := func(name string, get func(*flow.Counters) uint64) Column {
		return Column{Name: name, Type: "int64", number: func(_ *references, r *flow.Record) (int64, bool) {
			if r.Reverse == nil {
				return 0, false
			}
			return count(get(&r.Reverse.Counters)), true
		}}
	}
	scaled := func(name string, get func(*flow.Counters) uint64) Column {
		return Column{Name: name, Type: "int64", number: func(_ *references, r *flow.Record) (int64, bool) {
			if r.Reverse == nil || r.Population == 0 {
				return 0, false
			}
			n, _ := r.Scaled(get(&r.Reverse.Counters))
			return count(n), true
		}}
	}
	packets := func(c *flow.Counters) uint64 { return c.Packets }
	octets := func(c *flow.Counters) uint64 { return c.Octets }
	return []Column{
		volume("rev_packets", packets), volume("rev_bytes", octets),
		volume("rev_wire_bytes", func(c *flow.Counters) uint64 { return c.WireOctets }),
		volume("rev_payload_bytes", func(c *flow.Counters) uint64 { return c.PayloadOctets }),
		scaled("rev_packets_scaled", packets), scaled("rev_bytes_scaled", octets),
	}
}

func reverseTCPFlags() []Column {
	column := func(name, kind string, get func(*flow.Reverse) int64) Column {
		return Column{Name: name, Type: kind, number: func(_ *references, r *flow.Record) (int64, bool) {
			if r.Reverse == nil || r.Reverse.Marks&flow.MarkTCP == 0 {
				return 0, false
			}
			return get(r.Reverse), true
		}}
	}
	flags := column("rev_tcp_flags", "uint16", func(x *flow.Reverse) int64 { return int64(x.TCPFlags) })
	flags.meaning, flags.name = bitSet, tcpFlag
	columns := []Column{flags}
	for bit := range flow.TCPFlagCount {
		name, _ := tcpFlag(bit)
		columns = append(columns, column("rev_tcp_"+name, "int64", func(x *flow.Reverse) int64 { return count(x.TCPFlagCounts[bit]) }))
	}
	return columns
}

func reverseHeaders() []Column {
	column := func(name, kind string, get func(*flow.Reverse) int64) Column {
		return Column{Name: name, Type: kind, number: func(_ *references, r *flow.Record) (int64, bool) {
			if r.Reverse == nil || r.Reverse.Counters.Packets == 0 {
				return 0, false
			}
			return get(r.Reverse), true
		}}
	}
	return []Column{
		column("rev_min_ttl", "uint8", func(x *flow.Reverse) int64 { return int64(x.MinTTL) }),
		column("rev_max_ttl", "uint8", func(x *flow.Reverse) int64 { return int64(x.MaxTTL) }),
		column("rev_min_ip_len", "int64", func(x *flow.Reverse) int64 { return count(x.MinOctets) }),
		column("rev_max_ip_len", "int64", func(x *flow.Reverse) int64 { return count(x.MaxOctets) }),
	}
}

func connectionColumns() []Column {
	rtt := func(name string, get func(*flow.TCPConversation) int64) Column {
		return Column{Name: name, Type: "int64", number: func(_ *references, r *flow.Record) (int64, bool) {
			if r.Reverse == nil {
				return 0, false
			}
			ns := get(&r.Reverse.TCP)
			return ns, ns >= 0
		}}
	}
	columns := []Column{
		enumeration("conn_state", 1, func(n uint8) string { return flow.ConnState(n).String() }, func(_ *references, r *flow.Record) (int64, bool) {
			if r.Reverse == nil {
				return 0, false
			}
			return int64(r.Reverse.TCP.State), r.Reverse.TCP.State != flow.ConnNone
		}),
		rtt("syn_rtt_ns", func(c *flow.TCPConversation) int64 { return c.SynRTT }),
		rtt("ack_rtt_ns", func(c *flow.TCPConversation) int64 { return c.AckRTT }),
	}
	columns = append(columns, segmentColumns("", func(c *flow.TCPConversation) *flow.Segments { return &c.Forward })...)
	return append(columns, segmentColumns("rev_", func(c *flow.TCPConversation) *flow.Segments { return &c.Reverse })...)
}

func segmentColumns(prefix string, of func(*flow.TCPConversation) *flow.Segments) []Column {
	column := func(name string, get func(*flow.Segments) uint64) Column {
		return Column{Name: prefix + name, Type: "int64", number: func(_ *references, r *flow.Record) (int64, bool) {
			if r.Reverse == nil || (r.Marks|r.Reverse.Marks)&flow.MarkTCP == 0 {
				return 0, false
			}
			return count(get(of(&r.Reverse.TCP))), true
		}}
	}
	return []Column{
		column("tcp_retransmitted", func(s *flow.Segments) uint64 { return s.Retransmitted }),
		column("tcp_out_of_order", func(s *flow.Segments) uint64 { return s.OutOfOrder }),
		column("tcp_duplicate_acks", func(s *flow.Segments) uint64 { return s.DuplicateACKs }),
		column("tcp_zero_windows", func(s *flow.Segments) uint64 { return s.ZeroWindows }),
		column("tcp_missing_bytes", func(s *flow.Segments) uint64 { return s.Missing }),
	}
}
