package header

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/header/headertest"
)

// ethernetFrame puts payload behind an Ethernet header.
func ethernetFrame(etherType uint16, payload ...[]byte) []byte {
	b := octets("020000000002 020000000001")
	b = binary.BigEndian.AppendUint16(b, etherType)
	return append(b, bytes.Join(payload, nil)...)
}

// ipv6Packet gives an IPv6 packet whose payload length field is length, or the
// payload's own if length is negative.
func ipv6Packet(next uint8, length int, payload ...[]byte) []byte {
	body := bytes.Join(payload, nil)
	if length < 0 {
		length = len(body)
	}
	b := octets(spelledUDP6)[:ipv6FixedLength]
	binary.BigEndian.PutUint16(b[4:], uint16(length))
	b[6] = next
	return append(b, body...)
}

// ipv4Packet gives an IPv4 packet of the protocol with a correct total length.
func ipv4Packet(protocol uint8, payload ...[]byte) []byte {
	body := bytes.Join(payload, nil)
	b := octets(spelledTCP)[:ipv4FixedLength]
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)+len(body)))
	b[9] = protocol
	return append(b, body...)
}

// tcpHeader is the TCP header of spelledTCP.
func tcpHeader() []byte { return octets(spelledTCP)[ipv4FixedLength:] }

// repeated gives n copies of what the text spells.
func repeated(spelled string, n int) []byte { return bytes.Repeat(octets(spelled), n) }

type namedFrame struct {
	name  string
	frame []byte
}

// hostileFrames are Ethernet frames that are as deep or as long as they can be.
func hostileFrames() []namedFrame {
	// 8,188 headers of eight octets: hop-by-hop, then destination options of the
	// shortest length, and no next header.
	chain := slices.Concat(repeated("3c00 0104 00000000", 8187), octets("3b00 0104 00000000"))
	authentication := slices.Concat(repeated("3300 0000 00000000", 8187), octets("0600 0000 00000000"), tcpHeader()[:8])
	options := slices.Concat(octets("06ff"), make([]byte, 2046))
	return []namedFrame{
		{"1000 VLAN tags", ethernetFrame(0x8100, repeated("0001 8100", 1000), octets("0001 0800"), octets(spelledTCP))},
		{"1000 MPLS labels", ethernetFrame(0x8847, repeated("00001040", 1000), octets("00001140"), octets(spelledTCP))},
		{"64 KiB of hop-by-hop options", ethernetFrame(0x86dd, ipv6Packet(nextHopByHop, 0, options))},
		{"64 KiB of extension headers", ethernetFrame(0x86dd, ipv6Packet(nextHopByHop, -1, chain))},
		{"64 KiB of authentication headers", ethernetFrame(0x86dd, ipv6Packet(nextAuthentication, -1, authentication))},
	}
}

// TestExtensionChain64KiB (P7): chains as long as a packet are read to their end.
func TestExtensionChain64KiB(t *testing.T) {
	frames := hostileFrames()
	tests := []struct {
		name     string
		frame    []byte
		protocol uint8
		payload  uint32
		hasPorts flow.Shape
	}{
		{"ends in no next header", frames[3].frame, 59, 0, 0},
		{"ends in TCP cut by the packet's end", frames[4].frame, 6, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, reason, _ := read(t, 1, Options{}, tt.frame, len(tt.frame))
			if reason != flow.ReasonAccounted || p.Key.Protocol != tt.protocol || p.Meta.PayloadOctets != tt.payload || p.Key.Shape != tt.hasPorts {
				t.Errorf("got %v, protocol %d, payload %d, ports %d; want accounted, %d, %d, %d",
					reason, p.Key.Protocol, p.Meta.PayloadOctets, p.Key.Shape, tt.protocol, tt.payload, tt.hasPorts)
			}
			if want := uint64(len(tt.frame) - 14); p.Meta.Octets != want {
				t.Errorf("got %d octets, want %d", p.Meta.Octets, want)
			}
		})
	}
}

// TestP7EveryChain (P7): whatever a chain of 64 KiB is of and ends in, the packet is metered
// under what is behind it.
func TestP7EveryChain(t *testing.T) {
	headers, chains := 0, headertest.Chains()
	for _, c := range chains {
		frame := ethernetFrame(0x86dd, c.Packet)
		p, reason, _ := read(t, 1, Options{}, frame, len(frame))
		if reason != flow.ReasonAccounted || p.Key.Protocol != c.Protocol || p.Meta.PayloadOctets != c.Payload || p.Meta.Octets != 40+0xffff {
			t.Errorf("%s: got %v, protocol %d, payload %d of %d octets; want protocol %d, payload %d",
				c.Name, reason, p.Key.Protocol, p.Meta.PayloadOctets, p.Meta.Octets, c.Protocol, c.Payload)
		}
		headers += c.Headers
	}
	t.Logf("assertion P7: %d chains of 64 KiB, %d headers passed over, none lost", len(chains), headers)
}

