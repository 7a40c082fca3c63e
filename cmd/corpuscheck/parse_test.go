package main

import (
	"maps"
	"net/netip"
	"strings"
	"testing"
)

// flowKey makes a key from texts.
func flowKey(source, destination string, protocol, sourcePort, destinationPort int) key {
	return key{netip.MustParseAddr(source), netip.MustParseAddr(destination), protocol, 0, sourcePort, destinationPort}
}

func summed(conversations []conversation, err error) (sums, error) {
	return undirectedSums(conversations), err
}

func TestParseReferences(t *testing.T) {
	tests := []struct {
		name  string
		parse func() (sums, error)
		want  sums
	}{{
		name: "nDPI, both directions and one",
		parse: func() (sums, error) {
			return summed(parseNDPI("DPI Packets (TCP):\t7\t(7.00 pkts/flow)\n" +
				"\t1\tTCP 192.0.2.9:53096 <-> 192.0.2.1:443 [proto: 91/TLS][3 pkts/180 bytes <-> 2 pkts/120 bytes][8.44 sec]\n" +
				"\t2\tICMPV6 [2001:db8::1]:0 -> [2001:db8::2]:0 [proto: 102/ICMPV6][1 pkts/86 bytes -> 0 pkts/0 bytes][< 1 sec]\n" +
				"\t3\t88 192.0.2.9:0 -> 192.0.2.1:0 [proto: 0/Unknown][1 pkts/74 bytes -> 0 pkts/0 bytes]\n"))
		},
		want: sums{
			flowKey("192.0.2.1", "192.0.2.9", 6, 443, 53096): {packets: 5, wireBytes: 300},
			flowKey("2001:db8::1", "2001:db8::2", 58, 0, 0):  {packets: 1, wireBytes: 86},
			flowKey("192.0.2.1", "192.0.2.9", 88, 0, 0):      {packets: 1, wireBytes: 74},
		},
	}, {
		name: "Zeek, two connections of one key",
		parse: func() (sums, error) {
			return summed(parseZeek("#fields\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\tip_proto\n" +
				"192.0.2.9\t4000\t192.0.2.1\t80\ttcp\t2\t80\t1\t40\t6\n" +
				"192.0.2.1\t80\t192.0.2.9\t4000\ttcp\t1\t40\t0\t0\t6\n" +
				"192.0.2.9\t8\t192.0.2.1\t0\ticmp\t1\t84\t1\t84\t1\n" +
				"192.0.2.9\t0\t192.0.2.1\t0\tunknown_transport\t1\t30\t0\t0\t132\n#close\n"))
		},
		want: sums{
			flowKey("192.0.2.1", "192.0.2.9", 6, 80, 4000): {packets: 4, bytes: 160},
			flowKey("192.0.2.1", "192.0.2.9", 1, 0, 0):     {packets: 2, bytes: 168},
			flowKey("192.0.2.1", "192.0.2.9", 132, 0, 0):   {packets: 1, bytes: 30},
		},
	}, {
		name: "Zeek, columns cut away",
		parse: func() (sums, error) {
			return summed(parseZeek("#fields\tid.orig_h\tid.orig_p\n192.0.2.9\t4000\n"))
		},
	}, {
		name: "Arkime, a session without addresses",
		parse: func() (sums, error) {
			return summed(parseArkime([]byte(`{"sessions3": [{"body": {"ipProtocol": 17,
				"source": {"ip": "192.0.2.9", "port": 4000, "packets": 2, "bytes": 120},
				"destination": {"ip": "192.0.2.1", "port": 53, "packets": 1, "bytes": 90}}},
				{"body": {"source": {"packets": 1}}}]}`)))
		},
		want: sums{flowKey("192.0.2.1", "192.0.2.9", 17, 53, 4000): {packets: 3, wireBytes: 210}},
	}, {
		name: "netstream, rows of one key and unknown ports",
		parse: func() (sums, error) {
			return parseSums(strings.NewReader("tos,src_ip,dst_ip,src_port,dst_port,protocol,packets,bytes,wire_bytes,tcp_flags\n" +
				"8,192.0.2.9,192.0.2.1,4000,53,17,1,60,74,\n" +
				"8,192.0.2.9,192.0.2.1,4000,53,17,2,100,128,\n" +
				"0,192.0.2.9,192.0.2.1,4000,80,6,1,60,74,2\n" +
				"0,192.0.2.9,192.0.2.1,4000,80,6,1,52,66,16\n" +
				"0,192.0.2.9,192.0.2.1,,,17,1,1500,1514,\n"))
		},
		want: sums{
			{netip.MustParseAddr("192.0.2.9"), netip.MustParseAddr("192.0.2.1"), 17, 8, 4000, 53}: {packets: 3, bytes: 160, wireBytes: 202},
			flowKey("192.0.2.9", "192.0.2.1", 6, 4000, 80):                                        {packets: 2, bytes: 112, wireBytes: 140, tcpFlags: 18},
			flowKey("192.0.2.9", "192.0.2.1", 17, noPort, noPort):                                 {packets: 1, bytes: 1500, wireBytes: 1514},
		},
	}}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := test.parse()
			if err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestParseNfpcapd(t *testing.T) {
	got, err := parseNfpcapd(strings.NewReader("file,first,last,proto,src,dst,sport,dport,tcp_flags,tos,packets,bytes,src_vlan\n" +
		"a.pcap,1.0,2.0,1,192.0.2.9,192.0.2.1,0,8.1,........,0,2,168,0\n" +
		"b.pcap,1.0,2.0,6,192.0.2.9,192.0.2.1,4000,80,......S.,0,1,40,0\n"))
	if err != nil {
		t.Fatal(err)
	}
	if want := (sums{flowKey("192.0.2.9", "192.0.2.1", 1, 0, 2049): {packets: 2, bytes: 168}}); !maps.Equal(got["a.pcap"], want) {
		t.Errorf("got %v, want %v", got["a.pcap"], want)
	}
	if len(got) != 2 {
		t.Errorf("got %d captures, want 2", len(got))
	}
}

func TestParsersRefuse(t *testing.T) {
	tests := []struct {
		name  string
		parse func() error
	}{
		{"nDPI protocol", func() error {
			_, err := parseNDPI("\t1\tFOO 192.0.2.9:1 -> 192.0.2.1:2 [1 pkts/1 bytes -> 0 pkts/0 bytes]\n")
			return err
		}},
		{"netstream without a column", func() error { _, err := parseSums(strings.NewReader("src_ip\n")); return err }},
		{"table without a column", func() error { _, err := readTable("a\tb\n", "c"); return err }},
		{"table with a short line", func() error { _, err := readTable("a\tb\n1\n", "b"); return err }},
		{"tshark with too few cells", func() error { _, err := parseTshark("1\t60\n"); return err }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.parse() == nil {
				t.Error("got no error")
			}
		})
	}
}

