package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"netstream/reader/input"
	"netstream/writer/audit"
	"netstream/writer/manifest"
	"netstream/writer/outdir"
)

// checkInputs compares the inputs and files of reference data with run.json.
func (o *verifyOptions) checkInputs(ctx context.Context, v *verified) error {
	before := len(v.Defects)
	for i := range v.Manifest.Inputs {
		if err := ctx.Err(); err != nil {
			return err
		}
		in := &v.Manifest.Inputs[i]
		o.checkInput(v, "input", in.Name, in.Size, wantedDigest(in.SHA256, in.XXH3))
		v.inputs++
	}
	for i := range v.Manifest.References {
		if err := ctx.Err(); err != nil {
			return err
		}
		r := &v.Manifest.References[i]
		o.checkInput(v, "file of --"+r.Use, r.Name, r.Size, wantedDigest(r.SHA256, ""))
		v.references++
	}
	v.inputsAreThere = len(v.Defects) == before
	return nil
}

// checkInput compares one file. Where the run did not read an input to its end, its
// digest is not known.
func (o *verifyOptions) checkInput(v *verified, what, name string, size int64, want wanted) {
	wrong := func(check string, got, want any) {
		v.Defects = append(v.Defects, audit.Defect{File: outdir.ManifestName, What: check + " of " + what + " " + name, Got: fmt.Sprint(got), Want: fmt.Sprint(want)})
	}
	path := o.locate(name)
	if path == input.StandardInput {
		wrong("file", "standard input", "a file, by --moved -=FILE")
		return
	}
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is no regular file")
	}
	if err != nil {
		wrong("file", err, "a file")
		return
	}
	if info.Size() != size {
		wrong("size", info.Size(), size)
	}
	got, err := input.DigestOf(path, want.algorithm)
	if err != nil {
		wrong("file", err, "its octets")
	} else if want.digest != "" && got.String() != want.digest {
		wrong(want.algorithm.String(), got.String(), want.digest)
	}
}

// wanted is the digest that a file must have; any if it is empty.
type wanted struct {
	algorithm input.Algorithm
	digest    string
}

func wantedDigest(sha256, xxh3 string) wanted {
	if xxh3 != "" {
		return wanted{input.XXH3, xxh3}
	}
	return wanted{input.SHA256, sha256}
}

// repeat runs the run again and compares what it writes.
func (o *verifyOptions) repeat(ctx context.Context, c *console, path string, v *verified) error {
	scratch, err := os.MkdirTemp("", "netstream-verify-")
	if err != nil {
		return outputFailure(err)
	}
	defer os.RemoveAll(scratch) // nothing in it is needed any more
	options, err := o.optionsAgain(path, v.Manifest, scratch)
	if err != nil && o.anonymize == "" && v.Manifest.Parameters["anonymize"] != "" {
		return fail(exitUsage, "name its file with --anonymize", "%w of %s: its addresses were replaced with a key", errUnrepeatable, path)
	}
	if err != nil {
		return fail(exitUsage, "the version that wrote it may", "%w of %s: %w", errUnrepeatable, path, err)
	}
	options.write = filepath.Join(scratch, "out")
	output := options.write
	if options.partition != partitionNone {
		output = filepath.Join(output, runPrefix+v.Manifest.RunID[:min(idDigits, len(v.Manifest.RunID))])
	}
	err = runCaptures(ctx, &console{in: strings.NewReader(""), out: io.Discard, err: io.Discard}, options, nil)
	if code := exitCode(ctx, err); code != exitOK && code != exitDamaged {
		return err
	}
	if _, missing := os.Stat(output); missing != nil {
		return err
	}
	return compareRuns(v, path, output)
}

