package frames

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"netstream/aggregate/flow"
)

// octets reads hexadecimal digits; what is between them does not matter.
func octets(t *testing.T, parts ...string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" |\n", r) {
			return -1
		}
		return r
	}, strings.Join(parts, "")))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	macs = "0200000000bb 0200000000aa"
	ipv4 = macs + "0800"
	ipv6 = macs + "86dd"

	addresses4 = "0a000001 0a000002"
	addresses6 = "20010db8000000000000000000000001 20010db8000000000000000000000002"
)

// describe writes what section 1 and 3 of docs/metering.md derive from a packet:
// version/protocol source>destination ports bytes/payload and what else there is.
func describe(p Packet) string {
	k := p.Key
	ports := "-"
	if k.Shape == 1 {
		ports = fmt.Sprintf("%d>%d", k.SourcePort, k.DestinationPort)
	}
	s := fmt.Sprintf("v%d/%d %s %d/%d", k.Version, k.Protocol, ports, p.Octets, p.PayloadOctets)
	if k.ClassOfService != 0 {
		s += fmt.Sprintf(" tos %#x", k.ClassOfService)
	}
	if p.HasTCPFlags {
		s += fmt.Sprintf(" flags %#x", p.TCPFlags)
	}
	if p.Fragment {
		s += " fragment"
	}
	if p.Link&flow.MarkVLAN != 0 {
		s += fmt.Sprintf(" vlan %d", p.VLAN)
	}
	if p.Link&flow.MarkInnerVLAN != 0 {
		s += fmt.Sprintf(" inner %d", p.InnerVLAN)
	}
	if p.Link&flow.MarkMPLS != 0 {
		s += fmt.Sprintf(" mpls %d", p.MPLSTop)
	}
	return s
}

const dstopts8 = "00 010400000000" // an extension header of 8 octets behind its next header

// v4 is an IPv4 header: total length, fragment field, protocol.
func v4(length, fragment, protocol int) string {
	return fmt.Sprintf("45b8 %04x 0001 %04x 40 %02x 0000"+addresses4, length, fragment, protocol)
}

// v6 is an IPv6 header: payload length, next header.
func v6(length, next int) string {
	return fmt.Sprintf("60000000 %04x %02x 40"+addresses6, length, next)
}

func zeros(n int) string { return strings.Repeat("00", n) }

