package netflowtest

import (
	"encoding/binary"

	"netstream/aggregate/flow"
)

// Message gives the message of version 9 or 10 that exports sets at a time.
func (e *Exporter) Message(at flow.Timestamp, sets ...Set) []byte {
	var body []byte
	records, dataRecords, data := 0, 0, false
	for _, s := range sets {
		body = e.appendSet(body, &s)
		records += s.Records
		if s.Data {
			dataRecords += s.Records
			data = true
		}
	}
	if e.Version == 10 {
		const header, second = 16, 1_000_000_000
		b := short(nil, 10, uint32(header+len(body)))
		b = binary.BigEndian.AppendUint32(b, uint32(at/second))
		b = binary.BigEndian.AppendUint32(b, e.next(dataRecords, data))
		b = binary.BigEndian.AppendUint32(b, e.Domain)
		return append(b, body...)
	}
	count := records
	if e.CountSets {
		count = len(sets)
	}
	b := e.header(at, count)
	b = binary.BigEndian.AppendUint32(b, e.next(dataRecords, data))
	b = binary.BigEndian.AppendUint32(b, e.Domain)
	return append(b, body...)
}

// appendSet appends a set with its header and padding. Padding must be shorter than
// any data record (RFC 7011 section 3.3.1).
func (e *Exporter) appendSet(b []byte, s *Set) []byte {
	const header = 4
	padding := 0
	if align := e.align(); align > 0 {
		padding = (align - (header+len(s.Octets))%align) % align
	}
	if s.Data && padding >= s.shortest {
		padding = 0
	}
	b = short(b, uint32(s.ID), uint32(header+len(s.Octets)+padding))
	b = append(b, s.Octets...)
	return append(b, make([]byte, padding)...)
}

func (e *Exporter) align() int {
	if e.Align == 0 && e.Version == 9 {
		return 4
	}
	return e.Align
}

// Flows gives the messages of any version that export records at a time. t is the
// template of versions 9 and 10; its definition is not sent.
func (e *Exporter) Flows(at flow.Timestamp, t *Template, records []flow.Record) [][]byte {
	if e.Version < 9 {
		return e.Fixed(at, records)
	}
	limit := e.limit()
	if t.Biflow {
		limit *= 2
	}
	var messages [][]byte
	for _, run := range split(records, limit) {
		messages = append(messages, e.Message(at, e.Data(at, t, run)))
	}
	return messages
}
