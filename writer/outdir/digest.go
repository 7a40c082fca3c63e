package outdir

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/zeebo/xxh3"
)

// SumsName is the file that WriteSums makes.
const SumsName = "SHA256SUMS"

// errNoFile is the error of what has taken the place of a file.
var errNoFile = errors.New("it is no regular file any more")

// names gives the names of all files in byte order.
func (d *Dir) names() []string { return slices.Sorted(maps.Keys(d.files)) }

// Digests gives the digests of all closed files, in byte order of their names.
func (d *Dir) Digests() []Digest {
	d.mu.Lock()
	defer d.mu.Unlock()
	var digests []Digest
	for _, name := range d.names() {
		if f := d.files[name]; f.closed && f.err == nil {
			digests = append(digests, f.Digest())
		}
	}
	return digests
}

// WriteSums makes the file SHA256SUMS with the digests of all files closed so
// far, in the form that sha256sum -c reads within the output directory.
func (d *Dir) WriteSums() error {
	digests := d.Digests()
	f, err := d.File(SumsName)
	if err != nil {
		return err
	}
	for _, digest := range digests {
		// An error stays with the file, and Close gives it.
		_, _ = fmt.Fprintf(f, "%x  %s\n", digest.SHA256, digest.Name)
	}
	return f.Close()
}

// Verify reads all closed files back and compares them with what was written.
// Most of it comes from the system's page cache; what it finds is what went
// wrong between here and there, or by another program's hand. Files are told by their XXH3, of 128 bits; who changes one so that it has the
// same is found by its SHA-256, which is of what was written.
func (d *Dir) Verify() error {
	var errs []error
	for _, want := range d.Digests() {
		if err := d.verify(want); err != nil {
			errs = append(errs, err)
		}
	}
	err := errors.Join(errs...)
	if err != nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.fail(err)
	}
	return err
}

func (d *Dir) verify(want Digest) error {
	name := d.partial + "/" + want.Name
	return d.fs.do("verify", name, func() error {
		f, err := d.fs.parent.OpenFile(name, os.O_RDONLY|withoutWaiting, 0)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // was only read
		if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
			return cmp.Or(err, errNoFile)
		}
		var check xxh3.Hasher
		size, err := io.Copy(&check, bufio.NewReaderSize(f, writeBuffer))
		if err != nil {
			return err
		}
		if got := check.Sum128(); size != want.Size || got != want.check {
			return fmt.Errorf("it reads back as %d octets with XXH3 %x, want %d octets with %x", size, got.Bytes(), want.Size, want.check.Bytes())
		}
		return nil
	})
}
