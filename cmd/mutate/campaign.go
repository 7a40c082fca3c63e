package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// campaign is a number of cases of one seed.
type campaign struct {
	paths   []string
	seed    uint64
	cases   uint64
	workers int
	keep    string // directory for the captures of failed cases; empty for none
	run     meterFunc
	errors  io.Writer

	underway *underway
	next     atomic.Uint64

	mu       sync.Mutex
	verdicts map[string]uint64
	packets  uint64
	failures uint64
}

// shownFailures is how many failures are shown in full.
const shownFailures = 20

// start runs all cases and waits for them.
func (c *campaign) start() error {
	c.verdicts = make(map[string]uint64)
	errs := make([]error, c.workers)
	var running sync.WaitGroup
	for i := range c.workers {
		running.Go(func() { errs[i] = c.work(i) })
	}
	running.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *campaign) work(worker int) error {
	for {
		index := c.next.Add(1) - 1
		if index >= c.cases {
			return nil
		}
		t, err := newTrial(c.seed, index, c.paths)
		if err != nil {
			return err
		}
		if err := c.underway.begin(worker, t); err != nil {
			return err
		}
		got, err := t.try(c.run)
		c.underway.end(worker)
		if err := c.note(t, got, err); err != nil {
			return err
		}
	}
}

// note counts what came of a case.
func (c *campaign) note(t *trial, got outcome, failure error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if failure == nil {
		c.verdicts[got.verdict]++
		c.packets += got.packets
		return nil
	}
	if c.failures++; c.failures <= shownFailures {
		fmt.Fprintf(c.errors, "mutate: %v: %v\n", t, failure)
	}
	if c.keep == "" {
		return nil
	}
	name := filepath.Join(c.keep, fmt.Sprintf("%d-%d.capture", t.seed, t.index))
	if err := os.WriteFile(name, t.content, 0o600); err != nil {
		return fmt.Errorf("cannot keep the capture of a failed case: %w", err)
	}
	return nil
}

// summary says in one line what came out.
func (c *campaign) summary() string {
	text := fmt.Sprintf("seed %d, %d cases of %d captures, %d packets accounted:", c.seed, c.cases, len(c.paths), c.packets)
	for _, verdict := range slices.Sorted(maps.Keys(c.verdicts)) {
		text += fmt.Sprintf(" %d %s,", c.verdicts[verdict], verdict)
	}
	return text + fmt.Sprintf(" %d failed", c.failures)
}

// hangs is how long a case is waited for before the process gives up. On a busy
// machine a sound case can wait long for a processor.
const hangs = 2 * time.Minute

// underway is a file that names the case of each worker, for the event that the
// process dies: the engine's own goroutines cannot be guarded from outside.
type underway struct {
	file   *os.File
	timers []*time.Timer
}

// placeOctets is the room that a worker has in the file.
const placeOctets = 64

func newUnderway(workers int) (*underway, error) {
	file, err := os.CreateTemp("", "mutate-*.cases")
	if err != nil {
		return nil, fmt.Errorf("cannot create the list of cases under way: %w", err)
	}
	return &underway{file: file, timers: make([]*time.Timer, workers)}, nil
}

func (u *underway) begin(worker int, t *trial) error {
	line := fmt.Sprintf("%-*s\n", placeOctets-1, t.name())
	if _, err := u.file.WriteAt([]byte(line), int64(worker*placeOctets)); err != nil {
		return fmt.Errorf("cannot note the case under way: %w", err)
	}
	u.timers[worker] = time.AfterFunc(hangs, func() {
		debug.SetTraceback("all") // so that the stacks tell what it waits for
		panic(fmt.Sprintf("%v did not end within %v", t, hangs))
	})
	return nil
}

func (u *underway) end(worker int) { u.timers[worker].Stop() }

// remove takes the file away: nothing is under way any more.
func (u *underway) remove() error {
	if err := u.file.Close(); err != nil {
		return fmt.Errorf("cannot close the list of cases under way: %w", err)
	}
	return os.Remove(u.file.Name())
}
