package duckdb

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// flowFilter is a condition of --flow-filter, and the WHERE clause that a person who
// does not know of it would write. IS TRUE makes an unknown comparison a false one
// where a negation stands in front of it; elsewhere it makes no difference.
type flowFilter struct{ filter, where string }

func flowFilters() []flowFilter {
	return []flowFilter{
		{"protocol = tcp", "protocol = 6"},
		{"protocol != udp", "protocol <> 17"},
		{"protocol tcp and dst_port = 443", "protocol = 6 AND dst_port = 443"},
		{"protocol in icmp, ipv6-icmp", "protocol IN (1, 58)"},
		{"protocol = tcp and (dst_port in 80,443 or dst_port 8000..8100)", "protocol = 6 AND (dst_port IN (80, 443) OR dst_port BETWEEN 8000 AND 8100)"},
		{"dst_port in 53, 1024..65535", "dst_port = 53 OR dst_port >= 1024"},
		{"src_port not in 53, 80", "src_port NOT IN (53, 80)"},
		{"not src_port in 53, 80", "NOT (src_port IN (53, 80)) IS TRUE"},
		{"src_port is null", "src_port IS NULL"},
		{"not src_port is null", "src_port IS NOT NULL"},
		{"bytes > 0.5K", "bytes > 500"},
		{"bytes >= 1Ki or packets <= 2", "bytes >= 1024 OR packets <= 2"},
		{"bytes < 60 and packets != 1", "bytes < 60 AND packets <> 1"},
		{"packets > 1.5", "packets > 1.5"},
		{"payload_bytes = 0", "payload_bytes = 0"},
		{"wire_bytes is null or wire_bytes >= 100", "wire_bytes IS NULL OR wire_bytes >= 100"},
		{"src_ip = 10.89.0.2 or dst_ip = 10.89.0.2", "src_ip = '10.89.0.2' OR dst_ip = '10.89.0.2'"},
		{"src_ip in 10.0.0.0/8", "src_ip LIKE '10.%'"},
		{"src_ip in 10.0.0.0/8 and bytes > 100", "split_part(src_ip, '.', 1) = '10' AND bytes > 100"},
		{"src_ip in ::/0", "contains(src_ip, ':')"},
		{"dst_ip in 224.0.0.0/4, ff00::/8", "(NOT contains(dst_ip, ':') AND split_part(dst_ip, '.', 1)::INT BETWEEN 224 AND 239) OR dst_ip LIKE 'ff__:%'"},
		{"dst_ip in 10.89.0.0..10.89.0.9", "octets(dst_ip) BETWEEN octets('10.89.0.0') AND octets('10.89.0.9')"},
		{"dst_ip not in 10.0.0.0/8, fe80::/10", "NOT (dst_ip LIKE '10.%' OR dst_ip SIMILAR TO 'fe[89ab].*')"},
		{"src_ip is null or dst_ip is null", "src_ip IS NULL OR dst_ip IS NULL"},
		{"ip_version = 6 and not protocol udp", "ip_version = 6 AND NOT (protocol = 17) IS TRUE"},
		{"tcp_flags & syn", "tcp_flags & 2 <> 0"},
		{"not tcp_flags & syn", "NOT (tcp_flags & 2 <> 0) IS TRUE"},
		{"tcp_flags & syn|ack = syn", "tcp_flags & 18 = 2"},
		{"tcp_flags = syn|ack|psh|fin or tcp_rst > 0", "tcp_flags = 27 OR tcp_rst > 0"},
		{"tos & 0xfc in 0, 0xb8", "tos & 252 IN (0, 184)"},
		{"end_reason = idle_timeout and duration_us >= 1s", "end_reason = 'idle_timeout' AND duration_us >= 1000000"},
		{"end_reason in end_of_flow, active_timeout", "end_reason IN ('end_of_flow', 'active_timeout')"},
		{"end_reason != forced_end", "end_reason <> 'forced_end'"},
		{"end_reason is null or end_reason_code = 3", "end_reason IS NULL OR end_reason_code = 3"},
		{"duration_us = 0", "duration_us = 0"},
		{"duration_us 1ms..2m", "duration_us BETWEEN 1000 AND 120000000"},
		{"flow_start >= 2026-11-23T03:00:00Z", "flow_start >= moment('2026-11-23 03:00:00')"},
		{"flow_start in 2026-11-23T02:58:00Z..2026-11-23T03:01:00.5Z", "flow_start BETWEEN moment('2026-11-23 02:58:00') AND moment('2026-11-23 03:01:00.5')"},
		{"flow_end < '2026-11-23 03:00:10'", "flow_end < moment('2026-11-23 03:00:10')"},
		{"vlan_id is null", "vlan_id IS NULL"},
		{"vlan_id is not null and vlan_id != 10", "vlan_id <> 10"},
		{"interface = eth0 or interface is null", "interface = 'eth0' OR interface IS NULL"},
		{"min_ttl < 64 and max_ip_len > 100", "min_ttl < 64 AND max_ip_len > 100"},
		{"fragments > 0", "fragments > 0"},
		{"exporter_ip = 192.0.2.1", "exporter_ip = '192.0.2.1'"},
		{"exporter_ip is not null and in_if > 1", "exporter_ip IS NOT NULL AND in_if > 1"},
		{"observation_domain in 0..9 or out_if != 2", "observation_domain BETWEEN 0 AND 9 OR out_if <> 2"},
		{"direction = egress", "direction = 'egress'"},
		{"in_if_name != 'x' or app_name is not null", "in_if_name <> 'x' OR app_name IS NOT NULL"},
		{"next_hop in 0.0.0.0/0 and src_as > 0", "next_hop NOT LIKE '%:%' AND src_as > 0"},
		{"sampling_rate > 1 or bytes_scaled > 10K", "sampling_rate > 1 OR bytes_scaled > 10000"},
		{"sampling_source in header, sampler", "sampling_source IN ('header', 'sampler')"},
		{"time_source != packet", "time_source <> 'packet'"},
		{"flows >= 2 or src_mask = 24", "flows >= 2 OR src_mask = 24"},
		{"nat_src_ip is not null or mpls_labels is not null", "nat_src_ip IS NOT NULL OR mpls_labels IS NOT NULL"},
		{"not (protocol = tcp or bytes > 1K) and not vlan_id = 10", "NOT ((protocol = 6) IS TRUE OR (bytes > 1000) IS TRUE) AND NOT (vlan_id = 10) IS TRUE"},
	}
}

