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

// spiller gives files for sorted runs in a folder.
func (j *job) spiller(dir string) func() (runs.File, error) {
	return func() (runs.File, error) {
		file, err := spillFile(dir)
		if err != nil {
			return nil, err
		}
		if wrap := j.console.hooks.spilled; wrap != nil {
			return wrap(file)
		}
		return file, nil
	}
}

// hooks let tests make operations fail, and have a small run spill. Those of the program
// do nothing.
type hooks struct {
	fault   func(op, path string) error // as in [outdir.Options]
	spilled func(*os.File) (runs.File, error)
	config  func(*engine.Config)
}

// tune changes how a run is metered, not what comes out.
func (h hooks) tune(config *engine.Config) {
	if h.config != nil {
		h.config(config)
	}
}
