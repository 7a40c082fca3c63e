package table_test

import (
	"fmt"
	"math"
	"net/netip"
	"strings"
	"testing"

	"netstream/aggregate/flow"
	"netstream/writer/rowtest"
	"netstream/writer/table"
)

// exportedOnly are the columns that flows metered from packets never have.
const exportedOnly = "exporter_ip observation_domain in_if in_if_name out_if out_if_name direction packets_scaled bytes_scaled " +
	"sampling_rate sampling_source flows mpls_labels next_hop bgp_next_hop src_as dst_as src_mask dst_mask forwarding_status " +
	"nat_src_ip nat_dst_ip nat_src_port nat_dst_port nat_event firewall_event app_id app_name in_vrf_id in_vrf out_vrf_id out_vrf " +
	"tunnel_type tunnel_id outer_src_ip outer_dst_ip first_record"

// TestFlowCells reads one row that is all unknown and one that is all known.
func TestFlowCells(t *testing.T) {
	points := flow.NewPoints()
	point, err := points.Number(flow.Point{Interface: "wlan0"})
	if err != nil {
		t.Fatal(err)
	}
	o := table.Options{Points: points, WithMAC: true, FirstPacketOf: func(input uint32, number uint64) uint64 { return 1000*uint64(input) + number }}
	unknown := flow.Record{Key: key(t, "192.0.2.1", "198.51.100.2", 89, false, 0, 0), Start: -1, End: 1, EndReason: flow.EndForced, FirstNumber: 3}
	known := flow.Record{
		Key: key(t, "2001:db8::1", "::ffff:192.0.2.7", 6, true, 65535, 443), Start: 1_700_000_000_123_456_789, End: 1_700_000_001_000_000_000,
		Counters:    flow.Counters{Packets: 1, Octets: 2, WireOctets: 3, PayloadOctets: math.MaxUint64},
		FirstNumber: 4, FirstInput: 2, Fragments: 5, LatePackets: 6, TCPFlags: 511, TCPFlagCounts: [9]uint64{1, 2, 3, 4, 5, 6, 7, 8, 9},
		Marks: flow.MarkTCP | flow.MarkVLAN | flow.MarkInnerVLAN | flow.MarkMPLS | flow.MarkMAC, MinOctets: 40, MaxOctets: 1500, MinTTL: 1, MaxTTL: 255,
		VLAN: 0, InnerVLAN: 4095, MPLSTop: 1<<20 - 1, SourceMAC: [6]byte{0, 0x1b, 0x44, 0x11, 0x3a, 0xb7}, DestinationMAC: [6]byte{255, 255, 255, 255, 255, 255}, EndReason: flow.EndOfFlow,
	}
	known.Key.Point = point
	want := map[string][2]string{ // unknown, known
		"flow_start": {"-1", "1700000000123456"}, "flow_end": {"0", "1700000001000000"}, "duration_us": {"1", "876544"},
		"interface": {"NULL", "wlan0"}, "ip_version": {"4", "6"}, "src_ip": {"192.0.2.1", "2001:db8::1"}, "dst_ip": {"198.51.100.2", "::ffff:192.0.2.7"},
		"src_port": {"NULL", "65535"}, "dst_port": {"NULL", "443"}, "protocol": {"89", "6"}, "tos": {"0", "0"},
		"packets": {"0", "1"}, "bytes": {"0", "2"}, "wire_bytes": {"0", "3"}, "payload_bytes": {"0", "9223372036854775807"},
		"tcp_flags": {"NULL", "511"}, "tcp_fin": {"NULL", "1"}, "tcp_syn": {"NULL", "2"}, "tcp_rst": {"NULL", "3"}, "tcp_psh": {"NULL", "4"},
		"tcp_ack": {"NULL", "5"}, "tcp_urg": {"NULL", "6"}, "tcp_ece": {"NULL", "7"}, "tcp_cwr": {"NULL", "8"}, "tcp_ae": {"NULL", "9"},
		"min_ttl": {"0", "1"}, "max_ttl": {"0", "255"}, "min_ip_len": {"0", "40"}, "max_ip_len": {"0", "1500"},
		"vlan_id": {"NULL", "0"}, "inner_vlan_id": {"NULL", "4095"}, "mpls_label": {"NULL", "1048575"},
		"src_mac": {"NULL", "00:1b:44:11:3a:b7"}, "dst_mac": {"NULL", "ff:ff:ff:ff:ff:ff"}, "fragments": {"0", "5"}, "late_packets": {"0", "6"},
		"end_reason": {"forced_end", "end_of_flow"}, "end_reason_code": {"4", "3"}, "time_source": {"packet", "packet"}, "first_packet": {"3", "2004"},
		"flow_id": {
			fmt.Sprint(table.FlowID(&unknown.Key, &flow.Point{}, unknown.Start, 0)),
			fmt.Sprint(table.FlowID(&known.Key, &flow.Point{Interface: "wlan0"}, known.Start, 0)),
		},
		"community_id": {string(table.AppendCommunityID(nil, &unknown.Key)), string(table.AppendCommunityID(nil, &known.Key))},
	}
	columns := table.Flows(o)
	for _, name := range strings.Fields(exportedOnly) {
		want[name] = [2]string{"NULL", "NULL"}
	}
	checkCells(t, columns, want, &unknown, &known)
}

