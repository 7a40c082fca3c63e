package accounting

import "netstream/aggregate/flow"

// field is a field of schemes by its name.
type field struct {
	name    string
	columns []flow.SchemeColumn // what it adds to the key
}

// column gives a column as most are.
func column(f flow.SchemeField) flow.SchemeColumn { return flow.SchemeColumn{Name: f.Name(), Field: f} }

// columns gives a field that has the name of the last of its columns.
func columns(all ...flow.SchemeField) field {
	f := field{name: all[len(all)-1].Name()}
	for _, one := range all {
		f.columns = append(f.columns, column(one))
	}
	return f
}

// fields gives the fields but for labels, in the order of the documentation. A number
// that a device or a kind of tunnel gives means nothing without it, so that such
// fields have it in front of them.
func fields() []field {
	all := []field{
		{"exporter", []flow.SchemeColumn{column(flow.SchemeExporter), column(flow.SchemeDomain)}},
		columns(flow.SchemeExporter, flow.SchemeInIf), columns(flow.SchemeExporter, flow.SchemeOutIf),
		{flow.SchemeSource.Name(), address(flow.SchemeSource, wholeAddresses())},
		{flow.SchemeDestination.Name(), address(flow.SchemeDestination, wholeAddresses())},
		{flow.SchemeSourcePrefix.Name(), []flow.SchemeColumn{column(flow.SchemeSourcePrefix), column(flow.SchemeSourcePrefixMask)}},
		{flow.SchemeDestinationPrefix.Name(), []flow.SchemeColumn{column(flow.SchemeDestinationPrefix), column(flow.SchemeDestinationPrefixMask)}},
		columns(flow.SchemeTunnelType, flow.SchemeTunnelID),
	}
	for _, f := range [...]flow.SchemeField{
		flow.SchemeExporter, flow.SchemeDomain, flow.SchemeInterface, flow.SchemeDirection, flow.SchemeVersion,
		flow.SchemeSourceRoute, flow.SchemeDestinationRoute, flow.SchemeSourcePort, flow.SchemeDestinationPort,
		flow.SchemeProtocol, flow.SchemeClassOfService, flow.SchemeDSCP, flow.SchemePrecedence,
		flow.SchemeSourceAS, flow.SchemeDestinationAS, flow.SchemeNextHop, flow.SchemeBGPNextHop, flow.SchemeForwardingStatus,
		flow.SchemeVLAN, flow.SchemeInnerVLAN, flow.SchemeMPLSLabel, flow.SchemeMPLSLabel2, flow.SchemeMPLSLabel3,
		flow.SchemeSourceMAC, flow.SchemeDestinationMAC, flow.SchemeFlowLabel, flow.SchemeTCPFlags,
		flow.SchemeTunnelType, flow.SchemeOuterSource, flow.SchemeOuterDestination, flow.SchemeVNI,
	} {
		all = append(all, columns(f))
	}
	return all
}

func wholeAddresses() flow.PrefixLengths { return flow.PrefixLengths{IPv4: 32, IPv6: 128} }

// address gives the column of an address of which the first bits are in the key.
func address(f flow.SchemeField, lengths flow.PrefixLengths) []flow.SchemeColumn {
	return []flow.SchemeColumn{{Name: f.Name(), Field: f, Lengths: lengths}}
}

// prefixed gives the columns of an address of which only the first bits are in the
// key, and how many; nil if the field is no address.
func prefixed(name string, lengths flow.PrefixLengths) []flow.SchemeColumn {
	masks := map[flow.SchemeField]flow.SchemeField{
		flow.SchemeSource: flow.SchemeSourceMask, flow.SchemeDestination: flow.SchemeDestinationMask}
	for f, mask := range masks {
		if f.Name() == name {
			return append(address(f, lengths), flow.SchemeColumn{Name: mask.Name(), Field: mask, Lengths: lengths})
		}
	}
	return nil
}
