package netflow

import (
	"encoding/binary"

	"netstream/reader/element"
)

// setKind says what is to be done with a set.
type setKind uint8

const (
	setData        setKind = iota // records of flows
	setOptions                    // records of an options template
	setDefinitions                // templates or options templates
	setUndecodable                // records whose template is not known
	setReserved                   // an id that means nothing
)

// set is a set (RFC 7011 section 3.3; FlowSet in RFC 3954) of the message.
type set struct {
	kind     setKind
	id       uint16
	template *template
	body     []byte // without the header
	offset   int    // of body in the message
	from, to int    // of setDefinitions: the definitions that it has
	unclean  bool   // of setDefinitions: what is left behind them is not zero
}

// beginSets checks a message of version 9 or IPFIX and notes its sets.
func (d *Decoder) beginSets(h *header, message []byte) *Error {
	at := headerVersion9
	if h.version == versionIPFIX {
		at = headerIPFIX
		length := int(h.count)
		switch {
		case length < headerIPFIX:
			return &Error{Reason: BadLength, Version: h.version, Offset: 2, Got: uint64(length), Want: "at least 16"}
		case length > len(message):
			return &Error{Reason: ShortMessage, Version: h.version, Offset: 2, Got: uint64(length), Want: "no more octets than there are"}
		case length < len(message):
			d.summary.Remarks[TrailingOctets]++
		}
		message = message[:length]
	}
	for at < len(message) {
		if h.version == 9 && zero(message[at:]) {
			// Padded to four octets as a whole; more than that is no padding.
			if len(message)-at >= headerSet {
				d.summary.Remarks[TrailingOctets]++
			}
			return nil
		}
		if left := len(message) - at; left < headerSet {
			return &Error{Reason: BadSet, Version: h.version, Offset: at, Got: uint64(left), Want: "a set of at least 4 octets"}
		}
		id, length := binary.BigEndian.Uint16(message[at:]), int(binary.BigEndian.Uint16(message[at+2:]))
		if length < headerSet || length > len(message)-at {
			return &Error{Reason: BadSet, Version: h.version, Offset: at + 2, Got: uint64(length), Want: "4 to the octets that are left"}
		}
		s := d.addSet()
		s.id, s.body, s.offset = id, message[at+headerSet:at+length], at+headerSet
		if failure := d.beginSet(s); failure != nil {
			return failure
		}
		if id >= minDataSet {
			d.summary.SetOctets += uint64(len(s.body))
		}
		at += length
	}
	return nil
}

// addSet adds a set to those of the message, in its place: what was written in small
// pieces is not to be copied at once, for which the processor would wait.
func (d *Decoder) addSet() *set {
	d.sets = append(d.sets, set{})
	return &d.sets[len(d.sets)-1]
}

// beginSet finds out what is to be done with a set.
func (d *Decoder) beginSet(s *set) *Error {
	version := d.header.version
	switch {
	case s.id >= minDataSet:
		return d.beginData(s)
	case version == 9 && s.id == setTemplate9, version == versionIPFIX && s.id == setTemplateIPFIX:
		d.beginDefinitions(s, false)
	case version == 9 && s.id == setOptions9, version == versionIPFIX && s.id == setOptionsIPFIX:
		d.beginDefinitions(s, true)
	default:
		s.kind = setReserved
	}
	return nil
}

// beginData finds the template of a data set and, if its records differ in length,
// walks them.
func (d *Decoder) beginData(s *set) *Error {
	s.template = d.lookup(s.id)
	switch {
	case s.template == nil:
		s.kind = setUndecodable
		return nil
	case s.template.options:
		s.kind = setOptions
	}
	l := &s.template.layout
	if !l.variable() {
		return nil
	}
	for at := 0; !l.padded(s.body, at); {
		octets, ok := l.skip(s.body[at:])
		if !ok && s.template.late {
			// The definition need not be the one that the exporter meant.
			s.kind = setUndecodable
			return nil
		}
		if !ok {
			return &Error{
				Reason: BadRecord, Version: d.header.version, Offset: s.offset + at,
				Got: uint64(len(s.body) - at), Want: "a record that ends in its set",
			}
		}
		at += octets
	}
	return nil
}

// lookup gives the template that is in force at the place that begin has come to,
// else the first that comes later; nil if there is none.
func (d *Decoder) lookup(id uint16) *template {
	key := templateKey{domain: d.header.domain, id: id}
	t, found := d.pending.find(id)
	if !found {
		t = d.stream.template(key)
		if t == nil {
			return d.adopt(key)
		}
		if !t.late && d.pending.withdrew(t.options) {
			return nil
		}
		d.inForce.use(t)
	}
	if t == nil || t.withdrawn {
		return nil
	}
	return t
}

// adopt brings the first definition that comes later in the input into force, that of
// siblings, or that of another input. If templates had to be forgotten, the
// definition may have been in force before; it then serves only if it was never
// replaced.
func (d *Decoder) adopt(key templateKey) *template {
	if !d.surveyed {
		return nil
	}
	from := d.stream.learned[key]
	if from == nil {
		from = d.findings.agreed(d.stream.key, key)
	}
	for i := range d.lenders {
		if from == nil {
			from = d.lenders[i].template(d.stream.key, key)
		}
	}
	if from == nil || d.inForce.forgotten > 0 && from.redefined > 0 {
		return nil
	}
	t := from.again(d.stream, key)
	t.late = true
	d.summary.Remarks[TemplateLimit] += d.inForce.put(t)
	return t
}

// fieldsOfTemplate tells the fields of a template in force, to structured data that
// refer to it.
func (d *Decoder) fieldsOfTemplate(id uint16) (fields []element.Field, ok bool) {
	key := templateKey{domain: d.header.domain, id: id}
	t := d.stream.templates[key]
	if t == nil {
		t = d.stream.learned[key]
	}
	if t == nil || t.withdrawn {
		return nil, false
	}
	return t.fields, true
}
