package netflow

import (
	"netstream/reader/element"
	"netstream/reader/option"
)

// MaxHeldOctets bounds the data sets that a survey holds because their template has
// not come yet: they may be options. Beyond it they are not held, and the options
// in them do not serve records that come before them.
const MaxHeldOctets = 64 << 20

// heldOverhead is what holding a data set takes besides its octets: its slice, twice
// while the list of slices grows, and the rounding of the allocation.
const heldOverhead = 64

// MaxOptionStreams bounds the streams of an input whose options are kept, since each
// can have as many options as option.Store has room for.
const MaxOptionStreams = 1 << 10

// survey is what the first reading keeps for itself.
type survey struct {
	learned    int // octets that the learned templates take
	held       map[heldKey][][]byte
	heldOctets int
}

// heldKey says of which template held data sets are.
type heldKey struct {
	stream *stream
	key    templateKey
}

// Survey learns from a message what Begin and Read then use: templates, options, and
// the order of masks of version 8. Messages that Begin would refuse teach nothing.
func (d *Decoder) Survey(origin Origin, message []byte) {
	if d.begin(origin, message) != nil {
		return
	}
	for i := range d.sets {
		s := &d.sets[i]
		switch s.kind {
		case setDefinitions:
			d.define(s)
		case setOptions:
			d.readOptions(s)
		case setUndecodable:
			d.hold(s)
		case setData:
			if d.header.version == 8 && twoMasks(d.header.scheme) {
				d.stream.voteMasks(d.header.scheme, s.body)
			}
		}
	}
	d.sets = d.sets[:0]
}

// learn keeps a template if it is the first with its key.
func (d *Decoder) learn(t *template) {
	known := d.stream.learned[t.key]
	if known == nil {
		if d.survey.learned+t.cost() > MaxTemplateOctets {
			d.summary.Remarks[TemplateLimit]++
			return
		}
		d.survey.learned += t.cost()
		known = t.again(t.stream, t.key)
		known.first = d.header.exportTime
		if d.stream.learned == nil {
			d.stream.learned = map[templateKey]*template{}
		}
		d.stream.learned[t.key] = known
		d.release(t)
	} else if known.options != t.options || string(known.octets) != string(t.octets) {
		known.redefined++
	}
	known.defined++
}

// hold keeps a data set whose template is not known yet.
func (d *Decoder) hold(s *set) {
	if d.survey.heldOctets+len(s.body)+heldOverhead > MaxHeldOctets || len(s.body) == 0 {
		return
	}
	if d.survey.held == nil {
		d.survey.held = map[heldKey][][]byte{}
	}
	k := heldKey{stream: d.stream, key: templateKey{domain: d.header.domain, id: s.id}}
	if d.stream.learned[k.key] != nil {
		return // its definition was withdrawn: it is not one that comes later
	}
	d.survey.held[k] = append(d.survey.held[k], append([]byte(nil), s.body...))
	d.survey.heldOctets += len(s.body) + heldOverhead
}

// release lets go the data sets that were held for a template, and learns from them
// if they are options.
func (d *Decoder) release(t *template) {
	k := heldKey{stream: t.stream, key: t.key}
	for _, body := range d.survey.held[k] {
		d.survey.heldOctets -= len(body) + heldOverhead
		if t.options {
			d.readOptions(&set{template: t, body: body})
		}
	}
	delete(d.survey.held, k)
}

// readOptions applies the records of a data set of options. In the survey what comes
// first stays, in the decoding what comes later replaces it.
func (d *Decoder) readOptions(s *set) {
	store := d.optionStore()
	t := s.template
	at := 0
	for !t.layout.padded(s.body, at) {
		octets, ok := t.layout.skip(s.body[at:])
		if !ok {
			break // held data sets have not been walked in advance
		}
		if store != nil {
			d.optionFields(t, s.body[at:at+octets])
			store.Apply(d.header.domain, d.fields)
		}
		d.summary.OptionRecords++
		d.summary.DataRecords++
		if t.late {
			d.summary.DecodedLate++
		}
		at += octets
	}
	d.account(s.body, at)
	if store != nil {
		d.tell(store)
	}
	if store == nil {
		d.summary.Remarks[OptionLimit]++
	}
	d.refresh()
}

// optionStore gives the store that options of the stream go to; nil if too many
// streams have one.
func (d *Decoder) optionStore() *option.Store {
	s := d.stream
	store, create := &s.options, option.NewStore
	if !d.surveyed {
		store, create = &s.learnedOptions, option.NewSurvey
	}
	if *store == nil {
		if d.optionStreams == MaxOptionStreams {
			return nil
		}
		d.optionStreams++
		*store = create(d.options.Names)
	}
	return *store
}

// optionFields takes an options data record apart.
func (d *Decoder) optionFields(t *template, record []byte) {
	d.fields = d.fields[:0]
	at := 0
	for i, f := range t.fields {
		length := int(f.Length)
		if f.Length == element.Variable {
			n := 0
			length, n = variableLength(record, at)
			at += n
		}
		d.fields = append(d.fields, option.Field{ID: f.ID, Scope: i < t.scopes, Value: record[at : at+length]})
		at += length
	}
}

// account notes how many octets of a data set were records, and what the rest is.
func (d *Decoder) account(body []byte, at int) {
	d.summary.DataSets++
	d.summary.RecordOctets += uint64(at)
	d.summary.PaddingOctets += uint64(len(body) - at)
	if !zero(body[at:]) {
		d.summary.Remarks[NonZeroPadding]++
	}
}
