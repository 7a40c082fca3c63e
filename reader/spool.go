package reader

import (
	"errors"
	"fmt"
	"io"

	"netstream/reader/damage"
	"netstream/reader/input"
)

// keep writes a stream to the spool file.
func (e *Exports) keep(opened *input.Input) error {
	spool, err := e.options.Exports.Spool()
	if err != nil {
		return err
	}
	e.spool = spool
	_, err = io.Copy(spool, opened)
	var fatal *damage.Error
	if errors.As(err, &fatal) {
		e.cut, err = err, nil // what was decompressed until then can be read
	}
	if err == nil {
		_, err = spool.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("cannot keep %s for its second reading: %w", e.source.Name, err)
	}
	if err := opened.Close(); err != nil {
		return fmt.Errorf("cannot close %s: %w", e.source.Name, err)
	}
	account := opened.Account()
	e.spooled = &account
	return nil
}

// again gives the octets of the stream, and at their end what the stream ended
// with, so that a stream is read as a file of the same octets is.
func (e *Exports) again() io.Reader { return &spooled{octets: e.spool, end: e.cut} }

// spooled is a stream that was kept.
type spooled struct {
	octets io.Reader
	end    error // nil for the plain end
}

func (s *spooled) Read(p []byte) (int, error) {
	n, err := s.octets.Read(p)
	if err == io.EOF && s.end != nil {
		err = s.end
	}
	return n, err
}

// upToDamage ends where its input cannot be decompressed any more. It is for
// readers that know damage of their own format only: that of the input is in the
// input's account.
type upToDamage struct{ octets io.Reader }

func (u upToDamage) Read(p []byte) (int, error) {
	n, err := u.octets.Read(p)
	var found *damage.Error
	if errors.As(err, &found) {
		err = io.EOF
	}
	return n, err
}
