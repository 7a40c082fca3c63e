package header

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"netstream/aggregate/flow"
)

// readInner decodes one frame for its innermost packet, as read does for the
// outermost one.
func readInner(t testing.TB, linkType uint16, opts Options, frame []byte, length int) (flow.Packet, flow.Encapsulation, flow.Reason, uint32) {
	t.Helper()
	p, before := dirty(), dirty()
	d := NewDecoder(linkType, opts)
	within, reason, detail := d.DecodeInner(&p, frame, uint32(length))
	if p.Time != before.Time || p.Clock != before.Clock || p.Number != before.Number || p.Hash != before.Hash ||
		p.Key.Point != before.Key.Point || p.Meta.Input != before.Meta.Input {
		t.Fatalf("fields of the caller changed: got %+v, want those of %+v", p, before)
	}
	p.Time, p.Clock, p.Number, p.Hash, p.Key.Point, p.Meta.Input = 0, 0, 0, 0, 0, 0
	return p, within, reason, detail
}

// The encapsulation in an ipv4Packet or an ipv6Packet, whose addresses are those of
// spelledTCP and spelledUDP6.
func inIPv4(tunnel flow.TunnelType, id ...uint32) flow.Encapsulation {
	e := flow.Encapsulation{
		Tunnel: tunnel, OuterVersion: 4,
		OuterSource: flow.MappedIPv4([4]byte{10, 0, 0, 1}), OuterDestination: flow.MappedIPv4([4]byte{10, 0, 0, 2}),
	}
	if len(id) > 0 {
		e.HasID, e.ID = true, id[0]
	}
	return e
}

func inIPv6(tunnel flow.TunnelType, id ...uint32) flow.Encapsulation {
	e := inIPv4(tunnel, id...)
	e.OuterVersion = 6
	e.OuterSource = [16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 1}
	e.OuterDestination = [16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 2}
	return e
}

// datagram gives a UDP datagram to a port, from another one.
func datagram(source, destination uint16, payload ...[]byte) []byte {
	body := bytes.Join(payload, nil)
	b := binary.BigEndian.AppendUint16(nil, source)
	b = binary.BigEndian.AppendUint16(b, destination)
	b = binary.BigEndian.AppendUint16(b, uint16(udpLength+len(body)))
	return append(append(b, 0, 0), body...)
}

