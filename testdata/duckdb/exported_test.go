package duckdb

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// unknownOfExports are the columns that exporters never tell.
const unknownOfExports = "interface, tcp_fin, tcp_syn, tcp_rst, tcp_psh, tcp_ack, tcp_urg, tcp_ece, tcp_cwr, tcp_ae, fragments, late_packets, first_packet"

// checkExportCells checks what must hold in every single row of flows that
// exporters have metered.
func checkExportCells(t *testing.T, d *database, o *output) {
	d.none("flows", []string{
		"coalesce(" + strings.ReplaceAll(unknownOfExports, ", ", "::VARCHAR, ") + "::VARCHAR) IS NOT NULL",
		"observation_domain IS NULL OR first_record IS NULL OR time_source = 'packet'",
		"flow_end < flow_start OR duration_us <> epoch_us(flow_end) - epoch_us(flow_start)",
		"(ip_version IS NULL) <> (coalesce(src_ip, dst_ip) IS NULL)",
		"ip_version = 4 AND contains(src_ip || dst_ip, ':') OR ip_version = 6 AND NOT contains(src_ip, ':') OR ip_version NOT IN (4, 6)",
		"src_port <> 0 AND protocol IN (1, 58)",
		"tcp_flags = 0 AND protocol <> 6",
		"packets < 0 OR bytes < packets",
		"(packets_scaled IS NULL) <> (packets IS NULL OR sampling_rate IS NULL) OR (bytes_scaled IS NULL) <> (bytes IS NULL OR sampling_rate IS NULL)",
		"(sampling_rate IS NULL) <> (sampling_source IS NULL) OR sampling_source NOT IN ('record', 'sampler', 'interface', 'domain', 'header')",
		"sampling_rate < 1 OR sampling_rate <> floor(sampling_rate)", // in the files of this test
		"packets_scaled <> packets * sampling_rate::BIGINT OR bytes_scaled <> bytes * sampling_rate::BIGINT",
		"in_if_name IS NOT NULL AND in_if IS NULL OR out_if_name IS NOT NULL AND out_if IS NULL",
		"in_vrf IS NOT NULL AND in_vrf_id IS NULL OR out_vrf IS NOT NULL AND out_vrf_id IS NULL",
		"(mpls_label IS NULL) <> (mpls_labels IS NULL) OR split_part(mpls_labels, '/', 1) <> mpls_label::VARCHAR",
		"(outer_src_ip IS NULL) <> (outer_dst_ip IS NULL)",
		"inner_vlan_id IS NOT NULL AND vlan_id IS NULL OR vlan_id NOT BETWEEN 1 AND 4095",
		"(end_reason IS NULL) <> (end_reason_code IS NULL)",
		"end_reason IS NOT NULL AND (end_reason, end_reason_code) NOT IN (('idle_timeout', 1), ('active_timeout', 2), ('end_of_flow', 3), ('forced_end', 4), ('lack_of_resources', 5))",
		"(community_id IS NULL) <> (src_ip IS NULL OR dst_ip IS NULL OR protocol IS NULL)",
		"NOT starts_with(community_id, '1:') OR length(community_id) <> 30",
		"flow_id < 0 OR first_record NOT BETWEEN 1 AND (SELECT sum(rows) FROM exporters)",
	})
	d.none("intervals", []string{
		"interface IS NOT NULL OR observation_domain IS NULL",
		"stamp(interval_end) - stamp(interval_start) <> width() OR stamp(interval_start) % width() <> 0",
		"first_seen < interval_start OR last_seen < first_seen OR last_seen >= interval_end",
		"flows_active < 1 OR flows_started > flows_active OR flows_ended > flows_active",
		"in_if_name IS NOT NULL AND in_if IS NULL OR out_if_name IS NOT NULL AND out_if IS NULL",
		"packets_scaled < packets OR bytes_scaled < bytes",
	})
	for _, column := range []string{"flows_started", "flows_ended"} {
		if got := d.number("SELECT sum(%s)::BIGINT FROM intervals", column); got != o.manifest.Totals.Flows {
			t.Errorf("%s sums to %d, there are %d flows", column, got, o.manifest.Totals.Flows)
		}
	}
}

