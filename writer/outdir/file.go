package outdir

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"hash"
	"os"
	"path"
	"strings"

	"github.com/zeebo/xxh3"
)

// Bounds of names.
const (
	maxElement = 255 // octets of a path element, NAME_MAX of the usual file systems
	maxDepth   = 8   // elements of a path; the deepest in use has 4
)

// writeBuffer is the size in octets of one write to a file.
const writeBuffer = 256 << 10

// File is one file of the output: an io.Writer that keeps the size and the
// SHA-256 of what it is given. After an error every further call fails with it.
type File struct {
	dir    *Dir
	name   string // slash-separated, below the output directory
	path   string // below the parent directory
	f      *os.File
	buffer *bufio.Writer // nil once it is closed, as are
	digest hash.Hash
	check  *xxh3.Hasher // what Verify compares
	size   int64
	sum    Digest // of what is closed
	err    error
	closed bool
}

// Digest says what a file holds.
type Digest struct {
	Name   string // slash-separated, below the output directory
	Size   int64  // octets
	SHA256 [sha256.Size]byte

	check xxh3.Uint128
}

// File makes a new file. Names are slash-separated elements of letters and
// digits of ASCII, and . _ = - which do not begin with . or -; each element has
// at most 255 octets, and there are at most 8. Folders are made as needed.
func (d *Dir) File(name string) (*File, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, &Error{Op: "create", Path: d.Path(), Err: ErrClosed}
	}
	if !nameAllowed(name) {
		return nil, &Error{Op: "create", Path: d.PartialPath(name), Err: ErrName}
	}
	f, err := d.create(name)
	if err != nil {
		d.fail(err)
		return nil, err
	}
	d.files[name] = f
	return f, nil
}

func (d *Dir) create(name string) (*File, error) {
	elements := strings.Split(name, "/")
	for i := 1; i < len(elements); i++ {
		folder := strings.Join(elements[:i], "/")
		if d.folders[folder] {
			continue
		}
		if err := d.fs.mkdir(path.Join(d.partial, folder)); err != nil {
			return nil, err
		}
		d.folders[folder] = true
	}
	f := &File{dir: d, name: name, path: path.Join(d.partial, name), digest: sha256.New(), check: xxh3.New()}
	var err error
	if f.f, err = d.fs.create(f.path); err != nil {
		return nil, err
	}
	if n := len(d.spare); n > 0 {
		f.buffer, d.spare = d.spare[n-1], d.spare[:n-1]
		f.buffer.Reset(stage{f})
	} else {
		f.buffer = bufio.NewWriterSize(stage{f}, writeBuffer)
	}
	return f, nil
}

func nameAllowed(name string) bool {
	elements := strings.Split(name, "/")
	for _, element := range elements {
		if element == "" || len(element) > maxElement || element[0] == '.' || element[0] == '-' {
			return false
		}
		for _, c := range []byte(element) {
			switch {
			case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
			case c == '.', c == '_', c == '=', c == '-':
			default:
				return false
			}
		}
	}
	return len(elements) <= maxDepth
}

// Name gives the name below the output directory.
func (f *File) Name() string { return f.name }

// Write buffers octets and writes them when there are enough.
func (f *File) Write(p []byte) (int, error) {
	if f.err == nil && f.closed {
		f.err = &Error{Op: "write", Path: f.dir.PartialPath(f.name), Err: os.ErrClosed}
	}
	if f.err != nil {
		return 0, f.err
	}
	return f.buffer.Write(p)
}

// stage is where the buffer of a File is written to. The digest is taken here,
// of what is handed to the system, in pieces of the buffer's size.
type stage struct{ f *File }

func (s stage) Write(p []byte) (int, error) {
	f := s.f
	if err := f.dir.fs.write(f.path, f.f, p); err != nil {
		f.fail(err)
		return 0, err
	}
	f.digest.Write(p) // never fails, says hash.Hash
	_, _ = f.check.Write(p)
	f.size += int64(len(p))
	return len(p), nil
}

// fail keeps the first error, and keeps the Dir from being committed.
func (f *File) fail(err error) {
	if f.err == nil {
		f.err = err
	}
	f.dir.mu.Lock()
	defer f.dir.mu.Unlock()
	f.dir.fail(err)
}

// Close writes what is buffered, makes it durable (fsync) and closes the file.
// A second Close gives the same answer.
func (f *File) Close() error {
	if f.closed {
		return f.err
	}
	if f.err == nil {
		_ = f.buffer.Flush() // stage keeps its error
	}
	if f.err == nil {
		if err := f.dir.fs.syncFile(f.path, f.f); err != nil {
			f.fail(err)
		}
	}
	if err := f.dir.fs.closeFile(f.path, f.f); err != nil && !errors.Is(err, os.ErrClosed) {
		f.fail(err)
	}
	f.sum = f.soFar()
	f.dir.mu.Lock()
	defer f.dir.mu.Unlock()
	f.closed = true
	f.buffer.Reset(nil)
	f.dir.spare = append(f.dir.spare, f.buffer)
	f.buffer, f.digest, f.check = nil, nil, nil // a dataset may have thousands of files
	return f.err
}

// abandon gives the descriptor back; the file is about to be removed. The
// writing goroutine, if there still is one, gets os.ErrClosed.
func (f *File) abandon() { _ = f.f.Close() }

// Digest gives what the file holds. It is complete after Close.
func (f *File) Digest() Digest {
	if f.closed {
		return f.sum
	}
	return f.soFar()
}

func (f *File) soFar() Digest {
	return Digest{Name: f.name, Size: f.size, SHA256: [sha256.Size]byte(f.digest.Sum(nil)), check: f.check.Sum128()}
}