// TestTunnels spells the headers out that each tunnel puts in front of what it
// carries: a TCP packet over IPv4 or a UDP packet over IPv6.
func TestTunnels(t *testing.T) {
	const mac = "020000000004 020000000003 " // of inner frames: never noted
	tcp, udp6 := octets(spelledTCP), octets(spelledUDP6)
	over := func(protocol uint8, spelled string) func(inner []byte) []byte {
		return func(inner []byte) []byte {
			return ethernetFrame(0x0800, ipv4Packet(protocol, octets(spelled), inner))
		}
	}
	over6 := func(next uint8, spelled string) func(inner []byte) []byte {
		return func(inner []byte) []byte { return ethernetFrame(0x86dd, ipv6Packet(next, -1, octets(spelled), inner)) }
	}
	udp := func(source, destination uint16, spelled string) func(inner []byte) []byte {
		return func(inner []byte) []byte {
			return ethernetFrame(0x0800, ipv4Packet(17, datagram(source, destination, octets(spelled), inner)))
		}
	}
	frame := func(etherType uint16, spelled string) func(inner []byte) []byte {
		return func(inner []byte) []byte { return ethernetFrame(etherType, octets(spelled), inner) }
	}
	tests := []struct {
		name   string
		wrap   func(inner []byte) []byte
		ipv6   bool // what is carried is the UDP packet
		within flow.Encapsulation
		marks  flow.Mark
		label  uint32
	}{
		{"IPv4 in IPv4", over(4, ""), false, inIPv4(flow.TunnelIPInIP), 0, 0},
		{"IPv4 in IPv6", over6(4, ""), false, inIPv6(flow.TunnelIPInIP), 0, 0},
		{"6in4", over(41, ""), true, inIPv4(flow.TunnelIPv6InIP), 0, 0},
		{"IPv6 in IPv6 behind destination options", over6(nextDestination, "2900 0401 00010400"), true, inIPv6(flow.TunnelIPv6InIP), 0, 0},
		{"IPv4 behind an authentication header", over(51, "0401 0000 00000001 00000002"), false, inIPv4(flow.TunnelIPInIP), 0, 0},
		{"IPv4 behind an authentication header in IPv6", over6(51, "0402 0000 00000001 00000002 00000003"), false, inIPv6(flow.TunnelIPInIP), 0, 0},

		{"GRE", over(47, "0000 0800"), false, inIPv4(flow.TunnelGRE), 0, 0},
		{"GRE in IPv6", over6(47, "0000 86dd"), true, inIPv6(flow.TunnelGRE), 0, 0},
		{"GRE with key", over(47, "2000 86dd 12345678"), true, inIPv4(flow.TunnelGRE, 0x12345678), 0, 0},
		{"GRE with checksum, key and sequence number", over(47, "b000 0800 ffff0000 00000000 00000007"), false, inIPv4(flow.TunnelGRE, 0), 0, 0},
		{"GRE with routing", over(47, "4000 0800 00000000 0800 0004 0a000001 0000 0000"), false, inIPv4(flow.TunnelGRE), 0, 0},
		{"GRE of Ethernet", over(47, "0000 6558"+mac+"0800"), false, inIPv4(flow.TunnelGRE), 0, 0},
		{"GRE of Ethernet with VLAN, key", over(47, "2000 6558 00abcd00"+mac+"8100 0005 86dd"), true, inIPv4(flow.TunnelGRE, 0xabcd00), 0, 0},
		{"GRE of PPP", over(47, "0000 880b ff03 0021"), false, inIPv4(flow.TunnelGRE), 0, 0},
		{"GRE of MPLS", over(47, "0000 8847 00010140"), false, inIPv4(flow.TunnelGRE), 0, 0},
		{"WCCP", over(47, "0000 883e"), false, inIPv4(flow.TunnelGRE), 0, 0},
		{"WCCP with redirect header", over(47, "0000 883e 01020304"), false, inIPv4(flow.TunnelGRE), 0, 0},
		{"GRE in UDP", udp(50000, 4754, "0000 0800"), false, inIPv4(flow.TunnelGRE), 0, 0},
		{"PPTP", over(47, "3081 880b 002c 0009 00000001 00000002 ff03 0021"), false, inIPv4(flow.TunnelPPTP, 9), 0, 0},
		{"PPTP, compressed protocol", over(47, "2001 880b 0029 000a 21"), false, inIPv4(flow.TunnelPPTP, 10), 0, 0},
		{"ERSPAN type I", over(47, "0000 88be"+mac+"0800"), false, inIPv4(flow.TunnelERSPAN), 0, 0},
		{"ERSPAN type II", over(47, "1000 88be 00000001 1005 08ff 00000003"+mac+"86dd"), true, inIPv4(flow.TunnelERSPAN, 0xff), 0, 0},
		{"ERSPAN type III", over(47, "1000 22eb 00000001 2005 0001 00000000 0000 0000"+mac+"0800"), false, inIPv4(flow.TunnelERSPAN, 1), 0, 0},
		{"ERSPAN type III with subheader", over(47, "1000 22eb 00000001 2005 0002 00000000 0000 0001 1000000000000000"+mac+"0800"), false, inIPv4(flow.TunnelERSPAN, 2), 0, 0},
		{"ERSPAN type III of IP", over(47, "1000 22eb 00000001 2005 0003 00000000 0000 0800"), false, inIPv4(flow.TunnelERSPAN, 3), 0, 0},

		{"EtherIP", over(97, "3000"+mac+"0800"), false, inIPv4(flow.TunnelEtherIP), 0, 0},
		{"MPLS in IP", over(137, "00010140"), false, inIPv4(flow.TunnelMPLS), 0, 0},
		{"MPLS in UDP", udp(50000, 6635, "00010040 00020140"), true, inIPv4(flow.TunnelMPLS), 0, 0},
		{"L2TP version 2", udp(50000, 1701, "0002 0007 0009 ff03 0021"), false, inIPv4(flow.TunnelL2TP, 7<<16|9), 0, 0},
		{"L2TP version 2, all fields, from its port", udp(1701, 50000, "4a02 0040 0007 0009 0001 0002 0003 000000 0057"), true, inIPv4(flow.TunnelL2TP, 7<<16|9), 0, 0},
		{"L2TP version 3 in UDP", udp(50000, 1701, "0003 0000 0000000b"+mac+"0800"), false, inIPv4(flow.TunnelL2TP, 11), 0, 0},
		{"L2TP version 3 in IP, cookie and sublayer", over(115, "0000000c 0102030405060708 40000001"+mac+"86dd"), true, inIPv4(flow.TunnelL2TP, 12), 0, 0},

		{"Teredo", udp(50000, 3544, ""), true, inIPv4(flow.TunnelTeredo), 0, 0},
		{"Teredo with indications", udp(3544, 50000, "0001 0201 aabb cc 0102030405060708 00 0000 f227 3ffffdfe"), true, inIPv4(flow.TunnelTeredo), 0, 0},
		{"VXLAN", udp(50000, 4789, "08000000 abcdef00"+mac+"0800"), false, inIPv4(flow.TunnelVXLAN, 0xabcdef), 0, 0},
		{"VXLAN of Linux", udp(50000, 8472, "08000000 00000100"+mac+"8100 0fff 86dd"), true, inIPv4(flow.TunnelVXLAN, 1), 0, 0},
		{"VXLAN-GPE of IPv4", udp(50000, 4790, "0c000001 00000200"), false, inIPv4(flow.TunnelVXLANGPE, 2), 0, 0},
		{"VXLAN-GPE of IPv6", udp(50000, 4790, "0c000002 00000300"), true, inIPv4(flow.TunnelVXLANGPE, 3), 0, 0},
		{"VXLAN-GPE of Ethernet", udp(50000, 4790, "0c000003 00000400"+mac+"0800"), false, inIPv4(flow.TunnelVXLANGPE, 4), 0, 0},
		{"VXLAN-GPE of MPLS", udp(50000, 4790, "0c000005 00000500 00010140"), false, inIPv4(flow.TunnelVXLANGPE, 5), 0, 0},
		{"Geneve", udp(50000, 6081, "0000 6558 00000700"+mac+"0800"), false, inIPv4(flow.TunnelGeneve, 7), 0, 0},
		{"Geneve with options, of IPv6", udp(50000, 6081, "0240 86dd 00000800 0102 0301 deadbeef"), true, inIPv4(flow.TunnelGeneve, 8), 0, 0},
		{"GTP-U", udp(50000, 2152, "30ff 0028 89abcdef"), false, inIPv4(flow.TunnelGTPU, 0x89abcdef), 0, 0},
		{"GTP-U with sequence number, from its port", udp(2152, 50000, "32ff 002c 00000001 0007 00 00"), false, inIPv4(flow.TunnelGTPU, 1), 0, 0},
		{"GTP-U with extension headers", udp(50000, 2152, "34ff 003c 00000002 0000 00 85 01 1006 c0 02 00000000 0000 00"), true, inIPv4(flow.TunnelGTPU, 2), 0, 0},

		{"pseudowire with control word", frame(0x8847, "00010040 00063140 00000007"+mac+"0800"), false,
			flow.Encapsulation{Tunnel: flow.TunnelPseudowire, HasID: true, ID: 99}, flow.MarkMPLS, 16},
		{"pseudowire without control word", frame(0x8847, "00063140"+mac+"8100 0005 86dd"), true,
			flow.Encapsulation{Tunnel: flow.TunnelPseudowire, HasID: true, ID: 99}, flow.MarkMPLS, 99},
		{"pseudowire in GRE", over(47, "0000 8847 00063140 00000000"+mac+"0800"), false, inIPv4(flow.TunnelPseudowire, 99), 0, 0},

		{"GRE in VXLAN: the innermost counts", udp(50000, 4789, "08000000 00000100"+mac+"86dd 60000000 0030 2f 40"+
			"20010db8000000000000000000000001 20010db8000000000000000000000002"+"2000 0800 00000009"), false, inIPv6(flow.TunnelGRE, 9), 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inner, want := tcp, wantTCP
			if tt.ipv6 {
				inner, want = udp6, wantUDP6
			}
			b := tt.wrap(inner)
			meta := flow.Meta{
				Marks:          flow.MarkMAC | tt.marks,
				DestinationMAC: [6]byte{2, 0, 0, 0, 0, 2}, SourceMAC: [6]byte{2, 0, 0, 0, 0, 1}, MPLSTop: tt.label,
			}
			p, within, reason, detail := readInner(t, 1, Options{WithMAC: true}, b, len(b))
			if reason != flow.ReasonAccounted || detail != 0 {
				t.Fatalf("got %v %d", reason, detail)
			}
			if wanted := want(len(b), meta); p != wanted {
				t.Errorf("got  %+v\nwant %+v", p, wanted)
			}
			if within != tt.within {
				t.Errorf("got  %+v\nwant %+v", within, tt.within)
			}
			checkEveryCut(t, b)
		})
	}
}

