package main

import (
	"errors"
	"os"

	"netstream/aggregate/engine"
	"netstream/aggregate/runs"
)

// spillFile gives a file for a sorted run or a stream. Its name is taken away at once, so that
// it cannot be left behind.
func spillFile(dir string) (*os.File, error) {
	file, err := os.CreateTemp(dir, "run-")
	if err != nil {
		return nil, outputFailure(err)
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, outputFailure(errors.Join(err, file.Close()))
	}
	return file, nil
}

// spiller gives temporary files in a folder.
func (j *job) spiller(dir string, kind fileKind) func() (runs.File, error) {
	return func() (runs.File, error) {
		if err := j.disk.look(); err != nil {
			return nil, err
		}
		file, err := spillFile(dir)
		if err != nil {
			return nil, err
		}
		wrap := j.console.hooks.spilled
		if wrap == nil {
			return j.disk.run(kind, file), nil
		}
		wrapped, err := wrap(file)
		if err != nil {
			return nil, err
		}
		return j.disk.run(kind, wrapped), nil
	}
}

// flowSpiller gives files for sorted runs of flow records, and is told how many more there are.
func (j *job) flowSpiller(dir string) func(records uint64) (runs.File, error) {
	create := j.spiller(dir, recordRuns)
	return func(records uint64) (runs.File, error) {
		if j.disk != nil {
			j.disk.rows.Add(records)
		}
		return create()
	}
}

// hooks let tests make operations fail, have a small run spill, and pretend that a disk is
// small. Those of the program do nothing.
type hooks struct {
	fault     func(op, path string) error // as in [outdir.Options]
	spilled   func(*os.File) (runs.File, error)
	config    func(*engine.Config)
	free      func(folder string) (uint64, error) // instead of [freeOctets]
	lookEvery int64                               // instead of the constant
}

// freeOctets gives what tells how many octets are left on the disk of a folder.
func (h hooks) freeOctets() func(folder string) (uint64, error) {
	if h.free != nil {
		return h.free
	}
	return freeOctets
}

// tune changes how a run is metered, not what comes out.
func (h hooks) tune(config *engine.Config) {
	if h.config != nil {
		h.config(config)
	}
}
