package element

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
)

// Bounds of structured data. Exporters are known to nest twice (a list of lists of
// addresses); RFC 6313 sets no bound, so that a hostile value could nest as often
// as it has octets.
const (
	// MaxDepth is how deep lists may lie in each other. The list that a record holds
	// is at depth 1.
	MaxDepth = 4

	// MaxEmptyValues is by how many a list's values, with all that is nested in it,
	// may be more than its octets. Values have at least one octet, be it only that of
	// their length, but for fields of length 0, of which a hostile template can have
	// thousands.
	MaxEmptyValues = 64
)

// Octets of the fixed parts of lists: RFC 6313 section 4.5.
const (
	basicListHeader = 5 // semantic, element, length; the enterprise number comes on top
	subListHeader   = 3 // semantic, template
	multiListHeader = 1 // semantic
	multiListBlock  = 4 // template, length
)

// enterpriseBit in the number of an element says that an enterprise number follows:
// RFC 7011 section 3.2.
const enterpriseBit = 0x8000

// AppendList appends structured data as JSON to dst and returns the result. t is
// BasicList, SubTemplateList or SubTemplateMultiList. The text is one of
//
//	{"semantic":"allOf","element":"bgpCommunity","values":[65536,65537]}
//	{"semantic":"allOf","template":256,"records":[{"ipTTL":64,"ipTTL_2":63}]}
//	{"semantic":"allOf","lists":[{"template":256,"records":[...]},...]}
//
// Semantics have the names of RFC 6313 section 4.4; those that are not assigned come
// as their number in a string. Elements have their registered names or e<enterprise>_
// <number>; an element that a record repeats has _2, _3 ... from the second on.
// Numbers and booleans are those of JSON, a float that is none, and all other values,
// are strings as AppendText gives them; a value of no octets is null, or "" if it is
// a text. Records of a template that resolve does not know, or all if resolve is
// nil, come as they are: {"template":256,"hex":"..."}.
//
// If the value is malformed, nothing is appended, and the error tells the octet of
// the value where it is: a list that is shorter than its fixed part, a length beyond
// the list that it is in, values of no octets in a list that has octets, octets at
// the end that are no value, depth beyond [MaxDepth], more empty values than
// [MaxEmptyValues].
func AppendList(dst []byte, t Type, value []byte, resolve Resolver) ([]byte, error) {
	l := list{text: dst, write: true, octets: value, resolve: resolve}
	if err := l.read(t, 0, len(value), 1); err != nil {
		return dst, fmt.Errorf("cannot read %v of %d octets: %w", t, len(value), err)
	}
	return l.text, nil
}

// CheckList gives the error that AppendList would give.
func CheckList(t Type, value []byte, resolve Resolver) error {
	l := list{octets: value, resolve: resolve}
	if err := l.read(t, 0, len(value), 1); err != nil {
		return fmt.Errorf("cannot read %v of %d octets: %w", t, len(value), err)
	}
	return nil
}

// list reads structured data. Places are counted from the start of the outermost
// list, so that errors can tell them.
type list struct {
	octets  []byte
	resolve Resolver
	values  int // met so far
	write   bool
	text    []byte
}

// put adds to the text.
func (l *list) put(s string) {
	if l.write {
		l.text = append(l.text, s...)
	}
}

// putUint adds a number to the text.
func (l *list) putUint(v uint64) {
	if l.write {
		l.text = strconv.AppendUint(l.text, v, 10)
	}
}

// read reads the list that lies from one place to another.
func (l *list) read(t Type, from, to, depth int) error {
	switch {
	case depth > MaxDepth:
		return fmt.Errorf("octet %d: %v at depth %d, want at most %d", from, t, depth, MaxDepth)
	case from == to:
		l.put("null")
		return nil
	case t == BasicList:
		return l.basic(from, to, depth)
	case t == SubTemplateList:
		return l.sub(from, to, depth)
	case t == SubTemplateMultiList:
		return l.multi(from, to, depth)
	}
	return fmt.Errorf("octet %d: %v is no structured data", from, t)
}

// header checks that a list has its fixed part and writes what its semantic is.
func (l *list) header(t Type, from, to, want int) error {
	if to-from < want {
		return fmt.Errorf("octet %d: %v has %d octets, want at least %d", from, t, to-from, want)
	}
	l.put(`{"semantic":"`)
	if l.write {
		l.text = appendSemantic(l.text, l.octets[from])
	}
	l.put(`",`)
	return nil
}

