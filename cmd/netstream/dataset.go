package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"netstream/reader/input"
	"netstream/writer/manifest"
	"netstream/writer/outdir"
)

// A dataset is a directory of run directories. Each run adds one with one rename, so that
// whoever reads the dataset sees all of a run or nothing.

// runPrefix begins the names of run directories in a dataset, as Hive names a partition.
const runPrefix = "run="

// idDigits is how many digits of a run id its directory has in its name.
const idDigits = 16

// outputOf gives where the output of a run is.
func (j *job) outputOf(run string) string {
	if j.options.partition == partitionNone {
		return j.options.write
	}
	return filepath.Join(j.options.write, runPrefix+run[:idDigits])
}

// makeDataset makes the directory of the dataset if it is not there, and says whether it
// was made.
func (j *job) makeDataset() (made bool, err error) {
	if j.options.partition == partitionNone {
		return false, nil
	}
	if _, err := os.Lstat(filepath.Join(j.options.write, outdir.ManifestName)); err == nil {
		return false, fail(exitExists, "name another directory with -w", "cannot add to the dataset %s: it is the output of a run without --partition", j.options.write)
	}
	err = os.Mkdir(j.options.write, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, outputFailure(err)
	}
	return true, nil
}

// createOutput makes the output directory, aside.
func (j *job) createOutput() (*outdir.Dir, error) {
	dir, err := outdir.Create(j.madeAs(), outdir.Options{Replace: j.options.force, Fault: j.console.hooks.fault})
	if err != nil {
		return nil, outputFailure(err)
	}
	return dir, nil
}

// madeAs gives the name for which an output is made. In a dataset it gets its own one when
// the run has its id.
func (j *job) madeAs() string {
	if j.options.partition != partitionNone {
		return filepath.Join(j.options.write, "run")
	}
	return j.options.write
}

// commit gives the output its name. In a dataset it may be there already: what could be
// made only once is then left as it is.
func (j *job) commit(dir *outdir.Dir) (output string, err error) {
	output = j.outputOf(j.runID)
	if j.options.partition != partitionNone {
		there, err := readManifest(output)
		if err == nil && there.RunID == j.runID && !j.options.force {
			return output, errors.Join(j.intact(output, there), dir.Abort())
		}
		if err := dir.Rename(filepath.Base(output)); err != nil {
			return output, outputFailure(errors.Join(err, dir.Abort()))
		}
	}
	if err := dir.Commit(); errors.Is(err, outdir.ErrLeftover) {
		j.console.warn("%v", err) // the output is complete all the same
	} else if err != nil {
		return output, outputFailure(err)
	}
	return output, nil
}

// doneInDataset looks whether the dataset has the output of this very run. Runs are
// compared by digest only if their inputs have the lengths of those of this one.
func (j *job) doneInDataset(ctx context.Context, args []string) (bool, error) {
	o := j.options
	entries, err := os.ReadDir(o.write)
	if err != nil || o.force {
		return false, nil
	}
	sources, ok := j.knownInputs(args)
	sizes, known := sizesOf(sources)
	for _, entry := range entries {
		if !ok || !known || !strings.HasPrefix(entry.Name(), runPrefix) {
			continue
		}
		output := filepath.Join(o.write, entry.Name())
		there, err := readManifest(output)
		if err != nil {
			return false, fail(exitExists, "remove it, or name another directory with -w", "cannot add to the dataset %s: %s in it is no output of a run: %w", o.write, entry.Name(), err)
		}
		if !slices.Equal(sizes, storedSizes(there.Inputs)) {
			continue
		}
		if same, err := j.sameRun(ctx, args, there); err != nil || same {
			if err == nil {
				err = j.leave(output, there)
			}
			return true, err
		}
	}
	return false, nil
}

// leave ends the run with the output that is there.
func (j *job) leave(output string, there *manifest.Manifest) error {
	if err := j.intact(output, there); err != nil {
		return err
	}
	if err := j.install(output); err != nil { // the run may have died before it came to that
		return err
	}
	if err := outdir.Tidy(j.madeAs(), j.console.hooks.fault); err != nil && !errors.Is(err, outdir.ErrLocked) {
		j.console.warn("%v", err)
	}
	j.sayDone(output)
	return incomplete(there)
}

// incomplete gives the error of a run whose output stands, but lacks something.
func incomplete(there *manifest.Manifest) error {
	if !there.Complete {
		return fail(exitDamaged, "run.json lists the damage", "some input of the run was damaged or left out")
	}
	return nil
}

// knownInputs gives the inputs as the run will find them, without files of directories
// that are no input; false if they are not known before they are read.
func (j *job) knownInputs(args []string) ([]input.Source, bool) {
	names := append(slices.Clone(j.options.read), args...)
	if slices.Contains(names, input.StandardInput) || slices.Contains(j.options.filesFrom, input.StandardInput) {
		return nil, false // it can be read once only
	}
	selection, err := input.Expand(input.Request{Names: names, FilesFrom: j.options.filesFrom, Repeats: j.options.duplicates == "count"})
	if err != nil {
		return nil, false // the run itself says so
	}
	return slices.DeleteFunc(selection.Sources, func(s input.Source) bool { return s.Found && isForeign(s) }), true
}

// sizesOf gives the lengths of files in order; false if one is not known.
func sizesOf(sources []input.Source) (sizes []int64, ok bool) {
	for _, source := range sources {
		info, err := os.Stat(source.Name)
		if err != nil || !info.Mode().IsRegular() {
			return nil, false
		}
		sizes = append(sizes, info.Size())
	}
	slices.Sort(sizes)
	return sizes, true
}

func storedSizes(inputs []manifest.Input) (sizes []int64) {
	for _, in := range inputs {
		sizes = append(sizes, in.Size)
	}
	slices.Sort(sizes)
	return sizes
}

// runsIn gives the run directories of a dataset, or the path itself if it is none.
func runsIn(path string) ([]string, error) {
	if _, err := os.Lstat(filepath.Join(path, outdir.ManifestName)); err == nil {
		return []string{path}, nil
	}
	runs, err := filepath.Glob(filepath.Join(escapeGlob(path), runPrefix+"*"))
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path, err)
	}
	if len(runs) == 0 {
		return []string{path}, nil // which is what the error is about
	}
	return runs, nil
}

// escapeGlob makes a path a pattern that only it matches.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}
