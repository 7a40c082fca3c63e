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

// Files that are used if none are named.
const (
	defaultCaptures = "testdata/capture"
	defaultExports  = "testdata/export" // besides those that are built
)

func main() { os.Exit(command(os.Args[1:], os.Stdout, os.Stderr)) }

// options are the flags.
type options struct {
	cases   uint64
	seed    uint64
	workers int
	keep    string
	one     string
	write   string
	exports bool
	corpus  []string
	program string
}

// command runs the program and gives its exit code.
func command(arguments []string, stdout, stderr io.Writer) int {
	var o options
	flags := pflag.NewFlagSet("mutate", pflag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringArrayVar(&o.corpus, "corpus", nil, "damage the files in this directory (repeatable; bare arguments are the same; default "+defaultCaptures+", or "+defaultExports+")")
	flags.BoolVar(&o.exports, "exports", false, "damage export files rather than captures")
	flags.Uint64VarP(&o.cases, "cases", "n", 20_000, "number of cases; of exports number of messages, of which a case has several")
	flags.StringVar(&o.program, "program", "", "give each damaged file to this program, netstream, in a process of its own; -n is a number of processes then")
	flags.Uint64Var(&o.seed, "seed", 1, "seed of the random numbers")
	flags.IntVarP(&o.workers, "workers", "j", runtime.GOMAXPROCS(0), "cases at a time")
	flags.StringVar(&o.keep, "keep", "", "write the damaged files of failed cases into this directory")
	flags.StringVar(&o.one, "one", "", "run only the case SEED:INDEX")
	flags.StringVarP(&o.write, "write", "w", "", "with --one: write its damaged file to this file")
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
	subject, err := o.subject(append(o.corpus, flags.Args()...))
	failed := false
	if err == nil && o.program != "" {
		p := &program{path: o.program, limit: slowestProcess}
		if p.folder, err = os.MkdirTemp("", "mutate-"); err == nil {
			defer os.RemoveAll(p.folder)
			subject = processSubject(subject, p)
		}
	}
	if err == nil && o.one != "" {
		failed, err = repeat(&o, subject, stdout)
	} else if err == nil {
		failed, err = search(&o, subject, stdout, stderr)
	}
	if err != nil {
		fmt.Fprintln(stderr, "mutate:", err)
	}
	if failed || err != nil {
		return exitFailed
	}
	return 0
}

// subject finds what is to be damaged in what was named.
func (o *options) subject(names []string) (*subject, error) {
	if o.exports {
		files, err := allExports(names)
		return exportSubject(files), err
	}
	if len(names) == 0 {
		names = []string{defaultCaptures}
	}
	paths, err := findCaptures(names)
	return captureSubject(paths), err
}

// repeat runs one case.
func repeat(o *options, s *subject, stdout io.Writer) (failed bool, err error) {
	seed, index, err := parseName(o.one)
	if err != nil {
		return false, err
	}
	t, err := s.draw(seed, index)
	if err != nil {
		return false, err
	}
	if o.write != "" {
		if err := os.WriteFile(o.write, t.content, 0o600); err != nil {
			return false, fmt.Errorf("cannot write the damaged file: %w", err)
		}
	}
	fmt.Fprintf(stdout, "%v, settings %+v\n", t, t.settings)
	got, err := t.try(s.run)
	if err == nil {
		fmt.Fprintf(stdout, "%s, %d packets accounted, %d messages, %d rows of exporters\n", got.verdict, got.packets, got.messages, got.rows)
	}
	return err != nil, err
}

// search runs all cases of a seed.
func search(o *options, s *subject, stdout, stderr io.Writer) (failed bool, err error) {
	if o.program == "" {
		boundGarbage()
	}
	began := time.Now()
	c := &campaign{subject: s, seed: o.seed, size: o.cases, workers: o.workers, keep: o.keep, errors: stderr}
	if c.underway, err = newUnderway(o.workers); err != nil {
		return false, err
	}
	fmt.Fprintf(stdout, "seed %d, %d %s; cases under way: %s\n", o.seed, s.files, s.noun, c.underway.file.Name())
	if err := errors.Join(c.start(), c.underway.remove()); err != nil {
		return false, err
	}
	failed = c.failures > 0
	peak, known := peakMemory() // 0 if it is not known
	if peak > memoryLimit {
		failed, err = true, fmt.Errorf("%d octets of memory were resident, must not be more than %d", peak, memoryLimit)
	}
	result := "pass"
	if failed {
		result = "FAIL"
	}
	fmt.Fprintf(stdout, "%s\tG1\t%s; %v", result, c.summary(), time.Since(began).Round(time.Second/10))
	if known {
		fmt.Fprintf(stdout, ", %d MiB at most", peak>>20)
	}
	fmt.Fprintln(stdout)
	return failed, err
}
