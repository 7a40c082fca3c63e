package runs

import (
	"encoding/binary"
	"io"
)

// File is where one run is kept: written once, then read once from the start.
type File interface {
	io.Writer
	io.ReaderAt
	Close() error // gives the space back
}

// SpillError is a failure of the files that runs are kept in: no space or no
// permission where they lie, or what was written does not come back.
type SpillError struct {
	Action string // what could not be done: "create", "write", "read" or "close"
	Err    error
}

func (e *SpillError) Error() string { return "cannot " + e.Action + " a sorted run: " + e.Err.Error() }
func (e *SpillError) Unwrap() error { return e.Err }

// run is a file full of rows in order, each behind its length.
type run struct {
	file   File
	octets int64
	rows   uint64
}

func (r run) close() error {
	if err := r.file.Close(); err != nil {
		return &SpillError{"close", err}
	}
	return nil
}

// closeAll closes every run and gives the first error.
func closeAll(all []run) error {
	var first error
	for _, r := range all {
		if err := r.close(); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// runBuffer is the size of the buffers that runs are written with and, if there
// are few, read with.
const runBuffer = 64 << 10

// runWriter writes rows to a file, each behind its length, as a varint.
type runWriter struct {
	run
	buffer []byte
}

// add writes an encoded row.
func (w *runWriter) add(row []byte) error {
	if len(w.buffer)+binary.MaxVarintLen16+len(row) > cap(w.buffer) {
		if err := w.flush(); err != nil {
			return err
		}
	}
	w.buffer = binary.AppendUvarint(w.buffer, uint64(len(row)))
	w.buffer = append(w.buffer, row...)
	w.rows++
	return nil
}

func (w *runWriter) flush() error {
	n, err := w.file.Write(w.buffer)
	if err == nil && n < len(w.buffer) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return &SpillError{"write", err}
	}
	w.octets += int64(n)
	w.buffer = w.buffer[:0]
	return nil
}

// writeRun writes the encoded rows that each gives to a new file, which it closes
// if it fails. Buffer is empty; it is what the file is written through.
func writeRun(create func() (File, error), buffer []byte, each func(add func(row []byte) error) error) (run, error) {
	file, err := create()
	if err != nil {
		return run{}, &SpillError{"create", err}
	}
	w := runWriter{run{file: file}, buffer}
	if err = each(w.add); err == nil {
		err = w.flush()
	}
	if err != nil {
		_ = file.Close() // the failure is what matters
		return run{}, err
	}
	return w.run, nil
}
