package outdir

import (
	"bufio"
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// spillName is the folder for temporary files. No File can have this name.
const spillName = ".spill"

// Options say how an output directory is made.
type Options struct {
	// Replace puts the new output in the place of an old one, which is removed.
	// The output of a run is a directory whose run.json is a manifest, and which
	// holds the files that it lists and nothing else; no other directory is
	// removed but an empty one, which any output may take the place of, with
	// Replace or without. Where the file system can exchange two names, the
	// final name holds the old or the new set at every moment; elsewhere there
	// is a moment without either, and if the run dies in it, the next run with
	// this output puts the old one back.
	Replace bool

	// Fault, for tests, is asked before each operation on the file system and
	// fails it by returning an error.
	Fault func(op, path string) error
}

// Dir is an output directory under construction. Its methods may be called by
// several goroutines; a [File] is for one.
type Dir struct {
	fs      filesystem
	name    string // final name, in fs.parent
	partial string
	old     string
	locked  string
	lock    *os.File
	reserve []*os.File
	replace bool

	mu      sync.Mutex
	files   map[string]*File
	spare   []*bufio.Writer // of files that are closed
	folders map[string]bool // below partial, slash-separated
	spill   bool
	failed  error // the first thing that went wrong with a file
	closed  bool
	keep    bool // the partial directory must not be removed
}

// CheckName says whether an output directory can have a name, without a look at
// the file system. The directory is made beside its name and renamed, so that it
// must have one: ., .. and the root are an *Error with ErrName.
func CheckName(name string) error {
	base := filepath.Base(filepath.Clean(name))
	if base == "." || base == ".." || base == string(filepath.Separator) {
		return &Error{Op: "create", Path: name, Err: ErrName}
	}
	return nil
}

// Create takes the lock of the output directory at name, removes what a dead
// run left beside it, and makes the partial directory. Its parent must exist.
// Errors are *Error and may be told apart with ErrName, ErrExists, ErrLocked and
// ErrNotOutput; after an error nothing is left behind.
func Create(name string, options Options) (*Dir, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	d, err := open(name, options)
	if err != nil {
		return nil, err
	}
	if err := d.begin(); err != nil {
		return nil, errors.Join(err, d.fs.parent.Close())
	}
	return d, nil
}

func (d *Dir) begin() error {
	held, err := d.fs.lock(d.locked)
	if err != nil {
		return err
	}
	d.lock = held
	err = d.clean()
	if err == nil {
		err = d.admit("create")
	}
	if err == nil {
		err = d.hold()
	}
	if err == nil {
		if err = d.fs.mkdir(d.partial); err != nil {
			d.letGo()
			err = errors.Join(err, d.fs.remove(d.partial))
		}
	}
	if err != nil {
		d.letGo()
		return errors.Join(err, d.fs.unlock(d.locked, d.lock))
	}
	return nil
}

// hold takes as many descriptors as removing the partial directory takes: one for
// it and for each folder down to the deepest file. A run that ends because there
// are no descriptors left must be able to clear up.
func (d *Dir) hold() error {
	for range maxDepth {
		var f *os.File
		err := d.fs.do("reserve a descriptor of", ".", func() (e error) {
			f, e = d.fs.parent.Open(".")
			return e
		})
		if err != nil {
			return err
		}
		d.reserve = append(d.reserve, f)
	}
	return nil
}

// letGo gives the descriptors that hold took back.
func (d *Dir) letGo() {
	for _, f := range d.reserve {
		_ = f.Close() // nothing was done with it
	}
	d.reserve = nil
}

// clean removes what a dead run of the same output left. The lock is held, so
// no living run is using it.
func (d *Dir) clean() error {
	if err := d.fs.remove(d.partial); err != nil {
		return err
	}
	old, err := d.fs.exists(d.old)
	if err != nil || old == nil {
		return err
	}
	current, err := d.fs.exists(d.name)
	if err != nil {
		return err
	}
	if current == nil { // the run died between its two renames
		return d.fs.rename(d.old, d.name)
	}
	return d.fs.remove(d.old)
}

// Path gives the final path of the output directory.
func (d *Dir) Path() string { return filepath.Join(d.fs.path, d.name) }

// Rename gives the output another final name beside that of Create, which is no longer
// held for it. Only one output at a time can be under construction with the name of
// Create.
func (d *Dir) Rename(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return &Error{Op: "rename", Path: d.Path(), Err: ErrClosed}
	}
	if !nameAllowed(name) || strings.Contains(name, "/") {
		return &Error{Op: "rename", Path: filepath.Join(d.fs.path, name), Err: ErrName}
	}
	d.name = name
	return d.admit("rename")
}

// PartialPath gives the path that a file has until Commit, for reading it back.
func (d *Dir) PartialPath(name string) string {
	return filepath.Join(d.fs.path, d.partial, filepath.FromSlash(name))
}

// SpillDir gives the path of a folder of mode 0700 for temporary files, beside
// the output and so on the same file system and as private. It is removed, with
// all that is in it, before Commit and by Abort.
func (d *Dir) SpillDir() (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return "", &Error{Op: "make directory", Path: d.Path(), Err: ErrClosed}
	}
	if !d.spill {
		if err := d.fs.mkdir(path.Join(d.partial, spillName)); err != nil {
			d.fail(err)
			return "", err
		}
		d.spill = true
	}
	return d.PartialPath(spillName), nil
}

// fail keeps the first failure: a set of files with a failed one is never
// committed, even if the same operation succeeds later. (After a failed fsync
// the system may have dropped the pages and report success for what is lost.)
func (d *Dir) fail(err error) {
	if d.failed == nil {
		d.failed = err
	}
}

// Abort removes everything that the run made; an error means that something is
// left, which the next run with the same output removes. After Commit or Abort it
// does nothing. Files that are still open are closed; writing to them is an error.
// It needs no more descriptors than it gives back itself.
func (d *Dir) Abort() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	return d.abandon()
}

// abandon is Abort with the lock on d held.
func (d *Dir) abandon() error {
	d.closed = true
	for _, f := range d.files {
		f.abandon()
	}
	d.letGo()
	if d.keep {
		return d.release()
	}
	err := d.fs.remove(d.partial)
	return errors.Join(err, d.release())
}

// release gives the lock and the parent directory back.
func (d *Dir) release() error {
	return errors.Join(d.fs.unlock(d.locked, d.lock), d.fs.parent.Close())
}
