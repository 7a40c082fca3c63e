//go:build !unix

package outdir

import (
	"errors"
	"io/fs"
	"os"
)

// lock makes the lock's file, which must not exist. Where the system has no
// flock, the lock of a run that died remains and has to be removed by hand.
func (s *filesystem) lock(name string) (held *os.File, err error) {
	err = s.do("lock", name, func() error {
		held, err = s.parent.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			return ErrLocked
		}
		return err
	})
	return held, err
}

func (s *filesystem) unlock(name string, held *os.File) error {
	err := s.closeFile(name, held) // an open file cannot be removed everywhere
	return errors.Join(err, s.remove(name))
}
