package main

import (
	"strings"
	"testing"
)

// tsharkLine makes a line of tshark's answer; fields that are not given are empty.
func tsharkLine(fields map[string]string) string {
	cells := make([]string, len(tsharkFields))
	for i, name := range tsharkFields {
		cells[i] = fields[name]
	}
	cells[0], cells[1], cells[2] = "1", "100", "100"
	if length := fields["frame.len"]; length != "" {
		cells[1] = length
	}
	return strings.Join(cells, "\t")
}

func TestReadings(t *testing.T) {
	v4 := func(more ...string) map[string]string {
		fields := map[string]string{
			"frame.protocols": "eth:ethertype:ip:tcp", "ip.src": "192.0.2.9", "ip.dst": "192.0.2.1", "ip.proto": "6",
			"ip.len": "60", "ip.version": "4", "tcp.srcport": "4000", "tcp.dstport": "80",
		}
		for i := 0; i < len(more); i += 2 {
			fields[more[i]] = more[i+1]
		}
		return fields
	}
	v6 := func(more ...string) map[string]string {
		fields := map[string]string{
			"frame.protocols": "eth:ethertype:ipv6:udp", "ipv6.src": "2001:db8::9", "ipv6.dst": "2001:db8::1", "ipv6.nxt": "17",
			"ipv6.plen": "20", "udp.srcport": "4000", "udp.dstport": "53",
		}
		for i := 0; i < len(more); i += 2 {
			fields[more[i]] = more[i+1]
		}
		return fields
	}
	four := func(protocol, source, destination int) key {
		return flowKey("192.0.2.9", "192.0.2.1", protocol, source, destination)
	}
	six := func(protocol, source, destination int) key {
		return flowKey("2001:db8::9", "2001:db8::1", protocol, source, destination)
	}
	tests := []struct {
		name   string
		fields map[string]string
		want   reading
		rule   string
	}{
		{"TCP", v4(), reading{true, four(6, 4000, 80), volume{packets: 1, bytes: 60, wireBytes: 100}, 0}, ""},
		{"GRE tunnel", v4("frame.protocols", "eth:ethertype:ip:gre:ip:tcp", "ip.proto", "47;6", "ip.src", "192.0.2.9;10.0.0.1", "ip.len", "60;36"),
			reading{true, four(47, noPort, noPort), volume{packets: 1, bytes: 60, wireBytes: 100}, 0}, ""},
		{"later fragment", v4("ip.frag_offset", "185"), reading{true, four(6, noPort, noPort), volume{packets: 1, bytes: 60, wireBytes: 100}, 0}, ""},
		{"ICMP error", v4("frame.protocols", "eth:ethertype:ip:icmp:ip:udp", "ip.proto", "1;17", "ip.src", "192.0.2.9;10.0.0.1", "icmp.type", "3", "icmp.code", "1"),
			reading{true, four(1, 0, 769), volume{packets: 1, bytes: 60, wireBytes: 100}, 0}, ""},
		{"header cut before the destination", v4("ip.dst", ""), reading{}, ""},
		{"ARP", map[string]string{"frame.protocols": "eth:ethertype:arp"}, reading{}, ""},
		{"UDP of IPv6", v6(), reading{true, six(17, 4000, 53), volume{packets: 1, bytes: 60, wireBytes: 100}, 0}, ""},
		{"chain of extension headers", v6("ipv6.nxt", "0", "ipv6.hopopts.nxt", "60", "ipv6.dstopts.nxt", "60;17", "ipv6.plen", "60"),
			reading{true, six(17, 4000, 53), volume{packets: 1, bytes: 100, wireBytes: 100}, 0}, ""},
		{"later IPv6 fragment", v6("ipv6.nxt", "44", "ipv6.fraghdr.nxt", "17", "ipv6.fraghdr.offset", "3"),
			reading{true, six(17, noPort, noPort), volume{packets: 1, bytes: 60, wireBytes: 100}, 0}, ""},
		{"jumbo payload", v6("ipv6.plen", "0", "ipv6.opt.jumbo", "70000"), reading{true, six(17, 4000, 53), volume{packets: 1, bytes: 70040, wireBytes: 100}, 0}, ""},
		{"pseudowire", v4("frame.protocols", "eth:ethertype:mpls:pwethheuristic:pwethcw:eth:ethertype:ip:tcp"), reading{}, "tunnel_below_ip"},
		{"time beyond 2262", v4("frame.time_epoch", "9223372037.000000000"), reading{}, "time_beyond_2262"},
		{"version 6 as IPv4", v6("frame.protocols", "eth:ethertype:ip:ipv6:udp", "ip.version", "6"),
			reading{true, six(17, 4000, 53), volume{packets: 1, bytes: 60, wireBytes: 100}, 0}, "version_6_as_ipv4"},
		{"source route", v4("ip.dst", "192.0.2.77", "ip.cur_rt", "192.0.2.1"),
			reading{true, four(6, 4000, 80), volume{packets: 1, bytes: 60, wireBytes: 100}, 0}, "source_route"},
		{"extension header beyond the packet", v6("frame.protocols", "eth:ethertype:ipv6:ipv6.dstopts", "ipv6.nxt", "60", "ipv6.dstopts.nxt", "58", "ipv6.dstopts.len_oct", "40"),
			reading{true, six(58, noPort, noPort), volume{packets: 1, bytes: 60, wireBytes: 100}, unknownProtocol | unknownPorts}, "broken_extension_chain no_transport_layer"},
		{"IPv6 length 0", v6("ipv6.plen", "0", "udp.srcport", "", "udp.dstport", ""),
			reading{true, six(17, noPort, noPort), volume{packets: 1, bytes: 40, wireBytes: 100}, unknownPorts | unknownVolume}, "no_transport_layer ipv6_length_zero"},
		{"fragment quoted by ICMPv6", v6("frame.protocols", "eth:ethertype:ipv6:icmpv6:ipv6:ipv6.fraghdr", "ipv6.nxt", "58;44", "icmpv6.type", "4", "icmpv6.code", "0", "ipv6.fraghdr.offset", "8", "ipv6.fraghdr.nxt", "17"),
			reading{true, six(58, 0, 1024), volume{packets: 1, bytes: 60, wireBytes: 100}, 0}, ""},
		{"ports not shown", v4("tcp.srcport", "", "tcp.dstport", ""), reading{true, four(6, noPort, noPort), volume{packets: 1, bytes: 60, wireBytes: 100}, unknownPorts}, "no_transport_layer"},
		{"frame of 2 GiB", v4("frame.len", "2147483647"), reading{true, four(6, 4000, 80), volume{packets: 1, bytes: 60, wireBytes: 2147483647}, unknownVolume}, "length_above_2_31"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			packets, err := parseTshark(tsharkLine(test.fields) + "\n")
			if err != nil {
				t.Fatal(err)
			}
			r := packets[0].read()
			rule := strings.Join(explain(differences(), &packets[0], &r), " ")
			if r != test.want || rule != test.rule {
				t.Errorf("got %+v by %q, want %+v by %q", r, rule, test.want, test.rule)
			}
		})
	}
}