// TestNesting (P6) nests each encapsulation 1 to 1,000 deep. Up to MaxHeaders, the
// Ethernet header included, the packet is metered; deeper it is of the protocol
// of the first header that was not opened.
func TestNesting(t *testing.T) {
	tests := []struct {
		name         string
		etherType    uint16
		inner, last  string
		detail       uint32
		vlan, inner2 bool
		mpls         bool
	}{
		{"802.1Q", 0x8100, "0001 8100", "0001 0800", 0x8100, true, true, false},
		{"802.1ad", 0x88a8, "0001 88a8", "0001 0800", 0x88a8, true, true, false},
		{"0x9100", 0x9100, "0001 9100", "0001 0800", 0x9100, true, true, false},
		{"MPLS", 0x8847, "00001040", "00001140", 0x8847, false, false, true},
		{"LLC and SNAP", 0x8870, "aaaa03 000000 8870", "aaaa03 000000 0800", 0x8870, false, false, false},
	}
	for _, tt := range tests {
		for depth := 1; depth <= 1000; depth++ {
			frame := ethernetFrame(tt.etherType, repeated(tt.inner, depth-1), octets(tt.last), octets(spelledTCP))
			p, reason, detail := read(t, 1, Options{}, frame, len(frame))
			if 1+depth > MaxHeaders {
				if reason != flow.ReasonNotIP || detail != tt.detail {
					t.Fatalf("%s, depth %d: got %v, detail %#x; want not_ip, %#x", tt.name, depth, reason, detail, tt.detail)
				}
				continue
			}
			var meta flow.Meta
			if tt.vlan {
				meta.VLAN, meta.Marks = 1, flow.MarkVLAN
			}
			if tt.inner2 && depth > 1 {
				meta.InnerVLAN, meta.Marks = 1, meta.Marks|flow.MarkInnerVLAN
			}
			if tt.mpls {
				meta.MPLSTop, meta.Marks = 1, flow.MarkMPLS
			}
			if want := wantTCP(len(frame), meta); reason != flow.ReasonAccounted || p != want {
				t.Fatalf("%s, depth %d: got %v, %+v; want %+v", tt.name, depth, reason, p, want)
			}
		}
	}
}

// TestTunnelsStayClosed nests IP in IP: the outermost header is metered, however
// deep the nest.
func TestTunnelsStayClosed(t *testing.T) {
	packet := octets(spelledTCP)
	for depth := 1; depth <= 1000; depth++ {
		packet = ipv4Packet(4, packet)
		frame := ethernetFrame(0x0800, packet)
		p, reason, _ := read(t, 1, Options{}, frame, len(frame))
		if reason != flow.ReasonAccounted || p.Key.Protocol != 4 || p.Key.Shape != 0 ||
			p.Meta.Octets != uint64(40+20*depth) || p.Meta.PayloadOctets != uint32(20+20*depth) {
			t.Fatalf("depth %d: got %v, %+v", depth, reason, p)
		}
	}
}

// TestEveryLinkType gives every link type from 0 to 300 and the ends of the range
// frames of all kinds. One that is not decoded says so and says its number.
func TestEveryLinkType(t *testing.T) {
	frames := []namedFrame{
		{"empty", nil}, {"zeros", make([]byte, 300)}, {"ones", bytes.Repeat([]byte{0xff}, 300)}, {"tcp", octets(spelledTCP)},
	}
	frames = append(frames, hostileFrames()...)
	for n := range 302 {
		linkType := uint16(n)
		if n == 301 {
			linkType = 65535
		}
		for _, f := range frames {
			_, reason, detail := read(t, linkType, Options{WithMAC: true, FCSLength: 4}, f.frame, len(f.frame))
			if got, want := reason != flow.ReasonUnsupportedLinkType, LinkTypeSupported(linkType); got != want && linkType != 192 {
				t.Errorf("link type %d, %s: got %v, want supported %v", linkType, f.name, reason, want)
			}
			if reason == flow.ReasonUnsupportedLinkType && linkType != 192 && detail != uint32(linkType) {
				t.Errorf("link type %d, %s: got detail %d", linkType, f.name, detail)
			}
		}
	}
}

// TestNoAllocation decodes frames of all shapes and counts allocations.
func TestNoAllocation(t *testing.T) {
	frames := slices.Concat(hostileFrames(), []namedFrame{
		{"TCP", ethernetFrame(0x0800, octets(spelledTCP))},
		{"UDP", ethernetFrame(0x86dd, octets(spelledUDP6))},
		{"ARP", ethernetFrame(0x0806, make([]byte, 46))},
		{"empty", nil},
	})
	for n := range 301 {
		d := NewDecoder(uint16(n), Options{WithMAC: true})
		var p flow.Packet
		for _, f := range frames {
			got := allocations(func() { d.Decode(&p, f.frame, uint32(len(f.frame))) })
			if got != 0 {
				t.Fatalf("link type %d, %s: %v allocations, want 0", n, f.name, got)
			}
		}
	}
}

