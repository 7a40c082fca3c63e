package outdir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// filesystem is every operation on the file system that this package does, and
// the one place where a test makes one fail. Names are relative to the parent
// directory of the output.
type filesystem struct {
	parent *os.Root
	path   string // of parent, for messages
	fault  func(op, path string) error
}

// do runs one operation, or fails it as the test wants.
func (s *filesystem) do(op, name string, operation func() error) error {
	path := filepath.Join(s.path, name)
	if s.fault != nil {
		if err := s.fault(op, path); err != nil {
			return &Error{Op: op, Path: path, Err: err}
		}
	}
	if err := operation(); err != nil {
		return &Error{Op: op, Path: path, Err: bare(err)}
	}
	return nil
}

// bare takes the operation and the name off a system error: Error has them.
func bare(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// exists reports whether there is anything of the name, a dangling symbolic
// link included, and what.
func (s *filesystem) exists(name string) (info fs.FileInfo, err error) {
	err = s.do("stat", name, func() error {
		var e error
		if info, e = s.parent.Lstat(name); errors.Is(e, fs.ErrNotExist) {
			return nil
		}
		return e
	})
	return info, err
}

// mkdir makes a directory of mode 0700.
func (s *filesystem) mkdir(name string) error {
	err := s.do("make directory", name, func() error { return s.parent.Mkdir(name, 0o700) })
	if err != nil {
		return err
	}
	return s.do("set mode of", name, func() error { return s.parent.Chmod(name, 0o700) })
}

// create makes a file of mode 0600 that was not there.
func (s *filesystem) create(name string) (f *os.File, err error) {
	err = s.do("create", name, func() error {
		f, err = s.parent.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		return err
	})
	if err != nil {
		return nil, err
	}
	// The umask may have taken bits away.
	if err := s.do("set mode of", name, func() error { return f.Chmod(0o600) }); err != nil {
		_ = f.Close() // it is given up, and the caller knows why
		return nil, err
	}
	return f, nil
}

// write writes all of b, so a short write is an error.
func (s *filesystem) write(name string, f *os.File, b []byte) error {
	return s.do("write", name, func() error {
		_, err := f.Write(b)
		return err
	})
}

func (s *filesystem) syncFile(name string, f *os.File) error {
	return s.do("fsync", name, f.Sync)
}

func (s *filesystem) closeFile(name string, f *os.File) error {
	err := s.do("close", name, f.Close)
	if err != nil {
		_ = f.Close() // gives the descriptor back where a test failed the first
	}
	return err
}

// syncDirectory makes the names in a directory durable. File systems without
// that operation answer EINVAL or ENOTSUP; there is no more to be had of them.
func (s *filesystem) syncDirectory(name string) error {
	return s.do("fsync", name, func() error {
		f, err := s.parent.Open(name)
		if err != nil {
			return err
		}
		err = f.Sync()
		if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
			err = nil
		}
		return errors.Join(err, f.Close())
	})
}

func (s *filesystem) rename(from, to string) error {
	return s.do("rename to", to, func() error { return s.parent.Rename(from, to) })
}

// remove removes a file or a directory with all that is in it, following no
// symbolic link; that there is none is no error. It tries twice, as another
// goroutine may be making a spill file meanwhile.
func (s *filesystem) remove(name string) error {
	once := func() error {
		return s.do("remove", name, func() error { return s.parent.RemoveAll(name) })
	}
	if once() == nil {
		return nil
	}
	return once()
}