// checkEveryCut cuts a frame everywhere: what is left is metered as the outermost
// packet is, or its inner one, and nothing is lost that the outer one would give.
func checkEveryCut(t *testing.T, frame []byte) {
	t.Helper()
	for n := range frame {
		cut := slices.Clip(frame[:n])
		_, outer, _ := read(t, 1, Options{}, cut, len(frame))
		p, _, inner, detail := readInner(t, 1, Options{}, cut, len(frame))
		checkProperties(t, &p, inner, detail, len(frame))
		if outer == flow.ReasonAccounted && inner != outer {
			t.Errorf("cut to %d octets: %v, without tunnels it is %v", n, inner, outer)
		}
	}
}

// TestNoTunnels are frames whose outermost packet is metered, as Decode does it,
// since what it carries cannot be.
func TestNoTunnels(t *testing.T) {
	tcp := octets(spelledTCP)
	fragment := func(at uint16) []byte {
		b := ipv4Packet(4, tcp)
		binary.BigEndian.PutUint16(b[6:], at)
		return b
	}
	for name, packet := range map[string][]byte{
		"TCP":                                tcp,
		"ESP":                                ipv4Packet(50, octets("00000001 00000001"), tcp),
		"ICMP error":                         ipv4Packet(1, octets("0300 0000 00000000"), tcp),
		"first fragment":                     fragment(0x2000),
		"later fragment":                     fragment(0x0004),
		"no octets":                          ipv4Packet(4),
		"IP in IP, bad version":              ipv4Packet(4, octets("55"), tcp[1:]),
		"IP in IP, header length too small":  ipv4Packet(4, octets("44"), tcp[1:]),
		"IP in IP, cut":                      ipv4Packet(4, tcp[:19]),
		"GRE, reserved version":              ipv4Packet(47, octets("0002 0800"), tcp),
		"GRE of ARP":                         ipv4Packet(47, octets("0000 0806"), tcp),
		"GRE of an LLC access point":         ipv4Packet(47, octets("0000 0006"), tcp),
		"GRE, key missing":                   ipv4Packet(47, octets("2000 0800 0000")),
		"GRE, endless routing":               ipv4Packet(47, octets("4000 0800 00000000"), repeated("0800 0001 00", 20)),
		"PPTP without call":                  ipv4Packet(47, octets("0001 880b 0000 0000 0021"), tcp),
		"PPTP of IP":                         ipv4Packet(47, octets("2001 0800 0000 0000"), tcp),
		"ERSPAN of an unknown version":       ipv4Packet(47, octets("1000 88be 00000001 7005 08ff 00000003 020000000004 020000000003 0800"), tcp),
		"VXLAN without VNI":                  ipv4Packet(17, datagram(1, 4789, octets("00000000 00000100 020000000004 020000000003 0800"), tcp)),
		"VXLAN from its port":                ipv4Packet(17, datagram(4789, 1, octets("08000000 00000100 020000000004 020000000003 0800"), tcp)),
		"VXLAN of ARP":                       ipv4Packet(17, datagram(1, 4789, octets("08000000 00000100 020000000004 020000000003 0806"), tcp)),
		"VXLAN-GPE of NSH":                   ipv4Packet(17, datagram(1, 4790, octets("0c000004 00000100"), tcp)),
		"Geneve, version 1":                  ipv4Packet(17, datagram(1, 6081, octets("4000 0800 00000100"), tcp)),
		"Geneve, options beyond the packet":  ipv4Packet(17, datagram(1, 6081, octets("3f00 0800 00000100"), tcp)),
		"GTP-U echo":                         ipv4Packet(17, datagram(1, 2152, octets("3001 0000 00000000"), tcp)),
		"GTP version 0":                      ipv4Packet(17, datagram(1, 2152, octets("1eff 0000 00000000"), tcp)),
		"GTP-U, extension of length 0":       ipv4Packet(17, datagram(1, 2152, octets("34ff 0000 00000000 0000 00 85 00"), tcp)),
		"Teredo of IPv4":                     ipv4Packet(17, datagram(1, 3544), tcp),
		"L2TP control":                       ipv4Packet(17, datagram(1, 1701, octets("c802 0000 0000 0000 0000 0000 ff03 0021"), tcp)),
		"L2TP version 1":                     ipv4Packet(17, datagram(1, 1701, octets("0001 0000 0000 0000 ff03 0021"), tcp)),
		"L2TP version 3, session 0":          ipv4Packet(115, octets("00000000 020000000004 020000000003 0800"), tcp),
		"EtherIP, version 2":                 ipv4Packet(97, octets("2000 020000000004 020000000003 0800"), tcp),
		"authentication header of length 0":  ipv4Packet(51, octets("0400 0000")),
		"inner length beyond what is around": ipv4Packet(47, octets("0000 0800"), tcp[:10]),
	} {
		t.Run(name, func(t *testing.T) {
			frame := ethernetFrame(0x0800, packet)
			want, wantReason, _ := read(t, 1, Options{WithMAC: true}, frame, len(frame))
			got, within, reason, _ := readInner(t, 1, Options{WithMAC: true}, frame, len(frame))
			if got != want || reason != wantReason || within != (flow.Encapsulation{}) {
				t.Errorf("got  %v %+v in %+v\nwant %v %+v", reason, got, within, wantReason, want)
			}
			checkEveryCut(t, frame)
		})
	}
}

// TestDepth nests tunnels: the limit ends the way, never the account.
func TestDepth(t *testing.T) {
	for _, tt := range []struct {
		name string
		wrap func(inner []byte) []byte
	}{
		{"IP in IP", func(inner []byte) []byte { return ipv4Packet(4, inner) }},
		{"GRE", func(inner []byte) []byte { return ipv4Packet(47, octets("0000 0800"), inner) }},
		{"VXLAN", func(inner []byte) []byte {
			return ipv4Packet(17, datagram(1, 4789, octets("08000000 00000100"), ethernetFrame(0x0800, inner)))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			packet := octets(spelledTCP)
			limited := false
			for depth := range 100 {
				frame := ethernetFrame(0x0800, packet)
				p, within, reason, _ := readInner(t, 1, Options{}, frame, len(frame))
				if reason != flow.ReasonAccounted {
					t.Fatalf("%d deep: %v", depth, reason)
				}
				if (within.Tunnel != flow.TunnelNone) != (depth > 0) {
					t.Errorf("%d deep: in %v", depth, within.Tunnel)
				}
				isLimited := p.Meta.Marks&flow.MarkDepthLimited != 0
				if limited && !isLimited {
					t.Errorf("%d deep: the limit does not hold", depth)
				}
				if reached := p.Key.Protocol == 6; reached == isLimited {
					t.Errorf("%d deep: protocol %d, limited %v", depth, p.Key.Protocol, isLimited)
				}
				limited = isLimited
				packet = tt.wrap(packet)
			}
			if !limited {
				t.Error("there is no limit")
			}
		})
	}
}

