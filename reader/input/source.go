package input

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// StandardInput is the name that means standard input.
const StandardInput = "-"

// Source is one input, found but not yet opened.
type Source struct {
	// Name is what messages and tables call the input: the name as it was
	// given, or the given directory's name and the path below it.
	Name string

	// Location is where the file is, if it is not where Name says: a run can be
	// repeated with inputs that have moved.
	Location string

	// Stream is set for standard input, pipes, sockets and devices: octets that
	// come once, with no size beforehand.
	Stream bool

	// Found is set for files that were not named themselves but found in a
	// directory: it may well hold other files than captures.
	Found bool
}

// IsStandardInput reports whether the source is standard input.
func (s Source) IsStandardInput() bool { return s.Name == StandardInput && s.Stream }

// path gives where the file is.
func (s Source) path() string {
	if s.Location != "" {
		return s.Location
	}
	return s.Name
}

// Stat is what the file system says about an input file.
type Stat struct {
	Size    int64  // octets
	ModTime int64  // nanoseconds since the Unix epoch
	Device  uint64 // with Inode the file's identity; 0 where the system has none
	Inode   uint64
}

// identity makes two names of one file equal.
type identity struct {
	device, inode uint64
	path          string // only where the system has no inode numbers
}

// check looks at a named file without reading from it and gives its identity.
// It opens regular files once, so that one unreadable file among a thousand is
// known before the first is read.
func check(name string, streams bool) (Source, identity, error) {
	info, err := os.Stat(name)
	if err != nil {
		return Source{}, identity{}, unreadable("open", name, err)
	}
	switch mode := info.Mode(); {
	case mode.IsRegular():
		f, err := openRegular(name)
		if err != nil {
			return Source{}, identity{}, unreadable("open", name, err)
		}
		return Source{Name: name}, identityOf(name, info), f.Close()
	case streams && mode&(fs.ModeNamedPipe|fs.ModeSocket|fs.ModeDevice) != 0:
		return Source{Name: name, Stream: true}, identityOf(name, info), nil
	default:
		return Source{}, identity{}, &Error{Class: Refused, Op: "open", Name: name,
			Err:  fmt.Errorf("it is a %s, want a regular file", kindOf(mode)),
			Hint: "send it to standard input and name that with -, or give --stream"}
	}
}

// unreadable makes the error for a file that the system does not give.
func unreadable(op, name string, err error) *Error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err // the name is in the Error already
	}
	return &Error{Class: Unreadable, Op: op, Name: name, Err: err}
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return "regular file"
	case mode.IsDir():
		return "directory"
	case mode&fs.ModeSymlink != 0:
		return "symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeDevice != 0:
		return "device"
	}
	return "special file"
}
