package outdir

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// errUnsupported says that the file system has no such rename.
var errUnsupported = errors.New("not supported by the file system")

// renameNew renames only if there is nothing of the new name: rename(2) would
// take the place of an empty directory.
func (s *filesystem) renameNew(from, to string) error {
	return s.do("publish as", to, func() error { return s.renameat2(from, to, unix.RENAME_NOREPLACE) })
}

// exchange swaps two names in one step.
func (s *filesystem) exchange(from, to string) error {
	return s.do("exchange with", to, func() error { return s.renameat2(from, to, unix.RENAME_EXCHANGE) })
}

func (s *filesystem) renameat2(from, to string, flags uint) error {
	parent, err := s.parent.Open(".")
	if err != nil {
		return err
	}
	defer func() { _ = parent.Close() }() // was only read
	for {
		err = onDescriptor(parent, func(fd int) error { return unix.Renameat2(fd, from, fd, to, flags) })
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.ENOSYS), errors.Is(err, unix.EINVAL), errors.Is(err, unix.EOPNOTSUPP):
			return errUnsupported
		}
		return err
	}
}

func onDescriptor(f *os.File, call func(fd int) error) error {
	connection, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := connection.Control(func(fd uintptr) { failed = call(int(fd)) }); err != nil {
		return err
	}
	return failed
}