func TestDecode(t *testing.T) {
	const (
		udp4    = "4500 001d 0001 0000 40 11 0000" + addresses4 + "03e8 0035 0009 0000 aa"
		tcpPart = "03e8 0050 00000001 00000002"
	)

	tests := []struct {
		name  string
		frame string
		wire  uint64 // 0: as captured
		want  string
	}{
		{"UDP", ipv4 + udp4, 0, "v4/17 1000>53 29/1"},
		{"padding is not counted", ipv4 + udp4 + zeros(17), 0, "v4/17 1000>53 29/1"},
		{"ToS", ipv4 + v4(28, 0, 17) + "03e8 0035 0008 0000", 0, "v4/17 1000>53 28/0 tos 0xb8"},
		{"IPv4 options", ipv4 + "4600 0021 0001 0000 40 11 0000" + addresses4 + "01010101 03e8 0035 0009 0000 aa", 0, "v4/17 1000>53 33/1"},
		{"IPv4 options cut", ipv4 + "4f00 0048 0001 0000 40 11 0000" + addresses4 + "01010101", 86, "v4/17 - 72/4"},
		{"don't fragment is no fragment", ipv4 + v4(28, 0x4000, 17) + "03e8 0035 0008 0000", 0, "v4/17 1000>53 28/0 tos 0xb8"},
		{"first fragment", ipv4 + v4(44, 0x2000, 17) + "03e8 0035 0800 0000" + zeros(16), 0, "v4/17 1000>53 44/16 tos 0xb8 fragment"},
		{"later fragment", ipv4 + v4(44, 0x0003, 17) + "03e8 0035 0800 0000" + zeros(16), 0, "v4/17 - 44/24 tos 0xb8 fragment"},
		{"IPv4 protocol 51 stays", ipv4 + v4(44, 0, 51) + "11 04 0000" + zeros(20), 0, "v4/51 - 44/24 tos 0xb8"},

		{"TCP", ipv4 + v4(41, 0, 6) + tcpPart + "5018 0000 0000 0000 aa", 0, "v4/6 1000>80 41/1 tos 0xb8 flags 0x18"},
		{"TCP with nine flags", ipv4 + v4(40, 0, 6) + tcpPart + "51ff 0000 0000 0000", 0, "v4/6 1000>80 40/0 tos 0xb8 flags 0x1ff"},
		{"TCP cut in the flags' first octet", ipv4 + v4(60, 0, 6) + tcpPart + "60", 74, "v4/6 1000>80 60/16 tos 0xb8"},
		{"TCP data offset of 5", ipv4 + v4(60, 0, 6) + tcpPart + "50", 74, "v4/6 1000>80 60/20 tos 0xb8"},
		{"TCP options", ipv4 + v4(46, 0, 6) + tcpPart + "6010 0000 0000 0000 01010101 aabb", 0, "v4/6 1000>80 46/2 tos 0xb8 flags 0x10"},
		{"TCP data offset below 5", ipv4 + v4(46, 0, 6) + tcpPart + "4010 0000 0000 0000" + zeros(6), 0, "v4/6 1000>80 46/6 tos 0xb8 flags 0x10"},
		{"TCP data offset beyond the packet", ipv4 + v4(46, 0, 6) + tcpPart + "7010 0000 0000 0000" + zeros(6), 0, "v4/6 1000>80 46/6 tos 0xb8 flags 0x10"},
		{"TCP data offset to the end", ipv4 + v4(44, 0, 6) + tcpPart + "6010 0000 0000 0000" + zeros(4), 0, "v4/6 1000>80 44/0 tos 0xb8 flags 0x10"},
		{"TCP data offset beyond the cut is good", ipv4 + v4(1500, 0, 6) + tcpPart + "f010", 1514, "v4/6 1000>80 1500/1420 tos 0xb8 flags 0x10"},
		{"TCP cut before the flags", ipv4 + v4(100, 0, 6) + tcpPart + "60", 114, "v4/6 1000>80 100/56 tos 0xb8"},
		{"TCP cut before the data offset", ipv4 + v4(100, 0, 6) + tcpPart, 114, "v4/6 1000>80 100/60 tos 0xb8"},
		{"TCP cut behind the ports", ipv4 + v4(100, 0, 6) + "03e8 0050", 114, "v4/6 1000>80 100/60 tos 0xb8"},
		{"TCP cut in the ports", ipv4 + v4(100, 0, 6) + "03e8 00", 114, "v4/6 - 100/60 tos 0xb8"},
		{"IP packet too short for its ports", ipv4 + v4(23, 0, 17) + "03e8 0035 0008 0000", 0, "v4/17 - 23/0 tos 0xb8"},
		{"IP packet of just its ports", ipv4 + v4(24, 0, 6) + "03e8 0035 0008 0000", 0, "v4/6 1000>53 24/0 tos 0xb8"},
		{"UDP length below 8", ipv4 + v4(30, 0, 17) + "03e8 0035 0007 0000 aabb", 0, "v4/17 1000>53 30/2 tos 0xb8"},
		{"UDP-Lite", ipv4 + v4(30, 0, 136) + "03e8 0035 0008 0000 aabb", 0, "v4/136 1000>53 30/2 tos 0xb8"},
		{"SCTP", ipv4 + v4(48, 0, 132) + "03e8 0035" + zeros(24), 0, "v4/132 1000>53 48/16 tos 0xb8"},
		{"DCCP", ipv4 + v4(48, 0, 33) + "03e8 0035 04" + zeros(23), 0, "v4/33 1000>53 48/12 tos 0xb8"},
		{"DCCP data offset below its header", ipv4 + v4(48, 0, 33) + "03e8 0035 02" + zeros(23), 0, "v4/33 1000>53 48/16 tos 0xb8"},
		{"ICMP", ipv4 + v4(30, 0, 1) + "0301 0000 00000000 aabb", 0, "v4/1 0>769 30/2 tos 0xb8"},
		{"ICMP echo reply is port 0", ipv4 + v4(30, 0, 1) + "0000 0000 00000000 aabb", 0, "v4/1 0>0 30/2 tos 0xb8"},
		{"GRE has no ports", ipv4 + v4(30, 0, 47) + zeros(10), 0, "v4/47 - 30/10 tos 0xb8"},

		{"Total Length 0", ipv4 + v4(0, 0, 17) + "03e8 0035 0000 0000" + zeros(4), 3000, "v4/17 1000>53 2986/2958 tos 0xb8"},
		{"Total Length 0 behind link headers", macs + "8100 0007 8847 00010140 " + v4(0, 0, 17) + "03e8 0035 0000 0000", 1000, "v4/17 1000>53 978/950 tos 0xb8 vlan 7 mpls 16"},
		{"Total Length below the header's", ipv4 + "4600 0017 0001 0000 40 11 0000" + addresses4 + zeros(8), 0, "bad_ip_header"},
		{"Total Length of the header", ipv4 + v4(20, 0, 17) + zeros(26), 0, "v4/17 - 20/0 tos 0xb8"},
		{"Total Length 0 and a frame shorter than the header", ipv4 + "4f00 0000 0001 0000 40 11 0000" + addresses4, 0, "bad_ip_header"},
		{"header length of 16", ipv4 + "4400 001c 0001 0000 40 11 0000" + addresses4 + zeros(8), 0, "bad_ip_header"},
		{"version 5", ipv4 + "55" + zeros(40), 0, "bad_ip_version"},
		{"version 0", ipv6 + "00" + zeros(40), 0, "bad_ip_version"},
		{"IPv4 header cut", ipv4 + udp4[:38], 100, "truncated_header"},
		{"IPv6 header cut", ipv6 + v6(8, 17)[:78], 100, "truncated_header"},
		{"nothing behind the link header", ipv4, 0, "truncated_header"},
		{"link header cut", macs + "08", 100, "truncated_header"},
		{"no octets", "", 100, "truncated_header"},

		{"IPv6", ipv6 + "6b812345 0009 11 40" + addresses6 + "03e8 0035 0009 0000 aa", 0, "v6/17 1000>53 49/1 tos 0xb8"},
		{"ICMPv6", ipv6 + v6(8, 58) + "8700 0000 00000000", 0, "v6/58 0>34560 48/0"},
		{"IPv6 no next header", ipv6 + v6(2, 59) + "aabb", 0, "v6/59 - 42/2"},
		{"hop-by-hop, routing, destination options, Shim6", ipv6 + v6(42, 0) + "2b" + dstopts8 + "3c 00 000000000000" + "8c" + dstopts8 + "11" + dstopts8 + "03e8 0035 000a 0000 aabb", 0,
			"v6/17 1000>53 82/2"},
		{"an extension header of 16 octets", ipv6 + v6(24, 60) + "11 01" + zeros(14) + "03e8 0035 0008 0000", 0, "v6/17 1000>53 64/0"},
		{"authentication", ipv6 + v6(34, 51) + "11 04" + zeros(22) + "03e8 0035 000a 0000 aabb", 0, "v6/17 1000>53 74/2"},
		{"IPv6 first fragment", ipv6 + v6(24, 44) + "11 00 0001 00000007 03e8 0035 0800 0000" + zeros(8), 0, "v6/17 1000>53 64/8 fragment"},
		{"IPv6 later fragment", ipv6 + v6(24, 44) + "11 00 0008 00000007 03e8 0035 0800 0000" + zeros(8), 0, "v6/17 - 64/16 fragment"},
		{"IPv6 later fragment is not walked further", ipv6 + v6(24, 44) + "3c 00 0008 00000007 11" + dstopts8 + zeros(8), 0, "v6/60 - 64/16 fragment"},
		{"IPv6 atomic fragment", ipv6 + v6(16, 44) + "11 00 0000 00000007 03e8 0035 0008 0000", 0, "v6/17 1000>53 56/0"},
		{"IPv6 last fragment", ipv6 + v6(24, 44) + "06 00 fff8 00000007" + zeros(16), 0, "v6/6 - 64/16 fragment"},
		{"extension header of one octet", ipv6 + v6(16, 60) + "11", 70, "v6/60 - 56/16"},
		{"chain cut in an extension header", ipv6 + v6(24, 60) + "11 01" + zeros(10), 78, "v6/60 - 64/24"},
		{"chain cut behind an extension header", ipv6 + v6(16, 60) + "11" + dstopts8, 70, "v6/17 - 56/0"},
		{"chain ends beyond the packet", ipv6 + v6(12, 60) + "11 01" + zeros(14) + "03e8 0035 0008 0000", 0, "v6/60 - 52/12"},
		{"chain ends with the packet", ipv6 + v6(8, 60) + "11" + dstopts8 + "03e8 0035 0008 0000", 0, "v6/17 - 48/0"},
		{"ESP", ipv6 + v6(16, 50) + zeros(16), 0, "v6/50 - 56/16"},

		{"jumbogram", ipv6 + v6(0, 0) + "11 00 c204 00011170 03e8 0035 0000 0000", 70070, "v6/17 1000>53 70040/69984"},
		{"Jumbo Payload behind a Pad1", ipv6 + v6(0, 0) + "11 01 00 010100 c204 00011170 01020000 03e8 0035 0000 0000", 70070, "v6/17 1000>53 70040/69976"},
		{"Jumbo Payload in a header that is cut", ipv6 + v6(0, 0) + "11 01 c204 00011170", 70070, "v6/0 - 70040/70000"},
		{"Jumbo Payload cut", ipv6 + v6(0, 0) + "11 00 c204 000111", 70070, "v6/0 - 40/0"},
		{"Payload Length 0, frame of 60 octets", ipv6 + v6(0, 17) + zeros(6), 60, "v6/17 - 40/0"},
		{"Payload Length 0, UDP that does not fit in a frame above 60 octets", macs + "8100 0001 86dd" + v6(0, 17) + zeros(7), 0, "v6/17 - 40/0 vlan 1"},
		{"Payload Length 0, TCP that just fits", ipv6 + v6(0, 6) + tcpPart + "5010 0000 0000 0000", 0, "v6/6 1000>80 60/0 flags 0x10"},
		{"Payload Length 0, TCP", ipv6 + v6(0, 6) + tcpPart + "5010 0000 0000 0000", 5054, "v6/6 1000>80 5040/4980 flags 0x10"},
		{"Payload Length 0, UDP", ipv6 + v6(0, 17) + "03e8 0035 0000 0000", 62, "v6/17 1000>53 48/0"},
		{"Payload Length 0, TCP that does not fit", ipv6 + v6(0, 6) + zeros(19), 0, "v6/6 - 40/0"},
		{"Payload Length 0, ICMPv6", ipv6 + v6(0, 58) + zeros(30), 0, "v6/58 - 40/0"},
		{"Payload Length 0, options without Jumbo Payload", ipv6 + v6(0, 0) + "11" + dstopts8 + zeros(16), 0, "v6/0 - 40/0"},

		{"VLAN", macs + "8100 e007 0800" + udp4, 0, "v4/17 1000>53 29/1 vlan 7"},
		{"QinQ", macs + "88a8 0007 8100 0008 0800" + udp4, 0, "v4/17 1000>53 29/1 vlan 7 inner 8"},
		{"three tags", macs + "88a8 0007 8100 0008 8100 0009 0800" + udp4, 0, "v4/17 1000>53 29/1 vlan 7 inner 8"},
		{"VLAN 0", macs + "8100 0000 0800" + udp4, 0, "v4/17 1000>53 29/1 vlan 0"},
		{"VLAN tag cut", macs + "8100 00", 0, "truncated_header"},
		{"VLAN tag without EtherType", macs + "8100 0007", 0, "truncated_header"},
		{"MPLS", macs + "8847 00010140 " + udp4, 0, "v4/17 1000>53 29/1 mpls 16"},
		{"MPLS of two labels", macs + "8847 fffff040 00010140 " + udp4, 0, "v4/17 1000>53 29/1 mpls 1048575"},
		{"MPLS cut", macs + "8847 00010040 000101", 0, "truncated_header"},
		{"pseudowire", macs + "8847 00010140 00000000" + ipv4 + udp4, 0, "not_ip"},
		{"PPPoE", macs + "8864 11 00 0001 001f 0021" + udp4, 0, "v4/17 1000>53 29/1"},
		{"PPPoE LCP", macs + "8864 11 00 0001 0006 c021" + zeros(4), 0, "not_ip"},
		{"ARP", macs + "0806" + zeros(28), 0, "not_ip"},
		{"a link header alone, not of IP", macs + "0806", 0, "not_ip"},
		{"IEEE 802.3 length", macs + "0026 424203" + zeros(43), 0, "not_ip"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := octets(t, tt.frame)
			p, reason := Decode(Frame{Octets: b, WireOctets: max(tt.wire, uint64(len(b))), LinkType: LinkTypeEthernet})
			got := reason.String()
			if reason == flow.ReasonAccounted {
				got = describe(p)
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
