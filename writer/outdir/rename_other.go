//go:build !linux

package outdir

import "errors"

// errUnsupported says that the system has no such rename.
var errUnsupported = errors.New("not supported by the system")

func (s *filesystem) renameNew(_, to string) error {
	return s.do("publish as", to, func() error { return errUnsupported })
}

func (s *filesystem) exchange(_, to string) error {
	return s.do("exchange with", to, func() error { return errUnsupported })
}
