package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/spf13/pflag"
)

// Exit codes.
const (
	exitFailed = 1
	exitUsage  = 4
)

// defaultCaptures are used if none are named.
const defaultCaptures = "testdata/capture"

func main() { os.Exit(command(os.Args[1:], os.Stdout, os.Stderr)) }

// options are the flags.
type options struct {
	cases   uint64
	seed    uint64
	workers int
	keep    string
	one     string
	write   string
	corpus  []string
}

// command runs the program and gives its exit code.
func command(arguments []string, stdout, stderr io.Writer) int {
	var o options
	flags := pflag.NewFlagSet("mutate", pflag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringArrayVar(&o.corpus, "corpus", nil, "damage the captures in this directory (repeatable; bare arguments are the same; default "+defaultCaptures+")")
	flags.Uint64VarP(&o.cases, "cases", "n", 20_000, "number of cases")
	flags.Uint64Var(&o.seed, "seed", 1, "seed of the random numbers")
	flags.IntVarP(&o.workers, "workers", "j", runtime.GOMAXPROCS(0), "cases at a time")
	flags.StringVar(&o.keep, "keep", "", "write the captures of failed cases into this directory")
	flags.StringVar(&o.one, "one", "", "run only the case SEED:INDEX")
	flags.StringVarP(&o.write, "write", "w", "", "with --one: write its capture to this file")
	if err := flags.Parse(arguments); errors.Is(err, pflag.ErrHelp) {
		return 0
	} else if err != nil {
		fmt.Fprintln(stderr, "mutate:", err)
		return exitUsage
	}
	if o.workers < 1 || o.write != "" && o.one == "" {
		fmt.Fprintln(stderr, "mutate: expected at least 1 worker, and --write only with --one")
		return exitUsage
	}
	names := append(o.corpus, flags.Args()...)
	if len(names) == 0 {
		names = []string{defaultCaptures}
	}
	paths, err := findCaptures(names)
	failed := false
	if err == nil && o.one != "" {
		failed, err = repeat(&o, paths, stdout)
	} else if err == nil {
		failed, err = search(&o, paths, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintln(stderr, "mutate:", err)
	}
	if failed || err != nil {
		return exitFailed
	}
	return 0
}

// repeat runs one case.
func repeat(o *options, paths []string, stdout io.Writer) (failed bool, err error) {
	seed, index, err := parseName(o.one)
	if err != nil {
		return false, err
	}
	t, err := newTrial(seed, index, paths)
	if err != nil {
		return false, err
	}
	if o.write != "" {
		if err := os.WriteFile(o.write, t.content, 0o600); err != nil {
			return false, fmt.Errorf("cannot write the capture: %w", err)
		}
	}
	fmt.Fprintf(stdout, "%v, settings %+v\n", t, t.settings)
	got, err := t.try(run)
	if err == nil {
		fmt.Fprintf(stdout, "%s, %d packets accounted\n", got.verdict, got.packets)
	}
	return err != nil, err
}

// search runs all cases of a seed.
func search(o *options, paths []string, stdout, stderr io.Writer) (failed bool, err error) {
	began := time.Now()
	c := &campaign{paths: paths, seed: o.seed, cases: o.cases, workers: o.workers, keep: o.keep, run: run, errors: stderr}
	if c.underway, err = newUnderway(o.workers); err != nil {
		return false, err
	}
	fmt.Fprintf(stdout, "seed %d, %d captures; cases under way: %s\n", o.seed, len(paths), c.underway.file.Name())
	if err := errors.Join(c.start(), c.underway.remove()); err != nil {
		return false, err
	}
	failed = c.failures > 0
	fmt.Fprintf(stdout, "%s; %v", c.summary(), time.Since(began).Round(time.Second/10))
	if peak, known := peakMemory(); known {
		fmt.Fprintf(stdout, ", %d MiB at most\n", peak>>20)
		if peak > memoryLimit {
			return true, fmt.Errorf("%d octets of memory were resident, must not be more than %d", peak, memoryLimit)
		}
	} else {
		fmt.Fprintln(stdout)
	}
	return failed, nil
}
