package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
)

const (
	// exportsComparedEvery says which cases of exports are run in a second layout as well.
	exportsComparedEvery = 10

	// littleExportMemory is so few octets of rows that many tables are sorted outside,
	// but those of flows that damage has made weeks long in less than a second.
	littleExportMemory = 16 << 10
)

// subject is what is damaged: captures, or export files. A case is a function of
// seed and index for either, and has its own numbering.
type subject struct {
	files  int
	noun   string // what the files are
	ending string // of the names of files of failed cases
	run    meterFunc

	told func(*campaign) string // what was read, in words

	// draw makes the case of a seed and an index, weigh says how much of a campaign
	// it is.
	draw  func(seed, index uint64) (*trial, error)
	weigh func(seed, index uint64) uint64
}

// captureSubject is captures of traffic. All cases weigh the same.
func captureSubject(paths []string) *subject {
	return &subject{
		files: len(paths), noun: "captures", ending: "capture", run: run,
		told:  func(c *campaign) string { return fmt.Sprintf("%d packets accounted", c.outcome.packets) },
		draw:  func(seed, index uint64) (*trial, error) { return newTrial(seed, index, paths) },
		weigh: func(uint64, uint64) uint64 { return 1 },
	}
}

// exportSubject is export files. A case weighs as much as its file has messages.
func exportSubject(files []*exportFile) *subject {
	return &subject{
		files: len(files), noun: "export files", ending: "exports", run: runExports,
		told: func(c *campaign) string {
			return fmt.Sprintf("%d messages before damage, %d read, %d rows", c.begun, c.outcome.messages, c.outcome.rows)
		},
		draw:  func(seed, index uint64) (*trial, error) { return newExportTrial(seed, index, files), nil },
		weigh: func(seed, index uint64) uint64 { _, f := drawFile(seed, index, files); return f.messages() },
	}
}

// allExports gives the files that are built here and those that names are or hold.
// Without names these are the fixtures, where they are at hand.
func allExports(names []string) ([]*exportFile, error) {
	if len(names) == 0 {
		if _, err := os.Stat(defaultExports); err == nil {
			names = []string{defaultExports}
		}
	}
	built, err := builtFiles()
	if err != nil {
		return nil, err
	}
	var files []*exportFile
	for _, name := range slices.Sorted(maps.Keys(built)) {
		made := newExportFiles(name, built[name])
		if len(made) == 0 {
			return nil, fmt.Errorf("cannot recognize the built file %q as exports", name)
		}
		files = append(files, made...)
	}
	found, err := findExports(names)
	return append(files, found...), err
}

// drawFile draws the file of a case and gives the random numbers of the rest.
func drawFile(seed, index uint64, files []*exportFile) (*rand.Rand, *exportFile) {
	random := rand.New(rand.NewPCG(seed, index))
	return random, files[random.IntN(len(files))]
}

// newExportTrial makes the case of that seed and index.
func newExportTrial(seed, index uint64, files []*exportFile) *trial {
	random, file := drawFile(seed, index, files)
	t := &trial{seed: seed, index: index, path: file.name, inside: file.inside}
	o := *file.original
	for range 4 { // a few draws mostly give a file of the same kind
		if other := files[random.IntN(len(files))]; other.kind == file.kind && other != file {
			o.other = other.original
			break
		}
	}
	t.content, t.mutators = damagedExports(random, &o)
	t.settings = drawExportSettings(random, file.kind, len(t.content))
	t.layouts = []layout{{workers: 1, rowMemory: rowMemory, hasher: drawHasher(random)}}
	if index%exportsComparedEvery == 0 {
		t.layouts[0].digest = true
		t.layouts = append(t.layouts, layout{
			workers: 3, rowMemory: littleExportMemory, hasher: drawHasher(random), readAhead: true, atATime: 3, stream: true, digest: true})
	}
	return t
}
