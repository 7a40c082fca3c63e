package key

import (
	"encoding/binary"

	"netstream/aggregate/flow"
	"netstream/reader/header"
)

// Projection takes full keys to those of a definition.
type Projection struct {
	definition flow.KeyDefinition
	absent     flow.Shape // of the members that are not in the key
	ports      flow.Shape // Ports if either port is in the key
	ipv4, ipv6 masks
	masked     bool // they change addresses
}

// masks are the bits of the addresses that are in the key.
type masks struct{ source, destination mask }

type mask struct{ high, low uint64 }

// New compiles a definition, which must be valid.
func New(definition flow.KeyDefinition) *Projection {
	p := &Projection{definition: definition}
	for field, shape := range map[flow.KeyFields]flow.Shape{
		flow.KeySource: flow.NoSource, flow.KeyDestination: flow.NoDestination,
		flow.KeySourcePort: flow.NoSourcePort, flow.KeyDestinationPort: flow.NoDestinationPort,
		flow.KeyProtocol: flow.NoProtocol, flow.KeyClassOfService: flow.NoClassOfService,
	} {
		if !p.has(field) {
			p.absent |= shape
		}
	}
	if p.has(flow.KeySourcePort | flow.KeyDestinationPort) {
		p.ports = flow.Ports
	}
	p.ipv4.source, p.ipv6.source = masksOf(p.has(flow.KeySource), p.has(flow.KeySourceMask), definition.Source)
	p.ipv4.destination, p.ipv6.destination = masksOf(p.has(flow.KeyDestination), p.has(flow.KeyDestinationMask), definition.Destination)
	whole := masks{maskOf(128), maskOf(128)}
	p.masked = p.ipv4 != whole || p.ipv6 != whole
	return p
}

// has says whether the key has any of the fields.
func (p *Projection) has(fields flow.KeyFields) bool { return p.definition.Fields&fields != 0 }

// masksOf gives the masks of an address in IPv4-mapped form and of an IPv6 address.
func masksOf(there, prefix bool, lengths flow.PrefixLengths) (ipv4, ipv6 mask) {
	const mapped = 96 // bits in front of an IPv4 address
	switch {
	case !there:
		return mask{}, mask{}
	case !prefix:
		return maskOf(128), maskOf(128)
	}
	return maskOf(mapped + int(lengths.IPv4)), maskOf(int(lengths.IPv6))
}

// maskOf gives a mask of n bits, 0 to 128.
func maskOf(n int) mask {
	// A shift by 64 or more gives 0.
	return mask{high: ^(^uint64(0) >> min(n, 64)), low: ^(^uint64(0) >> max(n-64, 0))}
}

func (m mask) apply(address *[16]byte) {
	binary.BigEndian.PutUint64(address[:8], binary.BigEndian.Uint64(address[:8])&m.high)
	binary.BigEndian.PutUint64(address[8:], binary.BigEndian.Uint64(address[8:])&m.low)
}

// Key takes the key of a packet, but for its observation point, to that of the
// definition.
func (p *Projection) Key(k *flow.Key) {
	if p.masked {
		m := &p.ipv6
		if k.Version == 4 {
			m = &p.ipv4
		}
		m.source.apply(&k.Source)
		m.destination.apply(&k.Destination)
	}
	if p.absent&flow.NoSourcePort != 0 {
		k.SourcePort = 0
	}
	if p.absent&flow.NoDestinationPort != 0 {
		k.DestinationPort = 0
	}
	if p.absent&flow.NoProtocol != 0 {
		k.Protocol = 0
	}
	k.ClassOfService &= p.definition.ClassMask
	k.Shape = k.Shape&p.ports | p.absent
}

// WithoutIP says whether frames that carry no IP packet are metered, too.
func (p *Projection) WithoutIP() bool { return p.definition.WithoutIP }

// Reads says whether the key holds labels that only [header.Decoder.Labels] tells,
// and the packet may have such.
func (p *Projection) Reads(packet *flow.Packet) bool {
	return p.has(flow.KeyEtherType) || packet.Key.Version == 6 && p.has(flow.KeyFlowLabel) ||
		packet.Meta.Marks&flow.MarkMPLS != 0 && p.has(flow.KeyMPLSLabel2|flow.KeyMPLSLabel3)
}

// NeedsMAC says whether hardware addresses are in the key.
func (p *Projection) NeedsMAC() bool { return p.has(flow.KeySourceMAC | flow.KeyDestinationMAC) }

