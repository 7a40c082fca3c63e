package main

import (
	"path/filepath"
	"slices"
	"testing"
)

// TestSumIsScheme compares what sum makes of the interval table with the table that the
// run itself wrote, from Parquet and from CSV, cell by cell.
func TestSumIsScheme(t *testing.T) {
	reference := filepath.Join(captures, "..", "reference")
	routes := filepath.Join(reference, "routes.csv")
	for _, c := range []struct {
		scheme string
		args   []string
	}{
		{"protocol-port", []string{filepath.Join(captures, "lab.pcapng"), "--interval", "1m"}},
		{"own=src_ip/24:48,dst_ip,dscp,precedence,ip_version,interface", []string{filepath.Join(captures, "lab-two-points.pcapng"), "--time-unit", "ns"}},
		{"cut=src_ip/16:32,dst_ip/30", []string{filepath.Join(captures, "lab.pcapng"), "--key", "src_ip/24:64,dst_ip,protocol"}},
		{"vni-sip-dip", []string{filepath.Join(captures, "tunnels.pcap"), "--meter", "both"}},
		{"tunnels=tunnel_id,outer_src_ip,outer_dst_ip", []string{filepath.Join(captures, "tunnels.pcap"), "--meter", "inner"}},
		{"vlan-id", []string{filepath.Join(captures, "qinq.pcap"), "--key", "7tuple,vlan_id"}},
		{"index-tos", []string{filepath.Join(exports, "v5-sampled.raw")}},
		{"way=exporter,direction,tos", []string{filepath.Join(exports, "netstream-huawei.ipfix")}},
		{"as", []string{filepath.Join(captures, "lab.pcapng"), "--as", routes}},
		{"prefix-tos", []string{filepath.Join(captures, "lab.pcapng"), "--as", routes, "--interval", "1m"}},
		{"prefix-port", []string{filepath.Join(captures, "lab.pcapng"), "--as", routes, "--min-mask", "20:40"}},
		{"routes=src_mask,dst_mask,src_country,dst_site,service,dscp_class", []string{filepath.Join(captures, "lab.pcapng"), "--as", routes,
			"--services", "--dscp-classes", "--geo", filepath.Join(reference, "country.mmdb"), "--prefixes", filepath.Join(reference, "labels.csv")}},
		{"way=direction,in_if,out_if", []string{filepath.Join(captures, "sll2-directions.pcap")}},
		{"ports=src_port,dst_port", []string{filepath.Join(exports, "lab-softflowd-v9.raw"), "--interval", "1m"}},
	} {
		t.Run(c.scheme, func(t *testing.T) {
			for _, format := range []string{"csv", "parquet"} {
				out := outputOf(t, append([]string{"-o", format, "-A", c.scheme}, c.args...)...)
				kept := out
				if format == "parquet" {
					kept = outputOf(t, append([]string{"-o", "csv", "-A", c.scheme}, c.args...)...)
				}
				tables, err := filepath.Glob(filepath.Join(kept, "accounting", "*.csv"))
				if err != nil || len(tables) != 1 {
					t.Fatalf("%d tables, %v", len(tables), err)
				}
				command := []string{"sum", out, "-A", c.scheme, "-o", "csv"}
				if at := slices.Index(c.args, "--min-mask"); at >= 0 {
					command = append(command, c.args[at:at+2]...)
				}
				got := netstream(command...)
				if got.code != exitOK {
					t.Fatalf("exit code %d: %s", got.code, got.errors)
				}
				summed, written := sheetOf(t, got.out), sheetOf(t, readFile(t, tables[0]))
				left := []string{"flows", "active_time_ns"}
				if len(summed.columns)+len(left) != len(written.columns) || len(summed.rows) == 0 {
					t.Fatalf("%d rows of columns %q, want %q without %q", len(summed.rows), summed.columns, written.columns, left)
				}
				mustEqual(t, format, summed, written.only(summed.columns))
			}
		})
	}
}

// only gives the table with those columns, in that order.
func (s sheet) only(columns []string) sheet {
	some := sheet{columns: columns}
	for _, cells := range s.rows {
		var kept []string
		for _, name := range columns {
			kept = append(kept, cells[slices.Index(s.columns, name)])
		}
		some.rows = append(some.rows, kept)
	}
	return some
}

// TestSumOfParts checks that the runs of the parts of a capture sum to that of the whole,
// in any order of the parts.
func TestSumOfParts(t *testing.T) {
	whole := outputOf(t, filepath.Join(captures, "split-whole.pcap"))
	parts := []string{"sum", "-A", "protocol-port", "-o", "csv"}
	for _, name := range []string{"split-1.pcap", "split-2.pcap", "split-3.pcap"} {
		parts = append(parts, outputOf(t, filepath.Join(captures, name)))
	}
	want := netstream("sum", whole, "-A", "protocol-port", "-o", "csv")
	got := netstream(parts...)
	if want.code != exitOK || got.code != exitOK {
		t.Fatalf("exit codes %d, %d: %s%s", want.code, got.code, want.errors, got.errors)
	}
	counted := []string{"interval_start", "protocol", "src_port", "dst_port", "packets", "bytes", "wire_bytes", "payload_bytes", "first_seen", "last_seen"}
	mustEqual(t, "parts", sheetOf(t, got.out).only(counted), sheetOf(t, want.out).only(counted))
	slices.Reverse(parts[5:])
	mustBeSame(t, "parts in another order", netstream(parts...).out, got.out)
}
