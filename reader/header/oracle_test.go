package header

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"netstream/aggregate/flow"
)

// errNoOpinion says that gopacket cannot judge a frame. What gopacket v1.1.19 is
// known to get wrong, or to leave out, and where it has no opinion therefore:
//
//   - a frame that makes it panic, and whatever lies behind its DecodeFailure;
//   - tags 0x9100, 0x9200, 0x9300, PPPoE with a compressed protocol field,
//     EtherType 0x8870, LLC without SNAP;
//   - ports of first fragments, and headers behind an IPv6 fragment header that
//     says the packet is whole: it stops at every fragment;
//   - EtherType 0x88be, which it opens as a mirror tunnel and we do not;
//   - layers that it could not decode but has all the same, empty;
//   - extension headers Shim6 and routing types other than 0;
//   - IP Total Length 0, IPv6 jumbograms and lengths below those of the headers;
//   - the AH of IPv4, behind which it goes on and we do not;
//   - MPLS: what is behind the stack it guesses from both versions;
//   - truncated transport headers.
var errNoOpinion = errors.New("gopacket has no opinion")

// oracle is what gopacket reads of a frame, in our terms. Fields that it does not
// have are left out of the comparison by compareOracle.
type oracle struct {
	packet flow.Packet
	atEnd  bool // it has read the whole chain up to the transport header
}

// askGopacket decodes a frame with gopacket.
func askGopacket(linkType uint16, frame []byte) (o oracle, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: panic %v", errNoOpinion, r)
		}
	}()
	decoded := gopacket.NewPacket(frame, layers.LinkType(linkType), gopacket.DecodeOptions{NoCopy: true, SkipDecodeRecovery: true})
	all := decoded.Layers()
	for i, layer := range all {
		switch l := layer.(type) {
		case *layers.Dot1Q:
			o.tag(l.VLANIdentifier)
		case *layers.MPLS:
			if m := &o.packet.Meta; m.Marks&flow.MarkMPLS == 0 {
				m.MPLSTop, m.Marks = l.Label, m.Marks|flow.MarkMPLS
			}
		case *layers.IPv4:
			return o, o.ipv4(l, all[i+1:])
		case *layers.IPv6:
			return o, o.ipv6(l, all[i+1:])
		case *layers.ERSPANII, *gopacket.DecodeFailure:
			return o, errNoOpinion
		}
	}
	return o, errNoOpinion
}

func (o *oracle) tag(id uint16) {
	switch m := &o.packet.Meta; {
	case m.Marks&flow.MarkVLAN == 0:
		m.VLAN, m.Marks = id, m.Marks|flow.MarkVLAN
	case m.Marks&flow.MarkInnerVLAN == 0:
		m.InnerVLAN, m.Marks = id, m.Marks|flow.MarkInnerVLAN
	}
}

func (o *oracle) ipv4(l *layers.IPv4, above []gopacket.Layer) error {
	total := binary.BigEndian.Uint16(l.Contents[2:])
	if l.Version != 4 || total == 0 || l.IHL < 5 || int(total) < int(l.IHL)*4 {
		return errNoOpinion
	}
	o.packet.Key = flow.Key{
		Source:      flow.MappedIPv4([4]byte(l.SrcIP.To4())),
		Destination: flow.MappedIPv4([4]byte(l.DstIP.To4())),
		Protocol:    uint8(l.Protocol), ClassOfService: l.TOS, Version: 4,
	}
	o.packet.Meta.Octets = uint64(total)
	o.packet.Meta.TTL = l.TTL
	room := uint32(total) - uint32(l.IHL)*4
	o.packet.Meta.PayloadOctets = room
	if l.FragOffset != 0 || l.Flags&layers.IPv4MoreFragments != 0 {
		o.packet.Meta.Marks |= flow.MarkFragment
		o.atEnd = l.FragOffset != 0
		return nil
	}
	o.transport(l.NextLayerType(), above, room)
	return nil
}

