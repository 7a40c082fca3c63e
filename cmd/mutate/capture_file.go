package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"netstream/reader/capture"
	"netstream/reader/input"
)

const (
	// maxFile is the size in octets of the largest file that is used.
	maxFile = 1 << 20

	// maxContent is the size in octets of the largest capture that is damaged.
	// Larger ones are cut, so that many cases fit into a minute.
	maxContent = 64 << 10
)

// findCaptures gives the regular files of at most maxFile octets that names are
// or hold, in the order of their paths.
func findCaptures(names []string) ([]string, error) {
	var found []string
	for _, name := range names {
		err := filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			info, err := entry.Info()
			if err == nil && info.Size() <= maxFile && isCapture(path) {
				found = append(found, path)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("cannot list captures: %w", err)
		}
	}
	if len(found) == 0 {
		return nil, errors.New("cannot find a capture in what was named")
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// isCapture tells whether a file is a capture, compressed or not. An undamaged
// one that is not would only test how foreign files are refused.
func isCapture(path string) bool {
	content, err := expand(path)
	if err != nil {
		return false
	}
	_, err = capture.NewReaderSize(bytes.NewReader(content), 0)
	var foreign *capture.FormatError
	return !errors.As(err, &foreign)
}

// expand gives the decompressed content of a file, as far as it goes.
func expand(path string) ([]byte, error) {
	in, err := input.Open(input.Source{Name: path}, nil, input.Options{NoDigests: true})
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(in, maxFile))
	if len(content) > 0 {
		err = nil // a damaged end is no loss
	}
	return content, errors.Join(err, in.Close())
}

// span is a range of octets, begin included, end not.
type span struct{ begin, end int }

// original is a capture to be damaged and where its parts lie.
type original struct {
	content []byte
	frames  []span // captured octets of the frames; empty if the content is compressed
	records []span // records or blocks of packets, from one to the next; messages or blocks of export files

	// Of export files.
	sites  []site    // numbers whose meaning is known
	pieces []piece   // parts that other numbers count
	other  *original // whose messages are put between those of this one
}

// sitesOf gives the numbers with any of the roles.
func (o *original) sitesOf(roles role) []site {
	var all []site
	for _, s := range o.sites {
		if s.role&roles != 0 {
			all = append(all, s)
		}
	}
	return all
}

// load reads a capture. Of a compressed file it gives the stored octets, or the
// decompressed ones if inside.
func load(path string, inside bool) (*original, error) {
	content, err := os.ReadFile(path)
	if err == nil && inside {
		content, err = expand(path)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read capture: %w", err)
	}
	o := &original{content: content}
	o.survey()
	o.cut()
	return o, nil
}

// survey finds the frames and records with the reader that is under test: where
// damage is done best is no matter of correctness.
func (o *original) survey() {
	r, err := capture.NewReaderSize(bytes.NewReader(o.content), 0)
	if err != nil {
		return
	}
	var f capture.Frame
	for {
		err := r.Next(&f)
		if err == io.EOF {
			break
		}
		if err != nil {
			continue
		}
		begin := int(f.Offset)
		if n := len(o.records); n > 0 {
			o.records[n-1].end = begin
		}
		o.records = append(o.records, span{begin, len(o.content)})
		if at := bytes.Index(o.content[begin:], f.Data); at >= 0 {
			o.frames = append(o.frames, span{begin + at, begin + at + len(f.Data)})
		}
	}
}

// cut shortens the content to maxContent at most, behind a record if it can.
func (o *original) cut() {
	if len(o.content) <= maxContent {
		return
	}
	end := 0
	for _, r := range o.records {
		if r.end <= maxContent {
			end = r.end
		}
	}
	if end == 0 {
		end = maxContent
	}
	o.content = o.content[:end]
	beyond := func(s span) bool { return s.end > end }
	o.frames = slices.DeleteFunc(o.frames, beyond)
	o.records = slices.DeleteFunc(o.records, beyond)
}

// outside gives the ranges that are no frames: the headers of file, blocks and
// records.
func (o *original) outside() []span {
	var all []span
	at := 0
	for _, f := range o.frames {
		if f.begin > at {
			all = append(all, span{at, f.begin})
		}
		at = max(at, f.end)
	}
	if at < len(o.content) {
		all = append(all, span{at, len(o.content)})
	}
	return all
}