// TestPseudowireOfNothing: what does not lead to IP below a label stays what it is
// without tunnels.
func TestPseudowireOfNothing(t *testing.T) {
	for _, spelled := range []string{
		"00010140", "00010140 00", "00010140 00000000 020000000004 020000000003 0806 0001",
		"00010140 020000000004 020000000003 88cc 0000", "00010140 ff",
		"00010140 00000000 020000000004 020000000003 0800 ff", "00010140 00000000 020000000004 020000000003 8847 00010140 12",
	} {
		frame := ethernetFrame(0x8847, octets(spelled))
		_, want, wantDetail := read(t, 1, Options{}, frame, len(frame))
		if _, _, got, detail := readInner(t, 1, Options{}, frame, len(frame)); got != want || detail != wantDetail {
			t.Errorf("%s: got %v %#x, want %v %#x", spelled, got, detail, want, wantDetail)
		}
	}
}

// framesWithTunnels are frames of most kinds of tunnels.
func framesWithTunnels() (frames [][]byte) {
	tcp := octets(spelledTCP)
	for _, packet := range [][]byte{
		ipv4Packet(47, octets("2000 6558 00abcd00 020000000004 020000000003 8100 0005 0800"), tcp),
		ipv4Packet(47, octets("1000 88be 00000001 1005 08ff 00000003 020000000004 020000000003 0800"), tcp),
		ipv4Packet(47, octets("4000 0800 00000000 0800 0004 0a000001 0000 0000"), tcp),
		ipv4Packet(47, octets("3081 880b 002c 0009 00000001 00000002 ff03 0021"), tcp),
		ipv4Packet(17, datagram(1, 4789, octets("08000000 00000100 020000000004 020000000003 0800"), tcp)),
		ipv4Packet(17, datagram(1, 6081, octets("0240 0800 00000800 0102 0301 deadbeef"), tcp)),
		ipv4Packet(17, datagram(1, 2152, octets("34ff 003c 00000002 0000 00 85 01 1006 00"), tcp)),
		ipv4Packet(17, datagram(1, 1701, octets("4a02 0040 0007 0009 0001 0002 0003 000000 0021"), tcp)),
		ipv4Packet(17, datagram(1, 3544, octets("0001 0201 aabb cc 0102030405060708 00 0000 f227 3ffffdfe"), octets(spelledUDP6))),
		ipv4Packet(51, octets("0401 0000 00000001 00000002"), ipv4Packet(4, tcp)),
	} {
		frames = append(frames, ethernetFrame(0x0800, packet))
	}
	return append(frames, ethernetFrame(0x8847, octets("00063140 00000007 020000000004 020000000003 0800"), tcp))
}

