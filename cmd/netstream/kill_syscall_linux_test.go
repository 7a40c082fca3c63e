package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// changing are the system calls that can change files, as strace knows them. Of openat most do not.
var changing = []string{
	"openat", "creat", "write", "pwrite64", "writev", "fsync", "fdatasync", "rename", "renameat", "renameat2", "unlink", "unlinkat",
	"mkdir", "mkdirat", "rmdir", "fchmod", "fchmodat", "ftruncate", "link", "linkat", "symlinkat", "fallocate", "copy_file_range",
}

// traced starts the program, with little memory, under strace.
func traced(t *testing.T, options, args []string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command("strace", slices.Concat([]string{"-f", "-qqq"}, options, []string{os.Args[0]}, args)...)}
	p.Env = append(os.Environ(), asProgram+"=0", "GOMAXPROCS=1")
	p.Stderr = &p.messages
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// callsOf counts the system calls that change files in a run, by name.
func callsOf(t *testing.T) map[string]int {
	t.Helper()
	folder := t.TempDir()
	log := filepath.Join(folder, "log")
	p := traced(t, []string{"-o", log, "-e", "trace=" + strings.Join(changing, ",")}, smallRun("parquet", filepath.Join(folder, "out")))
	if code := p.ended(t); code != exitOK {
		t.Fatalf("strace does not trace the program here: exit code %d: %s", code, p.messages.String())
	}
	calls := make(map[string]int)
	for _, call := range regexp.MustCompile(`(?m)^\d+ +(\w+)\(`).FindAllStringSubmatch(readFile(t, log), -1) {
		calls[call[1]]++
	}
	return calls
}

// TestF4KilledAtSystemCalls (F4, G6): strace kills runs at the n-th call of each kind that can change files, for every n.
// It counts the calls of each thread by itself, so what a kill hits may be an earlier one of another thread; with one
// processor nearly all are of one.
func TestF4KilledAtSystemCalls(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		if figure(0, 1) > 0 {
			t.Fatal("strace is not there: apt-get install strace")
		}
		t.Skip("strace is not there, which make torture-tests installs")
	}
	want, _ := undisturbed(t, "parquet")
	calls := callsOf(t)
	if calls["write"] < 20 || calls["fsync"] < 5 || calls["renameat2"]+calls["renameat"] < 1 || calls["unlinkat"] < 10 {
		t.Fatalf("calls that change files: %v: the test tests little", calls)
	}
	kills, committed, over, total := 0, 0, 0, 0
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		total += calls[name]
		if strings.HasPrefix(name, "syscall_") {
			continue // newer than strace, which cannot be told to kill there
		}
		step := max(1, calls[name]/scaled(1, calls[name]))
		for n := 1 + rand.N(step); n <= calls[name]; n += step {
			folder := t.TempDir()
			p := traced(t, []string{"-o", os.DevNull, "-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", name, n)}, smallRun("parquet", filepath.Join(folder, "out")))
			switch code := p.ended(t); code {
			case -1, exitSignalled + int(syscall.SIGKILL):
				kills++
			case exitOK: // no thread has as many calls
				over++
			default:
				t.Errorf("%s %d: exit code %d: %s", name, n, code, p.messages.String())
			}
			out := filepath.Join(folder, "out")
			if _, err := os.Lstat(out); err == nil {
				if got := netstream("verify", "-q", out); got.code != exitOK {
					t.Errorf("killed at %s %d: netstream verify has exit code %d: %s", name, n, got.code, got.errors)
				}
			}
			if mustRecover(t, fmt.Sprintf("killed at %s %d", name, n), folder, want) {
				committed++
			}
			if err := os.RemoveAll(folder); err != nil {
				t.Fatal(err)
			}
		}
	}
	if kills == 0 {
		t.Error("no run was killed")
	}
	t.Logf("assertion F4: killed at %d of %d system calls that can change files (%v; %d runs were not hit): %d outputs complete and verified, the others absent; all runs after that equal",
		kills, total, calls, over, committed)
}

// TestF3ClosedPipes (F3): whoever reads the flow table, or the messages, goes away at a random moment. The run ends with
// SIGPIPE, which shells show as 141, or had written all by then; its output is absent or complete.
func TestF3ClosedPipes(t *testing.T) {
	want, _ := undisturbed(t, "parquet")
	capture := filepath.Join(captures, "lab.pcapng")
	whole := netstream("run", "-q", capture, "-o", "csv", "-w", "-")
	if whole.code != exitOK {
		t.Fatalf("exit code %d: %s", whole.code, whole.errors)
	}
	pipes, broken, complete := scaled(8, 200), 0, 0
	for n := range pipes {
		folder := t.TempDir()
		messages := n%4 == 3 // these are read, instead of the table
		args := []string{"run", "-q", capture, "-o", "csv", "-w", "-"}
		if messages {
			args = smallRun("parquet", filepath.Join(folder, "out"))
			args[1] = "-v"
		}
		p := &process{Cmd: exec.Command(os.Args[0], args...)}
		p.Env = append(os.Environ(), asProgram+"=0")
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := unix.FcntlInt(w.Fd(), unix.F_SETPIPE_SZ, 4096); err != nil {
			t.Fatal(err)
		}
		if p.Stdout, p.Stderr = w, &p.messages; messages {
			p.Stdout, p.Stderr = nil, w
		}
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		most := int64(len(whole.out))
		if messages {
			most = 200
		}
		var got bytes.Buffer
		if _, err := io.CopyN(&got, r, rand.N(most)); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		code := p.ended(t)
		status := p.ProcessState.Sys().(syscall.WaitStatus)
		switch {
		case status.Signaled() && status.Signal() == syscall.SIGPIPE:
			broken++
		case code == exitOK:
			complete++
		default:
			t.Errorf("%v: exit code %d: %s", args, code, p.messages.String())
		}
		if strings.Contains(p.messages.String()+got.String(), "panic") {
			t.Errorf("%v: %s", args, p.messages.String())
		}
		if messages {
			mustRecover(t, "without a reader of messages", folder, want)
		} else if !strings.HasPrefix(whole.out, got.String()) {
			t.Errorf("%d octets of a table are not how it begins", got.Len())
		}
	}
	if broken == 0 {
		t.Error("no pipe was closed in time")
	}
	t.Logf("assertion F3: %d pipes closed at random moments: %d runs ended by SIGPIPE (141), %d had written all; no output was half there", pipes, broken, complete)
}