func cellText[R any](c *table.Column[R], row *R) string {
	switch null, number, text := rowtest.Cell(c, row); {
	case null:
		return "NULL"
	case c.Kind == table.Text:
		return text
	case c.Kind == table.Float64:
		return fmt.Sprint(math.Float64frombits(uint64(number)))
	default:
		return fmt.Sprint(number)
	}
}

// checkCells compares two rows with what they must have in each column.
func checkCells[R any](t *testing.T, columns []table.Column[R], want map[string][2]string, first, second *R) {
	t.Helper()
	for i := range columns {
		c := &columns[i]
		for j, row := range []*R{first, second} {
			if got := cellText(c, row); got != want[c.Name][j] {
				t.Errorf("%s of row %d: got %s, want %s", c.Name, j, got, want[c.Name][j])
			}
		}
	}
	if len(columns) != len(want) {
		t.Errorf("%d columns, want %d", len(columns), len(want))
	}
}

// TestExportedCells reads an exported row of which nothing is known, and one of
// which everything is.
func TestExportedCells(t *testing.T) {
	points, names := flow.NewPoints(), flow.NewNames()
	nameless, err := points.Number(flow.Point{Exported: true, Domain: 7})
	if err != nil {
		t.Fatal(err)
	}
	router, err := points.Number(flow.Point{Exported: true, Exporter: netip.MustParseAddr("192.0.2.254"), Domain: 258})
	if err != nil {
		t.Fatal(err)
	}
	number := func(name string) uint32 { return names.Number([]byte(name)) }
	elements, _ := flow.AppendElement(nil, 1, []byte("policy"))
	unknown := flow.Record{
		Key:    flow.Key{Point: nameless, Shape: flow.NoSource | flow.NoDestination | flow.NoProtocol | flow.NoClassOfService},
		Export: &flow.Export{TimeSource: flow.TimeExport}, FirstNumber: 9,
	}
	known := flow.Record{
		Key: key(t, "10.0.0.1", "10.0.0.2", 6, true, 40000, 443), Start: 5_000_000, End: 9_000_000, FirstNumber: 10, FirstInput: 3,
		Counters: flow.Counters{Packets: 3, Octets: 500, WireOctets: 600, PayloadOctets: 380},
		TCPFlags: 27, Marks: flow.MarkTCP, MinTTL: 60, MaxTTL: 61, MinOctets: 40, MaxOctets: 900, EndReason: flow.EndActiveTimeout,
		SourceMAC: [6]byte{5: 1}, DestinationMAC: [6]byte{5: 2},
		Export: &flow.Export{
			Has:  (1<<40 - 1) &^ (flow.FieldTCPFlagCounts | flow.FieldFragments | flow.FieldFirstPacket),
			InIf: 11, OutIf: math.MaxUint32, Direction: 1, ForwardingStatus: 64, NATEvent: 4, FirewallEvent: 3, SourceMask: 24, DestinationMask: 128,
			TimeSource: flow.TimeUptime, SamplingSource: flow.SamplingDomain, NextHop: flow.MappedIPv4([4]byte{10, 0, 0, 3}),
			BGPNextHop: [16]byte{0x20, 1, 15: 4}, NATSource: flow.MappedIPv4([4]byte{203, 0, 113, 1}), NATDestination: [16]byte{0x20, 1, 15: 5},
			NATSourcePort: 1, NATDestinationPort: 65535, OuterSource: flow.MappedIPv4([4]byte{10, 1, 0, 1}), OuterDestination: [16]byte{0x20, 1, 15: 6},
			SourceAS: 64512, DestinationAS: 4200000000, IngressVRF: 21, EgressVRF: 22,
			InIfName: number("GE0/1"), OutIfName: number("GE0/\xff"), IngressVRFName: number("red"), EgressVRFName: number("blue"), ApplicationName: number("https"),
			Application: 13<<56 | 453, Flows: 2, Population: 2500, Sample: 1000, LabelCount: 3, Labels: [flow.MaxLabels]uint32{16001, 3, 1<<20 - 1}, Elements: elements,
		},
	}
	known.Key.Point = router
	want := map[string][2]string{ // unknown, known
		"flow_start": {"0", "5000"}, "flow_end": {"0", "9000"}, "duration_us": {"0", "4000"}, "exporter_ip": {"NULL", "192.0.2.254"},
		"observation_domain": {"7", "258"}, "in_if": {"NULL", "11"}, "in_if_name": {"NULL", "GE0/1"}, "out_if": {"NULL", "4294967295"},
		"out_if_name": {"NULL", "GE0/\ufffdff"}, "direction": {"NULL", "egress"}, "ip_version": {"NULL", "4"}, "src_ip": {"NULL", "10.0.0.1"},
		"dst_ip": {"NULL", "10.0.0.2"}, "src_port": {"NULL", "40000"}, "dst_port": {"NULL", "443"}, "protocol": {"NULL", "6"}, "tos": {"NULL", "0"},
		"packets": {"NULL", "3"}, "bytes": {"NULL", "500"}, "wire_bytes": {"NULL", "600"}, "payload_bytes": {"NULL", "380"},
		"packets_scaled": {"NULL", "7"}, "bytes_scaled": {"NULL", "1250"}, "sampling_rate": {"NULL", "2.5"}, "sampling_source": {"NULL", "domain"},
		"flows": {"NULL", "2"}, "tcp_flags": {"NULL", "27"}, "min_ttl": {"NULL", "60"}, "max_ttl": {"NULL", "61"}, "min_ip_len": {"NULL", "40"},
		"max_ip_len": {"NULL", "900"}, "mpls_labels": {"NULL", "16001/3/1048575"}, "next_hop": {"NULL", "10.0.0.3"}, "bgp_next_hop": {"NULL", "2001::4"},
		"src_as": {"NULL", "64512"}, "dst_as": {"NULL", "4200000000"}, "src_mask": {"NULL", "24"}, "dst_mask": {"NULL", "128"},
		"forwarding_status": {"NULL", "64"}, "nat_src_ip": {"NULL", "203.0.113.1"}, "nat_dst_ip": {"NULL", "2001::5"}, "nat_src_port": {"NULL", "1"},
		"nat_dst_port": {"NULL", "65535"}, "nat_event": {"NULL", "4"}, "firewall_event": {"NULL", "3"}, "app_id": {"NULL", "13:453"},
		"app_name": {"NULL", "https"}, "in_vrf_id": {"NULL", "21"}, "in_vrf": {"NULL", "red"}, "out_vrf_id": {"NULL", "22"}, "out_vrf": {"NULL", "blue"},
		"tunnel_type": {"NULL", "NULL"}, "tunnel_id": {"NULL", "NULL"}, "outer_src_ip": {"NULL", "10.1.0.1"}, "outer_dst_ip": {"NULL", "2001::6"}, "src_mac": {"NULL", "00:00:00:00:00:01"},
		"dst_mac": {"NULL", "00:00:00:00:00:02"}, "time_source": {"export", "uptime"}, "end_reason": {"NULL", "active_timeout"},
		"end_reason_code": {"NULL", "2"}, "community_id": {"NULL", string(table.AppendCommunityID(nil, &known.Key))},
		"first_record": {"9", "310"}, "first_file": {"input 0", "input 3"}, "e0_344": {"NULL", "NULL"}, "e9_1": {"NULL", "policy"},
		"flow_id": {
			fmt.Sprint(table.ExportedFlowID(&unknown, &flow.Point{Exported: true, Domain: 7})),
			fmt.Sprint(table.ExportedFlowID(&known, &flow.Point{Exported: true, Exporter: netip.MustParseAddr("192.0.2.254"), Domain: 258})),
		},
	}
	for _, name := range strings.Fields("interface tcp_fin tcp_syn tcp_rst tcp_psh tcp_ack tcp_urg tcp_ece tcp_cwr tcp_ae " +
		"vlan_id inner_vlan_id mpls_label fragments late_packets first_packet first_file_packet") {
		want[name] = [2]string{"NULL", "NULL"}
	}
	checkCells(t, table.Flows(table.Options{
		Points: points, Names: names, WithMAC: true, Elements: []string{"e0_344", "e9_1"},
		FirstRecordOf: func(input uint32, number uint64) uint64 { return 100*uint64(input) + number },
		FileOf:        func(input uint32) string { return fmt.Sprintf("input %d", input) },
	}), want, &unknown, &known)
}

