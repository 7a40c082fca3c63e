package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"netstream/aggregate/balance"
	"netstream/aggregate/engine"
	"netstream/aggregate/flow"
	"netstream/reader"
	"netstream/reader/input"
	"netstream/writer/outdir"
)

const runLong = `Reads captures (pcap, pcapng) and what exporters send: NetFlow 1, 5 to 9, NetStream and IPFIX, as
messages one behind the other, as IPFIX files, inside captures, or in nfcapd files; plain or
compressed (gzip, zstd, lz4, xz, bzip2), from files, directories, globs or standard input. What a
file is, is found out by its content. The IP packets of captures are metered into unidirectional
flow records; exported records are taken as they are. Both are accounted by interval, and written:

  flows.parquet       one row a flow record
  intervals.parquet   one row a flow key and interval
  exporters.parquet   one row a stream of an exporter, if there are any
  accounting/         one table for each scheme of -A: one row a group and interval
  ledger.parquet      where every packet, message, record and octet of the input went
  run.json            inputs, settings, outputs, sums, and the conservation laws that were checked
  SHA256SUMS          for sha256sum -c

into a new directory. The output is a function of the inputs' contents and the settings: the same
bytes come out for any number of workers and any order of the inputs. The directory appears when
the run is complete, or not at all.

EXIT STATUS
  0  all input was read, the books balance
  3  input was damaged, cut or partly unreadable; everything readable is accounted
  4  usage, or input that holds neither packets nor exports
  5  the output could not be written
  6  a resource limit stopped the run
  7  a conservation law failed: a bug of netstream
  10 the output of another run is there; 11 another run is writing there
  129, 130, 143 stopped by a signal, 141 by a closed pipe; 1 any other failure
Nothing is written but for 0 and 3.`

func newRunCommand() *command {
	var o runOptions
	cmd := &command{
		name: "run", arguments: "FILE... -w OUT", summary: "Captures and exports in, flow and interval tables out.",
		long: runLong + "\n\n" + profileHelp(), flags: newFlags("run"),
	}
	o.addFlags(cmd.flags)
	cmd.run = func(ctx context.Context, c *console, args []string) error {
		if err := o.validate(cmd.flags); err != nil {
			return err
		}
		return runCaptures(ctx, c, &o, args)
	}
	return cmd
}

// base is how many packets and exported records lie in the inputs before one.
type base struct{ packets, records uint64 }

// job is one run of netstream run under way.
type job struct {
	console  *console
	options  *runOptions
	points   *flow.Points
	names    *flow.Names
	chain    *chain // nil if the run stands alone
	inputs   *observations
	disk     *diskWatch // nil if there is none to watch
	progress *progress
	began    time.Time
	ballast  []byte // see ballastOctets

	accounts  []*reader.Account // by ordinal
	bases     []base            // by ordinal
	sides     balance.Books
	flows     *flowSums
	perBin    *intervalSums
	perScheme []*schemeSums // by their places among the schemes
	laws      []balance.Law
	exported  engine.Exported
	rejected  []engine.Rejected // by ordinal: what the flow filter left out

	allRejected engine.Rejected
	present     flow.Fields // that any row has
	runID       string      // once the inputs are read
	overflow    engine.Overflow
}

func runCaptures(ctx context.Context, c *console, o *runOptions, args []string) error {
	j := &job{console: c, options: o, points: flow.NewPoints(), names: flow.NewNames(), began: time.Now()}
	defer func() { j.progress.stop() }()
	j.ballast = o.settle(c)
	o.reference.warn(c)
	if o.write == "-" {
		return j.stream(ctx, args)
	}
	if err := outdir.CheckName(o.write); err != nil {
		return outputFailure(err)
	}
	defer func() { j.chain.close() }()
	if err := j.openChain(); err != nil {
		return err
	}
	if done, err := j.countedBefore(ctx, args); done || err != nil {
		return err
	}
	if done, err := j.alreadyDone(ctx, args); done || err != nil {
		return err
	}
	if err := j.chain.check(o); err != nil {
		return err
	}
	made, err := j.makeDataset()
	if err != nil {
		return err
	}
	if err := j.into(ctx, args); err != nil {
		if made {
			_ = os.Remove(o.write) // if nothing was added to it
		}
		return err
	}
	return j.verdict()
}

