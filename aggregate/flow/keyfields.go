package flow

import "strconv"

// KeyFields is a set of fields that a flow key can have.
type KeyFields uint32

// The fields. Those from KeySourceMask to KeyEtherType are held by [Flexible], the others
// by the rest of [Key] and [Point].
const (
	KeyVersion         KeyFields = 1 << iota // IP version; in every key
	KeySource                                // source address
	KeyDestination                           // destination address
	KeySourcePort                            // source port
	KeyDestinationPort                       // destination port
	KeyProtocol                              // protocol
	KeyClassOfService                        // the bits of the ToS octet that ClassMask has
	KeyInterface                             // capture interface
	KeyTunnel                                // tunnel: type, identifier and outer addresses
	KeyTunnelID                              // of a tunnel no more than type and identifier; goes without saying with KeyTunnel
	KeySourceMask                            // the source address is a prefix
	KeyDestinationMask                       // the destination address is a prefix
	KeyVLAN                                  // VLAN identifier of the outermost tag
	KeyInnerVLAN                             // that of the tag behind it
	KeyMPLSLabel                             // top label
	KeyMPLSLabel2                            // the label behind it
	KeyMPLSLabel3                            // the third label
	KeySourceMAC                             // source hardware address
	KeyDestinationMAC                        // destination hardware address
	KeyFlowLabel                             // IPv6 flow label
	KeyTCPFlags                              // TCP control bits, each value a flow of its own
	KeyEtherType                             // EtherType behind the VLAN tags
	KeyIndex                                 // index of the capture interface, and its name
	KeyDirection                             // direction

	// KeyPlace is where packets are observed.
	KeyPlace = KeyInterface | KeyIndex | KeyDirection

	// KeySevenTuple is the key of NetStream for IPv4, with the direction and the tunnel
	// that are part of the observation point.
	KeySevenTuple = KeyVersion | KeySource | KeyDestination | KeySourcePort | KeyDestinationPort | KeyProtocol |
		KeyClassOfService | KeyPlace | KeyTunnel
)

// NamedKeyField is a field of a key by its name.
type NamedKeyField struct {
	Name  string
	Field KeyFields
}

// KeyFieldNames gives the fields with their names, which are those of the columns,
// in the order in which keys are written.
func KeyFieldNames() []NamedKeyField {
	return []NamedKeyField{
		{"ip_version", KeyVersion}, {"src_ip", KeySource}, {"dst_ip", KeyDestination}, {"src_port", KeySourcePort}, {"dst_port", KeyDestinationPort},
		{"protocol", KeyProtocol}, {"tos", KeyClassOfService}, {"interface", KeyInterface}, {"if_index", KeyIndex}, {"direction", KeyDirection}, {"tunnel", KeyTunnel},
		{"tunnel_id", KeyTunnelID}, {"vlan_id", KeyVLAN}, {"inner_vlan_id", KeyInnerVLAN}, {"mpls_label", KeyMPLSLabel},
		{"mpls_label2", KeyMPLSLabel2}, {"mpls_label3", KeyMPLSLabel3}, {"src_mac", KeySourceMAC},
		{"dst_mac", KeyDestinationMAC}, {"flow_label", KeyFlowLabel}, {"tcp_flags", KeyTCPFlags}, {"ethertype", KeyEtherType},
	}
}

// What of the ToS or Traffic Class octet can be in a key: all of it, the
// differentiated services field (RFC 2474), the precedence (RFC 791 section 3.1).
const (
	WholeClass      uint8 = 0xff
	ClassDSCP       uint8 = 0xfc
	ClassPrecedence uint8 = 0xe0
)

// PrefixLengths are how many bits of an address are in the key, by IP version.
type PrefixLengths struct{ IPv4, IPv6 uint8 }

// KeyDefinition says what the key of metered packets is made of.
type KeyDefinition struct {
	Fields    KeyFields
	ClassMask uint8 // with KeyClassOfService, the bits of the octet that are in the key; else 0

	// Source and Destination are valid with KeySourceMask and KeyDestinationMask, at most
	// 32 and 128; else 0.
	Source, Destination PrefixLengths

	// WithoutIP says that frames that carry no IP packet are metered, too. No field of
	// the key is of an IP packet then.
	WithoutIP bool
}

// DefaultKey gives the definition of [KeySevenTuple] with the whole ToS octet.
func DefaultKey() KeyDefinition {
	return KeyDefinition{Fields: KeySevenTuple, ClassMask: WholeClass}
}

// String gives the fields with commas between them, as the option has them. The IP
// version, which is in every key, goes without saying where frames without IP are metered.
func (d KeyDefinition) String() string {
	var b []byte
	for _, f := range KeyFieldNames() {
		if d.Fields&f.Field == 0 || f.Field == KeyTunnelID && d.Fields&KeyTunnel != 0 || f.Field == KeyVersion && d.WithoutIP {
			continue
		}
		if len(b) > 0 {
			b = append(b, ',')
		}
		b = append(b, d.name(f)...)
	}
	return string(b)
}

func (d *KeyDefinition) name(f NamedKeyField) string {
	switch {
	case f.Field == KeySource && d.Fields&KeySourceMask != 0:
		return f.Name + d.Source.suffix()
	case f.Field == KeyDestination && d.Fields&KeyDestinationMask != 0:
		return f.Name + d.Destination.suffix()
	case f.Field == KeyClassOfService && d.ClassMask == ClassDSCP:
		return "dscp"
	case f.Field == KeyClassOfService && d.ClassMask == ClassPrecedence:
		return "precedence"
	}
	return f.Name
}

func (l PrefixLengths) suffix() string {
	return "/" + strconv.Itoa(int(l.IPv4)) + ":" + strconv.Itoa(int(l.IPv6))
}
