package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// suite is tests that are to notice mutants.
type suite struct {
	dir    string
	run    string // regular expression of tests, "" for all
	within time.Duration
}

// outcome is what became of a mutant.
type outcome int

const (
	lived  outcome = iota
	killed         // a test failed
	hung           // no test ended in time, which is noticed, too
	unfit          // it does not compile, so it counts for nothing
)

func (o outcome) String() string { return [...]string{"lived", "killed", "hung", "unfit"}[o] }

// trial tries mutants, one at a time.
type trial struct {
	scratch string
}

// measure sees that a suite passes without any mutant, and how long it takes.
func (t *trial) measure(s *suite) error {
	s.within = 10 * time.Minute
	began := time.Now()
	switch o, err := t.test(nil, s); {
	case err != nil:
		return err
	case o != lived:
		return fmt.Errorf("the tests of %s fail without any change", s.dir)
	}
	s.within = 20*time.Second + 10*time.Since(began)
	return nil
}

// try tries one mutant with each suite until one notices it.
func (t *trial) try(m *mutant, suites []suite) (outcome, error) {
	for i := range suites {
		if o, err := t.test(m, &suites[i]); err != nil || o != lived {
			return o, err
		}
	}
	return lived, nil
}

// test builds and runs the tests of a suite.
func (t *trial) test(m *mutant, s *suite) (outcome, error) {
	binary := filepath.Join(t.scratch, "tests")
	arguments := []string{"test", "-vet=off", "-c", "-o", binary}
	if m != nil {
		overlay, err := t.overlay(m)
		if err != nil {
			return 0, err
		}
		arguments = append(arguments, "-overlay", overlay)
	}
	build := exec.Command("go", append(arguments, "./"+s.dir)...)
	if output, err := build.CombinedOutput(); err != nil {
		if m == nil {
			return 0, fmt.Errorf("cannot build the tests of %s: %w: %s", s.dir, err, output)
		}
		return unfit, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.within)
	defer cancel()
	tests := exec.CommandContext(ctx, binary, "-test.failfast", "-test.short", "-test.run", s.run)
	tests.Dir = s.dir
	err := tests.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return hung, nil
	case err == nil:
		return lived, nil
	case errors.As(err, &exit):
		return killed, nil
	}
	return 0, err
}

// overlay has the compiler see the mutant in place of the file.
func (t *trial) overlay(m *mutant) (path string, err error) {
	source, err := os.ReadFile(m.file)
	if err != nil {
		return "", err
	}
	changed, path := filepath.Join(t.scratch, "mutant.go"), filepath.Join(t.scratch, "overlay.json")
	if err := os.WriteFile(changed, m.apply(source), 0o600); err != nil {
		return "", err
	}
	original, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		return "", err
	}
	return path, os.WriteFile(path, text, 0o600)
}
