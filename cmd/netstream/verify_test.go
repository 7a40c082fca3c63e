package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"netstream/aggregate/accounting"
	"netstream/writer/audit"
	"netstream/writer/outdir"
)

// TestVerifyGoldenRuns verifies and repeats runs of many inputs and options, in both
// formats: none has a defect, and of none the columns are unknown. Each parameter that a
// run has by default is another one in some of them.
func TestVerifyGoldenRuns(t *testing.T) {
	t.Parallel()
	left := new(runOptions)
	flags := newFlags("run")
	left.addFlags(flags)
	must(t, flags.Parse([]string{"-w", "out"}))
	must(t, left.validate(flags))
	defaults := left.parameters()
	same := maps.Clone(defaults)
	var mu sync.Mutex
	t.Run("runs", func(t *testing.T) {
		for _, r := range verifiedRuns() {
			t.Run(r.folder, func(t *testing.T) {
				t.Parallel()
				for _, format := range []string{"parquet", "csv"} {
					parameters := verifyRepeated(t, format, r.args)
					mu.Lock()
					maps.DeleteFunc(same, func(name, value string) bool { return parameters[name] != value })
					mu.Unlock()
				}
			})
		}
	})
	if !t.Failed() && len(same) > 0 {
		t.Errorf("no run has other values of %v", same)
	}
}

// verifyRepeated runs with the arguments, verifies and repeats the run, and gives its
// parameters.
func verifyRepeated(t *testing.T, format string, args []string) map[string]string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	made := netstream(append([]string{"run", "-w", out, "-o", format}, args...)...)
	if made.code != exitOK && made.code != exitDamaged {
		t.Fatalf("exit code %d: %s", made.code, made.errors)
	}
	got := netstream("verify", "--rerun", out) // a dataset, too
	if got.code != exitOK || strings.Contains(got.out, "not done") || strings.Contains(got.out, "columns") && !slices.Contains(args, "--prefixes") {
		t.Errorf("%s: exit code %d\n%s%s", format, got.code, got.out, got.errors)
	}
	runs, err := runsIn(out)
	must(t, err)
	return manifestOf(t, runs[0]).Parameters
}

