package netflowtest

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// Variable is the length of a field in a template whose values have their own
// lengths (RFC 7011 section 7).
const Variable = 65535

// Reverse is the enterprise of elements of the reverse direction (RFC 5103 section
// 6.1).
const Reverse = 29305

// Field is a field of a template and where its values are from.
type Field struct {
	Enterprise uint32 // 0 for the elements of IANA
	Number     uint16 // 15 bits; 16 in version 9
	Length     uint16 // octets, or Variable

	// Octets are the value in every record, cut or filled with zeros at its end
	// to Length. nil means what the flow record says.
	Octets []byte

	Outer      bool // addresses: those of the tunnel's header
	LongLength bool // Variable: the length takes three octets even if it is short
}

// Template is a template of flow records.
type Template struct {
	ID     uint16 // 256 and above
	Fields []Field

	// Biflow has each data record made of two flow records: one and its reverse
	// (RFC 5103), which fields of enterprise Reverse take their values from.
	Biflow bool
}

// Options is an options template: its first Scopes fields are the scope.
type Options struct {
	ID     uint16
	Scopes int
	Fields []Field
}

// Set is a set of a message, and what it counts for.
type Set struct {
	ID      uint16
	Octets  []byte // behind the set's header, without padding
	Records int    // records of any kind
	Data    bool

	shortest int // octets of the shortest record, 0 for templates
}

// specifiers appends field specifiers: with an enterprise number in IPFIX if it is
// not 0 (RFC 7011 section 3.2).
func (e *Exporter) specifiers(b []byte, fields []Field) []byte {
	for _, f := range fields {
		number := f.Number
		if e.Version == 10 && f.Enterprise != 0 {
			number |= 0x8000
		}
		b = binary.BigEndian.AppendUint16(b, number)
		b = binary.BigEndian.AppendUint16(b, f.Length)
		if e.Version == 10 && f.Enterprise != 0 {
			b = binary.BigEndian.AppendUint32(b, f.Enterprise)
		}
	}
	return b
}

// Templates gives the set that defines templates.
func (e *Exporter) Templates(templates ...Template) Set {
	s := Set{Records: len(templates)}
	if e.Version == 10 {
		s.ID = 2
	}
	for _, t := range templates {
		s.Octets = short(s.Octets, uint32(t.ID), uint32(len(t.Fields)))
		s.Octets = e.specifiers(s.Octets, t.Fields)
	}
	return s
}

// OptionsTemplates gives the set that defines options templates. Version 9 has the
// octets of the specifiers in front, IPFIX the numbers of fields.
func (e *Exporter) OptionsTemplates(templates ...Options) Set {
	s := Set{ID: 1, Records: len(templates)}
	for _, t := range templates {
		const specifier = 4
		if e.Version == 10 {
			s.ID = 3
			s.Octets = short(s.Octets, uint32(t.ID), uint32(len(t.Fields)), uint32(t.Scopes))
		} else {
			s.Octets = short(s.Octets, uint32(t.ID), uint32(specifier*t.Scopes), uint32(specifier*(len(t.Fields)-t.Scopes)))
		}
		s.Octets = e.specifiers(s.Octets, t.Fields)
	}
	return s
}

// Withdrawal gives the set that withdraws templates (RFC 7011 section 8.1): the
// ones with these numbers, or with 2 and 3 all templates and all options templates.
func Withdrawal(options bool, ids ...uint16) Set {
	s := Set{ID: 2, Records: len(ids)}
	if options {
		s.ID = 3
	}
	for _, id := range ids {
		s.Octets = short(s.Octets, uint32(id), 0)
	}
	return s
}

// Data gives the set of flow records that are exported at a time.
func (e *Exporter) Data(at flow.Timestamp, t *Template, records []flow.Record) Set {
	s := Set{ID: t.ID, Data: true}
	step := 1
	if t.Biflow {
		step = 2
	}
	for i := 0; i+step <= len(records); i += step {
		before := len(s.Octets)
		for j := range t.Fields {
			f, r := &t.Fields[j], &records[i]
			if f.Enterprise == Reverse {
				r = &records[i+1]
			}
			s.Octets = f.append(s.Octets, e.value(f, r, at))
		}
		s.add(len(s.Octets) - before)
	}
	return s
}

// Rows gives the set of data records of options. A row has a value for each field, in
// network byte order.
func Rows(t *Options, rows ...[][]byte) Set {
	s := Set{ID: t.ID, Data: true}
	for _, row := range rows {
		before := len(s.Octets)
		for i := range t.Fields {
			s.Octets = t.Fields[i].append(s.Octets, row[i])
		}
		s.add(len(s.Octets) - before)
	}
	return s
}

// add counts a record of some octets.
func (s *Set) add(octets int) {
	s.Records++
	if s.shortest == 0 || octets < s.shortest {
		s.shortest = octets
	}
}

// append appends a value: with its length if that is variable, else cut or filled with
// zeros.
func (f *Field) append(b, value []byte) []byte {
	if f.Length != Variable {
		value = value[:min(len(value), int(f.Length))]
		b = append(b, value...)
		return append(b, make([]byte, int(f.Length)-len(value))...)
	}
	if len(value) < 255 && !f.LongLength {
		b = append(b, byte(len(value)))
	} else {
		b = binary.BigEndian.AppendUint16(append(b, 255), uint16(len(value)))
	}
	return append(b, value...)
}