func TestSettle(t *testing.T) {
	a := flowKey("192.0.2.9", "192.0.2.1", 1, 0, 2048)
	unknownA := flowKey("192.0.2.9", "192.0.2.1", 1, noPort, noPort)
	other := flowKey("192.0.2.9", "192.0.2.1", 17, 1, 2)
	tests := []struct {
		name              string
		netstream, oracle sums
		open              []reading
		want              int
	}{
		{"nothing unknown", sums{a: {packets: 1, bytes: 30, wireBytes: 50}}, sums{unknownA: {packets: 1, bytes: 30, wireBytes: 50}}, nil, 2},
		{"unknown ports", sums{a: {packets: 1, bytes: 30, wireBytes: 50}}, sums{unknownA: {packets: 1, bytes: 30, wireBytes: 50}}, []reading{{key: unknownA, unknown: unknownPorts}}, 0},
		{"more packets than unknown", sums{a: {packets: 2, bytes: 60, wireBytes: 100}}, sums{unknownA: {packets: 2, bytes: 60, wireBytes: 100}}, []reading{{key: unknownA, unknown: unknownPorts}}, 2},
		{"unknown ports, other octets", sums{a: {packets: 1, bytes: 31, wireBytes: 50}}, sums{unknownA: {packets: 1, bytes: 30, wireBytes: 50}}, []reading{{key: unknownA, unknown: unknownPorts}}, 2},
		{"unknown ports, other protocol", sums{other: {packets: 1, bytes: 30, wireBytes: 50}}, sums{unknownA: {packets: 1, bytes: 30, wireBytes: 50}}, []reading{{key: unknownA, unknown: unknownPorts}}, 2},
		{"unknown protocol", sums{other: {packets: 1, bytes: 30, wireBytes: 50}}, sums{unknownA: {packets: 1, bytes: 30, wireBytes: 50}}, []reading{{key: unknownA, unknown: unknownProtocol}}, 0},
		{"unknown volume", sums{a: {packets: 1, bytes: 31, wireBytes: 51}}, sums{a: {packets: 1, bytes: 30, wireBytes: 50}}, []reading{{key: a, unknown: unknownVolume}}, 0},
		{"unknown volume, a packet more", sums{a: {packets: 2, bytes: 31, wireBytes: 51}}, sums{a: {packets: 1, bytes: 30, wireBytes: 50}}, []reading{{key: a, unknown: unknownVolume}}, 1},
		{"all unknown", sums{a: {packets: 1, bytes: 31}}, sums{}, []reading{{unknown: unknownAll}}, 0},
		{"all unknown, not metered", sums{}, sums{}, []reading{{unknown: unknownAll}}, 0},
		{"all unknown, another packet missing", sums{}, sums{a: {packets: 1, bytes: 31}}, []reading{{unknown: unknownAll}}, 1},
		{"all unknown, two packets more", sums{a: {packets: 2, bytes: 31}}, sums{}, []reading{{unknown: unknownAll}}, 1},
		{"ports of one, protocol of another", sums{a: {packets: 1}, other: {packets: 1}}, sums{unknownA: {packets: 2}},
			[]reading{{key: unknownA, unknown: unknownPorts}, {key: unknownA, unknown: unknownProtocol}}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := settle(compare(test.netstream, test.oracle), test.open); len(got) != test.want {
				t.Errorf("got %v, want %d discrepancies", got, test.want)
			}
		})
	}
}

func TestTraits(t *testing.T) {
	tests := []struct {
		name   string
		fields map[string]string
		want   trait
	}{
		{"plain", map[string]string{"frame.protocols": "eth:ethertype:ip:udp"}, 0},
		{"tunnel", map[string]string{"frame.protocols": "eth:ethertype:ip:udp:gtp:ip:icmp"}, traitTunnel},
		{"quoted by ICMP", map[string]string{"frame.protocols": "eth:ethertype:ip:icmp:ip:udp"}, 0},
		{"first fragment", map[string]string{"frame.protocols": "eth:ethertype:ip:udp", "ip.flags.mf": "1"}, traitFragment},
		{"bad checksum", map[string]string{"frame.protocols": "eth:ethertype:ip:udp", "udp.checksum.status": "0"}, traitBadChecksum},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			packets, err := parseTshark(tsharkLine(test.fields))
			if err != nil {
				t.Fatal(err)
			}
			if got := packets[0].traits() &^ traitMalformed; got != test.want {
				t.Errorf("got %b, want %b", got, test.want)
			}
		})
	}
}
