package duckdb

import (
	"path/filepath"
	"slices"
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

// exports are exporter files that the tables are checked on: each format, and each
// kind of column that exporters fill.
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
	"v9-sampler.raw",             // rates and names of interfaces in options
	"exports-two-exporters.pcap", // addresses and ports of exporters, packets in the ledger
	"template-missing.raw",       // sets that cannot be decoded, damage
}

// check is one of the checks of a run's tables, which the database has.
type check struct {
	name  string
	check func(*testing.T, *database, *output)
}

// sharedChecks are those of all tables, whoever metered the flows.
func sharedChecks() []check {
	return []check{
		{"types", checkTypes},
		{"sums", checkSums},
		{"times", checkTimes},
		{"intervals", checkIntervals},
		{"ledger", checkLedger},
		{"order", checkOrder},
		{"CSV", checkCSV},
		{"third reader", checkThirdReader},
	}
}

// exportChecks are those of the tables of exporter files.
func exportChecks() []check {
	return append(sharedChecks(), check{"export ledger", checkExportLedger}, check{"exporters", checkExporters},
		check{"distribution", checkDistribution}, check{"cells", checkExportCells})
}

func captureTables() []string { return []string{"flows", "intervals", "ledger"} }
func exportTables() []string  { return append(captureTables(), "exporters") }

// checkTables makes checks of what netstream writes of inputs.
func checkTables(t *testing.T, s setting, tables []string, checks []check, inputs ...string) {
	o := run(t, "parquet", s, inputs...)
	if got := o.tables(); !slices.Equal(got, tables) {
		t.Fatalf("tables are %v, want %v", got, tables)
	}
	d := open(t)
	d.tables(o)
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			d.t = t
			c.check(t, d, o)
		})
	}
}

// TestTables checks what netstream writes of each capture with each of the
// settings.
func TestTables(t *testing.T) {
	checks := append(sharedChecks(), check{"accounted", checkAccounted}, check{"cells", checkCells})
	for _, name := range captures {
		for _, s := range settings {
			t.Run(name+" "+s.name, func(t *testing.T) {
				t.Parallel()
				checkTables(t, s, captureTables(), checks, filepath.Join("testdata", "capture", name))
			})
		}
	}
}

// TestExportTables checks what netstream writes of each exporter file: with
// nanoseconds, in which everything is exact, and of some with microseconds, too.
func TestExportTables(t *testing.T) {
	tested := func(name string, s setting) {
		t.Run(name+" "+s.name, func(t *testing.T) {
			t.Parallel()
			checkTables(t, s, exportTables(), exportChecks(), filepath.Join("testdata", "export", name))
		})
	}
	for _, name := range exports {
		tested(name, settings[1])
	}
	for _, name := range []string{"lab-softflowd-v9.raw", "v5-sampled.raw", "times.ipfix"} {
		tested(name, settings[0])
	}
}

// TestAllExportsTogether reads all exporter files in one run. Many have the same
// flows of an exporter without address: rows that agree in everything, and rows of
// intervals of which some records tell a sampling rate and some do not.
func TestAllExportsTogether(t *testing.T) {
	t.Parallel()
	var inputs []string
	for _, pattern := range []string{"*.raw", "*.raw.gz", "*.ipfix", "*.nfcapd", "*.pcap"} {
		found, err := filepath.Glob(filepath.Join(root, "testdata", "export", pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		for _, path := range found {
			inputs = append(inputs, filepath.Join("testdata", "export", filepath.Base(path)))
		}
	}
	checkTables(t, settings[1], exportTables(), exportChecks(), inputs...)
}
