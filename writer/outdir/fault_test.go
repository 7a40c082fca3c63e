package outdir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// manner is a way of publishing.
type manner struct {
	name        string
	replace     bool
	empty       bool // an empty directory is there
	unsupported bool // the file system has neither exchange nor exclusive rename
}

func manners() []manner {
	return []manner{
		{name: "new"},
		{name: "new, plain rename", unsupported: true},
		{name: "empty", empty: true},
		{name: "empty, plain renames", empty: true, unsupported: true},
		{name: "replace", replace: true},
		{name: "replace, plain rename", replace: true, unsupported: true},
	}
}

// fault answers the questions of Options.Fault.
func (m manner) fault(then func(op string) error) func(op, path string) error {
	return func(op, _ string) error {
		if err := then(op); err != nil {
			return err
		}
		if m.unsupported && (op == "publish as" || op == "exchange with") {
			return errUnsupported
		}
		return nil
	}
}

// scene is an output directory, with an old output if there is one to replace.
func (m manner) scene(t *testing.T) (name string, old set) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "out")
	if m.replace {
		old = newSet("old")
		check(t, produce(name, old, Options{}))
	}
	if m.empty {
		old = set{}
		check(t, os.Mkdir(name, 0o700))
	}
	return name, old
}

// kept reports whether the final name holds what it held before the run.
func (m manner) kept(got, old set) bool {
	if m.replace {
		return whole(got, old)
	}
	return len(got) == 0 && (got == nil) == (old == nil)
}

// operations counts the operations of a run without faults.
func (m manner) operations(t *testing.T) int {
	t.Helper()
	name, _ := m.scene(t)
	n := 0
	check(t, produce(name, newSet("new"), Options{Replace: m.replace, Fault: m.fault(func(string) error { n++; return nil })}))
	if n < 30 {
		t.Fatalf("only %d operations are seen", n)
	}
	return n
}

// Every operation fails once: either the output is committed, which is said, or
// there is no trace of the run.
func TestEveryOperationFailsOnce(t *testing.T) {
	for _, m := range manners() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			for n := range m.operations(t) {
				name, old := m.scene(t)
				seen, failed := 0, ""
				err := produce(name, newSet("new"), Options{Replace: m.replace, Fault: m.fault(func(op string) error {
					if seen++; seen == n+1 {
						failed = op
						return syscall.ENOSPC
					}
					return nil
				})})
				got := read(t, name)
				switch committed := err == nil || errors.Is(err, ErrLeftover); {
				case err == nil && failed != "remove":
					t.Errorf("operation %d (%s) failed, and the run succeeded", n, failed)
				case err != nil && !errors.Is(err, syscall.ENOSPC):
					t.Errorf("operation %d (%s): cause is not named: %v", n, failed, err)
				case committed && !whole(got, newSet("new")):
					t.Errorf("operation %d (%s): committed and not whole", n, failed)
				case !committed && !m.kept(got, old):
					t.Errorf("operation %d (%s): the final name has changed: %v", n, failed, err)
				}
				checkAlone(t, name)
			}
		})
	}
}

// From some operation on nothing works that takes space or writes, as on a full
// disk: no trace of the run.
func TestDiskFull(t *testing.T) {
	taking := []string{"create", "write", "fsync", "make directory"}
	for _, m := range manners() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			for n := range m.operations(t) {
				name, old := m.scene(t)
				seen, failed := 0, 0
				err := produce(name, newSet("new"), Options{Replace: m.replace, Fault: m.fault(func(op string) error {
					if seen++; seen > n && slices.Contains(taking, op) {
						failed++
						return syscall.EDQUOT
					}
					return nil
				})})
				got := read(t, name)
				if (err == nil) != (failed == 0) {
					t.Errorf("from operation %d on: %d failed, error is %v", n, failed, err)
				}
				if err != nil && !m.kept(got, old) {
					t.Errorf("from operation %d on: the final name has changed", n)
				}
				checkAlone(t, name)
			}
		})
	}
}

// From some operation on nothing works at all, as on a device that is gone. Then
// nothing can be removed, but the final name still holds nothing, or the old
// set, or the new one, and the next run clears up.
func TestDeviceGone(t *testing.T) {
	for _, m := range manners() {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			for n := range m.operations(t) {
				name, _ := m.scene(t)
				seen := 0
				err := produce(name, newSet("new"), Options{Replace: m.replace, Fault: m.fault(func(string) error {
					if seen++; seen > n {
						return syscall.EIO
					}
					return nil
				})})
				if err == nil {
					t.Errorf("from operation %d on all failed, and the run succeeded", n)
				}
				checkRecovery(t, m, name, fmt.Sprintf("from operation %d on", n))
			}
		})
	}
}

// checkRecovery looks at what a dead run left and lets the next one follow.
func checkRecovery(t *testing.T, m manner, name, when string) {
	t.Helper()
	got := read(t, name)
	if got == nil && m.unsupported { // between the two renames; of "new", once the child that goes on has replaced its own output
		got = read(t, filepath.Join(filepath.Dir(name), ".out.netstream-old"))
	}
	if m.empty && got != nil && len(got) == 0 {
		got, m.empty = nil, false // as good as nothing
	}
	if got == nil && (m.replace || m.empty) || got != nil && !whole(got, newSet("old")) && !whole(got, newSet("new")) {
		t.Errorf("%s: the final name holds no whole set", when)
	}
	// A run that is refused clears up too, and does not lose the old output.
	next := set{ManifestName: manifestOf("next")}
	if err := produce(name, next, Options{}); got != nil && !errors.Is(err, ErrExists) || got == nil && err != nil {
		t.Errorf("%s: next run: %v", when, err)
	}
	checkAlone(t, name)
	if err := produce(name, next, Options{Replace: true}); err != nil || !whole(read(t, name), next) {
		t.Errorf("%s: replacing run: %v", when, err)
	}
	checkAlone(t, name)
}

// A failed fsync that succeeds when it is repeated has lost what it should have
// written.
func TestFsyncFailsOnce(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out")
	failed := false
	d, err := Create(name, Options{Fault: func(op, _ string) error {
		if op == "fsync" && !failed {
			failed = true
			return syscall.EIO
		}
		return nil
	}})
	check(t, err)
	f := create(t, d, "a.csv")
	if err := f.Close(); !errors.Is(err, syscall.EIO) {
		t.Errorf("Close: %v", err)
	}
	if err := f.Close(); !errors.Is(err, syscall.EIO) {
		t.Errorf("second Close: %v", err)
	}
	if err := d.Commit(); !errors.Is(err, syscall.EIO) {
		t.Errorf("Commit: %v", err)
	}
	checkAlone(t, name)
}