// verifiedRuns are the golden ones and others, so that each flag that changes tables is
// in one of them.
func verifiedRuns() []goldenRun {
	capture := func(name string) string { return filepath.Join(captures, name) }
	export := func(name string) string { return filepath.Join(exports, name) }
	lab := capture("lab.pcapng")
	all := append(goldenRuns(), []goldenRun{
		{"mixed", []string{"-A", "as,prefix,protocol-port", "-A", "mine=src_ip/24:64,dscp,direction", "--distinct", "--peak", lab, export("lab-softflowd-v9.raw")}},
		{"all-schemes", []string{"-A", strings.Join(schemeNames(), ","), "--min-mask", "20:48", lab, export("v8-13.raw"), export("mpls-vlan-mac.ipfix")}},
		{"nanoseconds", []string{"--time-unit", "ns", "--with-mac", "--with-file", lab, export("nat.ipfix")}},
		{"filtered", []string{"-f", "tcp or udp", "--flow-filter", "bytes > 200 and protocol = 6", lab}},
		{"filtered-exports", []string{"--flow-filter", "bytes > 200", lab, export("lab-softflowd-v9.raw"), export("biflow.ipfix")}},
		{"ageing", []string{"--idle-timeout", "7s", "--active-timeout", "20s", "--timeout", "tcp=5s/10s", "--timeout", "other=3s", "--tcp-end", "fin=immediate,rst=ignore", "--max-flow-packets", "9", "--max-flow-bytes", "1000", "--cut-every", "1m", lab}},
		{"grace", []string{"--idle-timeout", "7s", "--end-grace", "2s", lab}},
		{"no-grace", []string{"--idle-timeout", "7s", "--tcp-end", "immediate", "--max-flows", "5", lab}},
		{"sample", []string{"--sample", "random-packets:3", "--sample-seed", "7", "--dedup-window", "1ms", lab}},
		{"selected", []string{"--time", "2026-11-23T02:58:00Z..2026-11-23T03:05:00.5Z", "-c", "500", lab, capture("lab-ping.pcap")}},
		{"month", []string{"--interval", "1mo", "--zone", "Europe/Berlin", "--month-start", "15", lab}},
		{"day", []string{"--interval", "1d", "--zone", "America/New_York", lab}},
		{"short", []string{"--interval", "10s", "--reorder-window", "250ms", lab}},
		{"place", []string{"--interface", lab + "=7:GE1/0/7", "--local-net", "10.0.0.0/8,fd00::/8", lab}},
		{"nobody", []string{"--direction", "none", capture("sll2-directions.pcap")}},
		{"place-and-names", []string{"--interface", lab + "=7", "--interfaces", filepath.Join(references, "interfaces.csv"), lab}},
		{"exports", []string{"--stitch", "--dedup", "--share-templates", "--distribution", "uniform", "--element", "e0_344", "--element", "e2636_7", export("lab-softflowd-v9.raw"), export("totals.ipfix")}},
		{"export-packets", []string{"--captures", "packets", export("exports-fragments-ipv4.pcap")}},
		{"masks", []string{"--v8-mask-order", "src-dst", export("v8-13.raw")}},
		{"duplicates", []string{"--duplicates", "count", lab, lab}},
		{"fragments", []string{"--fragments", "apart", capture("ipv4-fragments.pcap")}},
		{"damaged", []string{capture("pcap-cut-in-record.pcap"), lab}},
		{"directory", []string{"-A", "as", filepath.Join(captures, "..", "export")}},
		{"default-names", []string{"--services", "--dscp-classes", lab}},
		{"filtered-by-reference", []string{"--services", "--as", filepath.Join(references, "rib.mrt"), "--as-override", "--flow-filter", "service = 'domain' or src_as > 0", lab}},
		{"label-scheme", append(referenceArguments(), "-A", "labels=src_customer,dscp", lab)},
	}...)
	for _, key := range []string{"8tuple", "5tuple", "l2", "ip-l2", "mpls-ip-only", "mpls-label-only", "mpls-label-and-ip", "vxlan", "src_ip/24:64,dst_port,dscp", "7tuple,vlan_id,mpls_label", "5tuple,tcp_flags,flow_label"} {
		all = append(all, goldenRun{"key-" + strings.ReplaceAll(key, "/", "_"), []string{"--key", key, lab, capture("mpls.pcap"), capture("tunnels.pcap")}})
	}
	for _, profile := range profileNames() {
		all = append(all, goldenRun{"profile-" + profile, []string{"--profile", profile, lab, capture("connections.pcap")}})
	}
	for _, partition := range []string{"day", "hour"} {
		all = append(all, goldenRun{"partition-" + partition, []string{"--partition", partition, "-A", "as,prefix", lab, export("lab-softflowd-v9.raw"), capture("active-over-30min.pcap")}})
	}
	all = append(all, goldenRun{"partition-empty", []string{"--partition", "day", capture("not-ip.pcap")}})
	for _, tos := range []string{"tos", "dscp", "none"} {
		all = append(all, goldenRun{"biflow-" + tos, []string{"--biflow", "--with-tos", tos, lab}})
	}
	all = append(all, goldenRun{"schemes", []string{"-A", "a=src_ip,dst_ip/16:48,src_prefix,protocol", "-A", "b=dst_prefix,dst_port", lab}})
	return append(all, goldenRun{"profile-changed", []string{"--profile", "zeek", "--idle-timeout", "3s", "--with-tos", "dscp", "--biflow=false", lab}})
}

func schemeNames() []string {
	var names []string
	for _, scheme := range accounting.NamedSchemes() {
		names = append(names, scheme.Name)
	}
	return names
}

// defectsOf audits a directory as verify does.
func defectsOf(t *testing.T, out string) []audit.Defect {
	t.Helper()
	report, err := audit.Run(t.Context(), out, audit.Options{Columns: columnsOfRun, Version: version})
	if err != nil {
		t.Fatal(err)
	}
	return report.Defects
}

func mustWrite(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// about says whether a defect is of a file, or of the list that says what it must be.
func about(file string) func(audit.Defect) bool {
	return func(d audit.Defect) bool { return d.File == file || file == outdir.SumsName }
}
