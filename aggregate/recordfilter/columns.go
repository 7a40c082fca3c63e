package recordfilter

import (
	"math"
	"net/netip"
	"strconv"

	"netstream/aggregate/flow"
)

// The accessors follow the declarations of package writer/table, which a test
// compares them with, cell by cell.

func timeColumns(o Options) []Column {
	at := func(name string, get func(*flow.Record) flow.Timestamp) Column {
		if o.Nanoseconds {
			return Column{Name: name, Type: "timestamp", meaning: inNanoseconds,
				number: func(_ *references, r *flow.Record) (int64, bool) { return int64(get(r)), true }}
		}
		return Column{Name: name, Type: "timestamp",
			number: func(_ *references, r *flow.Record) (int64, bool) { return get(r).Microseconds(), true }}
	}
	return []Column{
		at("flow_start", func(r *flow.Record) flow.Timestamp { return r.Start }),
		at("flow_end", func(r *flow.Record) flow.Timestamp { return r.End }),
		{Name: "duration_us", Type: "int64", meaning: duration, number: func(_ *references, r *flow.Record) (int64, bool) {
			return r.End.Microseconds() - r.Start.Microseconds(), true
		}},
	}
}

// placeColumns are where the flow was observed.
func placeColumns() []Column {
	return []Column{
		{Name: "interface", Type: "text", same: func(refs *references, r *flow.Record, text string) (same, known bool) {
			if r.Key.Point == 0 {
				return false, false
			}
			point := refs.points.Point(r.Key.Point)
			return point.Interface == text, point.Interface != ""
		}},
		{Name: "exporter_ip", Type: "text", address: func(refs *references, r *flow.Record) (netip.Addr, bool) {
			if r.Key.Point == 0 {
				return netip.Addr{}, false
			}
			exporter := refs.points.Point(r.Key.Point).Exporter
			return exporter.Unmap().WithZone(""), exporter.IsValid()
		}},
		{Name: "observation_domain", Type: "uint32", number: func(refs *references, r *flow.Record) (int64, bool) {
			if r.Key.Point == 0 {
				return 0, false
			}
			point := refs.points.Point(r.Key.Point)
			return int64(point.Domain), point.Exported
		}},
		field("in_if", "uint32", flow.FieldInIf, func(r *flow.Record) uint64 { return uint64(r.Export.InIf) }),
		exporterName("in_if_name", func(e *flow.Export) uint32 { return e.InIfName }),
		field("out_if", "uint32", flow.FieldOutIf, func(r *flow.Record) uint64 { return uint64(r.Export.OutIf) }),
		exporterName("out_if_name", func(e *flow.Export) uint32 { return e.OutIfName }),
		{Name: "direction", Type: "text", meaning: named, name: direction, number: func(_ *references, r *flow.Record) (int64, bool) {
			if r.Fields()&flow.FieldDirection == 0 {
				return 0, false
			}
			return int64(r.Export.Direction), true
		}},
	}
}

// direction gives the texts of flowDirection (61). Values that are not registered
// have their number.
func direction(n int) (string, int64) {
	switch {
	case n == 0:
		return "ingress", 0
	case n == 1:
		return "egress", 1
	case n > math.MaxUint8:
		return "", 0
	}
	return strconv.Itoa(n), int64(n)
}

func keyColumns() []Column {
	number := func(name, kind string, needs, without flow.Shape, get func(*flow.Key) int64) Column {
		return Column{Name: name, Type: kind, number: func(_ *references, r *flow.Record) (int64, bool) {
			if r.Key.Shape&(needs|without) != needs {
				return 0, false
			}
			return get(&r.Key), true
		}}
	}
	address := func(name string, without flow.Shape, get func(*flow.Key) *[16]byte) Column {
		return Column{Name: name, Type: "text", address: func(_ *references, r *flow.Record) (netip.Addr, bool) {
			return addressOf(get(&r.Key), r.Key.Version), r.Key.Shape&without == 0
		}}
	}
	protocol := number("protocol", "uint8", 0, flow.NoProtocol, func(k *flow.Key) int64 { return int64(k.Protocol) })
	protocol.name = protocolName
	return []Column{
		{Name: "ip_version", Type: "uint8", number: func(_ *references, r *flow.Record) (int64, bool) {
			return int64(r.Key.Version), r.Key.Version != 0
		}},
		address("src_ip", flow.NoSource, func(k *flow.Key) *[16]byte { return &k.Source }),
		address("dst_ip", flow.NoDestination, func(k *flow.Key) *[16]byte { return &k.Destination }),
		number("src_port", "uint16", flow.Ports, flow.NoSourcePort, func(k *flow.Key) int64 { return int64(k.SourcePort) }),
		number("dst_port", "uint16", flow.Ports, flow.NoDestinationPort, func(k *flow.Key) int64 { return int64(k.DestinationPort) }),
		protocol,
		number("tos", "uint8", 0, flow.NoClassOfService, func(k *flow.Key) int64 { return int64(k.ClassOfService) }),
	}
}

