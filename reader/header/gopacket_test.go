package header

import (
	"errors"
	"math/rand/v2"
	"net"
	"slices"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"netstream/aggregate/flow"
)

// TestAgainstGopacket builds frames of random stacks of headers with gopacket and
// compares three opinions: what was built, what gopacket reads, what we read.
func TestAgainstGopacket(t *testing.T) {
	const frames = 20_000
	r := rand.New(rand.NewPCG(1, 2))
	var judged, accounted int
	for i := range frames {
		s := stack{rand: r}
		s.build()
		buffer := gopacket.NewSerializeBuffer()
		err := gopacket.SerializeLayers(buffer, gopacket.SerializeOptions{FixLengths: true}, s.layers...)
		if err != nil {
			t.Fatalf("frame %d: cannot build %v: %v", i, s.names(), err)
		}
		frame := s.finish(slices.Clone(buffer.Bytes()))

		p, reason, detail := read(t, 1, Options{WithMAC: true}, frame, len(frame))
		if reason != flow.ReasonAccounted || detail != 0 {
			t.Fatalf("frame %d, %v: got %v, %d; % x", i, s.names(), reason, detail, frame)
		}
		accounted++
		if want := s.want(len(frame)); p != want {
			t.Fatalf("frame %d, %v:\ngot  %+v\nbuilt %+v\n% x", i, s.names(), p, want, frame)
		}
		o, err := askGopacket(1, frame)
		if errors.Is(err, errNoOpinion) {
			continue
		}
		judged++
		if err := compareOracle(o, p, reason); err != nil {
			t.Fatalf("frame %d, %v: gopacket differs:\n%v\n% x", i, s.names(), err, frame)
		}
	}
	t.Logf("%d frames, %d judged by gopacket", accounted, judged)
	if judged < frames*3/5 {
		t.Errorf("gopacket judged %d of %d frames, want three in five", judged, frames)
	}
}

// stack is a frame in the making and what is to be read of it.
type stack struct {
	rand   *rand.Rand
	layers []gopacket.SerializableLayer
	packet flow.Packet

	ipAt   int    // offset of the IP header
	ipSize uint32 // octets of IP headers, options and extensions
	size   uint32 // octets of the transport header; 0 if it has none
	body   uint32 // octets above
}

func (s *stack) one(n int) bool { return s.rand.IntN(n) == 0 }

func (s *stack) add(l gopacket.SerializableLayer) { s.layers = append(s.layers, l) }

func (s *stack) names() (names []string) {
	for _, l := range s.layers {
		names = append(names, l.LayerType().String())
	}
	return names
}

func (s *stack) build() {
	ipv6 := s.one(2)
	s.link(ipv6)
	if ipv6 {
		s.ipv6()
	} else {
		s.ipv4()
	}
}

// link adds an Ethernet header and what may stand between it and IP. The type of
// each header is that of the one behind it, so the last comes first.
func (s *stack) link(ipv6 bool) {
	next := layers.EthernetTypeIPv4
	pppType := layers.PPPTypeIPv4
	if ipv6 {
		next, pppType = layers.EthernetTypeIPv6, layers.PPPTypeIPv6
	}
	var between []gopacket.SerializableLayer
	front := func(l ...gopacket.SerializableLayer) { between = append(l, between...) }
	switch s.rand.IntN(4) {
	case 0:
		front(&layers.PPPoE{Version: 1, Type: 1, SessionId: 7}, &layers.PPP{PPPType: pppType})
		next = layers.EthernetTypePPPoESession
		s.ipAt += 8
	case 1:
		labels := 1 + s.rand.IntN(4)
		for i := range labels {
			label := s.rand.Uint32() >> 12
			front(&layers.MPLS{Label: label, StackBottom: i == 0, TTL: 9})
			s.packet.Meta.MPLSTop = label
		}
		s.packet.Meta.Marks |= flow.MarkMPLS
		next = layers.EthernetTypeMPLSUnicast
		s.ipAt += 4 * labels
	}
	tags := s.rand.IntN(4)
	for i := range tags {
		id := uint16(s.rand.IntN(4096))
		front(&layers.Dot1Q{VLANIdentifier: id, Priority: 3, Type: next})
		next = layers.EthernetTypeDot1Q
		if i == tags-1 && s.one(2) {
			next = layers.EthernetTypeQinQ
		}
		s.packet.Meta.VLAN, s.packet.Meta.InnerVLAN = id, s.packet.Meta.VLAN
	}
	s.packet.Meta.Marks |= []flow.Mark{0, flow.MarkVLAN, flow.MarkVLAN | flow.MarkInnerVLAN, flow.MarkVLAN | flow.MarkInnerVLAN}[tags]
	s.ipAt += ethernetLength + 4*tags

	m := &s.packet.Meta
	m.Marks |= flow.MarkMAC
	m.SourceMAC, m.DestinationMAC = [6]byte{2, byte(tags)}, [6]byte{4, byte(s.rand.Uint32())}
	s.add(&layers.Ethernet{SrcMAC: m.SourceMAC[:], DstMAC: m.DestinationMAC[:], EthernetType: next})
	for _, l := range between {
		s.add(l)
	}
}

