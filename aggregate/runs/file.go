package runs

import (
	"bufio"
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

// writeRun writes the encoded rows that each gives to a new file, which it closes
// if it fails.
func writeRun(create func() (File, error), buffer *bufio.Writer, each func(yield func(row []byte) error) error) (run, error) {
	file, err := create()
	if err != nil {
		return run{}, &SpillError{"create", err}
	}
	buffer.Reset(file)
	var length []byte
	r := run{file: file}
	err = each(func(row []byte) error {
		length = binary.AppendUvarint(length[:0], uint64(len(row)))
		r.octets += int64(len(length)) + int64(len(row))
		r.rows++
		if _, err := buffer.Write(length); err != nil {
			return &SpillError{"write", err}
		}
		if _, err := buffer.Write(row); err != nil {
			return &SpillError{"write", err}
		}
		return nil
	})
	if err == nil {
		if err = buffer.Flush(); err != nil {
			err = &SpillError{"write", err}
		}
	}
	if err != nil {
		_ = file.Close() // the failure is what matters
		return run{}, err
	}
	return r, nil
}
