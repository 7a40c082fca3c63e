package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"

	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
	"netstream/reader"
	"netstream/reader/input"
)

// allocationsElsewhere counts them in a process of its own: Linux charges the memory
// of this one to the programs that it starts.
func allocationsElsewhere(capture string) (uint64, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	out, err := exec.Command(self, "allocations", capture).Output()
	if err != nil {
		return 0, fmt.Errorf("cannot count allocations: %w", err)
	}
	return strconv.ParseUint(strings.TrimSpace(string(out)), 10, 64)
}

// allocations counts the objects that reading and metering a capture allocates,
// start and end included. It is the same for a capture twice as long with as many
// open flows.
func allocations(capture string) (uint64, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	hasher, err := flow.NewHasher()
	if err != nil {
		return 0, err
	}
	points := flow.NewPoints()
	packets, err := reader.Open(input.Source{Name: capture}, nil, reader.Options{
		Points: points, Hasher: hasher, ReorderWindow: time.Second, Input: input.Options{NoDigests: true}})
	if err != nil {
		return 0, err
	}
	_, err = engine.Run(context.Background(), []engine.Input{{Open: func(int) (engine.Source, error) { return packets, nil }}}, nil, engine.Config{
		Meter: meter.Settings{IdleTimeout: 30 * time.Second, ActiveTimeout: 30 * time.Minute,
			EndGrace: 30 * time.Second, Interval: 5 * time.Minute},
		Points: points, Workers: 1, Hasher: hasher,
		Spill: func() (runs.File, error) { return spilled{}, nil },
	})
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs, err
}

// spilled takes sorted runs and forgets them: what is measured is metering.
type spilled struct{}

func (spilled) Write(p []byte) (int, error)       { return len(p), nil }
func (spilled) ReadAt([]byte, int64) (int, error) { return 0, io.ErrUnexpectedEOF }
func (spilled) Close() error                      { return nil }
