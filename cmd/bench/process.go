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

// program is what is measured: commands one after the other.
type program struct {
	name  string
	steps []step
	wrote string // folder that is made before each run and removed after it; may be empty
}

// step is a command line. What it prints goes to a file if stdout names one.
type step struct {
	args   []string
	stdout string
}

// command gives a program of one command.
func command(name, wrote string, args ...string) program {
	return program{name: name, steps: []step{{args: args}}, wrote: wrote}
}

// usage is what one run took.
type usage struct {
	cpu, wall time.Duration // cpu: user and system time
	peak      int64         // greatest resident set in octets
}

func (p program) measure() (u usage, err error) {
	for _, s := range p.steps {
		one, err := s.measure()
		if err != nil {
			return usage{}, fmt.Errorf("cannot run %s: %w", p.name, err)
		}
		u.cpu, u.wall, u.peak = u.cpu+one.cpu, u.wall+one.wall, max(u.peak, one.peak)
	}
	if p.wrote != "" {
		err = os.RemoveAll(p.wrote)
	}
	return u, err
}

func (s step) measure() (usage, error) {
	cmd := exec.Command(s.args[0], s.args[1:]...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if s.stdout != "" {
		file, err := os.Create(s.stdout)
		if err != nil {
			return usage{}, err
		}
		defer file.Close() // what a peer writes is not looked at
		cmd.Stdout = file
	}
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return usage{}, fmt.Errorf("%s: %w: %s", s.args[0], err, bytes.TrimSpace(said.Bytes()))
	}
	u := usage{cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), wall: time.Since(began)}
	if r, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.peak = r.Maxrss << 10 // Linux counts KiB
	}
	return u, nil
}

// inTurn measures programs in turn, as often as said, and gives the median of each.
func inTurn(programs []program, runs int) ([]usage, error) {
	results := make([][]usage, len(programs))
	for range runs {
		for i, p := range programs {
			u, err := p.measure()
			if err != nil {
				return nil, err
			}
			results[i] = append(results[i], u)
		}
	}
	medians := make([]usage, len(programs))
	for i := range results {
		medians[i] = median(results[i])
	}
	return medians, nil
}

// median gives the run with the median CPU time.
func median(runs []usage) usage {
	sorted := slices.SortedFunc(slices.Values(runs), func(a, b usage) int { return cmp.Compare(a.cpu, b.cpu) })
	return sorted[len(sorted)/2]
}
