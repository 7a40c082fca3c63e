package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestI3OneOfAThousand (I3): one input that cannot be opened among a thousand ends the run
// before anything is written; with --keep-going the others are all there, and it is named.
func TestI3OneOfAThousand(t *testing.T) {
	const inputs, each = 1000, 2
	folder := t.TempDir()
	names := make([]string, inputs)
	for i := range names {
		names[i] = filepath.Join(folder, fmt.Sprintf("%04d.pcap", i))
		must(t, os.WriteFile(names[i], datagrams(t, i%200, each, 10*i), 0o600))
	}
	unreadable := map[string]func(path string) error{
		"missing":  func(string) error { return nil },
		"dangling": func(path string) error { return os.Symlink("nothing", path) },
		"loop":     func(path string) error { return os.Symlink(filepath.Base(path), path) },
		"no folder in front": func(path string) error {
			return os.Symlink(filepath.Join(names[0], "below"), path)
		},
	}
	if os.Getuid() != 0 { // whom no permission stops
		unreadable["no permission"] = func(path string) error { return os.WriteFile(path, datagrams(t, 1, 1, 1), 0) }
	}
	for i, name := range slices.Sorted(maps.Keys(unreadable)) {
		if i > 0 && figure(0, 1) == 0 {
			break
		}
		at := 137 + 211*i
		content := readFile(t, names[at])
		must(t, os.Remove(names[at]))
		must(t, unreadable[name](names[at]))

		out := filepath.Join(folder, "out")
		got := netstream(slices.Concat([]string{"run", "-w", out}, names)...)
		if got.code != exitDamaged || !strings.Contains(got.errors, fmt.Sprintf("cannot open %q", names[at])) || !strings.Contains(got.errors, "--keep-going") {
			t.Errorf("%s: exit code %d: %s", name, got.code, got.errors)
		}
		if left, err := filepath.Glob(filepath.Join(folder, "*out*")); err != nil || len(left) > 0 {
			t.Errorf("%s: left behind: %v", name, left)
		}

		got = netstream(slices.Concat([]string{"run", "--keep-going", "-o", "csv", "-w", out}, names)...)
		if got.code != exitDamaged || strings.Count(got.errors, names[at]) == 0 {
			t.Errorf("%s, --keep-going: exit code %d: %s", name, got.code, got.errors)
		}
		there, err := readManifest(out)
		must(t, err)
		if there.Complete || len(there.Skipped) != 1 || there.Skipped[0].Name != names[at] || len(there.Inputs) != inputs-1 {
			t.Errorf("%s, --keep-going: complete %v, %d inputs, skipped %v", name, there.Complete, len(there.Inputs), there.Skipped)
		}
		if packets := packetsOf(t, out); packets != each*(inputs-1) {
			t.Errorf("%s, --keep-going: %d packets, want %d", name, packets, each*(inputs-1))
		}
		t.Logf("assertion I3: %s, one of %d: nothing without --keep-going, %d inputs with it", name, inputs, len(there.Inputs))
		must(t, os.RemoveAll(out))
		if err := os.Remove(names[at]); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		must(t, os.WriteFile(names[at], []byte(content), 0o600))
	}
}

// packetsOf gives the packets of the flow table of a run in CSV.
func packetsOf(t *testing.T, out string) (packets int) {
	t.Helper()
	flows := sheetOf(t, readFile(t, out, "flows.csv"))
	for _, cells := range flows.rows {
		packets += number(t, row{flows.columns, cells}, "packets")
	}
	return packets
}
