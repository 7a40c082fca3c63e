package main

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestParseConversations(t *testing.T) {
	got, err := parseConversations(strings.NewReader("src_ip,dst_ip,src_port,dst_port,protocol,packets,bytes,wire_bytes,rev_packets,rev_bytes,rev_wire_bytes,conn_state\n" +
		"192.0.2.9,192.0.2.1,4000,80,6,3,180,222,2,120,148,SF\n" +
		"192.0.2.9,192.0.2.1,,,47,1,60,74,0,0,0,\n"))
	if err != nil || len(got) != 2 {
		t.Fatalf("got %v, %v, want two biflows", got, err)
	}
	if want := [2]volume{{3, 180, 222, 0}, {2, 120, 148, 0}}; got[0].volumes != want || got[0].key != flowKey("192.0.2.9", "192.0.2.1", 6, 4000, 80) || got[0].cells["conn_state"] != "SF" {
		t.Errorf("got %v, want %v", got[0], want)
	}
	if back := got[0].reversed(); back.key != flowKey("192.0.2.1", "192.0.2.9", 6, 80, 4000) || back.volumes[0].packets != 2 {
		t.Errorf("got %v", back)
	}
	if sums := directedSums(got); len(sums) != 3 {
		t.Errorf("got %v, want three directions", sums)
	}
}

func TestParseTcptrace(t *testing.T) {
	got, err := parseTcptrace("TCP connection 1:\n\thost a:        192.0.2.9:4000\n\thost b:        192.0.2.1:80\n" +
		"   a->b:\t\t\t      b->a:\n" +
		"     total packets:             3           total packets:             2      \n" +
		"     zero win adv:              0 times     zero win adv:              7 times\n" +
		"     SYN/FIN pkts sent:       1/1           SYN/FIN pkts sent:       1/0      \n")
	if err != nil || len(got) != 1 {
		t.Fatalf("got %v, %v, want one connection", got, err)
	}
	if c := got[0]; c.key != flowKey("192.0.2.9", "192.0.2.1", 6, 4000, 80) || c.volumes[0].packets != 3 || c.volumes[1].packets != 2 ||
		c.cells["rev zero win adv"] != "7" || c.cells["SYN/FIN pkts sent"] != "1/1" || c.cells["rev SYN/FIN pkts sent"] != "1/0" {
		t.Errorf("got %v", c)
	}
}

func TestParseIpfixprobe(t *testing.T) {
	got, err := parseIpfixprobe("192.0.2.1,192.0.2.9,328,120,0,first,last,mac,mac,3,2,80,4000,0,6,0,0\nipaddr DST_IP,ipaddr SRC_IP,,,,,,,,,,,,,\n")
	if err != nil || len(got) != 1 {
		t.Fatalf("got %v, %v, want one biflow", got, err)
	}
	if c := got[0]; c.key != flowKey("192.0.2.9", "192.0.2.1", 6, 4000, 80) || c.volumes != [2]volume{{3, 328, 0, 0}, {2, 120, 0, 0}} {
		t.Errorf("got %v", c)
	}
	if _, err := parseIpfixprobe("192.0.2.1,192.0.2.9\n"); err == nil {
		t.Error("got no error for a line that is too short")
	}
}

