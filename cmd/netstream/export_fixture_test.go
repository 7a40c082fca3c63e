package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"netstream/writer/manifest"
)

// expectedExport is a line of testdata/export/expected.tsv.
type expectedExport struct {
	file                            string
	messages, rows, packets, octets string
}

func expectedExports(t *testing.T) []expectedExport {
	t.Helper()
	r := csv.NewReader(strings.NewReader(readFile(t, exports, "expected.tsv")))
	r.Comma = '\t'
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []expectedExport
	for _, line := range lines[1:] {
		all = append(all, expectedExport{line[0], line[1], line[2], line[3], line[4]})
	}
	return all
}

// TestExportFixtures runs every exporter file that the project has built, and holds
// what came out against what went in.
func TestExportFixtures(t *testing.T) {
	for _, want := range expectedExports(t) {
		t.Run(want.file, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			ended := netstream("run", "-o", "csv", "-w", out, filepath.Join(exports, want.file))
			if ended.code != exitOK && ended.code != exitDamaged {
				t.Fatalf("exit code %d: %s", ended.code, ended.errors)
			}
			var m manifest.Manifest
			if err := json.Unmarshal([]byte(readFile(t, out, "run.json")), &m); err != nil {
				t.Fatal(err)
			}
			if got := strconv.FormatUint(m.Totals.Flows, 10); got != want.rows {
				t.Errorf("got %s rows, want %s", got, want.rows)
			}
			if got := string(m.Totals.Bytes); got != want.octets && m.Totals.Differenced == 0 {
				t.Errorf("got %s octets, want %s", got, want.octets)
			}
			if got := string(m.Totals.PacketsAccounted); got != want.packets && m.Totals.Differenced == 0 {
				t.Errorf("got %s packets, want %s", got, want.packets)
			}
			if ended.code == exitDamaged && len(m.Inputs[0].Damages) == 0 {
				t.Error("the program says that the file is damaged, run.json does not say where")
			}
		})
	}
}

// TestSoftflowd compares what an exporter that is not ours told of a capture of ours
// with what is metered from that capture: the same packets and octets between the
// same hosts.
func TestSoftflowd(t *testing.T) {
	metered, _ := tablesOf(t, filepath.Join(captures, "lab.pcapng"))
	for _, file := range []struct {
		name string
		only string // IP version that it has; empty for both
	}{
		{"lab-softflowd-v1.raw", "4"},
		{"lab-softflowd-v5.raw", "4"},
		{"lab-softflowd-v9.raw", ""},
		{"lab-softflowd-v10.raw", ""},
	} {
		t.Run(file.name, func(t *testing.T) {
			want := sheetOf(t, metered).where(func(r row) bool {
				return file.only == "" || *r.cell("ip_version") == file.only
			})
			exported, _ := tablesOf(t, filepath.Join(exports, file.name))
			mustBeSame(t, "volumes between hosts", hostVolumes(t, sheetOf(t, exported)), hostVolumes(t, want))
		})
	}
}

// hostVolumes sums packets and octets by addresses and protocol, one line each.
func hostVolumes(t *testing.T, s sheet) string {
	t.Helper()
	type volume struct{ packets, octets int64 }
	sums := make(map[string]volume)
	number := func(text string) int64 {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, cells := range s.rows {
		r := row{s.columns, cells}
		key := strings.Join([]string{*r.cell("src_ip"), *r.cell("dst_ip"), *r.cell("protocol")}, ",")
		v := sums[key]
		v.packets += number(*r.cell("packets"))
		v.octets += number(*r.cell("bytes"))
		sums[key] = v
	}
	return sortedLines(sums, func(key string, v volume) string {
		return key + "," + strconv.FormatInt(v.packets, 10) + "," + strconv.FormatInt(v.octets, 10)
	})
}

// sortedLines gives a header and a line for each entry, in the order of keys.
func sortedLines[V any](entries map[string]V, line func(string, V) string) string {
	var b strings.Builder
	b.WriteString("src_ip,dst_ip,protocol,packets,bytes\n")
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		b.WriteString(line(key, entries[key]) + "\n")
	}
	return b.String()
}

// TestExportFolder says that no file in the folder is forgotten.
func TestExportFolder(t *testing.T) {
	known := map[string]bool{"README.md": true, "expected.tsv": true}
	for _, e := range expectedExports(t) {
		known[e.file] = true
		if _, err := os.Stat(filepath.Join(exports, e.file)); errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is missing", e.file)
		}
	}
	entries, err := os.ReadDir(exports)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if !known[entry.Name()] && !strings.HasPrefix(entry.Name(), "lab-") {
			t.Errorf("%s is in no test", entry.Name())
		}
	}
}
