package main

import (
	"maps"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// TestF1EveryOperationOfAChainFails (F1, F4): of a run that hands over to the next one each operation on
// files fails once. Output and state are then whole or not there, and the same run once more makes both
// what they would have been.
func TestF1EveryOperationOfAChainFails(t *testing.T) {
	night := func(folder string) []string {
		return []string{"run", "-q", "-j", "1", filepath.Join(captures, "lab.pcapng"), "-o", "csv",
			"-w", filepath.Join(folder, "out"), "--state", filepath.Join(folder, "open")}
	}
	whole, f := t.TempDir(), &faults{}
	if got := f.run(night(whole)); got.code != exitOK {
		t.Fatalf("exit code %d: %s", got.code, got.errors)
	}
	want, operations, open := contents(t, whole), f.seen, openFiles()
	if want["open"] == "" || operations < 100 {
		t.Fatalf("%d operations, a state of %d octets: the test tests little", operations, len(want["open"]))
	}
	tried, failures, committed := 0, 0, 0
	for n := 1; n <= operations; n += max(1, operations/scaled(30, operations)) {
		folder, f := t.TempDir(), &faults{at: n, err: syscall.ENOSPC}
		got := f.run(night(folder))
		tried++
		if got.code != exitOK {
			failures++
		}
		if got.code != exitOK && got.code != failureOf(f.failed) {
			t.Errorf("operation %d (%s) failed: exit code %d: %s", n, f.failed, got.code, got.errors)
		}
		left := contents(t, folder)
		if left["open"] != "" && left["open"] != want["open"] {
			t.Errorf("operation %d (%s) failed: half a state is there", n, f.failed)
		}
		if out := contents(t, filepath.Join(folder, "out")); out != nil {
			committed++
			if !maps.Equal(out, contents(t, filepath.Join(whole, "out"))) {
				t.Errorf("operation %d (%s) failed: the output is there and not complete", n, f.failed)
			}
		}
		if again := f.run(night(folder)); again.code != exitOK || !maps.Equal(contents(t, folder), want) {
			t.Errorf("operation %d (%s) failed: the next run has exit code %d: %s", n, f.failed, again.code, again.errors)
		}
		if names := entries(t, folder); !slices.Equal(names, []string{"open", "out"}) {
			t.Errorf("operation %d (%s) failed: after the next run there are %v", n, f.failed, names)
		}
	}
	if now := openFiles(); now != open {
		t.Errorf("%d descriptors are open, %d were before", now, open)
	}
	t.Logf("assertion F1: with --state, %d of %d operations failed, one a run: exit code 5 or 7 in %d, output committed in %d; output and state equal after the next run in all",
		tried, operations, failures, committed)
}
