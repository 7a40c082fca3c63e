package netflow

import (
	"encoding/binary"

	"netstream/aggregate/flow"
	"netstream/reader/element"
	"netstream/reader/option"
)

// Set ids: RFC 3954 section 5.2, RFC 7011 section 3.3.2.
const (
	setTemplate9        = 0
	setOptions9         = 1
	setTemplateIPFIX    = 2
	setOptionsIPFIX     = 3
	minDataSet          = 256 // also the smallest template id
	enterpriseBit       = 1 << 15
	fieldSpecifier      = 4 // octets of a field specifier without enterprise number
	enterpriseSpecifier = 8 // octets of a field specifier with enterprise number
)

// templateKey is what tells the templates of a stream apart.
type templateKey struct {
	domain uint32
	id     uint16
}

// template is a definition of records: that of a template record, of an options
// template record, or of a fixed layout.
type template struct {
	key    templateKey
	stream *stream

	options bool // an options template, whose first scopes fields are its scope
	scopes  int
	octets  []byte // the template record as it came, which tells a refresh from a redefinition
	fields  []element.Field
	layout  layout
	plan    *plan // of data templates, once they are used

	late      bool // taken from what comes later, or from another input
	withdrawn bool // no definition but the withdrawal of one
	defined   uint64
	redefined uint64
	first     flow.Timestamp // export time of the message that had the definition first

	older, newer *template // neighbours in the order of use
}

// again gives what the template defines as that of a stream and key. Nothing of it
// is copied: definitions do not change.
func (t *template) again(s *stream, key templateKey) *template {
	return &template{key: key, stream: s, options: t.options, scopes: t.scopes, octets: t.octets, fields: t.fields, layout: t.layout}
}

// defines says whether the template is what a template record says.
func (t *template) defines(options bool, r *templateRecord) bool {
	return t.options == options && !t.withdrawn && string(t.octets) == string(r.octets)
}

// cost is about what a template holds in memory, in octets: fields, octets, and
// the plan that it may get.
func (t *template) cost() int {
	const fixed, perField = 1024, 32
	return fixed + len(t.octets) + perField*len(t.fields)
}

// templateRecord is where a template record lies and what its header says.
type templateRecord struct {
	id         uint16
	fieldCount int
	scopes     int
	octets     []byte // header and fields
	body       []byte // fields
	end        bool   // what is left of the set holds no template record
	bad        bool   // the record cannot be, and where it ends is not known
}

// nextTemplate finds the template record at the start of rest. What is left of a
// set is padding if it is too short for a record or does not begin with a template
// id.
func nextTemplate(version uint16, options bool, rest []byte) templateRecord {
	if len(rest) < 4 {
		return templateRecord{end: true}
	}
	r := templateRecord{id: binary.BigEndian.Uint16(rest)}
	count := int(binary.BigEndian.Uint16(rest[2:]))
	if r.id < minDataSet {
		r.end = true
		return r
	}
	head := 4
	switch {
	case options && version == 9:
		if len(rest) < 6 {
			return templateRecord{end: true}
		}
		scope, other := count, int(binary.BigEndian.Uint16(rest[4:]))
		if scope%fieldSpecifier != 0 || other%fieldSpecifier != 0 {
			r.bad = true
			return r
		}
		head, r.scopes, r.fieldCount = 6, scope/fieldSpecifier, (scope+other)/fieldSpecifier
	case options && count != 0:
		if len(rest) < 6 {
			r.bad = true
			return r
		}
		head, r.scopes, r.fieldCount = 6, int(binary.BigEndian.Uint16(rest[4:])), count
	default:
		r.fieldCount = count
	}
	n := fieldOctets(version, r.fieldCount, rest[head:])
	if n < 0 {
		r.bad = true
		return r
	}
	r.octets, r.body = rest[:head+n], rest[head:head+n]
	return r
}

// fieldOctets gives how many octets count field specifiers take; -1 if there are
// not as many octets.
func fieldOctets(version uint16, count int, rest []byte) int {
	if count*fieldSpecifier > len(rest) {
		return -1
	}
	if version == 9 {
		return count * fieldSpecifier
	}
	at := 0
	for range count {
		if at+fieldSpecifier > len(rest) {
			return -1
		}
		if rest[at]&0x80 != 0 {
			at += enterpriseSpecifier
		} else {
			at += fieldSpecifier
		}
	}
	if at > len(rest) {
		return -1
	}
	return at
}

// parseTemplate makes the definition of a template record. ok is false if no
// record can be decoded with it: it has no fields, its records have no octets or
// more than a message, or its scope is none.
func parseTemplate(version uint16, options bool, r *templateRecord) (t *template, ok bool) {
	if r.fieldCount == 0 || options && (r.scopes > r.fieldCount || r.scopes == 0 && version != 9) {
		return nil, false
	}
	t = &template{options: options, scopes: r.scopes}
	t.octets = append(t.octets, r.octets...)
	t.fields = make([]element.Field, 0, r.fieldCount)
	body := r.body
	for i := range r.fieldCount {
		number, length := binary.BigEndian.Uint16(body), binary.BigEndian.Uint16(body[2:])
		f := element.Field{ID: element.IANA(number), Length: length}
		body = body[fieldSpecifier:]
		switch {
		case version == 9 && i < r.scopes:
			f.ID = option.Version9Scope(number)
		case version != 9 && number&enterpriseBit != 0:
			f.ID = element.ID{Enterprise: binary.BigEndian.Uint32(body), Number: number &^ enterpriseBit}
			body = body[4:]
		}
		t.fields = append(t.fields, f)
	}
	t.layout = layoutOf(t.fields)
	if t.layout.shortest == 0 || t.layout.shortest > MaxMessage {
		return nil, false
	}
	return t, true
}
