package outdir

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Single is one file beside outputs that runs replace, one at a time.
type Single struct {
	fs     filesystem
	name   string
	locked string
	lock   *os.File
}

// LockSingle takes the lock of a file, which need not be there, so that no other run
// replaces it meanwhile. Its folder must exist. Errors are *Error; ErrLocked is one of
// them. fault is that of [Options].
func LockSingle(name string, fault func(op, path string) error) (*Single, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	base, folder := filepath.Base(filepath.Clean(name)), filepath.Dir(filepath.Clean(name))
	parent, err := os.OpenRoot(folder)
	if err != nil {
		return nil, &Error{Op: OpenParent, Path: folder, Err: bare(err)}
	}
	s := &Single{fs: filesystem{parent: parent, path: folder, fault: fault}, name: base, locked: "." + base + ".netstream-lock"}
	if s.lock, err = s.fs.lock(s.locked); err != nil {
		return nil, errors.Join(err, parent.Close())
	}
	return s, nil
}

// Replace puts a copy of what from gives in the place of the file. At every moment the
// name has the old or the new content, whole, and the new one is durable when Replace
// returns without an error.
func (s *Single) Replace(from io.Reader) error {
	partial := "." + s.name + ".netstream-partial"
	if err := s.fs.remove(partial); err != nil { // of a dead run
		return err
	}
	f, err := s.fs.create(partial)
	if err != nil {
		return err
	}
	err = s.fs.do("write", partial, func() error {
		_, err := io.Copy(f, from)
		return err
	})
	if err == nil {
		err = s.fs.do("sync", partial, f.Sync)
	}
	if closing := s.fs.closeFile(partial, f); err == nil {
		err = closing
	}
	if err == nil {
		err = s.fs.rename(partial, s.name)
	}
	if err != nil {
		return errors.Join(err, s.fs.remove(partial))
	}
	return s.fs.syncDirectory(".")
}

// Close gives the lock back.
func (s *Single) Close() error {
	return errors.Join(s.fs.unlock(s.locked, s.lock), s.fs.parent.Close())
}
