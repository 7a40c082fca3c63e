package main

import (
	"encoding/hex"
	"errors"

	"netstream/aggregate/accounting"
	"netstream/aggregate/carry"
	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/cmd/internal/statefile"
	"netstream/reader"
	"netstream/writer/manifest"
	"netstream/writer/outdir"
)

// handOver makes ready what the next run is to have, before the tables are written: open
// flows at once, the rest as the tables come to it.
func (j *job) handOver(result *engine.Result, spill string) error {
	if j.chain == nil {
		return nil
	}
	if result.Exported.Reported > 0 {
		return fail(exitUsage, "without --state they can be read", "--state cannot be had for exporters that report running totals: what they told before is not handed over")
	}
	c := j.chain
	c.builder = statefile.NewBuilder(c.numbers, j.spiller(spill, passing))
	if j.options.state.final {
		return nil
	}
	var errs []error
	section := func(name string) *carry.Writer {
		w, err := c.builder.Section(name)
		errs = append(errs, err)
		return w
	}
	flows, slices := section(flowSection), section(sliceSection)
	accounts := make([]accounting.HandOver, len(j.options.accounting.schemes))
	for i := range accounts {
		accounts[i] = accounting.HandOver{
			Groups: section(schemeSection(i, "groups")), Addresses: section(schemeSection(i, "addresses")), Seconds: section(schemeSection(i, "seconds"))}
	}
	if err := errors.Join(errs...); err != nil {
		return outputFailure(err)
	}
	if err := result.HandOverFlows(flows); err != nil {
		return runFailure(err)
	}
	horizon, err := j.horizon(result)
	if err != nil {
		return err
	}
	result.HandOverIntervals(horizon, slices, accounts)
	return nil
}

// horizon gives the end of the time of which all interval rows can be written: of packets
// and of exported records, the earlier one if there were both.
func (j *job) horizon(result *engine.Result) (flow.Timestamp, error) {
	horizon := flow.MaxTimestamp
	clocks, ends := j.spans(result)
	if clocks != nil {
		horizon = min(horizon, result.Packets.To)
	}
	if ends != nil {
		if result.Reports == (flow.Coverage{}) {
			return 0, fail(exitUsage, "give one with --active-timeout", "--state needs an active timeout, which says how late exporters report")
		}
		horizon = min(horizon, result.Reports.To)
	}
	if clocks == nil && ends == nil {
		horizon = flow.MinTimestamp // nothing was read yet in any run
	}
	return horizon, nil
}

// spans gives the clocks of packets and the ends of exported records of all runs.
func (j *job) spans(result *engine.Result) (clocks, ends *statefile.Span) {
	before := j.chain.counted()
	if c := result.Clocks; c.Start <= c.Last {
		clocks = &statefile.Span{First: c.Start, Last: c.Last}
	}
	if e := &result.Exported; e.FirstEnd <= e.LastEnd {
		ends = &statefile.Span{First: e.FirstEnd, Last: e.LastEnd}
	}
	return before.Clocks.Join(clocks), before.Ends.Join(ends)
}

// writeState writes the state into the output.
func (j *job) writeState(dir *outdir.Dir, result *engine.Result, runID string) (manifest.Output, error) {
	before := j.chain.counted()
	h := &statefile.Header{
		Tool: tool.Name + " " + tool.Version, Parameters: sharedParameters(j.options), Closed: j.options.state.final,
		Inputs: before.Inputs + uint32(len(j.accounts)), Packets: before.Packets, Records: before.Records,
		Runs: append(before.Runs[:len(before.Runs):len(before.Runs)], statefile.Run{ID: runID}),
	}
	h.Clocks, h.Ends = j.spans(result)
	this := &h.Runs[len(h.Runs)-1]
	for _, a := range j.accounts {
		h.Packets += a.Packets()
		if a.Exports != nil {
			h.Records += a.Exports.Rows
		}
		this.Inputs = append(this.Inputs, stateInput(a))
	}
	file, err := dir.File(stateName)
	if err != nil {
		return manifest.Output{}, outputFailure(err)
	}
	if err := errors.Join(j.chain.builder.Write(file, h), file.Close()); err != nil {
		return manifest.Output{}, outputFailure(err)
	}
	digest := file.Digest()
	return manifest.Output{Name: stateName, Size: digest.Size, SHA256: hex.EncodeToString(digest.SHA256[:])}, nil
}

func stateInput(a *reader.Account) statefile.Input {
	in := statefile.Input{Name: a.Name, Size: a.Input.Stored, ContentSize: a.Input.Expanded, Empty: a.Packets() == 0 && a.Exports == nil}
	in.ContentSHA256, in.ContentXXH3 = digestTexts(a.Input.ContentDigest)
	return in
}
