package key

import (
	"net/netip"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/header"
)

// TestMask compares masks of all lengths with those of net/netip.
func TestMask(t *testing.T) {
	address := netip.MustParseAddr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
	for n := range 129 {
		got := address.As16()
		m := maskOf(n)
		m.apply(&got)
		if want := netip.PrefixFrom(address, n).Masked().Addr().As16(); got != want {
			t.Errorf("/%d: got %x, want %x", n, got, want)
		}
	}
}

func packet(version uint8) flow.Packet {
	p := flow.Packet{Key: flow.Key{
		Source: flow.MappedIPv4([4]byte{192, 0, 2, 255}), Destination: flow.MappedIPv4([4]byte{198, 51, 100, 255}),
		SourcePort: 1000, DestinationPort: 443, Protocol: 6, ClassOfService: 0xbb, Version: version, Shape: flow.Ports,
	}}
	if version == 6 {
		p.Key.Source, p.Key.Destination = [16]byte{0x20, 1, 15: 0xff}, [16]byte{0x20, 2, 15: 0xff}
	}
	p.Meta = flow.Meta{
		VLAN: 7, InnerVLAN: 8, MPLSTop: 16, TCPFlags: 0x12, SourceMAC: [6]byte{1}, DestinationMAC: [6]byte{2},
		Marks: flow.MarkVLAN | flow.MarkInnerVLAN | flow.MarkMPLS | flow.MarkMAC | flow.MarkTCP,
	}
	return p
}

// TestDefault: the 7-tuple is what packets have.
func TestDefault(t *testing.T) {
	p := New(flow.DefaultKey())
	for _, version := range []uint8{4, 6} {
		got, want := packet(version), packet(version)
		p.Key(&got.Key)
		if got != want || p.Flexible(&got, &header.Labels{}) != (flow.Flexible{}) || p.Reads(&got) || p.NeedsMAC() {
			t.Errorf("version %d: got %+v", version, got.Key)
		}
	}
	point := flow.Point{Interface: "eth0", HasIndex: true, Index: 3, IndexName: "x", Direction: flow.DirectionEgress, Inside: flow.Encapsulation{Tunnel: flow.TunnelVXLAN, HasID: true, ID: 9, OuterVersion: 4}}
	if got := p.Point(point, flow.Flexible{}); got != point {
		t.Errorf("got %+v, want %+v", got, point)
	}
}

// TestNothing: a key of nothing but the version has it.
func TestNothing(t *testing.T) {
	p := New(flow.KeyDefinition{Fields: flow.KeyVersion})
	for _, version := range []uint8{4, 6} {
		got := packet(version)
		p.Key(&got.Key)
		want := flow.Key{Version: version, Shape: flow.NoSource | flow.NoDestination | flow.NoProtocol | flow.NoClassOfService |
			flow.NoSourcePort | flow.NoDestinationPort}
		if got.Key != want || p.Flexible(&got, &header.Labels{Depth: 3}) != (flow.Flexible{}) {
			t.Errorf("got %+v, want %+v", got.Key, want)
		}
	}
	point := flow.Point{Interface: "eth0", HasIndex: true, Index: 3, IndexName: "x", Direction: flow.DirectionEgress, Inside: flow.Encapsulation{Tunnel: flow.TunnelVXLAN, HasID: true, ID: 9, OuterVersion: 4}}
	if got := p.Point(point, flow.Flexible{}); got != (flow.Point{}) {
		t.Errorf("got %+v", got)
	}
}

// TestPorts: a port that the packet does not have is another value than one that
// the key does not have.
func TestPorts(t *testing.T) {
	p := New(flow.KeyDefinition{Fields: flow.KeyVersion | flow.KeyDestinationPort})
	with, without := packet(4), packet(4)
	without.Key.Shape, without.Key.SourcePort, without.Key.DestinationPort = 0, 0, 0
	with.Key.DestinationPort = 0
	p.Key(&with.Key)
	p.Key(&without.Key)
	if with.Key == without.Key || with.Key.Shape&flow.Ports == 0 || without.Key.Shape&flow.Ports != 0 {
		t.Errorf("got %+v and %+v", with.Key, without.Key)
	}
}

