package recordfilter

import (
	"net/netip"
	"strconv"

	"netstream/aggregate/flow"
)

// routingColumns are what the exporter knew of the way of the packets.
func routingColumns() []Column {
	return []Column{
		{Name: "mpls_labels", Type: "text", same: sameLabels},
		plainAddress("next_hop", flow.FieldNextHop, func(e *flow.Export) *[16]byte { return &e.NextHop }),
		plainAddress("bgp_next_hop", flow.FieldBGPNextHop, func(e *flow.Export) *[16]byte { return &e.BGPNextHop }),
		field("src_as", "uint32", flow.FieldSourceAS, func(r *flow.Record) uint64 { return uint64(r.Export.SourceAS) }),
		field("dst_as", "uint32", flow.FieldDestinationAS, func(r *flow.Record) uint64 { return uint64(r.Export.DestinationAS) }),
		field("src_mask", "uint8", flow.FieldSourceMask, func(r *flow.Record) uint64 { return uint64(r.Export.SourceMask) }),
		field("dst_mask", "uint8", flow.FieldDestinationMask, func(r *flow.Record) uint64 { return uint64(r.Export.DestinationMask) }),
		field("forwarding_status", "uint8", flow.FieldForwardingStatus, func(r *flow.Record) uint64 { return uint64(r.Export.ForwardingStatus) }),
	}
}

// sameLabels compares the label stack, the top first, with / between labels.
func sameLabels(_ *references, r *flow.Record, text string) (same, known bool) {
	e := r.Export
	if e == nil || e.Has&flow.FieldLabels == 0 || e.LabelCount == 0 {
		return false, false
	}
	const digits = 10 // of a 32 bit number
	var spelled [flow.MaxLabels * (digits + 1)]byte
	stack := spelled[:0]
	for i, label := range e.Labels[:min(e.LabelCount, flow.MaxLabels)] {
		if i > 0 {
			stack = append(stack, '/')
		}
		stack = strconv.AppendUint(stack, uint64(label), 10)
	}
	return string(stack) == text, true
}

// middleboxColumns are what address translation, firewalls, application recognition
// and routing tables did to the flow.
func middleboxColumns() []Column {
	return []Column{
		plainAddress("nat_src_ip", flow.FieldNATSource, func(e *flow.Export) *[16]byte { return &e.NATSource }),
		plainAddress("nat_dst_ip", flow.FieldNATDestination, func(e *flow.Export) *[16]byte { return &e.NATDestination }),
		field("nat_src_port", "uint16", flow.FieldNATSourcePort, func(r *flow.Record) uint64 { return uint64(r.Export.NATSourcePort) }),
		field("nat_dst_port", "uint16", flow.FieldNATDestinationPort, func(r *flow.Record) uint64 { return uint64(r.Export.NATDestinationPort) }),
		field("nat_event", "uint8", flow.FieldNATEvent, func(r *flow.Record) uint64 { return uint64(r.Export.NATEvent) }),
		field("firewall_event", "uint8", flow.FieldFirewallEvent, func(r *flow.Record) uint64 { return uint64(r.Export.FirewallEvent) }),
		{Name: "app_id", Type: "text", meaning: application, number: func(_ *references, r *flow.Record) (int64, bool) {
			if r.Fields()&flow.FieldApplication == 0 {
				return 0, false
			}
			return int64(r.Export.Application), true
		}},
		exporterName("app_name", func(e *flow.Export) uint32 { return e.ApplicationName }),
		field("in_vrf_id", "uint32", flow.FieldIngressVRF, func(r *flow.Record) uint64 { return uint64(r.Export.IngressVRF) }),
		exporterName("in_vrf", func(e *flow.Export) uint32 { return e.IngressVRFName }),
		field("out_vrf_id", "uint32", flow.FieldEgressVRF, func(r *flow.Record) uint64 { return uint64(r.Export.EgressVRF) }),
		exporterName("out_vrf", func(e *flow.Export) uint32 { return e.EgressVRFName }),
	}
}

// inside gives the tunnel that a flow runs in; ok is false if it runs in none.
func inside(refs *references, r *flow.Record) (e flow.Encapsulation, ok bool) {
	if r.Key.Point == 0 {
		return e, false
	}
	e = refs.points.Point(r.Key.Point).Inside
	return e, e.Tunnel != flow.TunnelNone
}

// tunnelColumns are what stands around the metered packet.
func tunnelColumns() []Column {
	outer := func(name string, field flow.Fields, exported func(*flow.Export) *[16]byte, metered func(*flow.Encapsulation) *[16]byte) Column {
		told := plainAddress(name, field, exported)
		return Column{Name: name, Type: "text", address: func(refs *references, r *flow.Record) (netip.Addr, bool) {
			e, tunnel := inside(refs, r)
			if !tunnel {
				return told.address(refs, r)
			}
			return addressOf(metered(&e), e.OuterVersion), e.OuterVersion != 0
		}}
	}
	return []Column{
		enumeration("tunnel_type", 1, func(n uint8) string { return flow.TunnelType(n).String() }, func(refs *references, r *flow.Record) (int64, bool) {
			e, tunnel := inside(refs, r)
			return int64(e.Tunnel), tunnel
		}),
		{Name: "tunnel_id", Type: "uint32", number: func(refs *references, r *flow.Record) (int64, bool) {
			e, tunnel := inside(refs, r)
			return int64(e.ID), tunnel && e.HasID
		}},
		outer("outer_src_ip", flow.FieldOuterSource, func(e *flow.Export) *[16]byte { return &e.OuterSource },
			func(e *flow.Encapsulation) *[16]byte { return &e.OuterSource }),
		outer("outer_dst_ip", flow.FieldOuterDestination, func(e *flow.Export) *[16]byte { return &e.OuterDestination },
			func(e *flow.Encapsulation) *[16]byte { return &e.OuterDestination }),
	}
}

func macColumns() []Column {
	address := func(name string, field flow.Fields, get func(*flow.Record) *[6]byte) Column {
		return Column{Name: name, Type: "text", meaning: hardware, number: func(_ *references, r *flow.Record) (int64, bool) {
			return hardwareNumber(get(r)[:]), r.Marks&flow.MarkMAC != 0 || r.Fields()&field != 0
		}}
	}
	return []Column{
		address("src_mac", flow.FieldSourceMAC, func(r *flow.Record) *[6]byte { return &r.SourceMAC }),
		address("dst_mac", flow.FieldDestinationMAC, func(r *flow.Record) *[6]byte { return &r.DestinationMAC }),
	}
}

// hardwareNumber gives the octets of a hardware address as one number.
func hardwareNumber(octets []byte) (n int64) {
	for _, octet := range octets {
		n = n<<8 | int64(octet)
	}
	return n
}

// elementColumns are the elements that were asked for.
func elementColumns(names []string) []Column {
	var columns []Column
	for i, name := range names {
		columns = append(columns, Column{Name: name, Type: "text", same: func(_ *references, r *flow.Record, text string) (same, known bool) {
			if r.Export == nil {
				return false, false
			}
			octets, known := flow.Element(r.Export.Elements, i)
			return string(octets) == text, known
		}})
	}
	return columns
}
