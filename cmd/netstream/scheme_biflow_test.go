package main

import (
	"path/filepath"
	"slices"
	"testing"

	"netstream/aggregate/accounting"
)

// TestSchemesOfBiflows: with the same key, the tables of schemes are the same with and
// without --biflow, but for columns of flows and times, and rows in which only the other
// direction has packets. Law C7 holds in both runs, since they end well.
func TestSchemesOfBiflows(t *testing.T) {
	args := []string{"-A", "own=src_ip/24:64,dst_ip,src_port,dst_port,protocol,direction,in_if,out_if", "-A", "tunnels=outer_src_ip,outer_dst_ip,tunnel_id",
		"-A", "macs=src_mac,dst_mac,vlan_id", "--distinct", "--peak", "-o", "csv", "--interval", "10s"}
	for _, n := range accounting.NamedSchemes() {
		args = append(args, "-A", n.Name)
	}
	of := []string{"flows", "flows_active", "flows_started", "flows_ended", "active_time_ns", "first_seen", "last_seen"}
	withoutPackets, fewer := 0, false
	for _, c := range []struct {
		capture string
		more    []string
	}{
		{"lab.pcapng", []string{"--key", "5tuple"}},
		{"lab.pcapng", []string{"--key", "src_ip/24,dst_ip/24,protocol,src_mac,dst_mac", "--sample", "fix-packets:3"}},
		{"connections.pcap", []string{"--key", "5tuple,tos", "--prefixes", filepath.Join(captures, "..", "reference", "labels.csv"), "--as", filepath.Join(captures, "..", "reference", "routes.csv")}},
		{"icmp-types.pcap", []string{"--key", "5tuple"}},
		{"sll2-directions.pcap", []string{"--key", "5tuple,direction,interface"}},
		{"tunnels.pcap", []string{"--key", "5tuple,tunnel", "--meter", "both"}},
		{"qinq.pcap", []string{"--key", "5tuple,vlan_id"}},
	} {
		all := append(append(slices.Clone(args), c.more...), filepath.Join(captures, c.capture))
		directed, paired := outputOf(t, all...), outputOf(t, append(all, "--biflow")...)
		tables, err := filepath.Glob(filepath.Join(directed, "accounting", "*.csv"))
		if err != nil || len(tables) != len(accounting.NamedSchemes())+3 {
			t.Fatalf("%d tables, %v", len(tables), err)
		}
		for _, path := range tables {
			name := filepath.Base(path)
			want, got := sheetOf(t, readFile(t, path)), sheetOf(t, readFile(t, paired, "accounting", name))
			kept := got.where(func(r row) bool { return *r.cell("packets") != "0" })
			withoutPackets += len(got.rows) - len(kept.rows)
			mustEqual(t, c.capture+" "+name, kept.without(of...), want.without(of...))
		}
		one, two := sheetOf(t, readFile(t, paired, "flows.csv")), sheetOf(t, readFile(t, directed, "flows.csv"))
		fewer = fewer || len(one.rows) < len(two.rows)
	}
	if withoutPackets == 0 || !fewer {
		t.Errorf("%d rows have no packets, biflows are fewer than flows: %v", withoutPackets, fewer)
	}
}