// TestSimulatedSamplingCells reads what packets stand for that were sampled before they
// were metered: in the flow table of their own, and NULL of others.
func TestSimulatedSamplingCells(t *testing.T) {
	all := flow.Record{Key: key(t, "10.0.0.1", "10.0.0.2", 6, true, 1, 2), Counters: flow.Counters{Packets: 3, Octets: 500}}
	sampled, huge := all, all
	sampled.Population = 7
	huge.Population, huge.Counters = math.MaxUint32, flow.Counters{Packets: 1 << 31, Octets: math.MaxInt64}
	want := map[string][3]string{
		"packets": {"3", "3", "2147483648"}, "bytes": {"500", "500", "9223372036854775807"},
		"packets_scaled": {"NULL", "21", "9223372034707292160"}, "bytes_scaled": {"NULL", "3500", "9223372036854775807"},
		"sampling_rate": {"NULL", "7", "4.294967295e+09"}, "sampling_source": {"NULL", "simulated", "simulated"},
	}
	for _, c := range table.Flows(table.Options{Points: flow.NewPoints()}) {
		for i, row := range []*flow.Record{&all, &sampled, &huge} {
			if cells, ok := want[c.Name]; ok && cellText(&c, row) != cells[i] {
				t.Errorf("column %s, row %d: got %s, want %s", c.Name, i+1, cellText(&c, row), cells[i])
			}
		}
	}
}

