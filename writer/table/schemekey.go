package table

import "netstream/aggregate/flow"

// schemeKey declares a column of a scheme's key, which is cell number i of the row's.
func schemeKey(c *flow.SchemeColumn, i int) Column[flow.SchemeRow] {
	type row = flow.SchemeRow
	d := schemeFieldOf(c.Field)
	column := Column[row]{
		Name: c.Name, Kind: d.kind, Elements: d.elements, Unit: d.unit, Definition: d.definition,
		Null: func(r *row) bool { return !r.Key[i].Known },
	}
	switch d.form {
	case formNumber:
		column.Int = func(r *row) int64 { return int64(r.Key[i].Low) }
	case formAddress:
		column.Symbol = func(r *row) Symbol {
			v := &r.Key[i]
			return Symbol{High: v.High, Low: v.Low, Class: uint32(v.Version)}
		}
		column.Spell = spellAddress
	case formText:
		column.Text = func(dst []byte, r *row) []byte { return appendValid(dst, r.Key[i].Text) }
	case formMAC:
		column.Symbol, column.Spell = numberSymbol(i), spellMAC
	case formDirection:
		column.Symbol, column.Spell = numberSymbol(i), spellDirection
	case formTunnel:
		column.Symbol = numberSymbol(i)
		column.Spell = func(dst []byte, s Symbol) []byte { return append(dst, flow.TunnelType(s.Low).String()...) }
	}
	return column
}

func numberSymbol(i int) func(*flow.SchemeRow) Symbol {
	return func(r *flow.SchemeRow) Symbol { return Symbol{Low: r.Key[i].Low} }
}

// schemeForm says what the cells of a field are.
type schemeForm uint8

const (
	formNumber schemeForm = iota
	formAddress
	formText
	formMAC
	formDirection
	formTunnel
)

// schemeField is what is declared of a field of schemes.
type schemeField struct {
	kind       Kind
	form       schemeForm
	elements   []Element
	unit       string
	definition string
}

func ofNumber(kind Kind, definition string, elements ...Element) schemeField {
	return schemeField{kind: kind, elements: elements, definition: definition}
}

func ofText(form schemeForm, definition string, elements ...Element) schemeField {
	return schemeField{kind: Text, form: form, elements: elements, definition: definition}
}

// schemeFieldOf gives the declaration of a field.
func schemeFieldOf(f flow.SchemeField) schemeField {
	switch f {
	case flow.SchemeLabel:
		return ofText(formText, "Label of the flow by the tables that were given; NULL if it has none.")
	case flow.SchemeExporter:
		return ofText(formAddress, "Address of the exporter that metered the flows; NULL if the input does not tell, and for flows metered from packets.",
			Element{130, "exporterIPv4Address"}, Element{131, "exporterIPv6Address"})
	case flow.SchemeDomain:
		return ofNumber(Uint32, "Observation domain of the exporter, as in the flow table; NULL for flows metered from packets.", Element{149, "observationDomainId"})
	case flow.SchemeInterface:
		return ofText(formText, "Capture interface by the name that the file gives it, the first 255 octets; NULL if it has none or it is not in the flow key.", Element{82, "interfaceName"})
	case flow.SchemeDirection:
		return ofText(formDirection, "Where the exporter metered the packets: ingress or egress; NULL if it does not tell.", Element{61, "flowDirection"})
	case flow.SchemeInIf:
		return ofNumber(Uint32, "Interface of the exporter on which the packets came in, by its SNMP ifIndex; NULL if it does not tell.", Element{10, "ingressInterface"})
	case flow.SchemeOutIf:
		return ofNumber(Uint32, "Interface of the exporter on which the packets went out, by its SNMP ifIndex; NULL if it does not tell.", Element{14, "egressInterface"})
	case flow.SchemeNextHop:
		return ofText(formAddress, "Address of the next router; NULL if the exporter does not tell.", Element{15, "ipNextHopIPv4Address"}, Element{62, "ipNextHopIPv6Address"})
	case flow.SchemeBGPNextHop:
		return ofText(formAddress, "Address of the next BGP router; NULL if the exporter does not tell.", Element{18, "bgpNextHopIPv4Address"}, Element{63, "bgpNextHopIPv6Address"})
	case flow.SchemeSourceAS:
		return ofNumber(Uint32, "Autonomous system of the source: of the tables that were given, else as the exporter tells it; NULL if neither does.", Element{16, "bgpSourceAsNumber"})
	case flow.SchemeDestinationAS:
		return ofNumber(Uint32, "Autonomous system of the destination: of the tables that were given, else as the exporter tells it; NULL if neither does.", Element{17, "bgpDestinationAsNumber"})
	case flow.SchemeForwardingStatus:
		return ofNumber(Uint8, "What the exporter did with the packets, as in the flow table; NULL if it does not tell.", Element{89, "forwardingStatus"})
	}
	if d, ok := schemeAddress(f); ok {
		return d
	}
	if d, ok := schemeHeader(f); ok {
		return d
	}
	return schemeLink(f)
}