// TestTruncation cuts sample frames at every length, as a snapshot length does. No
// cut may change what the whole frame says of lengths; and once the ports are
// there, none may change the key.
func TestTruncation(t *testing.T) {
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			whole, reason, _ := read(t, s.linkType, Options{}, s.frame, len(s.frame))
			if reason != flow.ReasonAccounted {
				t.Fatalf("whole frame: got %v", reason)
			}
			reached := false
			for n := range s.frame {
				p, reason, _ := read(t, s.linkType, Options{}, s.frame[:n:n], len(s.frame))
				if err := s.compareCut(whole, p, reason, n, &reached); err != nil {
					t.Fatalf("cut to %d of %d octets: %v", n, len(s.frame), err)
				}
			}
			if !reached {
				t.Error("no cut left the key whole")
			}
		})
	}
}

func (s sample) compareCut(whole, p flow.Packet, reason flow.Reason, n int, reached *bool) error {
	if reason != flow.ReasonAccounted {
		if *reached || reason != flow.ReasonTruncatedHeader || n >= s.ipFixedEnd {
			return fmt.Errorf("got %v", reason)
		}
		return nil
	}
	if n < s.ipFixedEnd {
		return fmt.Errorf("accounted, but the IP header ends at %d", s.ipFixedEnd)
	}
	if p.Key == whole.Key {
		*reached = true
	} else if *reached {
		return fmt.Errorf("key changed again: got %+v, want %+v", p.Key, whole.Key)
	}
	if *reached != (n >= s.keyEnd) {
		return fmt.Errorf("key complete is %v, but it ends at %d", *reached, s.keyEnd)
	}
	if p.Meta.Octets != whole.Meta.Octets || p.Meta.WireOctets != whole.Meta.WireOctets || p.Meta.TTL != whole.Meta.TTL {
		return fmt.Errorf("got %+v, want the lengths of %+v", p.Meta, whole.Meta)
	}
	if p.Meta.Marks&flow.MarkTruncated == 0 || p.Meta.Marks&flow.MarkBadTransport != 0 {
		return fmt.Errorf("got marks %b, want truncated and not bad transport", p.Meta.Marks)
	}
	return nil
}

// sample is a frame with the offsets at which its parts end.
type sample struct {
	name       string
	linkType   uint16
	frame      []byte
	ipFixedEnd int // first offset behind the fixed IP header
	keyEnd     int // first offset behind the last octet of the key
}

func samples() []sample {
	tcp, udp6 := octets(spelledTCP), octets(spelledUDP6)
	chain := ipv6Packet(nextHopByHop, -1, octets("2b00 0104 00000000  2c00 0000 00000000  0600 0001 00000007"), tcpHeader())
	behind := func(spelled string, packet []byte) []byte { return append(octets(spelled), packet...) }
	const mac = "020000000002 020000000001 "
	return []sample{
		{"ethernet IPv4 TCP", 1, behind(mac+"0800", tcp), 34, 38},
		{"ethernet IPv6 UDP", 1, behind(mac+"86dd", udp6), 54, 58},
		{"ethernet IPv6 extensions TCP", 1, behind(mac+"86dd", chain), 54, 82},
		{"QinQ", 1, behind(mac+"88a8 0001 8100 0002 0800", tcp), 42, 46},
		{"MPLS", 1, behind(mac+"8847 00001040 00002140", tcp), 42, 46},
		{"PPPoE", 1, behind(mac+"8864 1100 0001 002a 0021", tcp), 42, 46},
		{"LLC SNAP", 1, behind(mac+"0030 aaaa03 000000 0800", tcp), 42, 46},
		{"PPP HDLC", 50, behind("ff03 0021", tcp), 24, 28},
		{"cooked", 113, behind("0000 0001 0006 020000000001 0000 0800", tcp), 36, 40},
		{"cooked 2", 276, behind("86dd 0000 00000002 0001 00 06 020000000001 0000", udp6), 60, 64},
		{"radiotap", 127, behind("0000 0c00 04000000 02000000 8802 0000 020000000001 020000000002 020000000003 1000 0000 aaaa03 000000 0800", tcp), 66, 70},
		{"ICMP", 101, ipv4Packet(1, octets("0800 0000 00010001 61626364")), 20, 22},
		{"IPv4 options", 101, append(octets("4600 002c 0001 0000 4006 0000 0a000001 0a000002 01010101"), tcpHeader()...), 20, 28},
	}
}
