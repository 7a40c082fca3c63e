package table_test

import (
	"net/netip"
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/table"
)

// key makes a flow key of two addresses. For ICMP source and destination are
// type and code.
func key(t *testing.T, source, destination string, protocol uint8, ports bool, sourcePort, destinationPort uint16) flow.Key {
	t.Helper()
	s, d := netip.MustParseAddr(source), netip.MustParseAddr(destination)
	k := flow.Key{Source: s.As16(), Destination: d.As16(), Protocol: protocol, Version: 6}
	if s.Is4() {
		k.Version = 4
	}
	if ports {
		k.Shape, k.SourcePort, k.DestinationPort = 1, sourcePort, destinationPort
	}
	if protocol == 1 || protocol == 58 {
		k.SourcePort, k.DestinationPort = 0, sourcePort<<8|destinationPort
	}
	return k
}

// TestCommunityID has the vectors of baseline_deflt.json of
// github.com/corelight/community-id-spec. That file gives for ICMP requests and
// replies the type of the counterpart in the place of the code; the code, which
// does not count then, is 0 here.
func TestCommunityID(t *testing.T) {
	for _, c := range []struct {
		name                string
		source, destination string
		protocol            uint8
		ports               bool
		first, second       uint16
		want                string
	}{
		{"neighbour solicitation", "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 58, true, 135, 0, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
		{"neighbour advertisement", "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 58, true, 136, 0, "1:dGHyGvjMfljg6Bppwm3bg0LO8TY="},
		{"neighbour solicitation back", "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 58, true, 135, 0, "1:zavyT/cezQr1fmImYCwYnMXbgck="},
		{"neighbour advertisement back", "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 58, true, 136, 0, "1:zavyT/cezQr1fmImYCwYnMXbgck="},
		{"time exceeded, one way", "3ffe:501:1800:2345::2", "3ffe:507:0:1:200:86ff:fe05:80da", 58, true, 3, 0, "1:2ObVBgIn28oZvibYZhZMBgh7WdQ="},
		{"port unreachable, one way", "3ffe:501:410:0:2c0:dfff:fe47:33e", "3ffe:507:0:1:200:86ff:fe05:80da", 58, true, 1, 4, "1:hLZd0XGWojozrvxqE0dWB1iM6R0="},
		{"ICMPv6 echo", "3ffe:507:0:1:200:86ff:fe05:80da", "3ffe:501:0:1001::2", 58, true, 128, 0, "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg="},
		{"ICMPv6 echo reply", "3ffe:501:0:1001::2", "3ffe:507:0:1:200:86ff:fe05:80da", 58, true, 129, 0, "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg="},
		{"router solicitation", "fe80::200:86ff:fe05:80da", "ff02::2", 58, true, 133, 0, "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0="},
		{"router advertisement", "fe80::260:97ff:fe07:69ea", "ff02::1", 58, true, 134, 0, "1:pkvHqCL88/tg1k4cPigmZXUtL00="},
		{"ICMP echo", "192.168.0.89", "192.168.0.1", 1, true, 8, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
		{"ICMP echo reply", "192.168.0.1", "192.168.0.89", 1, true, 0, 0, "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="},
		{"ICMP time exceeded, one way", "10.0.0.1", "10.0.0.2", 1, true, 11, 0, "1:YHxtAirCG//0OzkcVAukqKQN9xM="},
		{"TCP over IPv6", "2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a", 6, true, 63943, 25, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
		{"TCP over IPv6 back", "2607:f8b0:400c:c03::1a", "2001:470:e5bf:dead:4957:2174:e82c:4887", 6, true, 25, 63943, "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4="},
		{"SCTP", "192.168.170.8", "192.168.170.56", 132, true, 7, 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
		{"SCTP back", "192.168.170.56", "192.168.170.8", 132, true, 7, 7, "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs="},
		{"TCP", "128.232.110.120", "66.35.250.204", 6, true, 34855, 80, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
		{"TCP back", "66.35.250.204", "128.232.110.120", 6, true, 80, 34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="},
		{"UDP", "192.168.1.52", "8.8.8.8", 17, true, 54585, 53, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
		{"UDP back", "8.8.8.8", "192.168.1.52", 17, true, 53, 54585, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="},
		{"RSVP, no ports", "10.1.12.1", "10.1.12.2", 46, false, 0, 0, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="},
		{"RSVP back", "10.1.12.2", "10.1.12.1", 46, false, 0, 0, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw="},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := key(t, c.source, c.destination, c.protocol, c.ports, c.first, c.second)
			if got := string(table.AppendCommunityID([]byte("x"), &k)); got != "x"+c.want {
				t.Errorf("got %s, want x%s", got, c.want)
			}
		})
	}
}

// TestCommunityIDDirections has both directions of everything that is answered
// give the same identifier.
func TestCommunityIDDirections(t *testing.T) {
	for _, c := range []struct {
		name             string
		protocol         uint8
		ports            bool
		request, answer  [2]uint16
		different        bool
		source, opposite string
	}{
		{"ICMP router solicitation", 1, true, [2]uint16{10, 0}, [2]uint16{9, 0}, false, "10.0.0.1", "10.0.0.2"},
		{"ICMP timestamp", 1, true, [2]uint16{13, 0}, [2]uint16{14, 0}, false, "10.0.0.1", "10.0.0.2"},
		{"ICMP information", 1, true, [2]uint16{15, 0}, [2]uint16{16, 0}, false, "10.0.0.1", "10.0.0.2"},
		{"ICMP address mask", 1, true, [2]uint16{17, 0}, [2]uint16{18, 0}, false, "10.0.0.1", "10.0.0.2"},
		{"ICMP unreachable is one way", 1, true, [2]uint16{3, 1}, [2]uint16{3, 1}, true, "10.0.0.1", "10.0.0.2"},
		{"ICMPv6 multicast listener", 58, true, [2]uint16{130, 0}, [2]uint16{131, 0}, false, "fe80::1", "fe80::2"},
		{"ICMPv6 who are you", 58, true, [2]uint16{139, 0}, [2]uint16{140, 0}, false, "fe80::1", "fe80::2"},
		{"ICMPv6 home agent", 58, true, [2]uint16{144, 0}, [2]uint16{145, 0}, false, "fe80::1", "fe80::2"},
		{"same address, ports decide", 17, true, [2]uint16{53, 99}, [2]uint16{99, 53}, false, "10.0.0.1", "10.0.0.1"},
		{"later fragments", 17, false, [2]uint16{}, [2]uint16{}, false, "10.0.0.1", "10.0.0.2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			request := key(t, c.source, c.opposite, c.protocol, c.ports, c.request[0], c.request[1])
			answer := key(t, c.opposite, c.source, c.protocol, c.ports, c.answer[0], c.answer[1])
			there, back := string(table.AppendCommunityID(nil, &request)), string(table.AppendCommunityID(nil, &answer))
			if (there != back) != c.different {
				t.Errorf("%s there, %s back", there, back)
			}
		})
	}
}

// TestCommunityIDWithoutPorts has protocols that the specification does not know
// ports of, and packets without known ports, hash no ports.
func TestCommunityIDWithoutPorts(t *testing.T) {
	for _, protocol := range []uint8{33, 136} { // DCCP, UDP-Lite
		with := key(t, "10.0.0.1", "10.0.0.2", protocol, true, 1, 2)
		without := key(t, "10.0.0.1", "10.0.0.2", protocol, false, 0, 0)
		if a, b := table.AppendCommunityID(nil, &with), table.AppendCommunityID(nil, &without); string(a) != string(b) {
			t.Errorf("protocol %d: %s with ports, %s without", protocol, a, b)
		}
	}
	with, without := key(t, "10.0.0.1", "10.0.0.2", 17, true, 0, 0), key(t, "10.0.0.1", "10.0.0.2", 17, false, 0, 0)
	if a, b := table.AppendCommunityID(nil, &with), table.AppendCommunityID(nil, &without); string(a) == string(b) {
		t.Error("UDP: ports 0 and unknown ports have the same identifier")
	}
	half := with
	half.Shape |= flow.NoSourcePort
	if a, b := table.AppendCommunityID(nil, &half), table.AppendCommunityID(nil, &without); string(a) != string(b) {
		t.Error("UDP: an unknown source port is taken for 0")
	}
}

func TestIdentifiersAllocateNothing(t *testing.T) {
	k := key(t, "2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a", 6, true, 63943, 25)
	buffer := make([]byte, 0, 64)
	exported := flow.Record{Key: k, Export: &flow.Export{}}
	point := flow.Point{Exported: true, Exporter: netip.MustParseAddr("2001:db8::1"), Interface: "an interface"}
	var sum int64
	if n := testing.AllocsPerRun(100, func() {
		buffer = table.AppendCommunityID(buffer[:0], &k)
		sum += table.FlowID(&k, &flow.Point{Interface: "a network interface"}, 1, 2) + table.ExportedFlowID(&exported, &point)
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}
