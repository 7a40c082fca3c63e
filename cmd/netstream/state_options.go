package main

import (
	"maps"

	"github.com/spf13/pflag"
)

// stateOptions are the flags about runs that hand over to each other.
type stateOptions struct {
	file  string
	final bool

	digest string // of the state that the run takes over, once it is known
}

func (o *stateOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.file, "state", "", "take open flows and unfinished intervals over from this file, and leave there those of this run, so that nightly runs give the rows of one run over all days (docs/nightly.md)")
	flags.BoolVar(&o.final, "state-final", false, "with --state: end all flows and intervals, as the last run")
}

// chained says whether the run is one of several that hand over to each other.
func (o *stateOptions) chained() bool { return o.file != "" }

// validate says no to what cannot go from run to run.
func (o *stateOptions) validate(flags *pflag.FlagSet, run *runOptions) error {
	if !o.chained() {
		if o.final {
			return fail(exitUsage, "name the state with --state FILE", "--state-final is for runs with --state")
		}
		return nil
	}
	refuse := func(flag, why string) error {
		return fail(exitUsage, "do without one of them", "--state cannot be had with %s: %s", flag, why)
	}
	switch {
	case run.write == "-":
		return fail(exitUsage, "name a directory with -w", "--state is for an output directory, not for standard output")
	case run.force:
		return refuse("--force", "what the run before the last one had handed over is not there any more")
	case run.flowFilter != "":
		return refuse("--flow-filter", "open flows are not known well enough to be judged; the tables can be filtered afterwards")
	case run.ageing.maxFlows > 0:
		return refuse("--max-flows", "the order in which flows were last seen is not handed over")
	case run.stitch:
		return refuse("--stitch", "records are joined within one run only")
	case flags.Changed("count"):
		return refuse("--count", "packets are counted within one run only")
	case run.duplicates == "count":
		return refuse("--duplicates count", "inputs of a run before are told by their content")
	case run.keepGoing:
		return refuse("--keep-going", "an input that is left out today cannot be added tomorrow")
	}
	return nil
}

// addParameters adds what the run takes over: it is an input like others.
func (o *stateOptions) addParameters(parameters map[string]string) {
	if o.chained() {
		parameters["state"] = o.digest
		parameters["state_final"] = "false"
		if o.final {
			parameters["state_final"] = "true"
		}
	}
}

// sharedParameters gives the settings that all runs of a chain must share: all but those
// that say how rows are written, and reference data, which may be newer each night.
func sharedParameters(o *runOptions) map[string]string {
	shared := maps.Clone(o.parameters())
	for _, own := range []string{"output_format", "partition", "state", "state_final", "with_file", "elements"} {
		delete(shared, own)
	}
	reference := make(map[string]string)
	o.reference.addParameters(reference)
	for name := range reference {
		delete(shared, name)
	}
	return shared
}