// TestFlowFilter: --flow-filter selects the rows that DuckDB selects of the table of
// all records, and what of the interval table can be told from these.
func TestFlowFilter(t *testing.T) {
	t.Parallel()
	var inputs []string
	for _, name := range []string{"lab.pcapng", "ipv4-fragments.pcap", "icmp-types.pcap", "esp.pcap"} {
		inputs = append(inputs, filepath.Join("testdata", "capture", name))
	}
	for _, name := range []string{"lab-softflowd-v9.raw", "v5-sampled.raw", "v8-01.raw", "v8-13.raw", "application.ipfix", "nat.ipfix", "mpls-vlan-mac.ipfix",
		"v9-sampler.raw", "exports-two-exporters.pcap", "totals.ipfix"} {
		inputs = append(inputs, filepath.Join("testdata", "export", name))
	}
	d := open(t)
	d.tables(run(t, "parquet", settings[0], inputs...))
	d.exec("CREATE MACRO moment(t) AS (t || '+00')::TIMESTAMPTZ")
	total := d.number("SELECT count(*) FROM flows")
	some := 0
	for i, f := range flowFilters() {
		s := settings[0]
		s.flowFilter = f.filter
		o := run(t, "parquet", s, inputs...)
		selected := fmt.Sprintf("read_parquet(%s)", quote(o.path("flows")))
		want := "FROM flows WHERE " + f.where
		for _, q := range []string{
			fmt.Sprintf("(SELECT * EXCLUDE file_row_number %s) EXCEPT ALL (FROM %s)", want, selected),
			fmt.Sprintf("(FROM %s) EXCEPT ALL (SELECT * EXCLUDE file_row_number %s)", selected, want),
		} {
			if found := d.rows("SELECT * FROM (%s) LIMIT 3", q); len(found) > 0 {
				t.Errorf("%s: rows of one side only: %v, by %s", f.filter, found, q)
			}
		}
		if n := d.number("SELECT count(*) %s", want); n > 0 && n < total {
			some++
		}
		intervals := fmt.Sprintf("read_parquet(%s)", quote(o.path("intervals")))
		sums := "SELECT " + key + ", " + volumes + ", count(*)::HUGEINT "
		d.equal(sums+want+" GROUP BY "+key,
			strings.Replace(sums, "count(*)::HUGEINT", "sum(flows_started)::HUGEINT", 1)+"FROM "+intervals+" GROUP BY "+key, false)
		if i == 0 && d.number("SELECT count(*) FROM %s", intervals) == 0 {
			t.Error("there are no intervals")
		}
	}
	if all := len(flowFilters()); some < all*9/10 {
		t.Errorf("%d of %d filters select some rows and leave some out, want nearly all", some, all)
	}
}
