package accounting

import "netstream/aggregate/flow"

// field is a field of schemes by its name.
type field struct {
	name    string
	columns []flow.SchemeColumn // what it adds to the key
}

func one(name string, f flow.SchemeField) field {
	return field{name, []flow.SchemeColumn{{Name: name, Field: f}}}
}

// fields gives the fields but for labels, in the order of the documentation. A number
// that a device or a kind of tunnel gives means nothing without it, so that such
// fields have it in front of them.
func fields() []field {
	whole := flow.PrefixLengths{IPv4: 32, IPv6: 128}
	exporter := flow.SchemeColumn{Name: "exporter_ip", Field: flow.SchemeExporter}
	tunnel := flow.SchemeColumn{Name: "tunnel_type", Field: flow.SchemeTunnelType}
	return []field{
		{"exporter", []flow.SchemeColumn{exporter, {Name: "observation_domain", Field: flow.SchemeDomain}}},
		one("exporter_ip", flow.SchemeExporter),
		one("observation_domain", flow.SchemeDomain),
		one("interface", flow.SchemeInterface),
		one("direction", flow.SchemeDirection),
		{"in_if", []flow.SchemeColumn{exporter, {Name: "in_if", Field: flow.SchemeInIf}}},
		{"out_if", []flow.SchemeColumn{exporter, {Name: "out_if", Field: flow.SchemeOutIf}}},
		one("ip_version", flow.SchemeVersion),
		{sourceName, []flow.SchemeColumn{{Name: sourceName, Field: flow.SchemeSource, Lengths: whole}}},
		{destinationName, []flow.SchemeColumn{{Name: destinationName, Field: flow.SchemeDestination, Lengths: whole}}},
		{"src_prefix", []flow.SchemeColumn{{Name: "src_prefix", Field: flow.SchemeSourcePrefix}, {Name: sourceMaskName, Field: flow.SchemeSourcePrefixMask}}},
		{"dst_prefix", []flow.SchemeColumn{{Name: "dst_prefix", Field: flow.SchemeDestinationPrefix}, {Name: destinationMaskName, Field: flow.SchemeDestinationPrefixMask}}},
		one(sourceMaskName, flow.SchemeSourceRoute),
		one(destinationMaskName, flow.SchemeDestinationRoute),
		one("src_port", flow.SchemeSourcePort),
		one("dst_port", flow.SchemeDestinationPort),
		one("protocol", flow.SchemeProtocol),
		one("tos", flow.SchemeClassOfService),
		one("dscp", flow.SchemeDSCP),
		one("precedence", flow.SchemePrecedence),
		one("src_as", flow.SchemeSourceAS),
		one("dst_as", flow.SchemeDestinationAS),
		one("next_hop", flow.SchemeNextHop),
		one("bgp_next_hop", flow.SchemeBGPNextHop),
		one("forwarding_status", flow.SchemeForwardingStatus),
		one("vlan_id", flow.SchemeVLAN),
		one("inner_vlan_id", flow.SchemeInnerVLAN),
		one("mpls_label", flow.SchemeMPLSLabel),
		one("mpls_label2", flow.SchemeMPLSLabel2),
		one("mpls_label3", flow.SchemeMPLSLabel3),
		one("src_mac", flow.SchemeSourceMAC),
		one("dst_mac", flow.SchemeDestinationMAC),
		one("flow_label", flow.SchemeFlowLabel),
		one("tcp_flags", flow.SchemeTCPFlags),
		one("tunnel_type", flow.SchemeTunnelType),
		{"tunnel_id", []flow.SchemeColumn{tunnel, {Name: "tunnel_id", Field: flow.SchemeTunnelID}}},
		one("outer_src_ip", flow.SchemeOuterSource),
		one("outer_dst_ip", flow.SchemeOuterDestination),
		one("vni", flow.SchemeVNI),
	}
}

// Names of fields and columns that belong together.
const (
	sourceName          = "src_ip"
	destinationName     = "dst_ip"
	sourceMaskName      = "src_mask"
	destinationMaskName = "dst_mask"
)

// prefixed gives the columns of an address of which only the first bits are in the
// key; nil if the field is no address.
func prefixed(name string, lengths flow.PrefixLengths) []flow.SchemeColumn {
	switch name {
	case sourceName:
		return []flow.SchemeColumn{
			{Name: name, Field: flow.SchemeSource, Lengths: lengths},
			{Name: sourceMaskName, Field: flow.SchemeSourceMask, Lengths: lengths}}
	case destinationName:
		return []flow.SchemeColumn{
			{Name: name, Field: flow.SchemeDestination, Lengths: lengths},
			{Name: destinationMaskName, Field: flow.SchemeDestinationMask, Lengths: lengths}}
	}
	return nil
}
