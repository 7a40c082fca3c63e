package main

import (
	"fmt"
	"io"
	"sync/atomic"

	"netstream/aggregate/runs"
	"netstream/writer/outdir"
)

// diskWatch compares what the disk of the output has left with what the run has to write
// there yet: the rows of the flow table that it has made so far, less what the table has.
// It looks when a file for sorted rows is made, when so many octets were written, and
// in front of the tables, and has the run end at once instead of after hours, when the
// disk is full.
//
// A run must not end that could have gone on. So all that only is to be expected counts for
// nothing, packets to come, columns but one and tables but one; and what temporary
// files will have given back by then counts as left. A nil diskWatch does not look.
type diskWatch struct {
	folder string // of which the disk is asked
	output string // as it was named
	free   func(folder string) (uint64, error)
	every  int64 // octets between two looks

	writing atomic.Bool   // tables are being written
	rows    atomic.Uint64 // of the flow table, so far
	table   atomic.Int64  // octets written of the flow table
	held    [fileKinds]atomic.Int64
	unseen  atomic.Int64 // octets written since the last look
}

// fileKind is until when a temporary file is there.
type fileKind int

const (
	passing    fileKind = iota // it may be given back before there are tables
	sliceRuns                  // it has slices, which are given back when the interval table is written
	recordRuns                 // it has flow records, which are given back when their table is written
	fileKinds
)

const (
	// leastRow is what a row of the flow table takes in any format and compression, in octets, rounded
	// down: 63 bits of its flow_id are a hash that no other row has.
	leastRow = 7

	// besideSlices is the part of the flow table that is written at least before the slices give
	// their place back: one in so many. There are as many of them as flows or more, and both
	// tables are written at the same time; one worker writes the interval table behind the other, so that
	// the slices give it back later, and what is estimated stays less than what is needed.
	besideSlices = 2

	// lookEvery is how many octets may be written between two looks.
	lookEvery = 256 << 20
)

// watchDisk begins to watch the disk of a folder. What goes to standard output needs no disk.
func (j *job) watchDisk(folder string) {
	if j.options.write == "-" {
		return
	}
	j.disk = &diskWatch{folder: folder, output: j.options.write, free: j.console.hooks.freeOctets(), every: lookEvery}
	if every := j.console.hooks.lookEvery; every > 0 {
		j.disk.every = every
	}
}

// writeTables says that no row is going to be added, and looks.
func (d *diskWatch) writeTables(rows uint64) error {
	if d == nil {
		return nil
	}
	d.rows.Store(rows)
	err := d.look()
	d.writing.Store(true)
	if err != nil {
		return fmt.Errorf("cannot write the tables: %w", err)
	}
	return nil
}

// look gives an error of exit code 5 if the disk has too little left.
func (d *diskWatch) look() error {
	if d == nil {
		return nil
	}
	d.unseen.Store(0)
	need := leastRow*int64(min(d.rows.Load(), 1<<56)) - d.table.Load()
	back := d.held[passing].Load()
	if d.writing.Load() {
		back += d.held[sliceRuns].Load()
	} else {
		need /= besideSlices
	}
	if need <= back {
		return nil
	}
	left, err := d.free(d.folder)
	if err != nil || left >= uint64(need-back) {
		return nil // or the file system does not tell
	}
	return fail(exitOutput, "name a directory on a disk with more room with -w, or have fewer temporary files with a larger --memory; nothing was committed",
		"the disk of %q has %d octets left, and the rows of the flow table need at least %d more", d.output, left, need-back)
}

// wrote takes note of octets that were written, and looks from time to time.
func (d *diskWatch) wrote(octets int) error {
	if d.unseen.Add(int64(octets)) < d.every {
		return nil
	}
	return d.look()
}

// run gives a temporary file that is watched.
func (d *diskWatch) run(kind fileKind, file runs.File) runs.File {
	if d == nil {
		return file
	}
	return &watchedRun{File: file, disk: d, kind: kind}
}

// watchedRun is a temporary file. One goroutine at a time uses it.
type watchedRun struct {
	runs.File
	disk   *diskWatch
	kind   fileKind
	octets int64
}

func (w *watchedRun) Write(p []byte) (int, error) {
	n, err := w.File.Write(p)
	w.octets += int64(n)
	w.disk.held[w.kind].Add(int64(n))
	if err == nil {
		err = w.disk.wrote(n)
	}
	return n, err
}

// ReadAt reads. What is read before there are tables is being merged with other runs, and
// is given back then.
func (w *watchedRun) ReadAt(p []byte, at int64) (int, error) {
	if w.kind != passing && !w.disk.writing.Load() {
		w.disk.held[w.kind].Add(-w.octets)
		w.kind = passing
		w.disk.held[w.kind].Add(w.octets)
	}
	return w.File.ReadAt(p, at)
}

func (w *watchedRun) Close() error {
	w.disk.held[w.kind].Add(-w.octets)
	w.octets = 0
	return w.File.Close()
}

// tableFile gives a file of a table that is watched.
func (d *diskWatch) tableFile(file *outdir.File, flows bool) io.WriteCloser {
	if d == nil {
		return file
	}
	return &watchedTable{file, d, flows}
}

// watchedTable is a file of a table.
type watchedTable struct {
	*outdir.File
	disk  *diskWatch
	flows bool // it has rows of the flow table
}

func (w *watchedTable) Write(p []byte) (int, error) {
	n, err := w.File.Write(p)
	if err != nil {
		return n, err
	}
	if w.flows {
		w.disk.table.Add(int64(n))
	}
	return n, w.disk.wrote(n)
}