func TestParseCapinfos(t *testing.T) {
	got, err := parseCapinfos("File name\tNumber of packets\tData size (bytes)\tStart time\tEnd time\n" +
		"a.pcap\t3\t180\t1000000000.5\t1000000001.25\n# capinfos: a complaint\n")
	if err != nil {
		t.Fatal(err)
	}
	if want := (capinfos{3, 180, "1000000000.5", "1000000001.25"}); got["a.pcap"] != want {
		t.Errorf("got %v, want %v", got["a.pcap"], want)
	}
}

func TestTimes(t *testing.T) {
	tests := []struct {
		name, manifest, seconds string
		usable, same            bool
	}{
		{"microseconds", "2001-09-09T01:46:40.000001000Z", "1000000000.000001", true, true},
		{"nanoseconds", "2001-09-09T01:46:40.000000001Z", "1000000000.000000001", true, true},
		{"fewer digits are cut", "2001-09-09T01:46:40.195312500Z", "1000000000.19", true, true},
		{"another second", "2001-09-09T01:46:41.000000000Z", "1000000000.000000", true, false},
		{"none", "2001-09-09T01:46:41.000000000Z", "n/a", false, false},
		{"no fraction", "2001-09-09T01:46:41.000000000Z", "1000000000.-653779", false, false},
		{"more than a second", "2001-09-09T01:46:41.000000000Z", "1000000000.2105376", false, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := usableTime(test.seconds); got != test.usable {
				t.Errorf("usable: got %v, want %v", got, test.usable)
			}
			if got := sameTime(test.manifest, test.seconds); got != test.same {
				t.Errorf("same: got %v, want %v", got, test.same)
			}
		})
	}
}
