package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"netstream/aggregate/naive/randomcapture"
	"netstream/writer/manifest"
)

// TestRepeatNights: runs that hand over to each other can be repeated, each from the state of
// the one before, which is found beside it or named.
func TestRepeatNights(t *testing.T) {
	packets := metered(t, randomcapture.New(5, randomcapture.Options{Packets: 300, Disorder: randomcapture.Calm}))
	dir := t.TempDir()
	state, dataset := filepath.Join(dir, "a.state"), filepath.Join(dir, "traffic")
	var runs []string
	for i, part := range randomcapture.Split(packets, len(packets)/3, len(packets)/2) {
		file := filepath.Join(dir, fmt.Sprintf("%d.pcap", i))
		must(t, os.WriteFile(file, encoded(part), 0o600))
		args := []string{"run", "--state", state, "-A", "protocol-port", "--biflow", "-w", filepath.Join(dir, fmt.Sprint("night", i)), file}
		if i == 2 {
			args = append(args, "--state-final")
		}
		if got := netstream(args...); got.code != exitOK {
			t.Fatalf("%q: exit code %d: %s", args, got.code, got.errors)
		}
		runs = append(runs, filepath.Join(dir, fmt.Sprint("night", i)))
		other := []string{"run", "--state", state + "2", "--partition", "day", "-w", dataset, file}
		if got := netstream(other...); got.code != exitOK {
			t.Fatalf("%q: exit code %d: %s", other, got.code, got.errors)
		}
	}
	mustRepeat := func(args ...string) {
		t.Helper()
		got := netstream(append([]string{"verify", "--rerun"}, args...)...)
		if got.code != exitOK || !strings.Contains(got.out, "files compared") {
			t.Errorf("%q: exit code %d: %s%s", args, got.code, got.out, got.errors)
		}
	}
	mustRepeat(runs...)
	mustRepeat(runs[2])
	mustRepeat(dataset)

	elsewhere := filepath.Join(t.TempDir(), "night")
	must(t, os.Rename(runs[1], elsewhere))
	got := netstream("verify", "--rerun", elsewhere)
	if got.code != exitUsage || !strings.Contains(got.errors, "neither named by --state nor in a run directory") {
		t.Errorf("exit code %d without the state: %s", got.code, got.errors)
	}
	mustRepeat("--state", filepath.Join(runs[0], "state"), elsewhere)
	if got := netstream("verify", "--state", state, elsewhere); got.code != exitUsage {
		t.Errorf("exit code %d of --state without --rerun: %s", got.code, got.errors)
	}
}

// TestVerifyFindsForgedBiflows: octets that go from one biflow to another are found, in both
// directions.
func TestVerifyFindsForgedBiflows(t *testing.T) {
	original := outputOf(t, "--biflow", "-o", "csv", fixturePath("lab.pcapng"))
	if defects := defectsOf(t, original); len(defects) > 0 {
		t.Fatalf("defects %v", defects)
	}
	files := contentsOf(t, original)
	for _, column := range []string{"bytes", "rev_bytes", "payload_bytes"} {
		out := t.TempDir()
		for name, content := range files {
			mustWrite(t, filepath.Join(out, name), content)
		}
		var rows csvRows
		for line := range strings.Lines(string(files["flows.csv"])) {
			rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), ","))
		}
		rows.add(t, 3, column, 100)
		rows.add(t, 40, column, -100)
		var text strings.Builder
		for _, row := range rows {
			text.WriteString(strings.Join(row, ",") + "\n")
		}
		mustWrite(t, filepath.Join(out, "flows.csv"), []byte(text.String()))
		reseal(t, out, func(m *manifest.Manifest) { setSums(m, "flows.csv", rows) })
		defects := defectsOf(t, out)
		if len(defects) != 1 || !strings.Contains(defects[0].String(), "law C6, "+strings.TrimPrefix(column, "rev_")+" by flow key") {
			t.Errorf("%s: %v", column, defects)
		}
	}
}

// TestVerifyDigests: the digests of what tables hold are the same for both formats, and for
// tables that are split into files.
func TestVerifyDigests(t *testing.T) {
	var want []string
	for _, flags := range [][]string{nil, {"-o", "csv"}, {"--partition", "hour"}, {"-o", "csv", "--partition", "hour"}} {
		out := outputOf(t, append(flags, "-A", "protocol-port", "--interval", "1h", fixturePath("active-over-30min.pcap"), fixturePath("out-of-order-1h.pcap"))...)
		got := netstream("verify", "-q", "--digests", out)
		if got.code != exitOK {
			t.Fatalf("exit code %d: %s", got.code, got.errors)
		}
		var digests []string
		for line := range strings.Lines(got.out) {
			digest, rest, _ := strings.Cut(line, "  ")
			table, _, _ := strings.Cut(rest, " ")
			digests = append(digests, table+" "+digest)
		}
		if want == nil {
			want = digests
		}
		if len(digests) != 4 || strings.Join(digests, "\n") != strings.Join(want, "\n") {
			t.Errorf("%q: got %q, want %q", flags, digests, want)
		}
	}
}