// Varies says whether Flexible gives anything for any packet.
func (p *Projection) Varies() bool {
	return p.has(flow.KeySourceMask | flow.KeyDestinationMask | flow.KeyVLAN | flow.KeyInnerVLAN |
		flow.KeyMPLSLabel | flow.KeyMPLSLabel2 | flow.KeyMPLSLabel3 | flow.KeySourceMAC | flow.KeyDestinationMAC |
		flow.KeyFlowLabel | flow.KeyTCPFlags | flow.KeyEtherType)
}

// Flexible gives what the key of a packet holds beyond the 7-tuple. labels matter
// only where Reads says so.
func (p *Projection) Flexible(packet *flow.Packet, labels *header.Labels) (f flow.Flexible) {
	m := &packet.Meta
	if p.has(flow.KeySourceMask) {
		f.Has, f.SourceMask = flow.KeySourceMask, length(packet, p.definition.Source)
	}
	if p.has(flow.KeyDestinationMask) {
		f.Has, f.DestinationMask = f.Has|flow.KeyDestinationMask, length(packet, p.definition.Destination)
	}
	if p.has(flow.KeyVLAN) && m.Marks&flow.MarkVLAN != 0 {
		f.Has, f.VLAN = f.Has|flow.KeyVLAN, m.VLAN
	}
	if p.has(flow.KeyInnerVLAN) && m.Marks&flow.MarkInnerVLAN != 0 {
		f.Has, f.InnerVLAN = f.Has|flow.KeyInnerVLAN, m.InnerVLAN
	}
	if m.Marks&flow.MarkMPLS != 0 {
		p.stack(&f, m, labels)
	}
	if p.has(flow.KeySourceMAC) && m.Marks&flow.MarkMAC != 0 {
		f.Has, f.SourceMAC = f.Has|flow.KeySourceMAC, m.SourceMAC
	}
	if p.has(flow.KeyDestinationMAC) && m.Marks&flow.MarkMAC != 0 {
		f.Has, f.DestinationMAC = f.Has|flow.KeyDestinationMAC, m.DestinationMAC
	}
	if p.has(flow.KeyFlowLabel) && packet.Key.Version == 6 {
		f.Has, f.FlowLabel = f.Has|flow.KeyFlowLabel, labels.Flow
	}
	if p.has(flow.KeyTCPFlags) && m.Marks&flow.MarkTCP != 0 {
		f.Has, f.TCPFlags = f.Has|flow.KeyTCPFlags, m.TCPFlags
	}
	if p.has(flow.KeyEtherType) && labels.HasEtherType {
		f.Has, f.EtherType = f.Has|flow.KeyEtherType, labels.EtherType
	}
	return f
}

// length gives the prefix length for the packet's IP version.
func length(packet *flow.Packet, lengths flow.PrefixLengths) uint8 {
	if packet.Key.Version == 4 {
		return lengths.IPv4
	}
	return lengths.IPv6
}

// stack sets the MPLS labels of a packet that has a label stack.
func (p *Projection) stack(f *flow.Flexible, m *flow.Meta, labels *header.Labels) {
	if p.has(flow.KeyMPLSLabel) {
		f.Has, f.MPLS[0] = f.Has|flow.KeyMPLSLabel, m.MPLSTop
	}
	if p.has(flow.KeyMPLSLabel2) && labels.Depth > 1 {
		f.Has, f.MPLS[1] = f.Has|flow.KeyMPLSLabel2, labels.MPLS[1]
	}
	if p.has(flow.KeyMPLSLabel3) && labels.Depth > 2 {
		f.Has, f.MPLS[2] = f.Has|flow.KeyMPLSLabel3, labels.MPLS[2]
	}
}

// Point gives the observation point that a packet's key has, from the one where the
// packet was observed.
func (p *Projection) Point(observed flow.Point, flexible flow.Flexible) flow.Point {
	observed.Flexible = flexible
	if !p.has(flow.KeyInterface) {
		observed.Interface = ""
	}
	if !p.has(flow.KeyIndex) {
		observed.HasIndex, observed.Index, observed.IndexName = false, 0, ""
	}
	if !p.has(flow.KeyDirection) {
		observed.Direction = flow.DirectionUnknown
	}
	switch {
	case p.has(flow.KeyTunnel):
	case p.has(flow.KeyTunnelID):
		observed.Inside = flow.Encapsulation{Tunnel: observed.Inside.Tunnel, HasID: observed.Inside.HasID, ID: observed.Inside.ID}
	default:
		observed.Inside = flow.Encapsulation{}
	}
	return observed
}
