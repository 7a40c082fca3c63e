package table

import (
	"strconv"

	"netstream/aggregate/flow"
)

// flowTranslation declares what address translation and firewalls did to a flow.
func flowTranslation() []Column[flow.Record] {
	return []Column[flow.Record]{
		{
			Name: "nat_src_ip", Kind: Text, Elements: []Element{{225, "postNATSourceIPv4Address"}, {281, "postNATSourceIPv6Address"}},
			Definition: "Source address behind the address translation; NULL if the exporter does not tell.",
			field:      flow.FieldNATSource,
			Symbol:     func(r *flow.Record) Symbol { return plainAddressSymbol(&r.Export.NATSource) },
			Spell:      spellAddress,
		}, {
			Name: "nat_dst_ip", Kind: Text, Elements: []Element{{226, "postNATDestinationIPv4Address"}, {282, "postNATDestinationIPv6Address"}},
			Definition: "Destination address behind the address translation; NULL if the exporter does not tell.",
			field:      flow.FieldNATDestination,
			Symbol:     func(r *flow.Record) Symbol { return plainAddressSymbol(&r.Export.NATDestination) },
			Spell:      spellAddress,
		}, {
			Name: "nat_src_port", Kind: Uint16, Elements: []Element{{227, "postNAPTSourceTransportPort"}},
			Definition: "Source port behind the address translation; NULL if the exporter does not tell.",
			field:      flow.FieldNATSourcePort,
			Int:        func(r *flow.Record) int64 { return int64(r.Export.NATSourcePort) },
		}, {
			Name: "nat_dst_port", Kind: Uint16, Elements: []Element{{228, "postNAPTDestinationTransportPort"}},
			Definition: "Destination port behind the address translation; NULL if the exporter does not tell.",
			field:      flow.FieldNATDestinationPort,
			Int:        func(r *flow.Record) int64 { return int64(r.Export.NATDestinationPort) },
		}, {
			Name: "nat_event", Kind: Uint8, Elements: []Element{{230, "natEvent"}},
			Definition: "Event of the address translation by its registered number (RFC 8158), as 4 for a session that was created; NULL if the exporter does not tell.",
			field:      flow.FieldNATEvent,
			Int:        func(r *flow.Record) int64 { return int64(r.Export.NATEvent) },
		}, {
			Name: "firewall_event", Kind: Uint8, Elements: []Element{{233, "firewallEvent"}},
			Definition: "Event of the firewall by its registered number: 1 created, 2 deleted, 3 denied, 4 alert, 5 update; NULL if the exporter does not tell.",
			field:      flow.FieldFirewallEvent,
			Int:        func(r *flow.Record) int64 { return int64(r.Export.FirewallEvent) },
		},
	}
}

// flowApplication declares the application that the exporter took the flow for.
func flowApplication(o *Options) []Column[flow.Record] {
	return []Column[flow.Record]{
		{
			Name: "app_id", Kind: Text, Elements: []Element{{95, "applicationId"}},
			Definition: "Application as classification engine and selector (RFC 6759), decimal, with a colon between them, as 3:443; NULL if the exporter does not tell.",
			field:      flow.FieldApplication,
			Symbol:     func(r *flow.Record) Symbol { return Symbol{Low: r.Export.Application} },
			Spell:      spellApplication,
		},
		nameColumn(o, "app_name", Element{96, "applicationName"},
			"Name of the application, as the exporter gives it in options or in the record; NULL if it gives none.",
			func(r *flow.Record) bool { return r.Export == nil || r.Export.ApplicationName == 0 },
			func(r *flow.Record) Symbol { return Symbol{Low: uint64(r.Export.ApplicationName)} }),
	}
}

// spellApplication spells an applicationId: the engine in the top octet, the
// selector in the lower seven.
func spellApplication(dst []byte, s Symbol) []byte {
	const selectorBits = 56
	dst = strconv.AppendUint(dst, s.Low>>selectorBits, 10)
	return strconv.AppendUint(append(dst, ':'), s.Low&(1<<selectorBits-1), 10)
}

// flowVRF declares the virtual routing tables that the packets came from and went
// to.
func flowVRF(o *Options) []Column[flow.Record] {
	return []Column[flow.Record]{
		{
			Name: "in_vrf_id", Kind: Uint32, Elements: []Element{{234, "ingressVRFID"}},
			Definition: "Routing table (VRF) on which the packets came in, by the exporter's number; NULL if the exporter does not tell.",
			field:      flow.FieldIngressVRF,
			Int:        func(r *flow.Record) int64 { return int64(r.Export.IngressVRF) },
		},
		nameColumn(o, "in_vrf", Element{236, "VRFname"},
			"Name of the routing table (VRF) on which the packets came in; NULL if the exporter gives none.",
			func(r *flow.Record) bool { return r.Export == nil || r.Export.IngressVRFName == 0 },
			func(r *flow.Record) Symbol { return Symbol{Low: uint64(r.Export.IngressVRFName)} }),
		{
			Name: "out_vrf_id", Kind: Uint32, Elements: []Element{{235, "egressVRFID"}},
			Definition: "Routing table (VRF) on which the packets went out, by the exporter's number; NULL if the exporter does not tell.",
			field:      flow.FieldEgressVRF,
			Int:        func(r *flow.Record) int64 { return int64(r.Export.EgressVRF) },
		},
		nameColumn(o, "out_vrf", Element{236, "VRFname"},
			"Name of the routing table (VRF) on which the packets went out; NULL if the exporter gives none.",
			func(r *flow.Record) bool { return r.Export == nil || r.Export.EgressVRFName == 0 },
			func(r *flow.Record) Symbol { return Symbol{Low: uint64(r.Export.EgressVRFName)} }),
	}
}