// TestExportedColumns shows that the files have the values, NULLs and zeros that
// the rules above are about. How many rows are so is known by hand, from
// testdata/export/README.md.
func TestExportedColumns(t *testing.T) {
	for _, test := range []struct {
		file       string
		conditions map[string]int64
	}{
		{"v8-01.raw", map[string]int64{
			"coalesce(src_ip, dst_ip, ip_version::VARCHAR, src_port::VARCHAR, protocol::VARCHAR, tos::VARCHAR, community_id) IS NULL": 10,
			"src_as >= 64496 AND flows > 0 AND observation_domain = 258":                                                              10,
		}},
		{"v8-03.raw", map[string]int64{"src_ip = '192.0.2.0' AND src_mask = 24 AND dst_ip IS NULL AND dst_mask IS NULL AND ip_version = 4": 10}},
		{"v5-sampled.raw", map[string]int64{
			"sampling_rate = 100 AND sampling_source = 'header' AND packets_scaled = 100 * packets AND bytes_scaled = 10000 * packets": 10,
			"time_source = 'uptime' AND epoch_us(flow_start) = 1704067200000000 + (packets - 10) * 1000000":                            10,
		}},
		{"v9-sampler.raw", map[string]int64{"sampling_rate = 1000 AND sampling_source = 'sampler'": 5}},
		{"netstream-huawei.ipfix", map[string]int64{"observation_domain = 2149482752 AND time_source = 'uptime'": 16}},
		{"application.ipfix", map[string]int64{"app_id IS NOT NULL": 3, "app_name IS NOT NULL": 2, "app_name = ''": 0}},
		{"mpls-vlan-mac.ipfix", map[string]int64{
			"mpls_labels LIKE '%/%' AND vlan_id IS NOT NULL AND inner_vlan_id IS NOT NULL": 5,
			"length(src_mac) = 17 AND length(dst_mac) = 17 AND wire_bytes > bytes":         5,
		}},
		{"nat.ipfix", map[string]int64{
			"coalesce(packets, bytes, packets_scaled, wire_bytes, payload_bytes) IS NULL": 5,
			"nat_src_ip IS NOT NULL AND nat_event IS NOT NULL AND in_vrf_id IS NOT NULL":  5,
		}},
		{"nfcapd-layout2.nfcapd", map[string]int64{"exporter_ip = '192.0.2.254' AND sampling_rate IS NULL": 30, "end_reason = 'lack_of_resources'": 6, "ip_version = 6": 10}},
		{"times.ipfix", map[string]int64{"time_source = 'seconds'": 1, "time_source = 'nanoseconds'": 1, "time_source = 'export'": 1, "duration_us = 250000": 6}},
		{"totals.ipfix", map[string]int64{"packets IN (10, 11) AND bytes = 100 * packets": 2, "packets IN (20, 22) AND bytes = 100 * packets": 2}},
		{"tunnel.ipfix", map[string]int64{"ip_version = 4 AND contains(outer_src_ip, ':') AND contains(outer_dst_ip, ':')": 5}},
		{"exports-two-exporters.pcap", map[string]int64{"exporter_ip = '192.0.2.1'": 5, "exporter_ip = '192.0.2.2'": 5}},
	} {
		t.Run(test.file, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			d.tables(run(t, "parquet", setting{name: "us with MAC", unit: "us", withMAC: true}, "testdata/export/"+test.file))
			for condition, want := range test.conditions {
				if got := d.number("SELECT count(*) FROM flows WHERE %s", condition); got != want {
					t.Errorf("%d rows with %s, want %d", got, condition, want)
				}
			}
		})
	}
}

// TestExportsBesideCaptures reads a capture, the flows that softflowd has exported
// of it, and the same exports twice over, in one run: each has the rows that it has
// alone.
func TestExportsBesideCaptures(t *testing.T) {
	t.Parallel()
	capture, export := "testdata/capture/lab.pcapng", "testdata/export/lab-softflowd-v9.raw"
	octets, err := os.ReadFile(filepath.Join(root, export))
	if err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(t.TempDir(), "again.raw")
	if err := os.WriteFile(again, append(octets, octets...), 0o600); err != nil {
		t.Fatal(err)
	}
	metered, exported := run(t, "parquet", settings[1], capture), run(t, "parquet", settings[1], export)
	o := run(t, "parquet", settings[1], capture, export, again)
	d := open(t)
	d.tables(o)
	for _, check := range []func(*testing.T, *database, *output){checkIntervals, checkLedger, checkOrder, checkExporters, checkExportLedger} {
		check(t, d, o)
	}
	const columns = "SELECT * EXCLUDE (flow_id, first_packet, first_record, file_row_number) FROM "
	d.equal(columns+"flows WHERE observation_domain IS NULL", "SELECT * EXCLUDE (flow_id, first_packet, first_record) FROM "+quote(metered.path("flows")), true)
	alone := "SELECT * EXCLUDE (flow_id, first_packet, first_record) FROM " + quote(exported.path("flows"))
	d.equal(columns+"flows WHERE observation_domain IS NOT NULL", "FROM ("+alone+" UNION ALL "+alone+" UNION ALL "+alone+")", true)
	d.equal("SELECT * EXCLUDE file_row_number FROM intervals WHERE distribution = 'direct'", "FROM "+quote(metered.path("intervals")), true)
	d.equal("SELECT first_record FROM flows WHERE observation_domain IS NOT NULL", "SELECT unnest(generate_series(1, 3 * (SELECT count(*) FROM ("+alone+"))))", true)
}