// schemeAddress declares addresses and how far they are in the key.
func schemeAddress(f flow.SchemeField) (schemeField, bool) {
	source := []Element{{8, "sourceIPv4Address"}, {27, "sourceIPv6Address"}}
	destination := []Element{{12, "destinationIPv4Address"}, {28, "destinationIPv6Address"}}
	bits := func(definition string, elements ...Element) schemeField {
		return schemeField{kind: Uint8, unit: "bits", elements: elements, definition: definition}
	}
	sourceBits := []Element{{9, "sourceIPv4PrefixLength"}, {29, "sourceIPv6PrefixLength"}}
	destinationBits := []Element{{13, "destinationIPv4PrefixLength"}, {30, "destinationIPv6PrefixLength"}}
	switch f {
	case flow.SchemeSource:
		return ofText(formAddress, "Source address, or the network address of its first src_mask bits; NULL if it is not known.", source...), true
	case flow.SchemeDestination:
		return ofText(formAddress, "Destination address, or the network address of its first dst_mask bits; NULL if it is not known.", destination...), true
	case flow.SchemeSourcePrefix:
		return ofText(formAddress, "Network address of the first src_mask bits of the source address; NULL if it is not known.",
			Element{44, "sourceIPv4Prefix"}, Element{170, "sourceIPv6Prefix"}), true
	case flow.SchemeDestinationPrefix:
		return ofText(formAddress, "Network address of the first dst_mask bits of the destination address; NULL if it is not known.",
			Element{45, "destinationIPv4Prefix"}, Element{169, "destinationIPv6Prefix"}), true
	case flow.SchemeSourceMask, flow.SchemeSourcePrefixMask:
		return bits("How many bits of the source address are in the key; NULL if the address is not known.", sourceBits...), true
	case flow.SchemeDestinationMask, flow.SchemeDestinationPrefixMask:
		return bits("How many bits of the destination address are in the key; NULL if the address is not known.", destinationBits...), true
	case flow.SchemeSourceRoute:
		return bits("Prefix length of the source's route: of the tables that were given, else as the exporter tells it; NULL if neither does.", sourceBits...), true
	case flow.SchemeDestinationRoute:
		return bits("Prefix length of the destination's route: of the tables that were given, else as the exporter tells it; NULL if neither does.", destinationBits...), true
	}
	return schemeField{}, false
}