func (s *stack) ipv4() {
	source, destination := s.rand.Uint32(), s.rand.Uint32()
	a := [4]byte{byte(source), byte(source >> 8), byte(source >> 16), byte(source >> 24)}
	b := [4]byte{byte(destination), byte(destination >> 8), byte(destination >> 16), byte(destination >> 24)}
	ip := &layers.IPv4{Version: 4, TOS: uint8(s.rand.Uint32()), TTL: uint8(s.rand.Uint32()), SrcIP: net.IP(a[:]), DstIP: net.IP(b[:])}
	s.ipSize = ipv4FixedLength
	if s.one(4) {
		n := s.rand.IntN(9)
		ip.Options = []layers.IPv4Option{{OptionType: 7, OptionLength: uint8(4*n + 4), OptionData: make([]byte, 4*n+2)}}
		s.ipSize += uint32(4*n + 4)
	}
	later := false
	switch s.rand.IntN(8) {
	case 0:
		ip.Flags = layers.IPv4MoreFragments
		s.packet.Meta.Marks |= flow.MarkFragment
	case 1:
		ip.FragOffset, later = uint16(1+s.rand.IntN(8191)), true
		s.packet.Meta.Marks |= flow.MarkFragment | flow.MarkLaterFragment
	case 2:
		ip.Flags = layers.IPv4DontFragment
	}
	s.packet.Key.Source, s.packet.Key.Destination = flow.MappedIPv4(a), flow.MappedIPv4(b)
	s.packet.Key.ClassOfService, s.packet.Key.Version, s.packet.Meta.TTL = ip.TOS, 4, ip.TTL
	s.add(ip)
	ip.Protocol = s.transport(later)
}

func (s *stack) ipv6() {
	var a, b [16]byte
	for i := range a {
		a[i], b[i] = byte(s.rand.Uint32()), byte(s.rand.Uint32())
	}
	ip := &layers.IPv6{Version: 6, TrafficClass: uint8(s.rand.Uint32()), FlowLabel: s.rand.Uint32() >> 12,
		HopLimit: uint8(s.rand.Uint32()), SrcIP: net.IP(a[:]), DstIP: net.IP(b[:])}
	s.packet.Key.Source, s.packet.Key.Destination = a, b
	s.packet.Key.ClassOfService, s.packet.Key.Version, s.packet.Meta.TTL = ip.TrafficClass, 6, ip.HopLimit
	s.ipSize = ipv6FixedLength
	s.add(ip)

	// Each extension header is of raw octets; next points at the field that
	// says what follows.
	next := (*byte)(&ip.NextHeader)
	extend := func(kind byte, header []byte) {
		*next = kind
		payload := gopacket.Payload(header)
		s.add(payload)
		next = &payload[0]
		s.ipSize += uint32(len(header))
	}
	later := false
	for range s.rand.IntN(4) {
		length := byte(s.rand.IntN(4))
		switch s.rand.IntN(5) {
		case 0, 1:
			header := make([]byte, 8+8*int(length))
			header[1], header[2], header[3] = length, 1, 8*length+4
			extend(nextDestination, header)
		case 2:
			header := make([]byte, 8+8*int(length))
			header[1] = length
			extend(nextShim6, header)
		case 3:
			header := make([]byte, 12+4*int(length))
			header[1] = length + 1
			extend(nextAuthentication, header)
		case 4:
			offset := uint16(s.rand.IntN(3)) * uint16(s.rand.IntN(8192))
			more := uint16(s.rand.IntN(2))
			extend(nextFragment, []byte{0, 0, byte(offset << 3 >> 8), byte(offset<<3) | byte(more), 0, 0, 0, 1})
			if offset&0x1fff != 0 || more != 0 {
				s.packet.Meta.Marks |= flow.MarkFragment
				s.packet.FragmentID = 1
			}
			if later = offset&0x1fff != 0; later {
				s.packet.Meta.Marks |= flow.MarkLaterFragment
			}
		}
		if later {
			break
		}
	}
	*next = byte(s.transport(later))
}