// into writes the output directory.
func (j *job) into(ctx context.Context, args []string) error {
	dir, err := j.createOutput()
	if err != nil {
		return err
	}
	if err := j.fill(ctx, args, dir); err != nil {
		if aborting := dir.Abort(); aborting != nil {
			j.console.warn("%v", aborting)
		}
		return err
	}
	j.progress.stop()
	output, err := j.commit(dir)
	if err != nil {
		return err
	}
	if err := j.install(output); err != nil {
		return err
	}
	j.summarize(output)
	return nil
}

// fill does everything up to the commit.
func (j *job) fill(ctx context.Context, args []string, dir *outdir.Dir) error {
	spill, err := dir.SpillDir()
	if err != nil {
		return outputFailure(err)
	}
	result, err := j.meter(ctx, args, spill)
	if err != nil {
		return err
	}
	defer result.Close() // what the tables did not consume; its files have no names
	if err := j.account(result); err != nil {
		return err
	}
	if err := j.handOver(result, spill); err != nil {
		return err
	}
	if err := j.disk.writeTables(result.Records); err != nil {
		return err
	}
	files, err := j.writeTables(ctx, dir, result)
	if err != nil {
		return err
	}
	reclaim(j.flows.records + j.perBin.records) // from what wrote them
	j.progress.enter("reading tables back")
	outputs, err := j.readBack(dir, files)
	if err != nil {
		return err
	}
	if err := j.balance(result); err != nil {
		return err
	}
	j.exported, j.present, j.overflow = result.Exported, result.Present, result.Overflow
	if err := j.document(dir, outputs, result); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// meter opens the inputs and meters them, or decodes the records that they hold.
// What does not fit into memory goes to files in the folder spill.
func (j *job) meter(ctx context.Context, args []string, spill string) (*engine.Result, error) {
	o := j.options
	hasher, err := flow.NewHasher()
	if err != nil {
		return nil, err
	}
	j.progress = startProgress(j.console, o.quiet)
	options := reader.Options{
		Points: j.points, Hasher: hasher, ReorderWindow: time.Duration(o.reorderWindow), WithMAC: o.withMAC, Layer: o.packets.layer,
		Key: o.keys.definition, Biflows: o.keys.biflow, JoinFragments: o.packets.fragments == fragmentsInherit, Filter: o.selected, Select: o.selection,
		BufferSize: o.readSize, Interfaces: o.place.rules, Directions: o.place.directions, LocalNetworks: o.place.networks, Anonymize: o.anonymize.key,
		Input: input.Options{OnRead: j.progress.addOctets, ReadAhead: true, Digest: o.inputDigest.algorithm},
		Exports: reader.ExportOptions{
			Captures: o.captureContent, Names: j.names, Elements: o.requests, MaskOrder: o.masks,
			DropDuplicates: o.dedup, Ceiling: new(reader.Ceiling),
			Spool: func() (*os.File, error) { return spillFile(spill) },
		},
	}
	j.inputs, err = openInputs(ctx, j.console, o, args, j.chain.counted().Inputs, options, j.progress)
	if err != nil {
		return nil, err
	}
	defer j.inputs.close()
	if err := o.place.checkNames(j.inputs); err != nil {
		return nil, err
	}
	j.inputs.warnUnfiltered(j.console, o)
	j.checkDisk(spill, j.console.hooks.freeOctets())
	j.watchDisk(spill)
	resume, err := j.chain.resume(len(o.accounting.schemes))
	if err != nil {
		return nil, err
	}
	config := engine.Config{
		Meter: o.meter(), MaxFlows: o.ageing.maxFlows, Biflows: o.keys.biflow, Points: j.points, Workers: o.workers, Hasher: hasher,
		Population: o.selection.Sample.Population(),
		Spill:      j.spiller(spill, passing),
		SpillFlows: j.flowSpiller(spill), SpillSlices: j.spiller(spill, sliceRuns),
		Distribution: o.method, Stitch: o.stitch, Keep: o.keep(j.points, j.names), Resume: resume, HandOver: o.state.chained() && !o.state.final,
		Accounting: o.accounting.config(o.reference.schemeLookup(j.points, j.names)),
	}
	o.bound(&config, len(j.ballast))
	j.console.hooks.tune(&config)
	result, err := engine.Run(ctx, j.inputs.engineInputs(), j.inputs.recordInputs(), config)
	if err != nil {
		return nil, runFailure(err)
	}
	runtime.GC() // the flow cache is left, and its memory will do for the tables
	return result, nil
}

// account takes the inputs' accounts over and says no to what must not be
// written.
func (j *job) account(result *engine.Result) error {
	counted := j.chain.counted()
	before := base{packets: counted.Packets, records: counted.Records}
	for ordinal, in := range j.inputs.all {
		if in.account == nil {
			return fmt.Errorf("bug: %s was not read to its end", in.source.Name)
		}
		j.accounts = append(j.accounts, in.account)
		j.bases = append(j.bases, before)
		j.rejected = append(j.rejected, result.Rejected(counted.Inputs+uint32(ordinal)))
		before.packets += in.account.Packets()
		if exports := in.account.Exports; exports != nil {
			before.records += exports.Rows
		}
	}
	j.allRejected = result.AllRejected()
	j.cover(result)
	j.warnOfSchemes()
	if err := j.refuseDuplicates(); err != nil {
		return err
	}
	if err := j.refuseCounted(); err != nil {
		return err
	}
	if j.options.strict {
		for _, a := range j.accounts {
			if !a.Complete() {
				return fail(exitDamaged, "without --strict, everything readable is accounted",
					"%s is damaged: %w", a.Name, &a.Damages[0])
			}
		}
	}
	return nil
}

// refuseDuplicates refuses inputs of equal content, a copy or the compressed twin of
// another, since its packets would be counted twice.
func (j *job) refuseDuplicates() error {
	if j.options.duplicates == "count" {
		return nil
	}
	seen := make(map[input.Digest]string)
	for _, a := range j.accounts {
		digest := a.Input.ContentDigest
		if digest == nil || a.Packets() == 0 && a.Exports == nil {
			continue
		}
		if first, twice := seen[*digest]; twice {
			return fail(exitUsage, "name one of them; --duplicates count takes both", "duplicate input: %s has the content of %s", a.Name, first)
		}
		seen[*digest] = a.Name
	}
	return nil
}

// balance checks the conservation laws.
func (j *job) balance(result *engine.Result) error {
	j.fillBooks(result)
	j.laws = j.sides.Check()
	for _, law := range j.laws {
		if !law.Holds {
			return fail(exitLaw, "please report it with the input, if you may", "bug: law %s (%s) does not hold: %s", law.ID, law.Text, law.Failure)
		}
	}
	return nil
}

// verdict gives the outcome of a run whose output was written.
func (j *job) verdict() error {
	for _, a := range j.accounts {
		if !a.Complete() {
			return fail(exitDamaged, "ledger and run.json list every damaged place",
				"%s: %w (%d damaged %s in all; everything readable is accounted)",
				a.Name, &a.Damages[0], a.DamageCount, plural(a.DamageCount, "place"))
		}
	}
	if j.inputs.leftOut {
		return fail(exitDamaged, "run.json lists them", "some inputs were left out")
	}
	return nil
}

func plural(n uint64, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// outputFailure gives an error of the output its exit code.
func outputFailure(err error) error {
	switch {
	case errors.Is(err, outdir.ErrExists):
		return &failure{exitExists, err, "--force replaces it"}
	case errors.Is(err, outdir.ErrNotOutput):
		return &failure{exitUsage, err, "--force replaces the output of a run only; name another directory with -w"}
	case errors.Is(err, outdir.ErrName):
		return &failure{exitUsage, err, "name a directory that is to be made, with -w"}
	case errors.Is(err, outdir.ErrLocked):
		return &failure{exitLocked, err, "wait for the other run, or name another directory with -w"}
	}
	var known *failure
	if errors.As(err, &known) {
		return err
	}
	return &failure{exitOutput, err, outputHint(err)}
}

// runFailure gives an error of metering or writing its exit code.
func runFailure(err error) error {
	var known *failure
	if errors.As(err, &known) || errors.Is(err, context.Canceled) {
		return err
	}
	return outputFailure(err)
}
