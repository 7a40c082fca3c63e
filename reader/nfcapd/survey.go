package nfcapd

import (
	"encoding/binary"
	"errors"
	"io"

	"netstream/aggregate/flow"
	"netstream/reader/damage"
)

var errNoSurvey = errors.New("cannot survey a file that is being read")

// Survey is what a first reading learns for the second one. It is not changed by
// readers and may serve several of them.
type Survey struct {
	Info Info

	// First is the start of the first flow record that has one, Earliest the
	// earliest start; valid if Any.
	Any             bool
	First, Earliest flow.Timestamp

	definitions *definitions // the first of each kind and id
}

// Survey reads the whole input for definitions and times and makes no rows. It must
// be the first and is then the only reading of a Reader. Damaged blocks are passed
// over, as the second reading reports them. The error is one of the input.
func (r *Reader) Survey() (*Survey, error) {
	if r.reading || r.failed != nil {
		return nil, errNoSurvey
	}
	survey := &Survey{}
	r.known.keepFirst = true
	r.options.Survey = survey
	for {
		err := r.step(nil)
		var found *damage.Error
		switch {
		case err == nil || errors.As(err, &found):
			continue
		case err == io.EOF:
			survey.Info = r.Info()
			survey.definitions = r.known
			return survey, nil
		}
		return nil, err
	}
}

// surveyed gives the definitions of a survey, none if there was no survey.
func (r *Reader) surveyed() *definitions {
	if r.options.Survey == nil || r.options.Survey.definitions == nil {
		return &r.none
	}
	return r.options.Survey.definitions
}

// flow takes the start of a flow record, and reads no more of it.
func (v *Survey) flow(kind uint16, body []byte) {
	var start uint64
	switch {
	case kind != typeFlow2 && len(body) >= 16:
		start = uint64(binary.LittleEndian.Uint32(body[8:]))*1000 + uint64(binary.LittleEndian.Uint16(body[4:]))
	case kind == typeFlow2:
		start = firstOfRecord2(body)
	}
	at := fromMilliseconds(start)
	if at == 0 {
		return
	}
	if !v.Any {
		v.Any, v.First, v.Earliest = true, at, at
	}
	v.Earliest = min(v.Earliest, at)
}

// firstOfRecord2 gives the start of a flow record of layout 2, 0 if it has none.
func firstOfRecord2(b []byte) uint64 {
	const fixed, generic = 8, 1
	for b = b[min(len(b), fixed):]; len(b) >= recordHeader+8; {
		length := int(binary.LittleEndian.Uint16(b[2:]))
		if length < recordHeader || length > len(b) {
			return 0
		}
		if binary.LittleEndian.Uint16(b) == generic && length >= recordHeader+8 {
			return binary.LittleEndian.Uint64(b[recordHeader:])
		}
		b = b[length:]
	}
	return 0
}
