package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"netstream/reader"
	"netstream/reader/input"
	"netstream/writer/manifest"
	"netstream/writer/outdir"
)

// alreadyDone looks whether the output of this very run is there already. Then
// nothing is to be done: a nightly job can be run again at will. The output of
// any other run is refused here, before any work is done.
func (j *job) alreadyDone(ctx context.Context, args []string) (bool, error) {
	o := j.options
	if o.partition != partitionNone {
		return j.doneInDataset(ctx, args)
	}
	if entries, err := os.ReadDir(o.write); err != nil || len(entries) == 0 || o.force {
		return false, nil // not there, no directory, or an empty one: that is judged when it is made
	}
	refused := outputFailure(fmt.Errorf("cannot write %s: %w", o.write, outdir.ErrExists))
	there, err := readManifest(o.write)
	if err != nil {
		return false, &failure{exitExists, fmt.Errorf("cannot write %s: %w", o.write, outdir.ErrExists),
			"it is not the output of a run; name another directory with -w"}
	}
	same, err := j.sameRun(ctx, args, there)
	if err != nil || !same {
		return false, errors.Join(err, refused)
	}
	return true, j.leave(o.write, there)
}

// readManifest reads the manifest of an output.
func readManifest(output string) (*manifest.Manifest, error) {
	var there manifest.Manifest
	content, err := os.ReadFile(filepath.Join(output, outdir.ManifestName))
	if err == nil {
		err = json.Unmarshal(content, &there)
	}
	if err == nil && there.Schema.Name != outdir.SchemaName {
		err = outdir.ErrNotOutput
	}
	return &there, err
}

// intact says whether the files of an output are what its manifest says.
func (j *job) intact(output string, there *manifest.Manifest) error {
	for _, o := range there.Outputs {
		digest, err := input.DigestOf(filepath.Join(output, o.Name), input.SHA256)
		if err != nil || digest.String() != o.SHA256 {
			return fail(exitExists, "--force writes it anew",
				"cannot write %s: the output of this run is there, but %s is not what was written", output, o.Name)
		}
	}
	return nil
}

// sayDone tells that there is nothing to do.
func (j *job) sayDone(output string) {
	if !j.options.quiet {
		j.console.log.event("nothing to do", slog.String("output", output))
	}
	if (j.console.terminal || j.options.verbose) && !j.options.quiet && !j.console.log.structured() {
		fmt.Fprintf(j.console.err, "%s holds the output of this very run already; nothing to do\n", printable(output))
	}
}

// sameRun says whether the run that is asked for has the identity of the one that
// is there. Only if nothing else tells them apart, all inputs are read once.
func (j *job) sameRun(ctx context.Context, args []string, there *manifest.Manifest) (bool, error) {
	parameters := j.options.parameters()
	if there.Tool != tool || !maps.Equal(there.Parameters, parameters) {
		return false, nil
	}
	names := append(slices.Clone(j.options.read), args...)
	if slices.Contains(names, input.StandardInput) || slices.Contains(j.options.filesFrom, input.StandardInput) {
		return false, nil // it can be read once only
	}
	leftOut := make(map[string]bool)
	for _, s := range there.Skipped {
		leftOut[s.Name] = true
	}
	selection, err := input.Expand(input.Request{Names: names, FilesFrom: j.options.filesFrom, Repeats: j.options.duplicates == "count"})
	for _, e := range input.Errors(err) {
		if !j.options.keepGoing || !leftOut[e.Name] {
			return false, nil
		}
	}
	var contents []manifest.Input
	for _, source := range selection.Sources {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if leftOut[source.Name] {
			if !isForeign(source) {
				return false, nil // it has become a capture meanwhile
			}
			continue
		}
		if len(contents) == len(there.Inputs) {
			return false, nil
		}
		content, err := digestContent(source, j.options.inputDigest.algorithm)
		if err != nil {
			return false, nil
		}
		contents = append(contents, content)
	}
	return manifest.RunID(tool, parameters, contents) == there.RunID, nil
}

// isForeign says whether a source can still not be read.
func isForeign(source input.Source) bool {
	in, err := input.Open(source, nil, input.Options{NoDigests: true})
	if err != nil {
		return true
	}
	defer in.Close() // it was only looked at
	return reader.IsForeign(reader.Probe(in))
}

// digestContent reads an input for its digest only.
func digestContent(source input.Source, algorithm input.Algorithm) (manifest.Input, error) {
	in, err := input.Open(source, nil, input.Options{Digest: algorithm})
	if err != nil {
		return manifest.Input{}, err
	}
	_, err = io.Copy(io.Discard, in)
	if closing := in.Close(); err == nil {
		err = closing
	}
	account := in.Account()
	content := manifest.Input{ContentSize: account.Expanded}
	content.ContentSHA256, content.ContentXXH3 = digestTexts(account.ContentDigest)
	if len(account.Damage) > 0 {
		err = nil // a damaged input is read as far as it goes, as in the run itself
	}
	return content, err
}