func volumeColumns() []Column {
	scaled := func(name string, need flow.Fields, get func(*flow.Record) uint64) Column {
		return Column{Name: name, Type: "int64", number: func(_ *references, r *flow.Record) (int64, bool) {
			if r.Fields()&(need|flow.FieldSampling) != need|flow.FieldSampling {
				return 0, false
			}
			n, _ := r.Scaled(get(r))
			return count(n), true
		}}
	}
	packets := func(r *flow.Record) uint64 { return r.Counters.Packets }
	octets := func(r *flow.Record) uint64 { return r.Counters.Octets }
	return []Column{
		field("packets", "int64", flow.FieldPackets, packets),
		field("bytes", "int64", flow.FieldOctets, octets),
		field("wire_bytes", "int64", flow.FieldWireOctets, func(r *flow.Record) uint64 { return r.Counters.WireOctets }),
		field("payload_bytes", "int64", flow.FieldPayloadOctets, func(r *flow.Record) uint64 { return r.Counters.PayloadOctets }),
		scaled("packets_scaled", flow.FieldPackets, packets),
		scaled("bytes_scaled", flow.FieldOctets, octets),
		field("sampling_rate", "float64", flow.FieldSampling, samplingRate),
		enumeration("sampling_source", 0, func(n uint8) string { return flow.SamplingSource(n).String() }, func(_ *references, r *flow.Record) (int64, bool) {
			switch {
			case r.Fields()&flow.FieldSampling == 0:
				return 0, false
			case r.Export == nil:
				return int64(flow.SamplingSimulated), true
			}
			return int64(r.Export.SamplingSource), true
		}),
		field("flows", "int64", flow.FieldFlows, func(r *flow.Record) uint64 { return r.Export.Flows }),
	}
}

// samplingRate gives the bits of population / sample, whose order is that of the
// numbers.
func samplingRate(r *flow.Record) uint64 {
	population, sample := r.Population, uint64(1)
	if r.Export != nil {
		population, sample = r.Export.Population, max(r.Export.Sample, 1)
	}
	return math.Float64bits(float64(population) / float64(sample))
}

func tcpColumns() []Column {
	flags := marked("tcp_flags", "uint16", flow.MarkTCP, func(r *flow.Record) int64 { return int64(r.TCPFlags) })
	flags.meaning, flags.name = bitSet, tcpFlag
	columns := []Column{flags}
	for bit := range flow.TCPFlagCount {
		name, _ := tcpFlag(bit)
		columns = append(columns, Column{Name: "tcp_" + name, Type: "int64", number: func(_ *references, r *flow.Record) (int64, bool) {
			if r.Marks&flow.MarkTCP == 0 || r.Fields()&flow.FieldTCPFlagCounts == 0 {
				return 0, false
			}
			return count(r.TCPFlagCounts[bit]), true
		}})
	}
	return columns
}

// headerColumns are what the packets' headers said.
func headerColumns() []Column {
	return []Column{
		field("min_ttl", "uint8", flow.FieldMinTTL, func(r *flow.Record) uint64 { return uint64(r.MinTTL) }),
		field("max_ttl", "uint8", flow.FieldMaxTTL, func(r *flow.Record) uint64 { return uint64(r.MaxTTL) }),
		field("min_ip_len", "int64", flow.FieldMinOctets, func(r *flow.Record) uint64 { return r.MinOctets }),
		field("max_ip_len", "int64", flow.FieldMaxOctets, func(r *flow.Record) uint64 { return r.MaxOctets }),
		marked("vlan_id", "uint16", flow.MarkVLAN, func(r *flow.Record) int64 { return int64(r.VLAN) }),
		marked("inner_vlan_id", "uint16", flow.MarkInnerVLAN, func(r *flow.Record) int64 { return int64(r.InnerVLAN) }),
		marked("mpls_label", "uint32", flow.MarkMPLS, func(r *flow.Record) int64 { return int64(r.MPLSTop) }),
	}
}

// originColumns are how the record came about.
func originColumns() []Column {
	return []Column{
		enumeration("time_source", 0, timeSource, func(_ *references, r *flow.Record) (int64, bool) {
			if r.Export == nil {
				return 0, true
			}
			return int64(r.Export.TimeSource) + 1, true
		}),
		field("fragments", "int64", flow.FieldFragments, func(r *flow.Record) uint64 { return r.Fragments }),
		field("late_packets", "int64", flow.FieldFirstPacket, func(r *flow.Record) uint64 { return r.LatePackets }),
		enumeration("end_reason", 1, func(n uint8) string { return flow.EndReason(n).String() }, func(_ *references, r *flow.Record) (int64, bool) {
			return int64(r.EndReason), r.Fields()&flow.FieldEndReason != 0
		}),
		field("end_reason_code", "uint8", flow.FieldEndReason, func(r *flow.Record) uint64 { return uint64(r.EndReason) }),
	}
}

// timeSource gives "packet" for 0, else the source before.
func timeSource(n uint8) string {
	if n == 0 {
		return "packet"
	}
	return flow.TimeSource(n - 1).String()
}
