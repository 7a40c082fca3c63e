package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// campaign is a number of cases of one seed.
type campaign struct {
	subject *subject
	seed    uint64
	size    uint64 // cases are begun as long as the weights of those before are less
	workers int
	keep    string // directory for the files of failed cases; empty for none
	errors  io.Writer

	underway *underway
	running  sync.RWMutex // held for writing by a case that must run alone

	mu       sync.Mutex
	cases    uint64 // begun
	begun    uint64 // their weights
	verdicts map[string]uint64
	outcome  outcome // sums of all cases
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

// next gives the next case. Which ones are begun does not depend on who asks when.
func (c *campaign) next() (index uint64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.begun >= c.size {
		return 0, false
	}
	index = c.cases
	c.cases++
	c.begun += c.subject.weigh(c.seed, index)
	return index, true
}

func (c *campaign) work(worker int) error {
	for {
		index, ok := c.next()
		if !ok {
			return nil
		}
		t, err := c.subject.draw(c.seed, index)
		if err != nil {
			return err
		}
		if err := c.underway.begin(worker, t); err != nil {
			return err
		}
		got, err := c.try(t)
		c.underway.end(worker)
		if err := c.note(t, got, err); err != nil {
			return err
		}
	}
}

// try runs a case. One that takes too long has its last chance while no other one
// runs, and by the time of processors: on a busy machine clocks on the wall say
// little.
func (c *campaign) try(t *trial) (outcome, error) {
	c.running.RLock()
	got, err := t.try(c.subject.run)
	c.running.RUnlock()
	var slow *slowError
	if !errors.As(err, &slow) {
		return got, err
	}
	c.running.Lock()
	defer c.running.Unlock()
	t.byProcessor = true
	return t.try(c.subject.run)
}

// note counts what came of a case.
func (c *campaign) note(t *trial, got outcome, failure error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if failure == nil {
		c.verdicts[got.verdict]++
		c.outcome.packets += got.packets
		c.outcome.messages += got.messages
		c.outcome.rows += got.rows
		return nil
	}
	if c.failures++; c.failures <= shownFailures {
		fmt.Fprintf(c.errors, "mutate: %v: %v\n", t, failure)
	}
	if c.keep == "" {
		return nil
	}
	name := filepath.Join(c.keep, fmt.Sprintf("%d-%d.%s", t.seed, t.index, c.subject.ending))
	if err := os.WriteFile(name, t.content, 0o600); err != nil {
		return fmt.Errorf("cannot keep the file of a failed case: %w", err)
	}
	return nil
}

// summary says in one line what came out.
func (c *campaign) summary() string {
	text := fmt.Sprintf("seed %d, %d cases of %d %s, %s:", c.seed, c.cases, c.subject.files, c.subject.noun, c.subject.told(c))
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
