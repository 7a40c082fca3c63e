package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"netstream/reader/input"
	"netstream/writer/manifest"
	"netstream/writer/outdir"
)

// finished looks whether the output of this very run is there already. Then
// nothing is to be done: a nightly job can be run again at will. The output of
// any other run is refused here, before any work is done.
func (j *job) finished(ctx context.Context, args []string) (bool, error) {
	o := j.options
	if _, err := os.Lstat(o.write); err != nil || o.force {
		return false, nil // what is wrong with the name shows when the directory is made
	}
	refused := outputFailure(fmt.Errorf("cannot write %s: %w", o.write, outdir.ErrExists))
	content, err := os.ReadFile(filepath.Join(o.write, "run.json"))
	if err != nil {
		return false, refused
	}
	var there manifest.Manifest
	if err := json.Unmarshal(content, &there); err != nil {
		return false, refused
	}
	same, err := j.sameRun(ctx, args, &there)
	if err != nil || !same {
		return false, errors.Join(err, refused)
	}
	for _, output := range there.Outputs {
		digest, err := input.Digest(filepath.Join(o.write, output.Name))
		if err != nil || hex.EncodeToString(digest[:]) != output.SHA256 {
			return false, fail(exitExists, "--force writes it anew",
				"cannot write %s: the output of this run is there, but %s is not what was written", o.write, output.Name)
		}
	}
	if (j.console.terminal || o.verbose) && !o.quiet {
		fmt.Fprintf(j.console.err, "%s holds the output of this very run already; nothing to do\n", printable(o.write))
	}
	if !there.Complete {
		return true, fail(exitDamaged, "run.json lists the damage", "some input of the run was damaged or left out")
	}
	return true, nil
}

// sameRun says whether the run that is asked for has the identity of the one that
// is there, by reading all inputs once.
func (j *job) sameRun(ctx context.Context, args []string, there *manifest.Manifest) (bool, error) {
	names := append(slices.Clone(j.options.read), args...)
	if slices.Contains(names, input.StandardInput) || len(j.options.filesFrom) > 0 && slices.Contains(j.options.filesFrom, input.StandardInput) {
		return false, nil // it can be read once only
	}
	selection, err := input.Expand(input.Request{Names: names, FilesFrom: j.options.filesFrom})
	if err != nil {
		return false, nil
	}
	skipped := make(map[string]bool)
	for _, s := range there.Skipped {
		skipped[s.Name] = true
	}
	var contents []manifest.Input
	for _, source := range selection.Sources {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if skipped[source.Name] {
			continue
		}
		content, err := digestContent(source)
		if err != nil {
			return false, nil
		}
		contents = append(contents, content)
	}
	return manifest.RunID(tool, j.options.parameters(), contents) == there.RunID, nil
}

// digestContent reads an input for its digest only.
func digestContent(source input.Source) (manifest.Input, error) {
	in, err := input.Open(source, nil, input.Options{})
	if err != nil {
		return manifest.Input{}, err
	}
	_, err = io.Copy(io.Discard, in)
	if closing := in.Close(); err == nil {
		err = closing
	}
	account := in.Account()
	content := manifest.Input{ContentSize: account.Expanded}
	if account.ContentDigest != nil {
		content.ContentSHA256 = hex.EncodeToString(account.ContentDigest[:])
	}
	if len(account.Damage) > 0 {
		err = nil // a damaged input is read as far as it goes, as in the run itself
	}
	return content, err
}
