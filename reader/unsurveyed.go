package reader

import (
	"netstream/reader/datagram"
	"netstream/reader/input"
	"netstream/reader/netflow"
)

// A survey of messages that define nothing, and for which nothing that others define can
// serve, learns nothing: those of the versions with a fixed layout. So that a file of
// them need not be read twice, its survey ends after a few, and is made up for when the
// second reading comes to another message. That is soon enough: rows of such versions do
// not depend on what comes later.

// surveyAhead is how many messages that teach nothing let a survey end.
const surveyAhead = 256

// unsurveyed are the inputs of a run whose surveys have ended early, in their order, or
// one such input alone. It outlives their readers, and so holds little of each.
type unsurveyed struct {
	inputs []*survey // nil for those that have no templates
	share  bool      // as Lend's
}

// survey is the survey of a file, to be made up for.
type survey struct {
	source  input.Source
	kind    datagram.Kind
	options Options
	opened  input.Stat
	learned *netflow.Decoder // nil as long as it has not been
}

// make reads the file for what it teaches, unless that was done before.
func (s *survey) make() (*netflow.Decoder, error) {
	if s.learned != nil {
		return s.learned, nil
	}
	options := s.options.Input
	options.Expect, options.OnRead = &s.opened, nil
	opened, err := input.Open(s.source, nil, options)
	if err != nil {
		return nil, err
	}
	e := newExports(s.source, s.kind, s.options)
	e.whole = true
	if err := e.open(opened); err != nil {
		return nil, err
	}
	s.learned = e.decoder
	return s.learned, nil
}

// endsEarly notes one more message of a survey, and says whether it was the last one that
// is needed for now.
func (e *Exports) endsEarly(message []byte) bool {
	if e.whole || netflow.Teaches(message) {
		e.whole = true
		return false
	}
	if e.taughtNothing++; e.taughtNothing < surveyAhead {
		return false
	}
	e.later = &unsurveyed{inputs: []*survey{{source: e.source, kind: e.kind, options: e.options, opened: e.opened}}}
	return true
}

// surveyWhole makes up for the input's survey if it has ended early.
func (e *Exports) surveyWhole() error {
	if e.later == nil {
		return nil
	}
	own, err := e.later.inputs[e.place].make()
	if err != nil {
		return err
	}
	e.decoder.Learn(own)
	e.later = nil
	return nil
}

// makeUp makes up for the survey, and for what others lend, if a message is the first one
// that may need them.
func (e *Exports) makeUp(message []byte) error {
	later := e.later
	if later == nil || !netflow.Teaches(message) {
		return nil
	}
	if err := e.surveyWhole(); err != nil {
		return err
	}
	for _, i := range neighbours(e.place, len(later.inputs)) {
		if later.inputs[i] == nil {
			continue
		}
		other, err := later.inputs[i].make()
		if err != nil {
			return err
		}
		e.decoder.Borrow(other, !later.share)
	}
	return nil
}

// putOff leaves it until messages need it that inputs lend each other what their surveys
// have learned. It does not, and is false, if a survey of them is whole.
func putOff(inputs []*Exports, share bool) bool {
	all := &unsurveyed{inputs: make([]*survey, len(inputs)), share: share}
	for i, e := range inputs {
		switch {
		case e.kindHasNoTemplates():
		case e.later == nil:
			return false
		default:
			all.inputs[i] = e.later.inputs[e.place]
		}
	}
	for i, e := range inputs {
		if !e.kindHasNoTemplates() {
			e.later, e.place = all, i
		}
	}
	return true
}
