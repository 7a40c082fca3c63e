package netflow

import (
	"net/netip"

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

	// Exporter says what address an observation point has in the place of that of its
	// exporter; nil: its own.
	Exporter func(netip.Addr) netip.Addr
}

// Decoder decodes the messages of one input. It is not safe for concurrent use.
type Decoder struct {
	options  Options
	surveyed bool      // the survey is over
	survey   survey    // as long as it is not
	findings *findings // of the survey; nothing as long as it is not over
	lenders  []lender

	streams       map[streamKey]*stream       // met in this reading
	latest        map[streamKey]*option.Store // by exporter and version: of the port that told options last
	optionStreams int                         // streams that have a store of options for this reading
	inForce       templates
	domains       map[domainKey]*domain
	lastDomain    *domain // that was entered last
	points        points
	fixed         [9 + 2*schemes]*template

	// The message that is being read.
	header      header
	received    flow.Timestamp
	hasReceived bool
	unchecked   bool // the count has not been compared yet
	message     []byte
	stream      *stream
	domain      *domain // nil if the message has no rows
	sets        []set
	definitions []definition
	pending     pending
	current     int // index of the set that is being read
	at          int // octets of it that have been read
	summary     Summary

	// The record that is being read.
	window   window // of a record that has none in its message
	gathered *plan  // that filled values
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
	d := &Decoder{options: o, findings: &findings{}, streams: map[streamKey]*stream{}, spans: make([]span, 1)}
	d.resolve = d.fieldsOfTemplate
	return d
}

// Rewind ends the survey, if there was one: what it learned stays as what comes
// later in the input, and nothing is in force any more.
func (d *Decoder) Rewind() {
	if !d.surveyed {
		d.findings = findingsOf(d.streams, d.latest)
		d.surveyed = true
	}
	d.survey = survey{}
	d.inForce = templates{}
	d.streams, d.latest, d.optionStreams = map[streamKey]*stream{}, nil, 0
	d.stream = nil
	// These lie in a buffer of the container, which need not live until the second reading.
	d.message, d.sets, d.definitions, d.wides = nil, nil, nil, [wideCount][]byte{}
	d.forgetDomains()
}

// Learn lets what other's survey of the same input learned serve as if it were the own
// survey's, which must have learned nothing. Both decoders must have been rewound.
func (d *Decoder) Learn(other *Decoder) {
	d.findings = other.findings
	d.forgetDomains()
}

// Borrow lets what other's survey learned serve where the own input never defines a
// template or never says an option at all. Both decoders must have been rewound.
//
// The definitions and options of the same exporter, port, version and observation
// domain serve first; then those of the exporter's other ports, definitions only if
// all ports agree, options of the port that told them last. Unless sameExporterOnly
// is set, those of an unknown exporter serve for a known one, and for an unknown
// exporter what all streams of a version agree on; its options only if no other
// exporter has any in the same domain. Lenders are asked in the order of the calls.
// Decoders may lend to each other and decode at the same time.
func (d *Decoder) Borrow(other *Decoder, sameExporterOnly bool) {
	d.lenders = append(d.lenders, lender{findings: other.findings, sameExporterOnly: sameExporterOnly})
	d.forgetDomains()
}

// forgetDomains forgets what is kept of domains, which then is looked up again.
func (d *Decoder) forgetDomains() {
	d.domains, d.domain, d.lastDomain = nil, nil, nil
}

// Begin starts the reading of a message, of which the decoder keeps the octets until
// it is done. Octets that its capacity has behind it are read, but do not matter.
// received is when it was received, if the container tells. The whole message is
// checked first; if it is malformed, the error is an *Error and nothing of the message
// is applied (RFC 7011 section 9.1, here for version 9, too). So it is if the message
// has rows and their observation point gets no number, since there are too many
// (TooManyStreams). Templates that cannot be are no reason to refuse the message.
func (d *Decoder) Begin(origin Origin, received flow.Timestamp, receivedValid bool, message []byte) error {
	d.received, d.hasReceived = received, receivedValid
	failure := d.begin(origin, message)
	if failure == nil {
		failure = d.enterDomain()
	}
	d.unchecked = failure == nil
	if failure != nil { // a nil *Error would be an error that is not nil
		d.sets = d.sets[:0]
		return failure
	}
	return nil
}

// Summary tells what the message amounted to. It is valid until the next Begin, and
// complete once Read has said that the message is done.
func (d *Decoder) Summary() *Summary { return &d.summary }

// begin is what Begin and Survey have in common.
func (d *Decoder) begin(origin Origin, message []byte) *Error {
	d.sets, d.definitions = d.sets[:0], d.definitions[:0]
	d.current, d.at = 0, 0
	d.domain = nil
	d.pending.reset()
	h := &d.header
	failure := h.parse(message)
	h.summarize(&d.summary)
	if failure != nil {
		return failure
	}
	d.message = message
	if !origin.Exporter.IsValid() {
		origin.Port = 0
	}
	key := streamKey{origin: origin, version: h.version}
	if d.stream == nil || d.stream.key != key {
		if failure := d.enter(key); failure != nil {
			return failure
		}
	}
	if h.version < 9 {
		return d.beginFixed(h, message)
	}
	return d.beginSets(h, message)
}