// transport adds a transport header, or octets if it is a later fragment, and a body.
func (s *stack) transport(later bool) layers.IPProtocol {
	body := make(gopacket.Payload, 4*s.rand.IntN(100))
	s.body = uint32(len(body))
	source, destination := uint16(s.rand.Uint32()), uint16(s.rand.Uint32())
	number := layers.IPProtocolTCP
	var header gopacket.SerializableLayer
	switch s.rand.IntN(8) {
	case 0, 1:
		header = s.tcp(source, destination)
	case 2:
		number, s.size = layers.IPProtocolUDP, udpLength
		header = &layers.UDP{SrcPort: layers.UDPPort(source), DstPort: layers.UDPPort(destination)}
	case 3:
		number, s.size = layers.IPProtocolSCTP, sctpLength
		header = &layers.SCTP{SrcPort: layers.SCTPPort(source), DstPort: layers.SCTPPort(destination)}
	case 4:
		number, s.size, source = layers.IPProtocolICMPv4, icmpLength, 0
		header = &layers.ICMPv4{TypeCode: layers.ICMPv4TypeCode(destination), Id: 1, Seq: 2}
	case 5:
		number, s.size, source = layers.IPProtocolICMPv6, icmpLength, 0
		b := append([]byte{byte(destination >> 8), byte(destination)}, make([]byte, 6)...)
		header = gopacket.Payload(b)
	case 6:
		number, s.size = layers.IPProtocolUDPLite, udpLength
		b := []byte{byte(source >> 8), byte(source), byte(destination >> 8), byte(destination), 0, 8, 0, 0}
		header = gopacket.Payload(b)
	case 7:
		number, later = []layers.IPProtocol{47, 50, 89, 103, 255}[s.rand.IntN(5)], true
		header = gopacket.Payload(make([]byte, 8))
		s.body += 8
	}
	if later && s.size > 0 {
		s.body += s.size
		s.size = 0
		s.packet.Meta.TCPFlags, s.packet.Meta.Marks = 0, s.packet.Meta.Marks&^flow.MarkTCP
		s.packet.Meta.Sequence, s.packet.Meta.Acknowledgment, s.packet.Meta.Window, s.packet.Meta.HasSegment = 0, 0, 0, false
	}
	s.add(header)
	s.add(body)
	s.packet.Key.Protocol = uint8(number)
	if !later {
		s.packet.Key.SourcePort, s.packet.Key.DestinationPort, s.packet.Key.Shape = source, destination, 1
	}
	return number
}

func (s *stack) tcp(source, destination uint16) *layers.TCP {
	tcp := &layers.TCP{SrcPort: layers.TCPPort(source), DstPort: layers.TCPPort(destination), SYN: s.one(2), ACK: s.one(2),
		FIN: s.one(2), RST: s.one(2), PSH: s.one(2), URG: s.one(2), ECE: s.one(2), CWR: s.one(2), NS: s.one(2)}
	for bit, set := range []bool{tcp.FIN, tcp.SYN, tcp.RST, tcp.PSH, tcp.ACK, tcp.URG, tcp.ECE, tcp.CWR, tcp.NS} {
		if set {
			s.packet.Meta.TCPFlags |= 1 << bit
		}
	}
	s.packet.Meta.Marks |= flow.MarkTCP
	tcp.Seq, tcp.Ack, tcp.Window = s.rand.Uint32(), s.rand.Uint32(), uint16(s.rand.Uint32())
	s.packet.Meta.Sequence, s.packet.Meta.Acknowledgment, s.packet.Meta.Window, s.packet.Meta.HasSegment = tcp.Seq, tcp.Ack, tcp.Window, true
	s.size = tcpFixedLength
	for range s.rand.IntN(11) {
		tcp.Options = append(tcp.Options, layers.TCPOption{OptionType: 254, OptionLength: 4, OptionData: []byte{1, 2}})
		s.size += 4
	}
	return tcp
}

// finish pads the frame to the least length of Ethernet.
func (s *stack) finish(frame []byte) []byte {
	for len(frame) < 60 {
		frame = append(frame, 0xa5)
	}
	return frame
}

// want is what was built.
func (s *stack) want(wire int) flow.Packet {
	p := s.packet
	p.Meta.Octets = uint64(s.ipSize + s.size + s.body)
	p.Meta.PayloadOctets = s.body
	p.Meta.WireOctets = uint32(wire)
	return p
}
