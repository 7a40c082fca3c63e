//go:build unix

package outdir

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockTries bounds the attempts to lock a file that others keep removing.
const lockTries = 1000

// lock takes the lock of an output: an flock, which the kernel gives back when
// the process dies, however it dies. The file is removed by its holder at the
// end, so a lock counts only if the name still belongs to the locked file.
func (s *filesystem) lock(name string) (held *os.File, err error) {
	err = s.do("lock", name, func() error {
		for range lockTries {
			f, err := s.parent.OpenFile(name, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600)
			if err != nil {
				return err
			}
			current, err := s.claim(name, f)
			if err == nil && current {
				held = f
				return nil
			}
			_ = f.Close() // nothing was written
			if err != nil {
				return err
			}
		}
		return fmt.Errorf("its file changed %d times: %w", lockTries, ErrLocked)
	})
	return held, err
}

// claim locks an open file and reports whether the name is still its own.
func (s *filesystem) claim(name string, f *os.File) (current bool, err error) {
	opened, err := f.Stat()
	if err != nil {
		return false, err
	}
	if !opened.Mode().IsRegular() {
		return false, errors.New("it is not a regular file")
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return false, ErrLocked
	case errors.Is(err, syscall.EINTR):
		return false, nil
	case err != nil:
		return false, err
	}
	named, err := s.parent.Lstat(name)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(opened, named), err
}

// unlock removes the lock's file while it is still locked, then gives it back.
func (s *filesystem) unlock(name string, held *os.File) error {
	err := s.remove(name)
	return errors.Join(err, s.closeFile(name, held))
}
