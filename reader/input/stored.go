package input

import (
	"bufio"
	"fmt"
	"hash"
	"io"
	"os"
)

// storedBuffer is the size in octets of one read of a file. Larger reads are
// not faster; it bounds the lengths that sniff and the walks peek at.
const storedBuffer = layerBuffer

// stored reads a file or stream as it is stored. A file is read up to the size
// that it had when it was opened: what is appended meanwhile is another
// capture's end, and reading it would make the result depend on the moment.
type stored struct {
	source Source
	file   *os.File // nil for standard input
	r      io.Reader
	opened Stat
	other  string    // how it differs from the file that was expected
	digest hash.Hash // of what is compressed; nil without digests
	onRead func(octets int)
	most   int // octets of one read; 0 for any number
	n      int64
	end    error
}

// openStored opens what a source names.
func openStored(source Source, stdin io.Reader) (*stored, error) {
	s := &stored{source: source}
	if source.IsStandardInput() {
		if s.r = stdin; stdin == nil {
			return nil, unreadable("open", source.Name, os.ErrClosed)
		}
		return s, nil
	}
	open := openRegular
	if source.Stream {
		open = os.Open // waits for a pipe's writer, as was asked for
	}
	f, err := open(source.path())
	if err != nil {
		return nil, unreadable("open", source.Name, err)
	}
	info, err := f.Stat()
	if err == nil && !source.Stream && !info.Mode().IsRegular() {
		err = fmt.Errorf("it is a %s, want a regular file", kindOf(info.Mode()))
	}
	if err != nil {
		_ = f.Close() // nothing was written
		return nil, unreadable("open", source.Name, err)
	}
	s.file, s.r = f, f
	if !source.Stream {
		s.opened = statOf(info)
		s.r = io.LimitReader(f, s.opened.Size)
		adviseSequential(f)
	}
	return s, nil
}

// hash begins to hash what is read, after all that was read until now is in top and
// nothing was taken out of it.
func (s *stored) hash(top *bufio.Reader, algorithm Algorithm) {
	s.digest = algorithm.new()
	read, _ := top.Peek(top.Buffered()) // there are as many
	s.digest.Write(read)
}

// expect compares what was opened with what the file was before.
func (s *stored) expect(before *Stat) {
	if before == nil || s.source.Stream || s.opened == *before {
		return
	}
	switch {
	case s.opened.Device != before.Device || s.opened.Inode != before.Inode:
		s.other = "its name belongs to another file"
	case s.opened.Size != before.Size:
		s.other = fmt.Sprintf("size is %d octets, was %d", s.opened.Size, before.Size)
	default:
		s.other = fmt.Sprintf("modification time is %d ns, was %d", s.opened.ModTime, before.ModTime)
	}
	s.other = "the file changed before it was read: " + s.other
}

// allRead says whether a file was read to the size that it had.
func (s *stored) allRead() bool { return !s.source.Stream && s.file != nil && s.n >= s.opened.Size }

// bufferSize spares small files the whole buffer: there may be thousands.
func (s *stored) bufferSize() int {
	if s.file == nil || s.source.Stream {
		return storedBuffer
	}
	return int(min(s.opened.Size+longestMagic, storedBuffer))
}

func (s *stored) Read(p []byte) (int, error) {
	if s.end != nil {
		return 0, s.end
	}
	if s.most > 0 {
		p = p[:min(len(p), s.most)]
	}
	n, err := s.r.Read(p)
	if s.digest != nil {
		s.digest.Write(p[:n]) // never fails, says hash.Hash
	}
	s.n += int64(n)
	if s.onRead != nil {
		s.onRead(n)
	}
	switch {
	case err == io.EOF:
		s.end = io.EOF
	case err != nil:
		e := unreadable("read", s.source.Name, err)
		e.Err = fmt.Errorf("at octet %d of the file: %w", s.n, e.Err)
		s.end = e
	}
	if n > 0 {
		return n, nil
	}
	return 0, s.end
}

// close closes the file and says what it was at the end, and what changed since
// it was opened.
func (s *stored) close() (closed Stat, change string, err error) {
	if s.file == nil {
		return Stat{}, "", nil
	}
	defer func() {
		if e := s.file.Close(); err == nil && e != nil {
			err = unreadable("close", s.source.Name, e)
		}
	}()
	if s.source.Stream {
		return Stat{}, "", nil
	}
	info, err := s.file.Stat()
	if err != nil {
		return Stat{}, "", unreadable("stat", s.source.Name, err)
	}
	closed = statOf(info)
	if s.other != "" {
		return closed, s.other, nil
	}
	if change = s.change(closed); change != "" {
		change = "the file changed while it was read: " + change
	}
	return closed, change, nil
}

// change compares the open file, and the file of its name, with what was opened.
func (s *stored) change(closed Stat) string {
	switch now, err := os.Stat(s.source.path()); {
	case closed.Size != s.opened.Size:
		return fmt.Sprintf("size is %d octets at the end, was %d", closed.Size, s.opened.Size)
	case s.end == io.EOF && s.n < s.opened.Size:
		return fmt.Sprintf("it ended after %d octets, size was %d", s.n, s.opened.Size)
	case closed.ModTime != s.opened.ModTime:
		return fmt.Sprintf("modification time is %d ns at the end, was %d", closed.ModTime, s.opened.ModTime)
	case err != nil:
		return fmt.Sprintf("its name is gone: %v", unreadable("stat", s.source.Name, err).Err)
	case statOf(now).Inode != s.opened.Inode || statOf(now).Device != s.opened.Device:
		return "its name belongs to another file"
	}
	return ""
}
