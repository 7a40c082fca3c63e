package main

import (
	"net/netip"
	"strings"
	"testing"
)

func endsOf(source, destination string) ends {
	return ends{netip.MustParseAddr(source), netip.MustParseAddr(destination)}
}

func TestInnerReadings(t *testing.T) {
	outer, inner := endsOf("192.0.2.9", "192.0.2.1"), endsOf("10.0.0.1", "10.0.0.2")
	// two is a packet with two IPv4 headers, as far as the layers show them.
	two := func(layers string, more ...string) map[string]string {
		fields := map[string]string{
			"frame.protocols": layers, "ip.src": "192.0.2.9;10.0.0.1", "ip.dst": "192.0.2.1;10.0.0.2", "ip.proto": "47;17",
			"ip.len": "80;56", "ip.version": "4;4", "udp.srcport": "1;2", "udp.dstport": "3;4",
		}
		for i := 0; i < len(more); i += 2 {
			fields[more[i]] = more[i+1]
		}
		return fields
	}
	one := func(layers string, more ...string) map[string]string {
		return two(layers, append([]string{"ip.src", "192.0.2.9", "ip.dst", "192.0.2.1", "ip.proto", "17", "ip.len", "56", "ip.version", "4"}, more...)...)
	}
	metered := func(e ends) innerReading { return innerReading{metered: true, ends: e} }
	tests := []struct {
		name   string
		fields map[string]string
		want   innerReading
		rule   string
	}{
		{"no tunnel", one("eth:ethertype:ip:udp"), metered(outer), ""},
		{"GRE", two("eth:ethertype:ip:gre:ip:udp"), metered(inner), ""},
		{"IPv6 in IPv4", two("eth:ethertype:ip:ipv6:udp", "ipv6.src", "2001:db8::1", "ipv6.dst", "2001:db8::2", "ip.version", "4;6"),
			metered(endsOf("2001:db8::1", "2001:db8::2")), ""},
		{"quoted by ICMP", two("eth:ethertype:ip:icmp:ip:udp"), metered(outer), ""},
		{"ARP", map[string]string{"frame.protocols": "eth:ethertype:arp"}, innerReading{}, ""},
		{"addresses inside cut", two("eth:ethertype:ip:gre:ip", "ip.dst", "192.0.2.1"), metered(outer), ""},
		{"pseudowire", one("eth:ethertype:mpls:pwethheuristic:pwethcw:eth:ethertype:ip:udp"), metered(outer), ""},
		{"pseudowire at an impossible time", one("eth:ethertype:mpls:pwethheuristic:pwethcw:eth:ethertype:ip:udp", "frame.time_epoch", "9223372037.0"), innerReading{}, ""},
		{"NSH in front", one("eth:ethertype:nsh:ip:udp"), innerReading{}, ""},
		{"source route", one("eth:ethertype:ip:udp", "ip.cur_rt", "192.0.2.77"), metered(endsOf("192.0.2.9", "192.0.2.77")), ""},
		{"SLIP", map[string]string{"frame.protocols": "data", "frame.encap_type": "3"}, innerReading{open: true}, ""},
		{"reported by sFlow", two("eth:ethertype:ip:udp:sflow:eth:ethertype:ip:udp"), metered(outer), "inner_not_opened"},
		{"behind a tunnel that is opened", two("eth:ethertype:ip:gre:ip:pim:ip", "ip.src", "192.0.2.9;10.0.0.1;10.0.0.8", "ip.dst", "192.0.2.1;10.0.0.2;10.0.0.9", "ip.version", "4;4;4"),
			metered(inner), "inner_not_opened"},
		{"first fragment", two("eth:ethertype:ip:udp:gtp:ip:udp", "ip.flags.mf", "1;0", "ip.frag_offset", "0;0"), metered(outer), "inner_fragment"},
		{"first fragment inside", two("eth:ethertype:ip:gre:ip:udp", "ip.flags.mf", "0;1", "ip.frag_offset", "0;0"), metered(inner), ""},
		{"Geneve backwards", two("eth:ethertype:ip:udp:geneve:eth:ethertype:ip:udp", "ip.proto", "17;17"), metered(outer), "inner_by_source_port"},
		{"Geneve", two("eth:ethertype:ip:udp:geneve:eth:ethertype:ip:udp", "ip.proto", "17;17", "udp.dstport", "6081;4"), metered(inner), ""},
		{"VXLAN-GPE", two("eth:ethertype:ip:udp:ip:udp", "ip.proto", "17;17"), innerReading{open: true}, "inner_vxlan_gpe"},
		{"length inferred", one("eth:ethertype:ip:udp", "ip.len", "80122"), innerReading{open: true}, "inner_length_zero"},
		{"the longest length", one("eth:ethertype:ip:udp", "ip.len", "65535"), metered(outer), ""},
		{"version 4 in 6in4", one("eth:ethertype:ip:data", "ip.version", "4;4"), innerReading{open: true}, "inner_version"},
		{"control word with sequence number", map[string]string{"frame.protocols": "eth:ethertype:mpls:pwethheuristic:pwethnocw:eth:ethertype:data"}, innerReading{open: true}, "inner_control_word"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.fields["frame.encap_type"] == "" {
				test.fields["frame.encap_type"] = "1"
			}
			packets, err := parseTshark(tsharkLine(test.fields) + "\n")
			if err != nil {
				t.Fatal(err)
			}
			r, names := explainInner(&packets[0], differences())
			if rule := strings.Join(names, " "); r != test.want || rule != test.rule {
				t.Errorf("got %+v by %q, want %+v by %q", r, rule, test.want, test.rule)
			}
		})
	}
}

func TestCompareEnds(t *testing.T) {
	a, b := endsOf("192.0.2.9", "192.0.2.1"), endsOf("10.0.0.1", "10.0.0.2")
	tests := []struct {
		name      string
		got, want map[ends]int64
		open      int64
		failures  int
	}{
		{"equal", map[ends]int64{a: 2}, map[ends]int64{a: 2}, 0, 0},
		{"another one", map[ends]int64{a: 2}, map[ends]int64{b: 2}, 0, 2},
		{"one less", map[ends]int64{a: 1}, map[ends]int64{a: 2}, 1, 1},
		{"open ones", map[ends]int64{a: 2, b: 1}, map[ends]int64{a: 1}, 2, 0},
		{"more than are open", map[ends]int64{a: 2, b: 1}, map[ends]int64{a: 1}, 1, 2},
		{"open and not metered", map[ends]int64{a: 1}, map[ends]int64{a: 1}, 5, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var f finding
			if f.compareEnds(test.got, test.want, test.open); len(f.failures) != test.failures {
				t.Errorf("got %q, want %d failures", f.failures, test.failures)
			}
		})
	}
}

func TestParseEnds(t *testing.T) {
	got, err := parseEnds(strings.NewReader("packets,dst_ip,src_ip\n3,10.0.0.2,10.0.0.1\n4,10.0.0.2,10.0.0.1\n"))
	if err != nil || len(got) != 1 || got[endsOf("10.0.0.1", "10.0.0.2")] != 7 {
		t.Errorf("got %v, %v", got, err)
	}
	for _, table := range []string{"", "src_ip,dst_ip\n", "src_ip,dst_ip,packets\n10.0.0.1,,3\n"} {
		if got, err := parseEnds(strings.NewReader(table)); err == nil {
			t.Errorf("%q: got %v, want an error", table, got)
		}
	}
}