// TestTunnelID: the outer addresses are not part of it.
func TestTunnelID(t *testing.T) {
	p := New(flow.KeyDefinition{Fields: flow.KeyVersion | flow.KeyTunnelID})
	got := p.Point(flow.Point{Interface: "eth0", Inside: flow.Encapsulation{
		Tunnel: flow.TunnelVXLAN, HasID: true, ID: 9, OuterVersion: 4, OuterSource: [16]byte{1}, OuterDestination: [16]byte{2}}}, flow.Flexible{})
	if want := (flow.Point{Inside: flow.Encapsulation{Tunnel: flow.TunnelVXLAN, HasID: true, ID: 9}}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestFlexible takes every field, and then none because the packet has none.
func TestFlexible(t *testing.T) {
	p := New(flow.KeyDefinition{Fields: ^flow.KeyFields(0), ClassMask: flow.ClassDSCP,
		Source: flow.PrefixLengths{IPv4: 24, IPv6: 16}, Destination: flow.PrefixLengths{IPv4: 31, IPv6: 127}})
	full := packet(6)
	labels := header.Labels{MPLS: [3]uint32{16, 17, 18}, Depth: 3, Flow: 0xfffff, HasEtherType: true, EtherType: 0x8847}
	const all = flow.KeySourceMask | flow.KeyDestinationMask | flow.KeyVLAN | flow.KeyInnerVLAN | flow.KeyMPLSLabel | flow.KeyMPLSLabel2 |
		flow.KeyMPLSLabel3 | flow.KeySourceMAC | flow.KeyDestinationMAC | flow.KeyFlowLabel | flow.KeyTCPFlags | flow.KeyEtherType
	want := flow.Flexible{Has: all, SourceMask: 16, DestinationMask: 127, TCPFlags: 0x12, VLAN: 7, InnerVLAN: 8,
		SourceMAC: [6]byte{1}, DestinationMAC: [6]byte{2}, FlowLabel: 0xfffff, MPLS: [3]uint32{16, 17, 18}, EtherType: 0x8847}
	if got := p.Flexible(&full, &labels); got != want || !p.Reads(&full) || !p.NeedsMAC() {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if p.Key(&full.Key); full.Key.ClassOfService != 0xb8 || full.Key.Source != [16]byte{0x20, 1} || full.Key.Destination != [16]byte{0x20, 2, 15: 0xfe} {
		t.Errorf("got %+v", full.Key)
	}
	bare := packet(4)
	bare.Meta = flow.Meta{VLAN: 7, InnerVLAN: 8, MPLSTop: 16, TCPFlags: 0x12, SourceMAC: [6]byte{1}, DestinationMAC: [6]byte{2}} // no marks
	want = flow.Flexible{Has: flow.KeySourceMask | flow.KeyDestinationMask, SourceMask: 24, DestinationMask: 31}
	labels.HasEtherType = false
	if got := p.Flexible(&bare, &labels); got != want || !p.Reads(&bare) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	labels.Depth = 1
	if got := p.Flexible(&full, &labels); got.Has&(flow.KeyMPLSLabel|flow.KeyMPLSLabel2|flow.KeyMPLSLabel3) != flow.KeyMPLSLabel {
		t.Errorf("one label: got %+v", got)
	}
}

// TestPlace: each part of where packets are observed is in the key, or is not.
func TestPlace(t *testing.T) {
	point := flow.Point{Interface: "eth0", HasIndex: true, Index: 3, IndexName: "x", Direction: flow.DirectionEgress}
	for field, want := range map[flow.KeyFields]flow.Point{
		flow.KeyInterface: {Interface: "eth0"}, flow.KeyIndex: {HasIndex: true, Index: 3, IndexName: "x"},
		flow.KeyDirection: {Direction: flow.DirectionEgress}, flow.KeyPlace: point,
	} {
		if got := New(flow.KeyDefinition{Fields: flow.KeyVersion | field}).Point(point, flow.Flexible{}); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
}

// TestWithoutIP: of a frame without IP the key is what its link tells.
func TestWithoutIP(t *testing.T) {
	p := New(flow.KeyDefinition{Fields: flow.KeyVersion | flow.KeyVLAN | flow.KeyEtherType | flow.KeySourceMAC, WithoutIP: true})
	got := flow.Packet{Meta: flow.Meta{VLAN: 7, SourceMAC: [6]byte{1}, Marks: flow.MarkVLAN | flow.MarkMAC}}
	none := flow.NoSource | flow.NoDestination | flow.NoProtocol | flow.NoClassOfService | flow.NoSourcePort | flow.NoDestinationPort
	got.Key.Shape = none
	p.Key(&got.Key)
	want := flow.Flexible{Has: flow.KeyVLAN | flow.KeyEtherType | flow.KeySourceMAC, VLAN: 7, EtherType: 0x0806, SourceMAC: [6]byte{1}}
	if flexible := p.Flexible(&got, &header.Labels{HasEtherType: true, EtherType: 0x0806}); flexible != want || got.Key != (flow.Key{Shape: none}) || !p.WithoutIP() {
		t.Errorf("got %+v, %+v", got.Key, flexible)
	}
}