// TestInnerShortWay decodes frames with and without tunnels, whole and damaged in a few octets, in both ways that DecodeInner goes.
func TestInnerShortWay(t *testing.T) {
	frames := framesWithTunnels()
	for _, port := range []uint16{4789, 8472, 4790, 6081, 6635, 4754, 2152, 3544, 1701, 53, 443} {
		frames = append(frames, ethernetFrame(0x0800, ipv4Packet(17, datagram(port, 53, octets("0800 0000 0000 0100 0200 0000 0004")))),
			ethernetFrame(0x0800, ipv4Packet(17, datagram(53, port, octets("0800 0000 0000 0100 0200 0000 0004")))))
	}
	for _, s := range samples() {
		frames = append(frames, s.frame)
	}
	links := []uint16{1, 1, 1, 101, 113, 276}
	random := rand.New(rand.NewPCG(4, 9))
	short := map[uint16]int{}
	for range 400_000 {
		frame := slices.Clone(frames[random.IntN(len(frames))])
		for range random.IntN(4) {
			frame[random.IntN(len(frame))] = byte(random.Uint32()) >> random.IntN(8)
		}
		if random.IntN(4) == 0 {
			frame = frame[:random.IntN(len(frame)+1)]
		}
		link := links[random.IntN(len(links))]
		frame = onLink(link, frame)
		d := NewDecoder(link, Options{WithMAC: random.IntN(2) == 0, FCSLength: random.IntN(2) * 4})
		length := uint32(len(frame) + random.IntN(6))
		var got, want flow.Packet
		within, reason, detail := d.DecodeInner(&got, frame, length)
		w := d.walk(&want, frame, length)
		w.tunnels = true
		wantWithin, wantReason, wantDetail := w.innermost(d.first)
		if within != wantWithin || reason != wantReason || detail != wantDetail || reason == flow.ReasonAccounted && got != want {
			t.Fatalf("%x of %d octets: got %+v %v %d %+v\nwant %+v %v %d %+v", frame, length, within, reason, detail, got, wantWithin, wantReason, wantDetail, want)
		}
		var outer packetOf
		want = flow.Packet{}
		outer.reason, outer.detail = d.Decode(&outer.Packet, frame, length)
		w = d.walk(&want, frame, length)
		wantReason, wantDetail = w.run(d.first)
		if outer.reason != wantReason || outer.detail != wantDetail || wantReason == flow.ReasonAccounted && outer.Packet != want {
			t.Fatalf("link type %d, %x of %d octets: got %+v\nwant %v %d %+v", link, frame, length, outer, wantReason, wantDetail, want)
		}
		if _, ok := d.internetAt(frame); ok && reason == flow.ReasonAccounted && !mayCarry(&got) {
			short[link]++
		}
		var opened packetOf
		packet, reason, detail := d.Open(&opened.Packet, frame, length)
		wantPacket := w.frame[w.at:]
		if wantReason != flow.ReasonAccounted {
			wantPacket = nil
		} else if uint64(len(wantPacket)) > want.Meta.Octets {
			wantPacket = wantPacket[:want.Meta.Octets]
		}
		if reason != wantReason || detail != wantDetail || !bytes.Equal(packet, wantPacket) || reason == flow.ReasonAccounted && opened.Packet != want {
			t.Fatalf("link type %d, %x of %d octets: opened %x %v %d %+v\nwant %x %v %d %+v", link, frame, length, packet, reason, detail, opened, wantPacket, wantReason, wantDetail, want)
		}
	}
	for _, link := range links {
		if short[link] < 5_000 {
			t.Errorf("%d frames of link type %d went the short way", short[link], link)
		}
	}
}