// TestIntervalCells reads an interval record of exported flows of which little is
// known, and one of which everything is.
func TestIntervalCells(t *testing.T) {
	o := rowtest.Options()
	unknown := flow.IntervalRecord{
		Key: flow.Key{Point: 9, Version: 6, Shape: flow.Ports | flow.NoSourcePort | flow.NoDestination, DestinationPort: 53, Protocol: 17},
		End: 300_000_000_000, First: 1000, Last: 2000, FlowsActive: 1, Has: flow.FieldOctets, Counters: flow.Counters{Octets: 10},
	}
	known := flow.IntervalRecord{
		Key: key(t, "10.0.0.1", "10.0.0.2", 17, true, 5, 6), Start: 300_000_000_000, End: 600_000_000_000, Complete: true, First: 300_000_001_000, Last: 300_000_002_000,
		Counters: flow.Counters{Packets: 1, Octets: 2, WireOctets: 3, PayloadOctets: 4}, FlowsActive: 5, FlowsStarted: 6, FlowsEnded: 7,
		TCPFlags: 8, Marks: flow.MarkTCP, Has: flow.MeteredFields | flow.FieldSampling | flow.FieldInIf | flow.FieldOutIf | flow.FieldDirection,
		InIf: 9, OutIf: 10, Direction: 2, InIfName: 3, OutIfName: 4, Scaled: flow.Scaled{Packets: 11, Octets: math.MaxUint64}, Distribution: flow.DistributionMid,
	}
	known.Key.Point = 8
	want := map[string][2]string{
		"interval_start": {"0", "300000000"}, "interval_end": {"300000000", "600000000"}, "interface": {"NULL", "NULL"},
		"exporter_ip": {"NULL", "2001:db8::fe"}, "observation_domain": {"0", "4294967295"}, "in_if": {"NULL", "9"}, "out_if": {"NULL", "10"},
		"in_if_name": {"NULL", o.Names.Name(3)}, "out_if_name": {"NULL", o.Names.Name(4)}, "direction": {"NULL", "2"},
		"ip_version": {"6", "4"}, "src_ip": {"::", "10.0.0.1"}, "dst_ip": {"NULL", "10.0.0.2"}, "src_port": {"NULL", "5"}, "dst_port": {"53", "6"},
		"protocol": {"17", "17"}, "tos": {"0", "0"}, "flows_active": {"1", "5"}, "flows_started": {"0", "6"}, "flows_ended": {"0", "7"},
		"packets": {"NULL", "1"}, "bytes": {"10", "2"}, "wire_bytes": {"NULL", "3"}, "payload_bytes": {"NULL", "4"},
		"packets_scaled": {"NULL", "11"}, "bytes_scaled": {"NULL", "9223372036854775807"}, "tcp_flags": {"NULL", "8"},
		"first_seen": {"1", "300000001"}, "last_seen": {"2", "300000002"}, "distribution": {"unspecified", "mid"}, "complete": {"0", "1"},
		"tunnel_type": {"NULL", "NULL"}, "tunnel_id": {"NULL", "NULL"}, "outer_src_ip": {"NULL", "NULL"}, "outer_dst_ip": {"NULL", "NULL"},
	}
	checkCells(t, table.Intervals(o), want, &unknown, &known)
}

