package main

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"netstream/writer/csvfile"
	"netstream/writer/readback"
)

var update = flag.Bool("update", false, "write the golden tables anew")

// golden is where the tables are that must come out, octet by octet. Every
// change of them is a change of the program's output: look at each line.
const golden = "../../testdata/golden"

// references is where the files of reference data are.
const references = "../../testdata/reference"

// goldenInputs are inputs whose tables show a rule each, by their paths.
func goldenInputs() []string {
	var paths []string
	for _, name := range []string{
		"lab.pcapng",                // real traffic
		"lab-two-points.pcapng",     // the observation point is part of the key
		"tcp-fin-closing-ack.pcap",  // end of flow
		"tcp-port-reuse-syn.pcap",   // a SYN begins a new flow
		"active-over-30min.pcap",    // active timeout, several intervals
		"out-of-order-1h.pcap",      // late packets
		"icmp-types.pcap",           // type and code as destination port
		"ipv4-fragments.pcap",       // no ports
		"ipv6-extension-chain.pcap", // protocol at the chain's end
		"qinq.pcap",                 // VLAN columns
		"sll2-directions.pcap",      // interface index and direction of frames
		"pcapng-directions.pcapng",  // direction of packet blocks
		"mpls.pcap",                 // label column
		"bad-transport-headers.pcap",
	} {
		paths = append(paths, filepath.Join(captures, name))
	}
	for _, name := range []string{
		"lab-softflowd-v9.raw",        // what a real exporter says of lab.pcapng
		"v5-sampled.raw",              // scaled columns
		"v8-13.raw",                   // prefixes, flows, no protocol
		"netstream-huawei.ipfix",      // boot time in the record
		"netstream-h3c.raw",           // egress counters
		"options-late.raw",            // options behind the data
		"biflow.ipfix",                // two rows a record
		"tunnel.ipfix",                // outer addresses
		"nat.ipfix",                   // translated addresses
		"mpls-vlan-mac.ipfix",         // labels
		"totals.ipfix",                // running totals
		"application.ipfix",           // application names
		"nfcapd-layout2.nfcapd",       // nfdump's format
		"exports-fragments-ipv4.pcap", // messages in fragments
	} {
		paths = append(paths, filepath.Join(exports, name))
	}
	return paths
}

// goldenRun is a run whose tables are kept.
type goldenRun struct {
	folder string   // of its tables
	args   []string // inputs and options
}

// goldenRuns are the runs of the golden inputs with default options, and some with
// others.
func goldenRuns() []goldenRun {
	var all []goldenRun
	for _, input := range goldenInputs() {
		all = append(all, goldenRun{filepath.Base(input), []string{input}})
	}
	for _, layer := range []string{"inner", "both"} {
		all = append(all, goldenRun{"tunnels.pcap." + layer, []string{"--meter", layer, filepath.Join(captures, "tunnels.pcap")}})
	}
	for _, name := range []string{"connections.pcap", "lab.pcapng"} {
		all = append(all, goldenRun{name + ".biflow", []string{"--biflow", "--features", "stats,splt:5", filepath.Join(captures, name)}})
	}
	for _, input := range []string{filepath.Join(captures, "lab-two-points.pcapng"), filepath.Join(exports, "nfcapd-layout2.nfcapd"), filepath.Join(exports, "v8-13.raw")} {
		all = append(all, goldenRun{filepath.Base(input) + ".reference", append(referenceArguments(), input)})
	}
	return append(all, goldenRun{"pseudowire.pcap.inner", []string{"--meter", "inner", filepath.Join(captures, "pseudowire.pcap")}})
}

// referenceArguments ask for all reference data.
func referenceArguments() []string {
	file := func(name string) string { return filepath.Join(references, name) }
	return []string{
		"--as", file("rib.mrt"), "--as-names", file("as-names.txt"), "--geo", file("country.mmdb"), "--prefixes", file("labels.csv"),
		"--prefixes", file("racks.csv"), "--interfaces", file("interfaces.csv"), "--services=" + file("services.txt"), "--dscp-classes",
	}
}

func TestGoldenTables(t *testing.T) {
	for _, run := range goldenRuns() {
		name := run.folder
		t.Run(name, func(t *testing.T) {
			out := outputOf(t, append([]string{"-o", "csv"}, run.args...)...)
			for _, table := range []string{"flows.csv", "intervals.csv"} {
				got := readFile(t, out, table)
				path := filepath.Join(golden, name, table)
				if *update {
					if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				mustBeSame(t, table, got, readFile(t, path))
			}
		})
	}
}

// TestParquetHoldsGoldenTables compares Parquet tables, read by a reader that did
// not write them, with the golden ones cell by cell.
func TestParquetHoldsGoldenTables(t *testing.T) {
	for _, run := range goldenRuns() {
		name := run.folder
		t.Run(name, func(t *testing.T) {
			out := outputOf(t, run.args...)
			for _, table := range []string{"flows", "intervals"} {
				mustHold(t, filepath.Join(out, table+".parquet"), sheetOf(t, readFile(t, golden, name, table+".csv")))
			}
		})
	}
}

// mustHold compares a Parquet table with one of CSV.
func mustHold(t *testing.T, path string, want sheet) {
	t.Helper()
	for i, column := range want.columns {
		cells, err := readback.Cells(path, column)
		if err != nil {
			t.Fatal(err)
		}
		if len(cells) != len(want.rows) {
			t.Fatalf("%s, column %s: %d rows, want %d", path, column, len(cells), len(want.rows))
		}
		for j, cell := range cells {
			if text := want.rows[j][i]; !means(text, cell) {
				t.Fatalf("%s, column %s, row %d: %+v in Parquet, %q in CSV", path, column, j+1, cell, text)
			}
		}
	}
}

// means says whether a CSV cell has the value of a Parquet cell. An empty one is
// NULL: no text of these tables is empty.
func means(text string, cell readback.Cell) bool {
	if text == "" || cell.Null {
		return text == "" && cell.Null
	}
	if cell.Text != "" {
		return csvfile.ParseText(text) == cell.Text
	}
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return at.UnixMicro() == cell.Int
	}
	if text == "true" || text == "false" {
		return cell.Int == map[string]int64{"false": 0, "true": 1}[text]
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n == cell.Int {
		return true
	}
	f, err := strconv.ParseFloat(text, 64)
	return err == nil && int64(math.Float64bits(f)) == cell.Int
}
