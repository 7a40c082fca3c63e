package flow

// Scheme is an accounting scheme: flows that agree in its columns are one row of its
// table in each interval (docs/accounting.md).
type Scheme struct {
	Name    string
	Columns []SchemeColumn // the key, in the order of the table's columns and rows
}

// SchemeColumn is one column of a scheme's key.
type SchemeColumn struct {
	Name  string // of the table's column
	Field SchemeField

	// Lengths are how many bits of an address are in the key, with SchemeSource and
	// SchemeDestination, and with SchemeSourceMask and SchemeDestinationMask beside
	// these; 32 and 128 for whole addresses.
	Lengths PrefixLengths

	Label int // with SchemeLabel, which of the labels that are known of a flow
}

// SchemeField says what a column of a scheme shows. Fields that are not said to be
// otherwise are NULL for flows whose key, or whose exporter, does not tell them.
type SchemeField uint8

// The fields.
const (
	SchemeExporter              SchemeField = iota // address of the exporter
	SchemeDomain                                   // observation domain of the exporter
	SchemeInterface                                // capture interface by its name
	SchemeDirection                                // flowDirection (61)
	SchemeInIf                                     // ingressInterface (10)
	SchemeOutIf                                    // egressInterface (14)
	SchemeVersion                                  // IP version
	SchemeSource                                   // source address, or its first bits
	SchemeDestination                              // destination address, or its first bits
	SchemeSourcePrefix                             // source address as far as its route goes
	SchemeDestinationPrefix                        // destination address as far as its route goes
	SchemeSourceMask                               // how many bits of SchemeSource are in the key
	SchemeDestinationMask                          // how many bits of SchemeDestination are in the key
	SchemeSourcePrefixMask                         // how many bits of SchemeSourcePrefix are in the key
	SchemeDestinationPrefixMask                    // how many bits of SchemeDestinationPrefix are in the key
	SchemeSourceRoute                              // prefix length of the source's route
	SchemeDestinationRoute                         // prefix length of the destination's route
	SchemeSourcePort                               // as in Key
	SchemeDestinationPort                          // as in Key
	SchemeProtocol                                 // as in Key
	SchemeClassOfService                           // the whole ToS octet
	SchemeDSCP                                     // its upper six bits, as a number from 0 to 63
	SchemePrecedence                               // its upper three bits, as a number from 0 to 7
	SchemeSourceAS                                 // 16
	SchemeDestinationAS                            // 17
	SchemeNextHop                                  // 15, 62
	SchemeBGPNextHop                               // 18, 63
	SchemeForwardingStatus                         // 89
	SchemeVLAN                                     // identifier of the outermost tag
	SchemeInnerVLAN                                // that of the tag behind it
	SchemeMPLSLabel                                // top label
	SchemeMPLSLabel2                               // the label behind it
	SchemeMPLSLabel3                               // the third label
	SchemeSourceMAC                                // source hardware address
	SchemeDestinationMAC                           // destination hardware address
	SchemeFlowLabel                                // IPv6 flow label
	SchemeTCPFlags                                 // TCP control bits, if they are in the key
	SchemeTunnelType                               // type of the tunnel around the packets
	SchemeTunnelID                                 // its identifier
	SchemeOuterSource                              // source address of the tunnel
	SchemeOuterDestination                         // destination address of the tunnel
	SchemeVNI                                      // identifier of a VXLAN, VXLAN-GPE or Geneve tunnel
	SchemeLabel                                    // a label that is known of the flow

	// SchemeFieldCount is the number of fields.
	SchemeFieldCount
)

// Name gives the name of the column that shows a field, empty for a label.
func (f SchemeField) Name() string {
	return [SchemeFieldCount]string{
		SchemeExporter: "exporter_ip", SchemeDomain: "observation_domain", SchemeInterface: "interface", SchemeDirection: "direction",
		SchemeInIf: "in_if", SchemeOutIf: "out_if", SchemeVersion: "ip_version", SchemeSource: "src_ip", SchemeDestination: "dst_ip",
		SchemeSourcePrefix: "src_prefix", SchemeDestinationPrefix: "dst_prefix", SchemeSourceMask: "src_mask", SchemeDestinationMask: "dst_mask",
		SchemeSourcePrefixMask: "src_mask", SchemeDestinationPrefixMask: "dst_mask", SchemeSourceRoute: "src_mask", SchemeDestinationRoute: "dst_mask",
		SchemeSourcePort: "src_port", SchemeDestinationPort: "dst_port", SchemeProtocol: "protocol",
		SchemeClassOfService: "tos", SchemeDSCP: "dscp", SchemePrecedence: "precedence",
		SchemeSourceAS: "src_as", SchemeDestinationAS: "dst_as", SchemeNextHop: "next_hop", SchemeBGPNextHop: "bgp_next_hop",
		SchemeForwardingStatus: "forwarding_status", SchemeVLAN: "vlan_id", SchemeInnerVLAN: "inner_vlan_id",
		SchemeMPLSLabel: "mpls_label", SchemeMPLSLabel2: "mpls_label2", SchemeMPLSLabel3: "mpls_label3",
		SchemeSourceMAC: "src_mac", SchemeDestinationMAC: "dst_mac", SchemeFlowLabel: "flow_label", SchemeTCPFlags: "tcp_flags",
		SchemeTunnelType: "tunnel_type", SchemeTunnelID: "tunnel_id", SchemeOuterSource: "outer_src_ip", SchemeOuterDestination: "outer_dst_ip",
		SchemeVNI: "vni",
	}[f]
}

