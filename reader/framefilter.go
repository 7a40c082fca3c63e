package reader

import (
	"netstream/reader/capture"
	"netstream/reader/filter"
	"netstream/reader/header"
)

// frameFilter is the filter of a capture, compiled for its interfaces when the
// first frame of each comes.
type frameFilter struct {
	filter   *filter.Filter
	programs []*filter.Program // in step with the capture's interfaces; nil where no frame came
}

// selects says whether the filter selects a frame. It fails where the filter asks
// for what frames of the link type do not have.
func (s *frameFilter) selects(interfaces []capture.Interface, f *capture.Frame) (bool, error) {
	if f.Interface >= len(s.programs) || s.programs[f.Interface] == nil {
		if err := s.compile(interfaces, f.Interface); err != nil {
			return false, err
		}
	}
	return s.programs[f.Interface].Match(f.Data, f.Length), nil
}

func (s *frameFilter) compile(interfaces []capture.Interface, index int) error {
	for len(s.programs) <= index {
		s.programs = append(s.programs, nil)
	}
	of := &interfaces[index]
	program, err := s.filter.Compile(filter.Capture{
		LinkType: of.LinkType, LinkTypeName: header.LinkTypeName(of.LinkType), BigEndian: of.BigEndian,
	})
	if err != nil {
		return err
	}
	s.programs[index] = program
	return nil
}

// program gives the filter of an interface once it is compiled, nil before, and if there is no filter.
func (s *frameFilter) program(index int) *filter.Program {
	if s == nil || index >= len(s.programs) {
		return nil
	}
	return s.programs[index]
}

// wireOctets is the original length of a frame without frame check sequence.
func wireOctets(length uint32, fcsLength int8) uint32 {
	return length - min(length, uint32(max(0, fcsLength)))
}
