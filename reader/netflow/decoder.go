package netflow

import (
	"netstream/aggregate/flow"
	"netstream/reader/element"
	"netstream/reader/option"
)

// Options say how to decode.
type Options struct {
	Points    *flow.Points      // where observation points get their numbers; the decoder's own if nil
	Names     *flow.Names       // where names get their numbers; the decoder's own if nil
	Elements  []element.Request // values to be kept as text, in the order of their columns
	MaskOrder MaskOrder         // of version 8 records with two masks
}

// Decoder decodes the messages of one input. It is not safe for concurrent use.
type Decoder struct {
	options  Options
	surveyed bool // the survey is over
	siblings map[siblingKey]*template
	families map[streamKey]*family // without port
	lenders  []lender
	streams  map[streamKey]*stream
	order    []*stream // in the order of their first messages
	inForce  templates
	survey   survey
	fixed    [9 + 2*schemes]*template

	lastPoint struct {
		point  flow.Point
		number uint32
		known  bool
	}

	// The message that is being read.
	header      header
	received    flow.Timestamp
	hasReceived bool
	message     []byte
	stream      *stream
	domain      *domain
	sets        []set
	definitions []definition
	pending     pending
	current     int // index of the set that is being read
	at          int // octets of it that have been read
	summary     Summary

	// The record that is being read.
	gathered *plan // that filled values
	values   [slotCount]uint64
	missing  slotSet
	wides    [wideCount][]byte
	spans    []span
	fields   []option.Field
	text     []byte
	elements []byte
	resolve  element.Resolver
	name     lastName
	unusable unusable
}

// lastName is the name that a record brought last, so that its number need not be
// looked up for each record.
type lastName struct {
	text   []byte
	number uint32
}

// NewDecoder gives the decoder of one input, at the start of its survey.
func NewDecoder(o Options) *Decoder {
	if o.Points == nil {
		o.Points = flow.NewPoints()
	}
	if o.Names == nil {
		o.Names = flow.NewNames()
	}
	d := &Decoder{options: o, streams: map[streamKey]*stream{}, spans: make([]span, 1)}
	d.resolve = d.fieldsOfTemplate
	return d
}

// Rewind ends the survey, if there was one: what it learned stays as what comes
// later in the input, and nothing is in force any more.
func (d *Decoder) Rewind() {
	d.surveyed = true
	d.siblings = common(d.order)
	d.survey = survey{learned: d.survey.learned}
	d.inForce = templates{}
	for _, s := range d.order {
		clear(s.templates)
		s.options = nil
		s.setStores()
	}
}

// Borrow lets what other's survey learned serve where the own input never defines a
// template or never says an option at all. Both decoders must have been rewound.
// Templates and options of the same version and observation domain serve if the
// exporter is the same, or unknown to one of the inputs; with sameExporterOnly only
// if it is known to both and the same. Lenders are asked in the order of the calls.
// Decoders may lend to each other and decode at the same time.
func (d *Decoder) Borrow(other *Decoder, sameExporterOnly bool) {
	l := lender{decoder: other, sameExporterOnly: sameExporterOnly}
	d.lenders = append(d.lenders, l)
	for _, s := range d.order {
		s.lend(l)
		s.setStores()
	}
}

// Begin starts the reading of a message, of which the decoder keeps the octets until
// it is done. received is when it was received, if the container tells. The whole
// message is checked first; if it is malformed, the error is an *Error and nothing
// of the message is applied (RFC 7011 section 9.1, here for version 9, too).
// Templates that cannot be are no reason to refuse the message.
func (d *Decoder) Begin(origin Origin, received flow.Timestamp, receivedValid bool, message []byte) error {
	d.received, d.hasReceived = received, receivedValid
	if err := d.begin(origin, message); err != nil {
		d.sets = d.sets[:0]
		return err
	}
	return nil
}

// Summary tells what the message amounted to. It is valid until the next Begin, and
// complete once Read has said that the message is done.
func (d *Decoder) Summary() *Summary { return &d.summary }

// begin is Begin for survey and decoding. It does not give a nil *Error as an
// error, which would not be nil.
func (d *Decoder) begin(origin Origin, message []byte) error {
	d.sets, d.definitions = d.sets[:0], d.definitions[:0]
	d.current, d.at = 0, 0
	d.pending.reset()
	h, failure := parseHeader(message)
	d.header = h
	d.summary = h.summary()
	if failure != nil {
		return failure
	}
	d.message = message
	key := streamKey{origin: origin, version: h.version}
	if d.stream == nil || d.stream.key != key {
		if failure := d.enter(key); failure != nil {
			return failure
		}
	}
	if h.version < 9 {
		failure = d.beginFixed(&h, message)
	} else {
		failure = d.beginSets(&h, message)
	}
	if failure != nil {
		return failure
	}
	d.domain = d.domainOf(d.stream, h.domain)
	return nil
}

// enter makes the stream of a key the one that is read.
func (d *Decoder) enter(key streamKey) *Error {
	s := d.streams[key]
	if s == nil {
		if len(d.streams) == MaxStreams {
			d.stream = nil
			return &Error{Reason: TooManyStreams, Version: key.version, Got: MaxStreams + 1, Want: "at most MaxStreams"}
		}
		s = newStream(key)
		s.family = d.familyOf(key)
		d.streams[key] = s
		d.order = append(d.order, s)
		for _, l := range d.lenders {
			s.lend(l)
		}
		s.setStores()
	}
	d.stream = s
	return nil
}
