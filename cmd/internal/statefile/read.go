package statefile

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"netstream/aggregate/carry"
)

// State is a state that a run has handed over. Close closes its file.
type State struct {
	Header Header
	SHA256 string // of the whole file

	file  *os.File
	begin int64 // of the sections
	size  int64
}

// maxHeader bounds the header in octets. One input takes about 150.
const maxHeader = 1 << 30

// ErrNoState: a file is no state.
var ErrNoState = errors.New("it is no state of netstream")

// Open reads the header of a state and checks the digest of the file. An error that is
// fs.ErrNotExist means that there is no file.
func Open(name string) (*State, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	s := &State{file: file}
	if err := s.read(); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot read the state %s: %w", name, err), file.Close())
	}
	return s, nil
}

func (s *State) read() error {
	info, err := s.file.Stat()
	if err != nil {
		return err
	}
	s.size = info.Size()
	var start [len(magic) + 8]byte
	if !info.Mode().IsRegular() || s.size < int64(len(start)+sha256.Size) {
		return ErrNoState
	}
	if _, err := s.file.ReadAt(start[:], 0); err != nil {
		return err
	}
	length := binary.BigEndian.Uint64(start[len(magic):])
	if !bytes.Equal(start[:len(magic)], magic[:]) || length > maxHeader {
		return ErrNoState
	}
	s.begin = int64(len(start)) + int64(length)
	if s.begin > s.size-sha256.Size {
		return fmt.Errorf("it is cut: %d octets, want more than %d", s.size, s.begin)
	}
	if err := s.check(); err != nil {
		return err
	}
	header := make([]byte, length)
	if _, err := s.file.ReadAt(header, int64(len(start))); err != nil {
		return err
	}
	if err := json.Unmarshal(header, &s.Header); err != nil {
		return fmt.Errorf("its header is damaged: %w", err)
	}
	if s.Header.Version != Version {
		return fmt.Errorf("its layout has version %d, want %d", s.Header.Version, Version)
	}
	return s.measure()
}

// check compares the digest at the end of the file with that of what is before it.
func (s *State) check() error {
	before, whole := sha256.New(), sha256.New()
	end := s.size - sha256.Size
	if _, err := io.Copy(io.MultiWriter(before, whole), io.NewSectionReader(s.file, 0, end)); err != nil {
		return err
	}
	var want [sha256.Size]byte
	if _, err := s.file.ReadAt(want[:], end); err != nil {
		return err
	}
	if got := before.Sum(nil); !bytes.Equal(got, want[:]) {
		return fmt.Errorf("it is damaged: its SHA-256 is %x, want %x", got, want)
	}
	whole.Write(want[:])
	s.SHA256 = hex.EncodeToString(whole.Sum(nil))
	return nil
}

// measure checks that the sections fill the file.
func (s *State) measure() error {
	left := uint64(s.size - sha256.Size - s.begin)
	for _, section := range s.Header.Sections {
		if section.Octets > left {
			return fmt.Errorf("section %s is longer than the file", section.Name)
		}
		left -= section.Octets
	}
	if left != 0 {
		return fmt.Errorf("%d octets are of no section", left)
	}
	return nil
}

// Section gives a reader of a section; inputs is as for carry.NewReader.
func (s *State) Section(name string, numbers carry.Numbers, inputs map[uint32]carry.Input) (*carry.Reader, error) {
	offset, length, err := s.Header.find(name)
	if err != nil {
		return nil, err
	}
	return carry.NewReader(io.NewSectionReader(s.file, s.begin+int64(offset), int64(length)), numbers, inputs), nil
}

// Close closes the file.
func (s *State) Close() error { return s.file.Close() }
