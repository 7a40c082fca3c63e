package frames

import (
	"fmt"
	"strings"
	"testing"

	"netstream/aggregate/flow"
)

// describeInner writes what stands around a packet, and the packet.
func describeInner(p Packet, limited bool) string {
	s := fmt.Sprintf("%d", p.Inside.Tunnel)
	if p.Inside.HasID {
		s += fmt.Sprintf(" id %d", p.Inside.ID)
	}
	if p.Inside.OuterVersion != 0 {
		s += fmt.Sprintf(" in v%d %d>%d", p.Inside.OuterVersion, p.Inside.OuterSource[15], p.Inside.OuterDestination[15])
	}
	if limited {
		s += " limited"
	}
	return s + ": " + describe(p)
}

func TestDecodeInner(t *testing.T) {
	// The packet inside is of UDP, 29 octets.
	const inner4 = "45b8 001d 0001 0000 40 11 0000" + "c0a80001 c0a80002" + "03e8 0035 0009 0000 aa"
	const is4 = "v4/17 1000>53 29/1 tos 0xb8"
	inner6 := v6(9, 17) + "03e8 0035 0009 0000 aa"
	const is6 = "v6/17 1000>53 49/1"
	in := func(protocol int, parts ...string) string { // IPv4 around it
		b := strings.ReplaceAll(strings.Join(parts, ""), " ", "")
		return ipv4 + v4(20+len(b)/2, 0, protocol) + b
	}
	udp := func(from, to int, parts ...string) string {
		return in(17, fmt.Sprintf("%04x %04x 0000 0000", from, to)+strings.Join(parts, ""))
	}
	around := func(n int, packet string) string { // n packets of IPv4, one in the other
		b := strings.ReplaceAll(packet, " ", "")
		for range n {
			b = strings.ReplaceAll(v4(20+len(b)/2, 0, 4), " ", "") + b
		}
		return ipv4 + b
	}
	ethernet4 := ipv4 + inner4
	gre := func(parts ...string) string { return in(47, parts...) }

	tests := []struct{ name, frame, want string }{
		{"no tunnel", ipv4 + inner4, "0: " + is4},
		{"IP in IP", in(4, inner4), "1 in v4 1>2: " + is4},
		{"6in4", in(41, inner6), "2 in v4 1>2: " + is6},
		{"IPv4 in IPv6", ipv6 + v6(29, 4) + inner4, "1 in v6 1>2: " + is4},
		{"behind extension headers", ipv6 + v6(45, 60) + "33" + dstopts8 + "04" + dstopts8 + inner4, "1 in v6 1>2: " + is4},
		{"behind authentication headers", in(51, "33 00 0000 00000001 04 01 0000 00000001 00000000", inner4), "1 in v4 1>2: " + is4},
		{"authentication header cut", in(51, "04 04 0000 00000001"), "0: v4/51 - 28/8 tos 0xb8"},
		{"encrypted", in(50, inner4), "0: v4/50 - 49/29 tos 0xb8"},
		{"first fragment", ipv4 + v4(49, 0x2000, 4) + inner4, "0: v4/4 - 49/29 tos 0xb8 fragment"},
		{"atomic fragment", ipv6 + v6(37, 44) + "04 00 0000 00000007" + inner4, "1 in v6 1>2: " + is4},
		{"padding is not inside", ipv4 + v4(20, 0, 4) + inner4, "0: v4/4 - 20/0 tos 0xb8"},
		{"bad version inside", in(4, "55", zeros(40)), "0: v4/4 - 61/41 tos 0xb8"},
		{"header cut inside", in(4, inner4[:30]), "0: v4/4 - 32/12 tos 0xb8"},
		{"length inferred from the packet around", in(4, "45b8 0000 0001 0000 40 11 0000", addresses4, "03e8 0035 0009 0000 aa") + zeros(11), "1 in v4 1>2: " + is4},
		{"link of the frame", macs + "8100 0007 0800" + v4(69, 0, 97) + "3000" + macs + "8100 0009 0800" + inner4, "7 in v4 1>2: " + is4 + " vlan 7"},

		{"GRE", gre("0000 0800", inner4), "3 in v4 1>2: " + is4},
		{"GRE with checksum, key and sequence number", gre("b000 86dd 00000000 0000002a 00000001", inner6), "3 id 42 in v4 1>2: " + is6},
		{"GRE with key 0", gre("2000 0800 00000000", inner4), "3 id 0 in v4 1>2: " + is4},
		{"GRE with source routes", gre("4000 0800 00000000 0800 00 04 0a000009 0800 00 00 0000 00 00", inner4), "3 in v4 1>2: " + is4},
		{"GRE source route without end", gre("4000 0800 00000000 0800 00 ff", inner4), "0: v4/47 - 61/41 tos 0xb8"},
		{"GRE key cut", gre("2000 0800 00"), "0: v4/47 - 25/5 tos 0xb8"},
		{"GRE of Ethernet", gre("0000 6558", ethernet4), "3 in v4 1>2: " + is4},
		{"GRE of PPP", gre("0000 880b ff03 0021", inner4), "3 in v4 1>2: " + is4},
		{"GRE of MPLS", gre("0000 8847 00010140", inner4), "3 in v4 1>2: " + is4},
		{"GRE of a tag", gre("0000 8100 0009 0800", inner4), "3 in v4 1>2: " + is4},
		{"GRE of WCCP 1", gre("0000 883e", inner4), "3 in v4 1>2: " + is4},
		{"GRE of WCCP 2", gre("0000 883e 01020304", inner4), "3 in v4 1>2: " + is4},
		{"GRE of ARP", gre("0000 0806", inner4), "0: v4/47 - 53/33 tos 0xb8"},
		{"GRE version 2", gre("0002 0800", inner4), "0: v4/47 - 53/33 tos 0xb8"},
		{"GRE in UDP", udp(1000, 4754, "0000 0800", inner4), "3 in v4 1>2: " + is4},
		{"GRE in UDP, backwards", udp(4754, 1000, "0000 0800", inner4), "0: v4/17 4754>1000 61/33 tos 0xb8"},
		{"PPTP", gre("3081 880b 0000 0007 00000001 00000002 0021", inner4), "4 id 7 in v4 1>2: " + is4},
		{"PPTP, protocol of one octet", gre("2001 880b 0000 0007 57", inner6), "4 id 7 in v4 1>2: " + is6},
		{"PPTP without key", gre("0001 880b 21", inner4), "0: v4/47 - 54/34 tos 0xb8"},
		{"PPP of LCP", gre("2001 880b 0000 0007 c021", inner4), "0: v4/47 - 59/39 tos 0xb8"},
		{"ERSPAN type I", gre("2000 88be 00000009", ethernet4), "5 in v4 1>2: " + is4},
		{"ERSPAN type II", gre("1000 88be 00000001 1007 f805 00000000", ethernet4), "5 id 5 in v4 1>2: " + is4},
		{"ERSPAN type III", gre("1000 22eb 00000001 2007 0005 00000000 0000 8000", ethernet4), "5 id 5 in v4 1>2: " + is4},
		{"ERSPAN type III with subheader", gre("1000 22eb 00000001 2007 0005 00000000 0000 8001", zeros(8), ethernet4), "5 id 5 in v4 1>2: " + is4},
		{"ERSPAN type III of IP", gre("1000 22eb 00000001 2007 0005 00000000 0000 0800", inner4), "5 id 5 in v4 1>2: " + is4},
		{"ERSPAN of another version", gre("1000 88be 00000001 2007 f805 00000000", ethernet4), "0: v4/47 - 79/59 tos 0xb8"},

		{"EtherIP", in(97, "3000", ethernet4), "7 in v4 1>2: " + is4},
		{"EtherIP version 2", in(97, "2000", ethernet4), "0: v4/97 - 65/45 tos 0xb8"},
		{"L2TP version 3", in(115, "00000007", ethernet4), "6 id 7 in v4 1>2: " + is4},
		{"L2TP version 3 with cookie and sublayer", in(115, "00000007", zeros(8), "40000001", ethernet4), "6 id 7 in v4 1>2: " + is4},
		{"L2TP version 3 in UDP", udp(1701, 1000, "0003 0000 00000007", zeros(4), ethernet4), "6 id 7 in v4 1>2: " + is4},
		{"L2TP version 3 control", in(115, "00000000", ethernet4), "0: v4/115 - 67/47 tos 0xb8"},
		{"L2TP version 2", udp(1701, 1701, "0002 0001 0002 ff03 0021", inner4), "6 id 65538 in v4 1>2: " + is4},
		{"L2TP version 2 with all fields", udp(1000, 1701, "4a02 0040 0001 0002 0001 0001 0002 0000 0021", inner4), "6 id 65538 in v4 1>2: " + is4},
		{"L2TP version 2 control", udp(1701, 1701, "8002 0001 0002 ff03 0021", inner4), "0: v4/17 1701>1701 67/39 tos 0xb8"},
		{"L2TP of another version", udp(1701, 1701, "0001 0001 0002 ff03 0021", inner4), "0: v4/17 1701>1701 67/39 tos 0xb8"},

		{"MPLS in IP", in(137, "00010040 00020140", inner4), "8 in v4 1>2: " + is4},
		{"MPLS in UDP", udp(1000, 6635, "00010140", inner6), "8 in v4 1>2: " + is6},
		{"pseudowire in a tunnel", gre("2000 8847 00000009 00010140 00000000", ethernet4), "9 id 16 in v4 1>2: " + is4},
		{"pseudowire", macs + "8847 00030040 00010140" + ethernet4, "9 id 16: " + is4 + " mpls 48"},
		{"pseudowire with control word", macs + "8847 00010140 00000007" + macs + "8100 0009 0800" + inner4, "9 id 16: " + is4 + " mpls 16"},
		{"pseudowire without IP", macs + "8847 00010140 00000007" + macs + "0806" + inner4, "not_ip"},
		{"pseudowire with bad IP", macs + "8847 00010140 00000007" + ipv4 + "55" + zeros(30), "not_ip"},

		{"Teredo", udp(3544, 1000, inner6), "10 in v4 1>2: " + is6},
		{"Teredo with authentication and origin", udp(1000, 3544, "0001 0102 aa bbbb", zeros(9), "0000 1234 f5fffffe", inner6), "10 in v4 1>2: " + is6},
		{"Teredo of IPv4", udp(1000, 3544, inner4), "0: v4/17 1000>3544 57/29 tos 0xb8"},
		{"VXLAN", udp(1000, 4789, "08000000 000007 00", ethernet4), "11 id 7 in v4 1>2: " + is4},
		{"VXLAN of Linux", udp(1000, 8472, "08000000 000007 00", ethernet4), "11 id 7 in v4 1>2: " + is4},
		{"VXLAN without VNI", udp(1000, 4789, "00000000 000007 00", ethernet4), "0: v4/17 1000>4789 79/51 tos 0xb8"},
		{"VXLAN of ARP", udp(1000, 4789, "08000000 000007 00", macs, "0806", zeros(28)), "0: v4/17 1000>4789 78/50 tos 0xb8"},
		{"VXLAN-GPE of IPv4", udp(1000, 4790, "0c000001 000007 00", inner4), "12 id 7 in v4 1>2: " + is4},
		{"VXLAN-GPE of Ethernet", udp(1000, 4790, "0c000003 000007 00", ethernet4), "12 id 7 in v4 1>2: " + is4},
		{"VXLAN-GPE of MPLS", udp(1000, 4790, "0c000005 000007 00 00010140", inner4), "12 id 7 in v4 1>2: " + is4},
		{"VXLAN-GPE of NSH", udp(1000, 4790, "0c000004 000007 00", inner4), "0: v4/17 1000>4790 65/37 tos 0xb8"},
		{"VXLAN-GPE without VNI", udp(1000, 4790, "04000001 000007 00", inner4), "0: v4/17 1000>4790 65/37 tos 0xb8"},
		{"VXLAN-GPE without next protocol", udp(1000, 4790, "08000001 000007 00", inner4), "0: v4/17 1000>4790 65/37 tos 0xb8"},
		{"Geneve", udp(1000, 6081, "00006558 000007 00", ethernet4), "13 id 7 in v4 1>2: " + is4},
		{"Geneve with options", udp(1000, 6081, "028086dd 000007 00", zeros(8), inner6), "13 id 7 in v4 1>2: " + is6},
		{"Geneve options cut", udp(1000, 6081, "3f000800 000007 00", inner4), "0: v4/17 1000>6081 65/37 tos 0xb8"},
		{"Geneve version 1", udp(1000, 6081, "40000800 000007 00", inner4), "0: v4/17 1000>6081 65/37 tos 0xb8"},
		{"GTP-U", udp(2152, 1000, "30 ff 001d 00000007", inner4), "14 id 7 in v4 1>2: " + is4},
		{"GTP-U with sequence number", udp(1000, 2152, "32 ff 001d 00000007 0001 00 85", inner4), "14 id 7 in v4 1>2: " + is4},
		{"GTP-U with extension headers", udp(1000, 2152, "34 ff 001d 00000007 0000 00 85 01 1009 85 02 000000 000000 00", inner6), "14 id 7 in v4 1>2: " + is6},
		{"GTP-U extension header of length 0", udp(1000, 2152, "34 ff 001d 00000007 0000 00 85 00 1009 00", inner4), "0: v4/17 1000>2152 73/45 tos 0xb8"},
		{"GTP-U echo", udp(1000, 2152, "30 01 001d 00000007", inner4), "0: v4/17 1000>2152 65/37 tos 0xb8"},
		{"GTP'", udp(1000, 2152, "20 ff 001d 00000007", inner4), "0: v4/17 1000>2152 65/37 tos 0xb8"},
		{"GTP-U of something else", udp(1000, 2152, "30 ff 001d 00000007", zeros(30)), "0: v4/17 1000>2152 66/38 tos 0xb8"},
		{"VXLAN from the port of GTP-U", udp(2152, 4789, "08000000 000007 00", ethernet4), "11 id 7 in v4 1>2: " + is4},
		{"GTP-U from the port of L2TP", udp(1701, 2152, "30 ff 001d 00000007", inner4), "14 id 7 in v4 1>2: " + is4},

		{"two tunnels", gre("2000 0800 00000001", v4(65, 0, 17)+"03e8 0868 0000 0000 30 ff 001d 00000007", inner4), "14 id 7 in v4 1>2: " + is4},
		{"the second one does not lead to IP", gre("2000 0800 00000001", v4(49, 0, 47)+"0000 0806"+zeros(25)), "3 id 1 in v4 1>2: v4/47 - 49/29 tos 0xb8"},
		{"31 packets around it", around(31, inner4), "1 in v4 1>2: " + is4}, // behind the link header
		{"32 packets around it", around(32, inner4), "1 in v4 1>2 limited: v4/4 - 49/29 tos 0xb8"},
		{"a tunnel too deep", around(31, v4(38, 0, 17)+"06a5 06a5 0000 0000 0002 0001 0002 0021 0000"), "1 in v4 1>2 limited: v4/17 1701>1701 38/10 tos 0xb8"},
		{"a tunnel too deep with its header cut", around(31, v4(38, 0, 17)+"06a5 06a5 0000 0000 0802 0001 0002 0021 00"), "1 in v4 1>2: v4/17 1701>1701 38/10 tos 0xb8"},
		{"padding of a header cut", around(31, v4(38, 0, 17)+"06a5 06a5 0000 0000 0202 0001 0002 0009 0000"), "1 in v4 1>2: v4/17 1701>1701 38/10 tos 0xb8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := octets(t, tt.frame)
			p, reason, limited := DecodeInner(Frame{Octets: b, WireOctets: uint64(len(b)), LinkType: LinkTypeEthernet})
			got := reason.String()
			if reason == flow.ReasonAccounted {
				got = describeInner(p, limited)
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