func (o *oracle) ipv6(l *layers.IPv6, above []gopacket.Layer) error {
	if l.Version != 6 || l.Length == 0 {
		return errNoOpinion
	}
	o.packet.Key = flow.Key{
		Source: [16]byte(l.SrcIP), Destination: [16]byte(l.DstIP),
		Protocol: uint8(l.NextHeader), ClassOfService: l.TrafficClass, Version: 6,
	}
	o.packet.Meta.Octets = 40 + uint64(l.Length)
	o.packet.Meta.TTL = l.HopLimit
	room := uint32(l.Length)
	for i, layer := range above {
		var next layers.IPProtocol
		switch e := layer.(type) {
		case *layers.IPv6HopByHop:
			next = e.NextHeader
		case *layers.IPv6Destination:
			next = e.NextHeader
		case *layers.IPv6Routing:
			next = e.NextHeader
		case *layers.IPSecAH:
			next = e.NextHeader
		case *layers.IPv6Fragment:
			if e.FragmentOffset != 0 || e.MoreFragments {
				o.packet.Meta.Marks |= flow.MarkFragment
			}
			o.packet.Key.Protocol = uint8(e.NextHeader)
			o.packet.Meta.PayloadOctets = room - 8
			o.atEnd = e.FragmentOffset != 0
			if !o.atEnd && isExtension(o.packet.Key.Protocol) {
				return errNoOpinion
			}
			return nil
		default:
			if isExtension(o.packet.Key.Protocol) {
				return errNoOpinion
			}
			o.packet.Meta.PayloadOctets = room
			o.transport(layers.IPProtocol(o.packet.Key.Protocol).LayerType(), above[i:], room)
			return nil
		}
		if uint32(len(layer.LayerContents())) > room {
			return errNoOpinion
		}
		o.packet.Key.Protocol = uint8(next)
		room -= uint32(len(layer.LayerContents()))
	}
	if isExtension(o.packet.Key.Protocol) {
		return errNoOpinion
	}
	o.packet.Meta.PayloadOctets = room
	o.transport(layers.IPProtocol(o.packet.Key.Protocol).LayerType(), nil, room)
	return nil
}

// transport takes ports, flags and header length of the layer above IP, if it is
// the one that IP announces.
func (o *oracle) transport(announced gopacket.LayerType, above []gopacket.Layer, room uint32) {
	key, meta := &o.packet.Key, &o.packet.Meta
	switch key.Protocol {
	case protocolTCP, protocolUDP, protocolUDPLite, protocolSCTP, protocolICMP, protocolICMPv6:
	case protocolDCCP:
		return // gopacket does not know it
	default:
		o.atEnd = true // no ports, whatever it is
		return
	}
	if len(above) == 0 || above[0].LayerType() != announced || len(above[0].LayerContents()) == 0 {
		return
	}
	header := uint32(len(above[0].LayerContents()))
	switch l := above[0].(type) {
	case *layers.TCP:
		key.SourcePort, key.DestinationPort = uint16(l.SrcPort), uint16(l.DstPort)
		meta.TCPFlags = binary.BigEndian.Uint16(l.Contents[12:]) & 0x1ff
		meta.Marks |= flow.MarkTCP
		meta.Sequence, meta.Acknowledgment, meta.Window, meta.HasSegment = l.Seq, l.Ack, l.Window, true
		header = uint32(l.DataOffset) * 4 // its contents end where the capture does
	case *layers.UDP:
		key.SourcePort, key.DestinationPort = uint16(l.SrcPort), uint16(l.DstPort)
	case *layers.UDPLite:
		key.SourcePort, key.DestinationPort = uint16(l.SrcPort), uint16(l.DstPort)
	case *layers.SCTP:
		key.SourcePort, key.DestinationPort = uint16(l.SrcPort), uint16(l.DstPort)
	case *layers.ICMPv4:
		key.DestinationPort = uint16(l.TypeCode)
	case *layers.ICMPv6:
		key.DestinationPort, header = uint16(l.TypeCode), icmpLength
	default:
		return
	}
	key.Shape = 1
	meta.PayloadOctets = room - min(header, room)
	o.atEnd = true
}

// compareOracle tells where we and gopacket differ.
func compareOracle(o oracle, p flow.Packet, reason flow.Reason) error {
	if reason != flow.ReasonAccounted {
		return fmt.Errorf("got %v, gopacket has %+v", reason, o.packet.Key)
	}
	const judged = flow.MarkVLAN | flow.MarkInnerVLAN | flow.MarkMPLS | flow.MarkFragment | flow.MarkTCP
	want := o.packet
	p.Meta.WireOctets = 0
	p.Meta.SourceMAC, p.Meta.DestinationMAC = want.Meta.SourceMAC, want.Meta.DestinationMAC
	p.Meta.Marks &= judged
	p.FragmentID = 0
	if !o.atEnd {
		p.Key.SourcePort, p.Key.DestinationPort, p.Key.Shape = 0, 0, 0
		p.Meta.TCPFlags, p.Meta.PayloadOctets = 0, want.Meta.PayloadOctets
		p.Meta.Marks &^= flow.MarkTCP
		p.Meta.Sequence, p.Meta.Acknowledgment, p.Meta.Window, p.Meta.HasSegment = 0, 0, 0, false
	}
	if p != want {
		return fmt.Errorf("got  %+v\nwant %+v", p, want)
	}
	return nil
}