func TestParseNFStream(t *testing.T) {
	got, err := parseNFStream("id,bidirectional_packets,bidirectional_bytes\n0,46,6348\n1,1,200\n")
	if want := [][2]int64{{46, 6348}, {1, 200}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

// tcpPacket makes a packet of which tshark tells these fields.
func tcpPacket(number, octets, flags string, more ...string) packet {
	p := packet{fields: map[string][]string{"tcp.seq": {number}, "tcp.flags": {flags}}}
	if octets != "" {
		p.fields["tcp.len"] = []string{octets}
	}
	for _, field := range more {
		p.fields[field] = []string{"1"}
	}
	return p
}

func TestSegmentTraits(t *testing.T) {
	tests := []struct {
		name    string
		packets []packet
		want    segmentTrait
		again   int64
	}{
		{"in order", []packet{tcpPacket("9", "0", "0x02"), tcpPacket("10", "5", "0x10"), tcpPacket("15", "0", "0x10")}, 0, 0},
		{"SYN twice", []packet{tcpPacket("9", "0", "0x02"), tcpPacket("9", "0", "0x02", "tcp.analysis.retransmission")}, segmentSynAgain, 1},
		{"SYN, then SYN and ACK", []packet{tcpPacket("9", "0", "0x02"), tcpPacket("9", "0", "0x12")}, 0, 0},
		{"no length", []packet{tcpPacket("9", "", "0x10")}, segmentLength, 0},
		{"jump", []packet{tcpPacket("9", "1", "0x10"), tcpPacket("2000000000", "1", "0x10")}, segmentJump, 0},
		{"acknowledgment ahead", []packet{tcpPacket("9", "1", "0x10"), tcpPacket("20", "0", "0x10")}, segmentAhead, 0},
		{"acknowledgment behind", []packet{tcpPacket("9", "9", "0x10"), tcpPacket("9", "0", "0x10")}, segmentBehind, 0},
		{"one over", []packet{tcpPacket("9", "9", "0x10"), tcpPacket("17", "9", "0x10")}, segmentOneOver, 0},
		{"acknowledged", []packet{tcpPacket("9", "9", "0x10", "tcp.analysis.retransmission", "tcp.analysis.spurious_retransmission")}, segmentAcknowledged, 1},
		{"reset anywhere", []packet{tcpPacket("9", "9", "0x10"), tcpPacket("17", "9", "0x04")}, 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := segmentFlow{next: -1}
			for i := range test.packets {
				s.count(&test.packets[i])
				s.follow(&test.packets[i])
			}
			if s.traits != test.want || s.segments.again != test.again {
				t.Errorf("got traits %b, %d again, want %b, %d", s.traits, s.segments.again, test.want, test.again)
			}
		})
	}
}

// TestExactMoments has the example of docs/features.md.
func TestExactMoments(t *testing.T) {
	got := exactMoments([]int64{60, 1500, 40}, false)
	if *got[0] != 40 || *got[1] != 1600.0/3 || math.Abs(*got[2]-math.Sqrt(700933+1.0/3)) > 1e-9 || *got[3] != 1500 {
		t.Errorf("got %v %v %v %v", *got[0], *got[1], *got[2], *got[3])
	}
	if got := exactMoments([]int64{52}, false); got[2] != nil {
		t.Errorf("got the deviation %v of one length, want none", *got[2])
	}
	if got := exactMoments([]int64{52}, true); *got[2] != 0 {
		t.Errorf("got the deviation %v of one gap, want 0", *got[2])
	}
	if got := exactMoments(nil, true); got != [4]*float64{} {
		t.Errorf("got %v of no values", got)
	}
}

func TestNanoseconds(t *testing.T) {
	for text, want := range map[string]int64{"1000000000.5": 1000000000500000000, "0.000000001": 1, "12": 12000000000} {
		if got, ok := nanoseconds(text); !ok || got != want {
			t.Errorf("%s: got %d, %v, want %d", text, got, ok, want)
		}
	}
	if _, ok := nanoseconds("-1.5"); ok {
		t.Error("got a time before 1970")
	}
}

// TestComparisonsFail: what differs without a reason fails the capture, and nothing else.
func TestComparisonsFail(t *testing.T) {
	var f finding
	f.compare("a", true, "", "")
	f.compare("a", false, "a rule", "")
	if len(f.failures) != 0 {
		t.Errorf("got the failures %v, want none", f.failures)
	}
	f.compare("a", false, "", "got 1")
	if len(f.failures) != 1 || f.tallies["a"].compared != 3 || f.tallies["a"].equal != 1 {
		t.Errorf("got %v, %+v", f.failures, f.tallies["a"])
	}
}

func TestZeekReason(t *testing.T) {
	tests := []struct {
		name             string
		history, service string
		at, turned       int
		sameTotal        bool
		trait            trait
		explained        bool
	}{
		{"equal", "ShADadFf", "-", 0, -1, true, 0, false},
		{"turned", "^d", "-", -1, 0, true, 0, true},
		{"turned without a mark", "Dd", "-", -1, 0, false, 0, false},
		{"cut elsewhere", "Dd", "-", -1, -1, true, 0, true},
		{"other volume", "Dd", "-", -1, -1, false, 0, false},
		{"in a tunnel", "Dd", "-", -1, -1, false, traitTunnel, true},
		{"GridFTP", "Dd", "gridftp-data", -1, -1, false, 0, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			z := conversation{key: flowKey("192.0.2.9", "192.0.2.1", 6, 4000, 80), cells: map[string]string{"history": test.history, "service": test.service}}
			if got := zeekReason(&z, test.at, test.turned, test.sameTotal, test.trait); (got != "") != test.explained {
				t.Errorf("got %q, want a reason: %v", got, test.explained)
			}
		})
	}
}
