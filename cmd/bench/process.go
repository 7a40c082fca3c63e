package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// generate makes the capture if it is not there.
func (l workload) generate(netgen, capture string) error {
	if _, err := os.Stat(capture); err == nil {
		return nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	cmd := exec.Command(netgen, l.kind,
		"--packets", strconv.Itoa(l.packets), "--flows", strconv.Itoa(l.flows), "--duration", strconv.Itoa(l.seconds)+"s",
		"--snaplen", strconv.Itoa(l.snaplen), "--seed", strconv.Itoa(l.seed), "-w", capture)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("cannot generate %s: %w: %s", l.name, err, bytes.TrimSpace(out))
	}
	return nil
}

// program is a command line to be measured.
type program struct {
	name  string
	args  []string
	wrote string // folder to be removed after each run; may be empty
}

// usage is what one run took.
type usage struct {
	cpu, wall time.Duration // cpu: user and system time
	peak      int64         // greatest resident set in octets
}

func (p program) measure() (usage, error) {
	cmd := exec.Command(p.args[0], p.args[1:]...)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	wall := time.Since(began)
	if err != nil {
		return usage{}, fmt.Errorf("cannot run %s: %w: %s", p.name, err, bytes.TrimSpace(out))
	}
	u := usage{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), wall: wall}
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.peak = r.Maxrss << 10 // Linux counts KiB
	}
	if p.wrote != "" {
		err = os.RemoveAll(p.wrote)
	}
	return u, err
}

// median gives the run with the median CPU time.
func median(runs []usage) usage {
	sorted := slices.SortedFunc(slices.Values(runs), func(a, b usage) int { return cmp.Compare(a.cpu, b.cpu) })
	return sorted[len(sorted)/2]
}
