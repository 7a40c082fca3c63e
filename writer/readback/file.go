package readback

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/xitongsys/parquet-go/source"
)

// The size of small reads, in octets: parquet-go reads the footer octet by octet. Each column has readers of
// its own, so that of a small file they are no larger than it is.
const (
	readSize      = 64 << 10
	leastReadSize = 4 << 10
)

// readSizeOf gives the size of small reads from a file of so many octets.
func readSizeOf(octets int64) int64 { return min(max(octets, leastReadSize), readSize) }

var errReadOnly = errors.New("file is open for reading only")

// tableFile is an open table as parquet-go wants it.
type tableFile struct {
	path     string
	file     *os.File
	buffer   *bufio.Reader
	readSize int64
}

var _ source.ParquetFile = (*tableFile)(nil)

// OpenRegular opens a file to be read, and nothing else: it does not wait for the other end
// of a pipe that has taken the file's place.
func OpenRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|withoutWaiting, 0)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		_ = f.Close() // nothing was read
		return nil, cmp.Or(err, error(&os.PathError{Op: "open", Path: path, Err: errors.New("it is no regular file")}))
	}
	return f, nil
}

func openTable(path string) (*tableFile, error) {
	f, err := OpenRegular(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close() // nothing was read
		return nil, err
	}
	size := readSizeOf(info.Size())
	return &tableFile{path: path, file: f, buffer: bufio.NewReaderSize(f, int(size)), readSize: size}, nil
}

func (t *tableFile) Read(p []byte) (int, error) { return t.buffer.Read(p) }

func (t *tableFile) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekCurrent {
		offset -= int64(t.buffer.Buffered())
	}
	n, err := t.file.Seek(offset, whence)
	t.buffer.Reset(t.file)
	return n, err
}

func (t *tableFile) Close() error { return t.file.Close() }

func (t *tableFile) Write([]byte) (int, error) { return 0, errReadOnly }

func (t *tableFile) Create(string) (source.ParquetFile, error) { return nil, errReadOnly }

// Open opens the same file again, for another column. A Parquet file may say
// that a column lies in another file; ours never do, and nothing else is opened.
func (t *tableFile) Open(name string) (source.ParquetFile, error) {
	if name != "" {
		return nil, fmt.Errorf("column refers to another file, %q", name)
	}
	return openTable(t.path)
}
