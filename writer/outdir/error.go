package outdir

import (
	"errors"
	"fmt"
)

// Errors that a caller tells apart. They come wrapped in an *Error; every other
// error of this package means that the output failed (exit code 5).
var (
	// ErrExists: a directory that is not empty has the final name, and
	// Options.Replace is not set (exit code 10).
	ErrExists = errors.New("it exists already")

	// ErrLocked: another run is writing the same output (exit code 11).
	ErrLocked = errors.New("another run is writing it")

	// ErrNotOutput: what has the final name is not a directory; or Options.Replace
	// is set, but it is not the output of a run, or holds more than that. It is not
	// removed, and the cause names the first thing that is foreign (exit code 4).
	ErrNotOutput = errors.New("it is not the output of a run, so it is not replaced")

	// ErrName: a file name outside the alphabet of [Dir.File], or an output
	// directory that [CheckName] refuses (exit code 4).
	ErrName = errors.New("the name is not allowed")

	// ErrLeftover: the output is committed, complete and durable, but something
	// beside it that the run made or replaced could not be removed. The next run
	// with the same output removes it.
	ErrLeftover = errors.New("output is committed, but a leftover remains")

	// ErrClosed: the Dir was committed or aborted before.
	ErrClosed = errors.New("the output directory is committed or aborted already")
)

// OpenParent is the operation of an [Error] where the folder in which the output is to lie
// cannot be opened.
const OpenParent = "open parent directory"

// Error is an operation on the output that failed.
type Error struct {
	Op   string // "create", "write", "fsync", ...
	Path string
	Err  error
}

// Error gives "cannot Op Path: cause".
func (e *Error) Error() string { return fmt.Sprintf("cannot %s %q: %v", e.Op, e.Path, e.Err) }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }
