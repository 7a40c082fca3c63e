package naive

import (
	"cmp"
	"slices"

	"netstream/aggregate/flow"
)

// Key says what the flow key is made of: docs/metering.md section 1. The zero Key
// is the 7-tuple.
type Key struct {
	Fields []string // as --key names them, without prefix lengths; nil for the 7-tuple

	// Prefix lengths of the addresses for IPv4 and IPv6, where the addresses are masked.
	MaskSource, MaskDestination       bool
	SourceLengths, DestinationLengths [2]int
}

// Beyond is what a flow key holds beyond the 7-tuple: for each of the fields below,
// in their order, its value, or -1 if the packet or the key has none.
type Beyond [11]int64

// Places in a Beyond.
const (
	SourceMask = iota
	DestinationMask
	VLAN
	InnerVLAN
	MPLSLabel
	MPLSLabel2
	MPLSLabel3
	SourceMAC
	DestinationMAC
	FlowLabel
	TCPFlags
)

// NothingBeyond is a Beyond without any field.
func NothingBeyond() Beyond {
	var b Beyond
	for i := range b {
		b[i] = -1
	}
	return b
}

func compareBeyond(a, b Beyond) int {
	present := func(x Beyond) (n int) {
		for i, v := range x {
			if v >= 0 {
				n += 1 << i
			}
		}
		return n
	}
	return cmp.Or(cmp.Compare(present(a), present(b)), slices.Compare(a[:], b[:]))
}

// point is an observation point: all packets are of the nameless interface.
type point struct {
	inside flow.Encapsulation
	beyond Beyond
}

// comparePoints gives the order of observation points: those outside tunnels first.
func comparePoints(a, b point) int {
	return cmp.Or(compareInsides(a.inside, b.inside), compareBeyond(a.beyond, b.beyond))
}

// project gives all packets their flow keys. The observation points are numbered in
// their order; it gives what the numbers stand for.
func (k *Key) project(packets []*packet) []point {
	of := make([]point, len(packets))
	points := []point{{beyond: NothingBeyond()}}
	for i, p := range packets {
		from := cmp.Or(p.named, p) // a later fragment has the key of the first one
		of[i] = point{k.inside(from.Inside), k.beyond(from)}
		points = append(points, of[i])
	}
	slices.SortFunc(points, comparePoints)
	points = slices.Compact(points)
	keys := make([]flow.Key, len(packets))
	for i, p := range packets {
		keys[i] = k.of(cmp.Or(p.named, p).Key)
		keys[i].Point = uint32(slices.Index(points, of[i]))
	}
	for i, p := range packets {
		p.Key = keys[i]
	}
	return points
}

func (k *Key) has(name string) bool {
	if k.Fields == nil {
		return slices.Contains([]string{"src_ip", "dst_ip", "src_port", "dst_port", "protocol", "tos", "tunnel"}, name)
	}
	return slices.Contains(k.Fields, name)
}

// of gives what of a 7-tuple is in the key.
func (k *Key) of(full flow.Key) flow.Key {
	projected := flow.Key{Version: full.Version}
	if k.has("src_ip") {
		projected.Source = full.Source
		if k.MaskSource {
			projected.Source = prefix(full.Source, full.Version, k.SourceLengths)
		}
	} else {
		projected.Shape |= flow.NoSource
	}
	if k.has("dst_ip") {
		projected.Destination = full.Destination
		if k.MaskDestination {
			projected.Destination = prefix(full.Destination, full.Version, k.DestinationLengths)
		}
	} else {
		projected.Shape |= flow.NoDestination
	}
	ports := full.Shape&flow.Ports != 0
	if k.has("src_port") && ports {
		projected.SourcePort = full.SourcePort
		projected.Shape |= flow.Ports
	}
	if k.has("dst_port") && ports {
		projected.DestinationPort = full.DestinationPort
		projected.Shape |= flow.Ports
	}
	if !k.has("src_port") {
		projected.Shape |= flow.NoSourcePort
	}
	if !k.has("dst_port") {
		projected.Shape |= flow.NoDestinationPort
	}
	if k.has("protocol") {
		projected.Protocol = full.Protocol
	} else {
		projected.Shape |= flow.NoProtocol
	}
	switch {
	case k.has("tos"):
		projected.ClassOfService = full.ClassOfService
	case k.has("dscp"):
		projected.ClassOfService = full.ClassOfService / 4 * 4
	case k.has("precedence"):
		projected.ClassOfService = full.ClassOfService / 32 * 32
	default:
		projected.Shape |= flow.NoClassOfService
	}
	return projected
}

// inside gives what of a tunnel is in the key.
func (k *Key) inside(full flow.Encapsulation) flow.Encapsulation {
	switch {
	case k.has("tunnel"):
		return full
	case k.has("tunnel_id"):
		return flow.Encapsulation{Tunnel: full.Tunnel, HasID: full.HasID, ID: full.ID}
	}
	return flow.Encapsulation{}
}

// prefix gives the network address, bit by bit.
func prefix(address [16]byte, version uint8, lengths [2]int) (network [16]byte) {
	bits := lengths[1]
	if version == 4 {
		bits = 96 + lengths[0]
	}
	for bit := range bits {
		network[bit/8] |= address[bit/8] & (0x80 >> (bit % 8))
	}
	return network
}

// beyond collects the fields that the 7-tuple does not have.
func (k *Key) beyond(p *packet) Beyond {
	b := NothingBeyond()
	set := func(place int, name string, there bool, value int64) {
		if k.has(name) && there {
			b[place] = value
		}
	}
	family := 1
	if p.Key.Version == 4 {
		family = 0
	}
	if k.MaskSource {
		b[SourceMask] = int64(k.SourceLengths[family])
	}
	if k.MaskDestination {
		b[DestinationMask] = int64(k.DestinationLengths[family])
	}
	set(VLAN, "vlan_id", p.Link&flow.MarkVLAN != 0, int64(p.VLAN))
	set(InnerVLAN, "inner_vlan_id", p.Link&flow.MarkInnerVLAN != 0, int64(p.InnerVLAN))
	for i, label := range p.Labels[:min(3, len(p.Labels))] {
		set(MPLSLabel+i, []string{"mpls_label", "mpls_label2", "mpls_label3"}[i], true, int64(label))
	}
	set(SourceMAC, "src_mac", true, number(p.SourceMAC))
	set(DestinationMAC, "dst_mac", true, number(p.DestinationMAC))
	set(FlowLabel, "flow_label", p.Key.Version == 6, int64(p.FlowLabel))
	set(TCPFlags, "tcp_flags", p.HasTCPFlags, int64(p.TCPFlags))
	return b
}

// number gives a hardware address as a number.
func number(mac [6]byte) (n int64) {
	for _, octet := range mac {
		n = n<<8 | int64(octet)
	}
	return n
}
