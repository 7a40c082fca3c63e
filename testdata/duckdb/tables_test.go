package duckdb

import (
	"path/filepath"
	"testing"
)

// captures are those that the tables are checked on: real traffic, and each kind
// of cell that is NULL, negative or rare.
var captures = []string{
	"lab.pcapng", // an interface with a name, VLANs, both IP versions, all end reasons but one
	"lab-two-points.pcapng",
	"lab-ping.pcap",
	"lab-any.pcap", // no MAC addresses of destinations
	"active-over-30min.pcap",
	"bad-transport-headers.pcap",
	"clock-set-back.pcap.gz",
	"dccp.pcap",
	"esp.pcap",
	"gre-outer.pcap",
	"ipv4-fragments.pcap",
	"ipv6-extension-chain.pcap",
	"mpls-ipv6.pcap",
	"mpls.pcap",
	"out-of-order-1h.pcap", // late packets
	"pcap-empty.pcap",      // tables without rows
	"pcap-zeros-behind.pcap",
	"pcapng-two-interfaces.pcapng",
	"qinq.pcap",
	"raw-ipv6.pcap",
	"sctp.pcap",
	"tcp-port-reuse-syn.pcap",
	"time-before-1970.pcapng",
	"tos-split.pcap",
	"truncated-before-ports.pcap",
	"udp-lite.pcap",
}

// exports are exporter files that the tables are checked on likewise.
var exports = []string{
	"lab-softflowd-v9.raw",
	"v5-sampled.raw", // scaled columns, rates
	"v8-01.raw",      // no addresses, ports and protocol
	"netstream-huawei.ipfix",
	"application.ipfix",
	"biflow.ipfix",
	"mpls-vlan-mac.ipfix",
	"nat.ipfix",
	"nfcapd-layout2.nfcapd",
	"times.ipfix",
	"totals.ipfix",
	"tunnel.ipfix",
}

// TestTables checks what netstream writes of each capture with each of the
// settings.
func TestTables(t *testing.T) {
	checks := []struct {
		name  string
		check func(*testing.T, *output)
	}{
		{"types", checkTypes},
		{"sums", checkSums},
		{"times", checkTimes},
		{"intervals", checkIntervals},
		{"ledger", checkLedger},
		{"order", checkOrder},
		{"cells", checkCells},
		{"CSV", checkCSV},
		{"third reader", checkThirdReader},
	}
	var inputs []string
	for _, name := range captures {
		inputs = append(inputs, filepath.Join("testdata", "capture", name))
	}
	for _, name := range exports {
		inputs = append(inputs, filepath.Join("testdata", "export", name))
	}
	for _, input := range inputs {
		for _, s := range settings {
			t.Run(filepath.Base(input)+" "+s.name, func(t *testing.T) {
				o := run(t, "parquet", s, input)
				for _, c := range checks {
					t.Run(c.name, func(t *testing.T) { c.check(t, o) })
				}
			})
		}
	}
}
