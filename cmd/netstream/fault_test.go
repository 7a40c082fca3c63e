package main

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"netstream/aggregate/engine"
	"netstream/aggregate/runs"
)

// little has a small run set flows aside, and sort rows on disk.
func little(config *engine.Config) {
	config.CacheMemory, config.FlowMemory, config.SliceMemory = 16<<10, 4<<10, 4<<10
}

// smallRun is a run of captures and exports with all tables.
func smallRun(format, out string) []string {
	return []string{"run", "-q", "-j", "1", filepath.Join(captures, "lab.pcapng"), filepath.Join(exports, "lab-softflowd-v9.raw"),
		"-A", "protocol-port", "-o", format, "-w", out}
}

// faults has one operation on files fail, and may have the process be killed there.
type faults struct {
	mu     sync.Mutex
	at     int // counted from 1
	err    error
	kill   bool
	seen   int
	failed string // the operation
	spills int    // files of sorted runs and of flows set aside
}

func (f *faults) do(op, _ string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen++; f.seen != f.at {
		return nil
	}
	if f.kill {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
	f.failed = op
	return f.err
}

// hooks gives what the program calls.
func (f *faults) hooks() hooks {
	return hooks{fault: f.do, config: little, spilled: func(file *os.File) (runs.File, error) {
		f.mu.Lock()
		f.spills++
		f.mu.Unlock()
		if err := f.do("create spill", ""); err != nil {
			return nil, errors.Join(err, file.Close())
		}
		return &faultyFile{file, f}, nil
	}}
}

// faultyFile is a file of a sorted run. A write that fails has written half.
type faultyFile struct {
	file   *os.File
	faults *faults
}

func (f *faultyFile) Write(p []byte) (int, error) {
	if err := f.faults.do("write spill", ""); err != nil {
		n, failed := f.file.Write(p[:len(p)/2])
		return n, errors.Join(err, failed)
	}
	return f.file.Write(p)
}

func (f *faultyFile) ReadAt(p []byte, at int64) (int, error) {
	if err := f.faults.do("read spill", ""); err != nil {
		return 0, err
	}
	return f.file.ReadAt(p, at)
}

func (f *faultyFile) Close() error {
	return errors.Join(f.faults.do("close spill", ""), f.file.Close())
}

// run runs the program with the faults.
func (f *faults) run(args []string) ending {
	var out, messages bytes.Buffer
	code := run(args, &console{in: strings.NewReader(""), out: &out, err: &messages, hooks: f.hooks()})
	return ending{code, out.String(), messages.String()}
}

// undisturbed gives what a small run writes, and how many operations that takes.
func undisturbed(t *testing.T, format string) (want map[string]string, operations int) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	f := &faults{}
	if got := f.run(smallRun(format, out)); got.code != exitOK {
		t.Fatalf("exit code %d: %s", got.code, got.errors)
	}
	if f.spills < 10 || f.seen < 120 {
		t.Fatalf("%d files are spilled in %d operations: the test tests little", f.spills, f.seen)
	}
	want = contents(t, out)
	plain := filepath.Join(t.TempDir(), "out")
	if got := netstream(smallRun(format, plain)...); got.code != exitOK || !maps.Equal(want, contents(t, plain)) {
		t.Fatalf("a run with memory for all has another output, or exit code %d", got.code)
	}
	return want, f.seen
}

// failureOf gives the exit code of a run whose operation failed. Where the output does not
// come back, that is the check of it that failed.
func failureOf(op string) int {
	if op == "verify" {
		return exitLaw
	}
	return exitOutput
}

// TestF1EveryOperationFails (F1, G7): of a whole run each operation on files fails once, of the output
// and of what is set aside. The run then has exit code 5, or 7 where the
// output cannot be read back, names the cause, and leaves neither a file nor a descriptor; if all that
// failed is to give something back, the output is complete.
func TestF1EveryOperationFails(t *testing.T) {
	causes := []error{syscall.ENOSPC, syscall.EIO, syscall.EDQUOT, syscall.EFBIG, syscall.EROFS, syscall.EACCES, syscall.EMFILE}
	for _, format := range []string{"parquet", "csv"} {
		t.Run(format, func(t *testing.T) {
			want, operations := undisturbed(t, format)
			step := max(1, operations/scaled(25, operations))
			open, tried, committed := openFiles(), 0, 0
			for n := 1; n <= operations; n += step {
				cause := causes[n%len(causes)]
				f := &faults{at: n, err: cause}
				folder := t.TempDir()
				out := filepath.Join(folder, "out")
				got := f.run(smallRun(format, out))
				tried++
				switch {
				case got.code == exitOK && slices.Contains([]string{"remove", "close spill", "close"}, f.failed):
					committed++
					if !maps.Equal(contents(t, out), want) {
						t.Errorf("operation %d (%s) failed: the output is not complete", n, f.failed)
					}
				case got.code != failureOf(f.failed) || !strings.Contains(got.errors, cause.Error()):
					t.Errorf("operation %d (%s) failed with %v: exit code %d: %s", n, f.failed, cause, got.code, got.errors)
				default:
					if left := entries(t, folder); len(left) > 0 {
						t.Errorf("operation %d (%s) failed: left behind: %v", n, f.failed, left)
					}
				}
			}
			if now := openFiles(); now != open {
				t.Errorf("%d descriptors are open, %d were before", now, open)
			}
			t.Logf("assertion F1: %s, %d of %d operations failed, one a run: %d runs with exit code 5 or 7 and nothing left, %d complete; %d descriptors before, %d after",
				format, tried, operations, tried-committed, committed, open, openFiles())
		})
	}
}