func (o *verifyOptions) optionsAgain(path string, m *manifest.Manifest, scratch string) (*runOptions, error) {
	if m.Tool != tool {
		return nil, fmt.Errorf("%s %s wrote it, this is %s %s", m.Tool.Name, m.Tool.Version, tool.Name, tool.Version)
	}
	files := referenceNames(m, o.locate)
	if o.anonymize != "" && m.Parameters["anonymize"] != "" {
		files["anonymize"] = []string{o.anonymize}
	}
	var left []string
	if m.State != nil {
		var err error
		if files["state"], err = o.stateAgain(path, m, scratch); err != nil {
			return nil, err
		}
		if left = stateParameters(); m.Parameters["state_final"] == "true" {
			files["state-final"] = []string{"true"}
		}
	}
	options, err := optionsOf(m.Parameters, files, scratch, left...)
	if err != nil {
		return nil, err
	}
	for i := range options.reference.files { // they have the names of the run
		r := &options.reference.files[i]
		for j := range m.References {
			if w := &m.References[j]; w.Use == r.Use && w.SHA256 == r.SHA256 {
				r.Name = w.Name
			}
		}
	}
	options.quiet = true
	options.repeated = inputsOf(m, o.locate)
	return options, nil
}

// compareRuns compares two run directories octet by octet, but for the provenance, which
// tells of the run's circumstances.
func compareRuns(v *verified, path, again string) error {
	got, err := filesOf(path)
	if err != nil {
		return err
	}
	want, err := filesOf(again)
	if err != nil {
		return err
	}
	all := maps.Clone(got)
	maps.Copy(all, want)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		v.repeated++
		wrong := func(got, want string) {
			v.Defects = append(v.Defects, audit.Defect{File: name, What: "repeated run", Got: got, Want: want})
		}
		switch {
		case !got[name]:
			wrong("no file", "a file")
		case !want[name]:
			wrong("a file", "no file")
		default:
			at, err := firstOtherOctet(filepath.Join(path, name), filepath.Join(again, name), name == outdir.SumsName)
			if err != nil {
				return err
			}
			if at >= 0 {
				wrong(fmt.Sprintf("other octets from %d on", at), "those of the repetition")
			}
		}
	}
	return nil
}

// filesOf gives the files of a run directory but for the provenance.
func filesOf(path string) (map[string]bool, error) {
	files := make(map[string]bool)
	err := filepath.WalkDir(path, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(path, name)
		if relative != outdir.ProvenanceName {
			files[relative] = true
		}
		return err
	})
	return files, err
}

// firstOtherOctet gives the place of the first octet in which two files differ, -1 if
// there is none. Of lists of digests the line of the provenance does not count.
func firstOtherOctet(a, b string, sums bool) (int64, error) {
	if sums {
		return differenceOfSums(a, b)
	}
	f, err := os.Open(a)
	if err != nil {
		return 0, err
	}
	defer f.Close() // it was only read
	g, err := os.Open(b)
	if err != nil {
		return 0, err
	}
	defer g.Close() // it was only read
	const piece = 1 << 20
	x, y := make([]byte, piece), make([]byte, piece)
	for at := int64(0); ; at += piece {
		n, errX := io.ReadFull(f, x)
		m, errY := io.ReadFull(g, y)
		if i := difference(x[:n], y[:m]); i >= 0 {
			return at + int64(i), nil
		}
		if errX != nil || errY != nil {
			return -1, ended(errX, errY)
		}
	}
}

// ended gives the errors of two readings but those of the end.
func ended(errs ...error) error {
	var failures []error
	for _, err := range errs {
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

func difference(x, y []byte) int {
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return i
		}
	}
	if len(x) != len(y) {
		return min(len(x), len(y))
	}
	return -1
}

func differenceOfSums(a, b string) (int64, error) {
	var texts [2][]byte
	for i, name := range [...]string{a, b} {
		text, err := os.ReadFile(name)
		if err != nil {
			return 0, err
		}
		for line := range bytes.Lines(text) {
			if !bytes.HasSuffix(line, []byte("  "+outdir.ProvenanceName+"\n")) {
				texts[i] = append(texts[i], line...)
			}
		}
	}
	return int64(difference(texts[0], texts[1])), nil
}
