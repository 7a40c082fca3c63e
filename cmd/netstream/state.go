package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"netstream/aggregate/accounting"
	"netstream/aggregate/carry"
	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/cmd/internal/statefile"
	"netstream/writer/manifest"
	"netstream/writer/outdir"
)

// stateName is the file of an output that holds what the run hands over. The file of
// --state becomes a copy of it when the output is complete, so that a run that dies in
// between has lost nothing.
const stateName = "state"

// chain is what a run has to do with those before and behind it. All methods can be
// called for a run that stands alone, whose chain is nil.
type chain struct {
	lock   *outdir.Single
	before *statefile.State // nil for the first run

	inputs  map[uint32]carry.Input // earlier ones, in which open flows began
	numbers carry.Numbers
	builder *statefile.Builder
}

// openChain locks the state and reads what the run before has left there, if the run is
// one of several.
func (j *job) openChain() error {
	o := &j.options.state
	if !o.chained() {
		return nil
	}
	lock, err := outdir.LockSingle(o.file, j.console.hooks.fault)
	if err != nil {
		return outputFailure(err)
	}
	c := &chain{lock: lock, inputs: make(map[uint32]carry.Input)}
	c.numbers = carry.Numbers{Points: j.points, Names: j.names, Input: j.inputOf, Reversed: j.options.keys.biflow}
	j.chain, o.digest = c, "none"
	c.before, err = statefile.Open(o.file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.before = nil
		return nil
	case err != nil:
		return fail(exitUsage, "the output of the run that wrote it has a copy", "%w", err)
	}
	o.digest = c.before.SHA256
	return nil
}

// check says no to a state that the run cannot go on from.
func (c *chain) check(o *runOptions) error {
	if c == nil || c.before == nil {
		return nil
	}
	h := &c.before.Header
	if h.Closed {
		return fail(exitUsage, "begin anew with another file", "cannot go on from the state %s: its last run had --state-final", o.state.file)
	}
	shared := sharedParameters(o)
	names := maps.Clone(shared)
	maps.Copy(names, h.Parameters) // some are there only where they are not the default
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if had := h.Parameters[name]; had != shared[name] {
			return fail(exitUsage, "all runs that hand over to each other need the same settings",
				"cannot go on from the state %s: its %s is %q, that of this run %q", o.state.file, name, had, shared[name])
		}
	}
	return nil
}

func (c *chain) close() {
	if c == nil {
		return
	}
	if c.builder != nil {
		_ = c.builder.Close() // its files have no names
	}
	if c.before != nil {
		_ = c.before.Close() // it was only read
	}
	_ = c.lock.Close() // the kernel gives it back in any case
}

// counted gives what the runs before have counted.
func (c *chain) counted() (h statefile.Header) {
	if c != nil && c.before != nil {
		h = c.before.Header
	}
	return h
}

// resume gives what the engine takes over.
func (c *chain) resume(schemes int) (*engine.Resume, error) {
	if c == nil || c.before == nil {
		return nil, nil
	}
	r := &engine.Resume{Clock: flow.MinTimestamp, Accounts: make([]accounting.Resume, schemes)}
	if clocks := c.before.Header.Clocks; clocks != nil {
		r.Clock = clocks.Last
	}
	var errs []error
	section := func(name string) *carry.Reader {
		reader, err := c.before.Section(name, c.numbers, c.inputs)
		errs = append(errs, err)
		return reader
	}
	r.Flows, r.Slices = section(flowSection), section(sliceSection)
	for i := range r.Accounts {
		r.Accounts[i] = accounting.Resume{
			Groups: section(schemeSection(i, "groups")), Addresses: section(schemeSection(i, "addresses")), Seconds: section(schemeSection(i, "seconds"))}
	}
	return r, errors.Join(errs...)
}

// The sections of a state beside those of schemes.
const (
	flowSection  = "flows"
	sliceSection = "slices"
)

