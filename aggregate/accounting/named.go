package accounting

// Named is a scheme that devices have by name, with the fields of its key.
type Named struct{ Name, Fields string }

// NamedSchemes gives the aggregation modes of NetStream. The keys are those of the
// records of NetFlow version 8, where it has the scheme.
func NamedSchemes() []Named {
	return []Named{
		{"as", "src_as,dst_as,in_if,out_if"},
		{"as-tos", "src_as,dst_as,in_if,out_if,tos"},
		{"protocol-port", "protocol,src_port,dst_port"},
		{"protocol-port-tos", "protocol,src_port,dst_port,tos,in_if,out_if"},
		{"source-prefix", "src_prefix,src_as,in_if"},
		{"source-prefix-tos", "src_prefix,src_as,in_if,tos"},
		{"destination-prefix", "dst_prefix,dst_as,out_if"},
		{"destination-prefix-tos", "dst_prefix,dst_as,out_if,tos"},
		{"prefix", "src_prefix,dst_prefix,src_as,dst_as,in_if,out_if"},
		{"prefix-tos", "src_prefix,dst_prefix,src_as,dst_as,in_if,out_if,tos"},
		{"prefix-port", "src_prefix,dst_prefix,protocol,src_port,dst_port,tos,in_if,out_if"},
		{"bgp-nexthop-tos", "src_as,dst_as,bgp_next_hop,in_if,out_if,tos"},
		{"index-tos", "in_if,out_if,tos"},
		{"source-index-tos", "in_if,tos"},
		{"vlan-id", "vlan_id"},
		{"mpls-label", "mpls_label,mpls_label2,mpls_label3"},
		{"vni-sip-dip", "vni,src_ip,dst_ip"},
	}
}