// basic reads a basicList: RFC 6313 section 4.5.1.
func (l *list) basic(from, to, depth int) error {
	if err := l.header(BasicList, from, to, basicListHeader); err != nil {
		return err
	}
	field := Field{
		ID:     IANA(binary.BigEndian.Uint16(l.octets[from+1:]) &^ enterpriseBit),
		Length: binary.BigEndian.Uint16(l.octets[from+3:]),
	}
	at := from + basicListHeader
	if l.octets[from+1]&(enterpriseBit>>8) != 0 {
		if to-at < 4 {
			return fmt.Errorf("octet %d: enterprise number has %d octets, want 4", at, to-at)
		}
		field.ID.Enterprise = binary.BigEndian.Uint32(l.octets[at:])
		at += 4
	}
	if field.Length == 0 && at < to {
		return fmt.Errorf("octet %d: values of no octets in %d octets", at, to-at)
	}
	l.put(`"element":"`)
	e, known := Lookup(field.ID)
	if l.write && known {
		l.put(e.Name)
	} else if l.write {
		l.put(field.ID.String())
	}
	l.put(`","values":[`)
	for first := at; at < to; {
		if at > first {
			l.put(",")
		}
		var err error
		if at, err = l.field(field, e.Type, at, to, depth); err != nil {
			return err
		}
	}
	l.put("]}")
	return nil
}

// sub reads a subTemplateList: RFC 6313 section 4.5.2.
func (l *list) sub(from, to, depth int) error {
	if err := l.header(SubTemplateList, from, to, subListHeader); err != nil {
		return err
	}
	template := binary.BigEndian.Uint16(l.octets[from+1:])
	if err := l.records(template, from+subListHeader, to, depth); err != nil {
		return err
	}
	l.put("}")
	return nil
}

// multi reads a subTemplateMultiList: RFC 6313 section 4.5.3. The length of a block
// includes its template and length; it is 0 if there are no records.
func (l *list) multi(from, to, depth int) error {
	if err := l.header(SubTemplateMultiList, from, to, multiListHeader); err != nil {
		return err
	}
	l.put(`"lists":[`)
	for at := from + multiListHeader; at < to; {
		if to-at < multiListBlock {
			return fmt.Errorf("octet %d: %d octets are left, want %d of a template and its length", at, to-at, multiListBlock)
		}
		if at > from+multiListHeader {
			l.put(",")
		}
		length := int(binary.BigEndian.Uint16(l.octets[at+2:]))
		if length == 0 {
			length = multiListBlock
		}
		if length < multiListBlock || length > to-at {
			return fmt.Errorf("octet %d: records of length %d, want %d to %d", at+2, length, multiListBlock, to-at)
		}
		if err := l.count(at); err != nil {
			return err
		}
		l.put("{")
		if err := l.records(binary.BigEndian.Uint16(l.octets[at:]), at+multiListBlock, at+length, depth); err != nil {
			return err
		}
		l.put("}")
		at += length
	}
	l.put("]}")
	return nil
}

// records reads the records of one template.
func (l *list) records(template uint16, at, to, depth int) error {
	l.put(`"template":`)
	l.putUint(uint64(template))
	var fields []Field
	known := false
	if l.resolve != nil {
		fields, known = l.resolve(template)
	}
	if !known {
		l.put(`,"hex":"`)
		if l.write {
			l.text = hex.AppendEncode(l.text, l.octets[at:to])
		}
		l.put(`"`)
		return nil
	}
	l.put(`,"records":[`)
	for first := at; at < to; {
		if at > first {
			l.put(",")
		}
		end, err := l.record(fields, at, to, depth)
		if err != nil {
			return err
		}
		if end == at {
			return fmt.Errorf("octet %d: records of template %d have no octets, %d octets are left", at, template, to-at)
		}
		at = end
	}
	l.put("]")
	return nil
}

// record reads one record and gives the place behind it.
func (l *list) record(fields []Field, at, to, depth int) (end int, err error) {
	l.put("{")
	var repeats map[ID]uint64
	if l.write && len(fields) > fewFields {
		repeats = make(map[ID]uint64, len(fields))
	}
	for i, field := range fields {
		if i > 0 {
			l.put(",")
		}
		e, known := Lookup(field.ID)
		if l.write {
			if !known {
				e.Name = field.ID.String()
			}
			l.putKey(e.Name, occurrence(fields, i, repeats))
		}
		if at, err = l.field(field, e.Type, at, to, depth); err != nil {
			return 0, err
		}
	}
	l.put("}")
	return at, nil
}