// packetOf is what Decode gives.
type packetOf struct {
	flow.Packet
	reason flow.Reason
	detail uint32
}

// onLink puts a header of a link type in the place of that of an Ethernet frame.
func onLink(link uint16, frame []byte) []byte {
	if len(frame) < ethernetLength {
		return frame
	}
	addresses, etherType, rest := frame[:12], frame[12:14], frame[14:]
	switch link {
	case 101:
		return rest
	case 113:
		return slices.Concat(octets("0000 0001 0006"), addresses[:8], etherType, rest)
	case 276:
		return slices.Concat(etherType, octets("0000 0000 0002 0001 0406"), addresses[:8], rest)
	}
	return frame
}

// FuzzDecodeInner decodes any octets as a frame, for the innermost packet. The first
// octet chooses how much longer the frame was on the link.
func FuzzDecodeInner(f *testing.F) {
	for _, frame := range framesWithTunnels() {
		f.Add(append([]byte{0}, frame...))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) == 0 {
			return
		}
		frame, length := b[1:], len(b)-1+int(b[0])
		outer, want, wantDetail := read(t, 1, Options{WithMAC: true}, frame, length)
		p, within, reason, detail := readInner(t, 1, Options{WithMAC: true}, frame, length)
		checkProperties(t, &p, reason, detail, length)
		switch {
		case want == flow.ReasonAccounted && reason != want:
			t.Errorf("lost: %v", reason)
		case within.Tunnel == flow.TunnelNone:
			p.Meta.Marks &^= flow.MarkDepthLimited
			if reason != want || detail != wantDetail || reason == flow.ReasonAccounted && p != outer {
				t.Errorf("outside tunnels: got %v %d %+v, want %v %d %+v", reason, detail, p, want, wantDetail, outer)
			}
		case within.OuterVersion == 0 && within.Tunnel != flow.TunnelPseudowire:
			t.Errorf("nothing carries %+v", within)
		}
		d := NewDecoder(1, Options{})
		if n := allocations(func() { d.DecodeInner(&p, frame, uint32(length)) }); n != 0 {
			t.Errorf("%v allocations, want 0", n)
		}
	})
}
