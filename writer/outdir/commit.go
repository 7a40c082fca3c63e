package outdir

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Commit makes the output appear under its final name. All files must be closed
// and none may have failed; nothing else may lie in the directory. On an error
// the output is aborted: the final name holds what it held before, and nothing
// is left behind. The exception is an error that is ErrLeftover: the output
// stands, only something beside it could not be removed.
func (d *Dir) Commit() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return &Error{Op: "commit", Path: d.Path(), Err: ErrClosed}
	}
	if err := d.settle(); err != nil {
		return errors.Join(err, d.abandon())
	}
	leftover, err := d.publish()
	if err != nil {
		return errors.Join(err, d.abandon())
	}
	d.closed = true
	d.letGo()
	if leftover != "" {
		err = d.fs.remove(leftover)
	}
	if err = errors.Join(err, d.release()); err != nil {
		return fmt.Errorf("%w: %w", ErrLeftover, err)
	}
	return nil
}

// settle makes the partial directory final in all but its name.
func (d *Dir) settle() error {
	if d.failed != nil {
		return &Error{Op: "commit", Path: d.Path(), Err: fmt.Errorf("a file failed: %w", d.failed)}
	}
	for _, name := range d.names() {
		if !d.files[name].closed {
			return &Error{Op: "commit", Path: d.PartialPath(name), Err: errors.New("the file is still open")}
		}
	}
	if d.spill {
		if err := d.fs.remove(path.Join(d.partial, spillName)); err != nil {
			return err
		}
	}
	if err := d.inventory(); err != nil {
		return err
	}
	// Deeper folders first: a name is durable before the folder that it is in.
	folders := make([]string, 0, len(d.folders)+1)
	for folder := range d.folders {
		folders = append(folders, path.Join(d.partial, folder))
	}
	slices.Sort(folders)
	slices.Reverse(folders)
	for _, folder := range append(folders, d.partial) {
		if err := d.fs.syncDirectory(folder); err != nil {
			return err
		}
	}
	return nil
}

// inventory checks that the partial directory holds the files of this run, with
// the sizes that were written, and nothing else.
func (d *Dir) inventory() error {
	found := 0
	err := fs.WalkDir(d.fs.parent.FS(), d.partial, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == d.partial {
			return err
		}
		name = strings.TrimPrefix(name, d.partial+"/")
		if entry.IsDir() && d.folders[name] {
			return nil
		}
		f := d.files[name]
		if f == nil || !entry.Type().IsRegular() {
			return fmt.Errorf("%q in it is not of this run", name)
		}
		info, err := entry.Info()
		if err == nil && info.Size() != f.size {
			err = fmt.Errorf("size of %q in it is %d octets, want %d", name, info.Size(), f.size)
		}
		found++
		return err
	})
	if err == nil && found != len(d.files) {
		err = fmt.Errorf("it holds %d files, want %d", found, len(d.files))
	}
	if err != nil {
		return &Error{Op: "commit", Path: d.Path(), Err: bare(err)}
	}
	return nil
}

// publish gives the partial directory its final name and makes that durable. It
// gives the name of what is to be removed then. On an error it has taken all
// back.
func (d *Dir) publish() (leftover string, err error) {
	current, err := d.fs.exists(d.name)
	if err != nil {
		return "", err
	}
	if current == nil {
		return "", d.publishNew()
	}
	if err := d.examine("commit", d.name); err != nil { // it may be another than at Create
		return "", err
	}
	err = d.fs.exchange(d.partial, d.name)
	if errors.Is(err, errUnsupported) {
		return d.publishInTurn()
	}
	if err != nil {
		return "", err
	}
	// Only now has nobody else its name to put something into it.
	err = d.examine("commit", d.partial)
	if err == nil {
		err = d.fs.syncDirectory(".")
	}
	if err != nil {
		undo := d.again(func() error { return d.fs.exchange(d.partial, d.name) })
		d.keep = undo != nil // the partial name has the old output, the only good one
		return "", errors.Join(err, undo)
	}
	return d.partial, nil
}

// publishNew is for a final name that is free.
func (d *Dir) publishNew() error {
	err := d.fs.renameNew(d.partial, d.name)
	if errors.Is(err, errUnsupported) {
		current, failed := d.fs.exists(d.name)
		switch {
		case failed != nil:
			return failed
		case current != nil:
			err = fs.ErrExist
		default:
			err = d.fs.rename(d.partial, d.name)
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return &Error{Op: "commit", Path: d.Path(), Err: ErrExists}
	}
	if err != nil {
		return err
	}
	if err := d.fs.syncDirectory("."); err != nil {
		return errors.Join(err, d.again(func() error { return d.fs.rename(d.name, d.partial) }))
	}
	return nil
}

// publishInTurn replaces by two renames, for file systems without exchange.
func (d *Dir) publishInTurn() (leftover string, err error) {
	if err := d.fs.rename(d.name, d.old); err != nil {
		return "", err
	}
	back := func() error { return d.again(func() error { return d.fs.rename(d.old, d.name) }) }
	err = d.examine("commit", d.old)
	if err == nil {
		err = d.fs.rename(d.partial, d.name)
	}
	if err != nil {
		return "", errors.Join(err, back())
	}
	if err := d.fs.syncDirectory("."); err != nil {
		undo := d.again(func() error { return d.fs.rename(d.name, d.partial) })
		return "", errors.Join(err, undo, back())
	}
	return d.old, nil
}

// again does a step back, twice if it must: it is what keeps a failed output
// from having the final name.
func (d *Dir) again(step func() error) error {
	if step() == nil {
		return nil
	}
	return step()
}