// TestTunnelCells reads rows of what runs in a tunnel over IPv4 with a number, in one
// over IPv6 without, and in a pseudowire, which has no outer addresses.
func TestTunnelCells(t *testing.T) {
	o := table.Options{Points: flow.NewPoints(), Tunnels: true}
	for _, tt := range []struct {
		inside flow.Encapsulation
		want   string
	}{
		{flow.Encapsulation{}, "NULL NULL NULL NULL"},
		{flow.Encapsulation{
			Tunnel: flow.TunnelVXLAN, HasID: true, ID: 1<<24 - 1, OuterVersion: 4,
			OuterSource: flow.MappedIPv4([4]byte{192, 0, 2, 1}), OuterDestination: flow.MappedIPv4([4]byte{192, 0, 2, 2}),
		}, "vxlan 16777215 192.0.2.1 192.0.2.2"},
		{flow.Encapsulation{
			Tunnel: flow.TunnelIPInIP, OuterVersion: 6, OuterSource: [16]byte{0x20, 1, 15: 1}, OuterDestination: [16]byte{0x20, 1, 15: 2},
		}, "ip-in-ip NULL 2001::1 2001::2"},
		{flow.Encapsulation{Tunnel: flow.TunnelPseudowire, HasID: true}, "pseudowire 0 NULL NULL"},
	} {
		point, err := o.Points.Number(flow.Point{Interface: "eth0", Inside: tt.inside})
		if err != nil {
			t.Fatal(err)
		}
		k := key(t, "10.0.0.1", "10.0.0.2", 17, true, 5, 6)
		k.Point = point
		if got := tunnelCells(table.Flows(o), &flow.Record{Key: k}); got != tt.want {
			t.Errorf("flows: got %s, want %s", got, tt.want)
		}
		if got := tunnelCells(table.Intervals(o), &flow.IntervalRecord{Key: k}); got != tt.want {
			t.Errorf("intervals: got %s, want %s", got, tt.want)
		}
	}
}

func tunnelCells[R any](columns []table.Column[R], row *R) string {
	var cells []string
	for i := range columns {
		switch columns[i].Name {
		case "tunnel_type", "tunnel_id", "outer_src_ip", "outer_dst_ip":
			cells = append(cells, cellText(&columns[i], row))
		}
	}
	return strings.Join(cells, " ")
}
