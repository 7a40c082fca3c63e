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
	for _, capture := range captures {
		for _, s := range settings {
			t.Run(capture+" "+s.name, func(t *testing.T) {
				o := run(t, "parquet", s, filepath.Join("testdata", "capture", capture))
				for _, c := range checks {
					t.Run(c.name, func(t *testing.T) { c.check(t, o) })
				}
			})
		}
	}
}