// SchemeValue is one cell of a scheme's key. It is comparable with ==.
type SchemeValue struct {
	Known     bool
	Version   uint8  // of an address: 4 or 6, 0 if it is not told
	High, Low uint64 // of an address; of a number Low alone
	Text      string // of an interface and a label
}

// RouteSources is a set of where the lengths of prefixes are from.
type RouteSources uint8

// The sources.
const (
	RouteFromTable   RouteSources = 1 << iota // a table of the user
	RouteFromRecord                           // the exporter's record
	RouteFromKey                              // the flow key, which has no more than the prefix
	RouteFromMinimum                          // nobody knows the route: the least length
)

// String gives the name of the source, "mixed" if there are several, and "" if there
// is none.
func (s RouteSources) String() string {
	switch s {
	case 0:
		return ""
	case RouteFromTable:
		return "table"
	case RouteFromRecord:
		return "record"
	case RouteFromKey:
		return "key"
	case RouteFromMinimum:
		return "minimum"
	}
	return "mixed"
}

// SchemeSums are what the flows of one group amount to in one interval.
type SchemeSums struct {
	First, Last Timestamp // least and greatest time of their packets in the interval
	Counters    Counters

	FlowsActive, FlowsStarted, FlowsEnded uint64 // as in [IntervalRecord]

	// Flows is how many flows the records that started in the interval stand for.
	Flows uint64

	// ActiveTime is as in [IntervalRecord].
	ActiveTime uint64

	// Has says which counters any of the flows tells, and with FieldSampling that
	// Scaled is of all of them.
	Has    Fields
	Scaled Scaled

	// Metered says that any of the flows were metered from packets, Reported that any are
	// of exporters.
	Metered, Reported bool

	// SourceRoutes and DestinationRoutes say where the prefix lengths in the key are from.
	SourceRoutes, DestinationRoutes RouteSources
}

// Add adds the sums of other flows. Sums saturate at 2^63-1, so that the order in
// which they are added does not matter.
func (s *SchemeSums) Add(other *SchemeSums) {
	s.First, s.Last = min(s.First, other.First), max(s.Last, other.Last)
	s.Counters.Add(other.Counters)
	s.FlowsActive += other.FlowsActive
	s.FlowsStarted += other.FlowsStarted
	s.FlowsEnded += other.FlowsEnded
	s.Flows = Saturated(s.Flows, other.Flows)
	s.ActiveTime = Saturated(s.ActiveTime, other.ActiveTime)
	s.Has = (s.Has|other.Has)&^FieldSampling | s.Has&other.Has&FieldSampling
	s.Scaled.Packets = Saturated(s.Scaled.Packets, other.Scaled.Packets)
	s.Scaled.Octets = Saturated(s.Scaled.Octets, other.Scaled.Octets)
	s.Metered = s.Metered || other.Metered
	s.Reported = s.Reported || other.Reported
	s.SourceRoutes |= other.SourceRoutes
	s.DestinationRoutes |= other.DestinationRoutes
}

// SchemeRow is one row of a scheme's table.
type SchemeRow struct {
	Start, End Timestamp     // of the interval, the end not included
	Key        []SchemeValue // one a column
	Complete   bool          // the run has seen all of the interval, as far as the flows' kinds go
	SchemeSums

	// Distinct addresses of the group's flows, if they were asked for: the number of
	// those that are known.
	DistinctSources, DistinctDestinations uint64

	// Peak is the greatest number of octets that the group's packets have in one second
	// of the interval, if it was asked for. HasPeak says that there are packets.
	HasPeak bool
	Peak    uint64
}
