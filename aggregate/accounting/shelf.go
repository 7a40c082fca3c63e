package accounting

import (
	"io"

	"netstream/aggregate/runs"
)

// Many schemes have little memory each and so many short runs. A file for each of them
// would be too many open at a time, and to merge them early would write every row several
// times over. So the runs of a sorter lie one behind the other on a shelf, which is one
// file for many of them.

// runsOfFile is how many runs a file has. Its space is given back when all of them were
// merged.
const runsOfFile = 128

// shelf gives room for the runs of one sorter, which writes them one after the other.
type shelf struct {
	create func() (runs.File, error)
	file   *sharedFile // for the next run; nil for none
}

// sharedFile is a file with its runs.
type sharedFile struct {
	runs.File
	end   int64 // behind what was written
	given int   // runs that it was given for
	used  int   // those that are not closed
}

// section is the part of a file that one run has.
type section struct {
	of    *sharedFile
	begin int64
}

// room gives a file for the next run.
func (s *shelf) room() (runs.File, error) {
	if s.file == nil || s.file.used == 0 || s.file.given == runsOfFile {
		file, err := s.create()
		if err != nil {
			return nil, err
		}
		s.file = &sharedFile{File: file}
	}
	s.file.given++
	s.file.used++
	return &section{s.file, s.file.end}, nil
}

func (s *section) Write(octets []byte) (int, error) {
	n, err := s.of.File.Write(octets)
	s.of.end += int64(n)
	return n, err
}

func (s *section) ReadAt(octets []byte, at int64) (int, error) {
	if at < 0 {
		return 0, io.EOF
	}
	return s.of.File.ReadAt(octets, s.begin+at)
}

func (s *section) Close() error {
	s.of.used--
	if s.of.used > 0 {
		return nil
	}
	return s.of.File.Close()
}