// schemeHeader declares what is in IP and transport headers beside the addresses.
func schemeHeader(f flow.SchemeField) (schemeField, bool) {
	const ifInKey = "NULL if it is not in the flow key or the exporter does not tell."
	switch f {
	case flow.SchemeVersion:
		return ofNumber(Uint8, "IP version, 4 or 6; NULL if it is not known.", Element{60, "ipVersion"}), true
	case flow.SchemeSourcePort:
		return ofNumber(Uint16, "Source port, as in the flow table; NULL if there is none.", Element{7, "sourceTransportPort"}), true
	case flow.SchemeDestinationPort:
		return ofNumber(Uint16, "Destination port, or type * 256 + code of ICMP, as in the flow table; NULL if there is none.", Element{11, "destinationTransportPort"}), true
	case flow.SchemeProtocol:
		return ofNumber(Uint8, "IP protocol number; "+ifInKey, Element{4, "protocolIdentifier"}), true
	case flow.SchemeClassOfService:
		return ofNumber(Uint8, "The whole Type of Service or Traffic Class octet, as in the flow table; "+ifInKey, Element{5, "ipClassOfService"}), true
	case flow.SchemeDSCP:
		return ofNumber(Uint8, "Differentiated services code point, 0 to 63; "+ifInKey, Element{195, "ipDiffServCodePoint"}), true
	case flow.SchemePrecedence:
		return ofNumber(Uint8, "Precedence, 0 to 7; "+ifInKey, Element{196, "ipPrecedence"}), true
	case flow.SchemeFlowLabel:
		return ofNumber(Uint32, "IPv6 flow label; NULL if it is not in the flow key, for IPv4 and for exported flows.", Element{31, "flowLabelIPv6"}), true
	case flow.SchemeTCPFlags:
		return ofNumber(Uint16, "TCP control bits; NULL if they are not in the flow key, and for exported flows.", Element{6, "tcpControlBits"}), true
	}
	return schemeField{}, false
}

// schemeLink declares what is below the IP header, and tunnels.
func schemeLink(f flow.SchemeField) schemeField {
	const ifInKey = "NULL if there was none or it is not in the flow key, or the exporter does not tell."
	switch f {
	case flow.SchemeVLAN:
		return ofNumber(Uint16, "VLAN identifier of the outermost tag; "+ifInKey, Element{58, "vlanId"}, Element{243, "dot1qVlanId"})
	case flow.SchemeInnerVLAN:
		return ofNumber(Uint16, "VLAN identifier of the tag behind the outermost one; "+ifInKey, Element{245, "dot1qCustomerVlanId"})
	case flow.SchemeMPLSLabel:
		return ofNumber(Uint32, "The 20 label bits of the top MPLS label stack entry; "+ifInKey, Element{70, "mplsTopLabelStackSection"})
	case flow.SchemeMPLSLabel2:
		return ofNumber(Uint32, "The 20 label bits of the second MPLS label stack entry; "+ifInKey, Element{71, "mplsLabelStackSection2"})
	case flow.SchemeMPLSLabel3:
		return ofNumber(Uint32, "The 20 label bits of the third MPLS label stack entry; "+ifInKey, Element{72, "mplsLabelStackSection3"})
	case flow.SchemeSourceMAC:
		return ofText(formMAC, "Source hardware address; "+ifInKey, Element{56, "sourceMacAddress"})
	case flow.SchemeDestinationMAC:
		return ofText(formMAC, "Destination hardware address; "+ifInKey, Element{80, "destinationMacAddress"})
	case flow.SchemeTunnelType:
		return ofText(formTunnel, "Tunnel in which the metered packets run, as in the flow table; NULL for outermost packets and exported flows.")
	case flow.SchemeTunnelID:
		return ofNumber(Uint32, "Number of the tunnel or of what runs in it, as in the flow table; NULL if it has none.", Element{351, "layer2SegmentId"})
	case flow.SchemeVNI:
		return ofNumber(Uint32, "VXLAN network identifier, of vxlan, vxlan-gpe and geneve; NULL for packets outside of these, and exported flows.", Element{351, "layer2SegmentId"})
	case flow.SchemeOuterSource:
		return ofText(formAddress, "Source address of the IP header that carries the tunnel, as in the flow table; else NULL.", Element{8, "sourceIPv4Address"}, Element{27, "sourceIPv6Address"})
	}
	return ofText(formAddress, "Destination address of the IP header that carries the tunnel, as in the flow table; else NULL.", Element{12, "destinationIPv4Address"}, Element{28, "destinationIPv6Address"})
}
