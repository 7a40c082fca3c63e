package duckdb

import "testing"

// portProtocols are the protocols that have ports: ICMP, TCP, UDP, DCCP, ICMPv6,
// SCTP and UDP-Lite.
const portProtocols = "(1, 6, 17, 33, 58, 132, 136)"

// checkCells checks what must hold in every single row: above
// all where a cell is NULL, and that NULL is never told as 0.
func checkCells(t *testing.T, d *database, o *output) {
	rules := map[string][]string{
		"flows": {
			"(src_port IS NULL) <> (dst_port IS NULL)",
			"src_port IS NOT NULL AND protocol NOT IN " + portProtocols,
			"src_port <> 0 AND protocol IN (1, 58)",
			"protocol IN " + portProtocols + " AND src_port IS NULL AND fragments = 0 AND NOT cut_somewhere()",
			"(tcp_flags IS NULL) <> (tcp_syn IS NULL)",
			"tcp_flags IS NOT NULL AND protocol <> 6",
			"protocol = 6 AND tcp_flags IS NULL AND fragments = 0 AND NOT cut_somewhere()",
			"tcp_fin > packets OR tcp_syn > packets OR tcp_rst > packets OR tcp_ack > packets",
			"tcp_flags & 1 <> (tcp_fin > 0)::INT OR tcp_flags & 2 <> 2 * (tcp_syn > 0)::INT OR tcp_flags & 4 <> 4 * (tcp_rst > 0)::INT",
			"tcp_flags & 8 <> 8 * (tcp_psh > 0)::INT OR tcp_flags & 16 <> 16 * (tcp_ack > 0)::INT OR tcp_flags & 32 <> 32 * (tcp_urg > 0)::INT",
			"inner_vlan_id IS NOT NULL AND vlan_id IS NULL",
			"vlan_id > 4095 OR inner_vlan_id > 4095 OR mpls_label > 1048575",
			"interface = ''",
			"ip_version = 4 AND contains(src_ip, ':') OR ip_version = 6 AND NOT contains(src_ip, ':') OR ip_version NOT IN (4, 6)",
			"packets <= 0 OR fragments > packets OR late_packets > packets",
			"min_ip_len * packets > bytes OR max_ip_len * packets < bytes",
			"payload_bytes >= bytes OR payload_bytes < 0",
			"min_ttl > max_ttl",
			"flow_end < flow_start",
			"duration_us <> epoch_us(flow_end) - epoch_us(flow_start)",
			"community_id IS NULL OR NOT starts_with(community_id, '1:') OR length(community_id) <> 30",
			"flow_id < 0 OR first_packet < 1",
			"(end_reason, end_reason_code) NOT IN (('idle_timeout', 1), ('active_timeout', 2), ('end_of_flow', 3), ('forced_end', 4))",
			"observation_domain IS NOT NULL OR first_record IS NOT NULL OR time_source <> 'packet'",
		},
		"intervals": {
			"(src_port IS NULL) <> (dst_port IS NULL)",
			"src_port IS NOT NULL AND protocol NOT IN " + portProtocols,
			"stamp(interval_end) - stamp(interval_start) <> width()",
			"stamp(interval_start) % width() <> 0",
			"first_seen < interval_start OR last_seen < first_seen OR last_seen >= interval_end",
			"flows_active < 1 OR flows_started > flows_active OR flows_ended > flows_active OR flows_active > packets",
			"packets <= 0 OR payload_bytes >= bytes",
			"interface = '' OR distribution <> 'direct'",
		},
		"ledger": {
			"kind = 'packet' AND (packets IS NULL OR octets IS NOT NULL)",
			"kind = 'octets' AND (octets IS NULL OR packets IS NOT NULL)",
			"detail = '' OR kind NOT IN ('packet', 'note', 'octets', 'damage')",
		},
	}
	d.exec("CREATE MACRO cut_somewhere() AS (SELECT count(*) > 0 FROM ledger WHERE outcome IN ('truncated_payload', 'bad_l4_header'))")
	for table, conditions := range rules {
		d.none(table, conditions)
	}
	if n := d.number("SELECT max(first_packet) FROM flows"); n > o.manifest.Totals.PacketsRead {
		t.Errorf("first_packet goes up to %d, there are %d packets", n, o.manifest.Totals.PacketsRead)
	}
}

// TestNULLsAreThere shows that the captures have the NULLs and the zeros that the
// rules above are about.
func TestNULLsAreThere(t *testing.T) {
	for _, test := range []struct {
		capture, condition string
		want               int64
	}{
		{"lab.pcapng", "interface = 'trunk' AND vlan_id = 20", -1},
		{"lab.pcapng", "interface IS NULL", 0},
		{"lab-ping.pcap", "protocol = 1 AND src_port = 0 AND dst_port = 8 * 256", -1},
		{"lab-ping.pcap", "interface IS NULL AND vlan_id IS NULL AND mpls_label IS NULL", -1},
		{"esp.pcap", "src_port IS NULL AND tcp_flags IS NULL", -1},
		{"esp.pcap", "src_port = 0", 0},
		{"ipv4-fragments.pcap", "fragments = 3 AND src_port = 40000", 1},
		{"ipv4-fragments.pcap", "src_port IS NULL", 0},
		{"mpls.pcap", "mpls_label IS NOT NULL", -1},
		{"qinq.pcap", "vlan_id IS NOT NULL AND inner_vlan_id IS NOT NULL", -1},
		{"out-of-order-1h.pcap", "late_packets > 0", -1},
		{"time-before-1970.pcapng", "flow_start < '1970-01-01T00:00:00Z'", -1},
		{"time-before-1970.pcapng", "epoch_us(flow_start) = -500000", 1},
		{"raw-ipv6.pcap", "src_mac IS NULL AND ip_version = 6", -1},
		{"lab-ping.pcap", "length(src_mac) = 17 AND length(dst_mac) = 17", -1},
	} {
		t.Run(test.capture+" "+test.condition, func(t *testing.T) {
			d := open(t)
			d.tables(run(t, "parquet", setting{name: "us with MAC", unit: "us", withMAC: true}, "testdata/capture/"+test.capture))
			got := d.number("SELECT count(*) FROM flows WHERE %s", test.condition)
			if test.want >= 0 && got != test.want || test.want < 0 && got == 0 {
				t.Errorf("got %d rows", got)
			}
		})
	}
}