func schemeSection(scheme int, kind string) string { return fmt.Sprintf("scheme %d %s", scheme, kind) }

// inputOf gives what flows say of the input that they began in.
func (j *job) inputOf(ordinal uint32) carry.Input {
	first := j.chain.counted().Inputs
	if ordinal < first {
		return j.chain.inputs[ordinal]
	}
	before := j.bases[ordinal-first]
	return carry.Input{Name: j.accounts[ordinal-first].Name, Packets: before.packets, Records: before.records}
}

// refuseCounted refuses inputs that a run before has counted.
func (j *job) refuseCounted() error {
	before := j.chain.counted()
	for _, a := range j.accounts {
		in := stateInput(a)
		if run, counted := before.Counted(in.Identity()); counted && !in.Empty {
			return fail(exitUsage, "leave it out; the state has it", "duplicate input: %s has the content of an input of the run %s", a.Name, run)
		}
	}
	return nil
}

// countedBefore looks whether a run before had exactly these inputs, which is found out
// by their digests if the lengths are those of its inputs. Its output, if it is
// there, is what the run would make: nothing is to be done.
func (j *job) countedBefore(ctx context.Context, args []string) (done bool, err error) {
	before := j.chain.counted()
	if len(before.Runs) == 0 {
		return false, nil
	}
	sources, ok := j.knownInputs(args)
	sizes, known := sizesOf(sources)
	if !ok || !known || !slices.ContainsFunc(before.Runs, func(r statefile.Run) bool { return slices.Equal(r.Sizes(), sizes) }) {
		return false, nil
	}
	var contents []string
	for _, source := range sources {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		content, err := digestContent(source, j.options.inputDigest.algorithm)
		if err != nil {
			return false, nil
		}
		contents = append(contents, content.Identity())
	}
	slices.Sort(contents)
	for i := range before.Runs {
		var counted []string
		for _, in := range before.Runs[i].Inputs {
			counted = append(counted, in.Identity())
		}
		slices.Sort(counted)
		if slices.Equal(contents, counted) {
			return true, j.findCounted(before.Runs[i].ID)
		}
	}
	return false, nil
}

// findCounted looks whether the output is that of a run that the state has.
func (j *job) findCounted(run string) error {
	name := j.outputOf(run)
	there, err := readManifest(name)
	if err != nil || there.RunID != run {
		return fail(exitExists, "the state must be as it was before that run, to make it again",
			"cannot write %s: these inputs were counted by the run %s, whose output is not there", name, run)
	}
	if err := j.intact(name, there); err != nil {
		return err
	}
	j.sayDone(name)
	return incomplete(there)
}

// install makes the file of --state a copy of the state in the output.
func (j *job) install(output string) error {
	if j.chain == nil {
		return nil
	}
	file, err := os.Open(filepath.Join(output, stateName))
	if err != nil {
		return outputFailure(err)
	}
	defer file.Close() // it was only read
	if err := j.chain.lock.Replace(file); err != nil {
		return &failure{exitOutput, fmt.Errorf("the output is complete, but the state could not be replaced: %w", err),
			"run the same command again: it does what is left"}
	}
	return nil
}

// describeChain says in the manifest what was taken over and what was handed over.
func (j *job) describeChain(result *engine.Result) *manifest.State {
	if j.chain == nil {
		return nil
	}
	describe := func(f uint64, slices uint64, open, growing string) manifest.Carried {
		return manifest.Carried{Flows: f, FlowPackets: manifest.Number(open), Slices: slices, SlicePackets: manifest.Number(growing)}
	}
	taken, given := &result.Taken, &result.Given
	return &manifest.State{
		Taken:         describe(taken.Flows, taken.SliceCount, taken.Open.Packets.String(), taken.Slices.Packets.String()),
		Given:         describe(given.Flows, given.SliceCount, given.Open.Packets.String(), given.Slices.Packets.String()),
		RaisedPackets: result.Raised,
	}
}
