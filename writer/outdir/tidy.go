package outdir

import (
	"errors"
	"os"
	"path/filepath"
)

// Tidy removes what a dead run of the output directory at name left beside it, as Create
// does, for who finds the output complete and makes none. Where another run is writing
// the output (ErrLocked) it leaves all as it is. fault is that of [Options].
func Tidy(name string, fault func(op, path string) error) error {
	if err := CheckName(name); err != nil {
		return err
	}
	d, err := open(name, Options{Fault: fault})
	if err != nil {
		return err
	}
	return errors.Join(d.tidy(), d.fs.parent.Close())
}

func (d *Dir) tidy() error {
	left := false
	for _, name := range []string{d.partial, d.old, d.locked} {
		found, err := d.fs.exists(name)
		if err != nil {
			return err
		}
		left = left || found != nil
	}
	if !left {
		return nil
	}
	held, err := d.fs.lock(d.locked)
	if err != nil {
		return err
	}
	err = d.clean()
	return errors.Join(err, d.fs.unlock(d.locked, held))
}

// open opens the parent directory of an output.
func open(name string, options Options) (*Dir, error) {
	base := filepath.Base(filepath.Clean(name))
	parentName := filepath.Dir(filepath.Clean(name))
	parent, err := os.OpenRoot(parentName)
	if err != nil {
		return nil, &Error{Op: OpenParent, Path: parentName, Err: bare(err)}
	}
	return &Dir{
		fs:      filesystem{parent: parent, path: parentName, fault: options.Fault},
		name:    base,
		partial: "." + base + ".netstream-partial",
		old:     "." + base + ".netstream-old",
		locked:  "." + base + ".netstream-lock",
		replace: options.Replace,
		files:   make(map[string]*File),
		folders: make(map[string]bool),
	}, nil
}
