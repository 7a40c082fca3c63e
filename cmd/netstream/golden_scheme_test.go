package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// schemeGoldens are runs whose tables of schemes are kept.
func schemeGoldens() []goldenRun {
	return []goldenRun{
		{"lab.pcapng-schemes", []string{filepath.Join(captures, "lab.pcapng"), "-A", "prefix,protocol-port,index-tos", "--distinct", "--peak"}},
		{"qinq.pcap-schemes", []string{filepath.Join(captures, "qinq.pcap"), "-A", "vlan-id", "--key", "7tuple,vlan_id"}},
		{"v8-13.raw-schemes", []string{filepath.Join(exports, "v8-13.raw"), "-A", "prefix-tos,as-tos"}},
		{"mpls-vlan-mac.ipfix-schemes", []string{filepath.Join(exports, "mpls-vlan-mac.ipfix"), "-A", "mpls-label", "-A", "macs=src_mac,dst_mac,vlan_id"}},
	}
}

func TestGoldenSchemes(t *testing.T) {
	for _, run := range schemeGoldens() {
		t.Run(run.folder, func(t *testing.T) {
			out := outputOf(t, append([]string{"-o", "csv"}, run.args...)...)
			parquet := outputOf(t, run.args...)
			tables, err := filepath.Glob(filepath.Join(out, "accounting", "*.csv"))
			if err != nil || len(tables) == 0 {
				t.Fatalf("%d tables, %v", len(tables), err)
			}
			for _, table := range tables {
				name := filepath.Base(table)
				got := readFile(t, table)
				path := filepath.Join(golden, run.folder, name)
				if *update {
					if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				mustBeSame(t, name, got, readFile(t, path))
				mustHold(t, filepath.Join(parquet, "accounting", strings.TrimSuffix(name, ".csv")+".parquet"), sheetOf(t, got))
			}
		})
	}
}
