package netflow

import (
	"errors"
	"testing"
)

// lyingScope is an options template, and a data set of it, that tell a sampling rate of
// 100 and lie about what it is of.
type lyingScope struct {
	name       string
	version    uint16
	definition []byte
	data       []byte
	fate       scopeFate
}

// scopeFate is what becomes of options.
type scopeFate uint8

const (
	refusedTemplate scopeFate = iota // and its data are counted as not decoded
	refusedMessage
	otherThing // decoded, but of nothing that the flow is of
	flowsThing // decoded, and of the flow
)

// lyingScopes are options of interface 7 and domain 1, to be, and what they say instead.
func lyingScopes() []lyingScope {
	const id = 257
	rate, system := spec{number: 34, length: 4}, spec{number: 1, length: 4}
	head9 := func(scope, other uint16, list ...spec) []byte {
		return cat(u16(id), u16(scope), u16(other), specs(list...))
	}
	head := func(fields, scopes uint16, list ...spec) []byte {
		return cat(u16(id), u16(fields), u16(scopes), specs(list...))
	}
	port := func(length uint16) spec { return spec{number: 10, length: length} }
	told := u32(100)
	cut := head(2, 1, spec{number: 10, length: 4, enterprise: 9}, rate)
	huge := spec{number: 82, length: 40000}
	return []lyingScope{
		{"version 9, scope of 3 octets", 9, head9(3, 4, system, rate), cat(u32(0), told), refusedTemplate},
		{"version 9, options of 6 octets", 9, head9(4, 6, system, rate), cat(u32(0), told), refusedTemplate},
		{"version 9, scope beyond the set", 9, head9(65532, 4, system, rate), cat(u32(0), told), refusedTemplate},
		{"version 9, options beyond the set", 9, head9(4, 65532, system, rate), cat(u32(0), told), refusedTemplate},
		{"version 9, both beyond 16 bits in all", 9, head9(65532, 65532, system, rate), cat(u32(0), told), refusedTemplate},
		{"version 9, one more than there is", 9, head9(8, 4, system, rate), cat(u32(0), told), refusedTemplate},
		{"version 9, no fields", 9, head9(0, 0), cat(u32(0), told), refusedTemplate},
		{"version 9, no octets", 9, head9(4, 4, spec{number: 2}, spec{number: 34}), cat(u32(0), told), refusedTemplate},
		{"version 9, more octets than a message", 9, head9(4, 4, huge, huge), cat(u32(0), told), refusedTemplate},
		{"scope of none", 10, head(2, 0, port(4), rate), cat(u32(7), told), refusedTemplate},
		{"scope beyond the fields", 10, head(2, 3, port(4), rate), cat(u32(7), told), refusedTemplate},
		{"scope of 65,535", 10, head(2, 65535, port(4), rate), cat(u32(7), told), refusedTemplate},
		{"65,535 fields", 10, head(65535, 1, port(4), rate), cat(u32(7), told), refusedTemplate},
		{"65,535 fields, all of them scope", 10, head(65535, 65535, port(4), rate), cat(u32(7), told), refusedTemplate},
		{"cut in front of the count", 10, cat(u16(id), u16(2)), cat(u32(7), told), refusedTemplate},
		{"cut in an enterprise number", 10, cut[:12], cat(u32(7), told), refusedTemplate},
		{"no octets", 10, head(2, 1, port(0), spec{number: 34}), cat(u32(7), told), refusedTemplate},
		{"more octets than a message", 10, head(2, 1, huge, huge), cat(u32(7), told), refusedTemplate},

		{"length of a scope beyond the set", 10, head(2, 1, port(65535), rate), cat([]byte{250}, u32(7), told), refusedMessage},
		{"long length of a scope beyond the set", 10, head(2, 1, port(65535), rate), cat([]byte{255, 255, 255}, u32(7), told), refusedMessage},
		{"long length of a scope cut", 10, head(2, 1, port(65535), rate), []byte{255, 0, 0, 0, 7, 255}, refusedMessage},

		{"version 9, all in the scope", 9, head9(8, 0, spec{number: 2, length: 4}, rate), cat(u32(8), told), otherThing},
		{"all in the scope, another interface", 10, head(2, 2, port(4), rate), cat(u32(8), told), otherThing},
		{"another interface", 10, head(2, 1, port(4), rate), cat(u32(8), told), otherThing},
		{"two interfaces", 10, head(3, 2, port(4), port(4), rate), cat(u32(7), u32(8), told), otherThing},
		{"interface of 8 octets, the flow's in the low 4", 10, head(2, 1, port(8), rate), cat(u64(1<<32|7), told), otherThing},
		{"interface of 300 octets, the flow's in the last", 10, head(2, 1, port(300), rate), cat([]byte{1}, make([]byte, 298), []byte{7}, told), otherThing},
		{"version 9, interface of 9 octets", 9, head9(4, 4, spec{number: 2, length: 9}, rate), cat([]byte{1}, u64(7), told), otherThing},
		{"sampler of 9 octets", 10, head(2, 1, spec{number: 302, length: 9}, rate), cat([]byte{1}, u64(0), told), otherThing},
		{"template of 9 octets", 10, head(2, 1, spec{number: 145, length: 9}, rate), cat([]byte{1}, u64(300), told), otherThing},
		{"another domain", 10, head(2, 1, spec{number: 149, length: 4}, rate), cat(u32(2), told), otherThing},
		{"domain of 8 octets, this one in the low 4", 10, head(2, 1, spec{number: 149, length: 8}, rate), cat(u64(1<<32|1), told), otherThing},
		{"domain of 20 octets", 10, head(2, 1, spec{number: 149, length: 20}, rate), cat([]byte{1}, make([]byte, 18), []byte{1}, told), otherThing},
		{"selection sequence", 10, head(2, 1, spec{number: 301, length: 4}, rate), cat(u32(7), told), otherThing},

		{"no lie", 10, head(2, 1, port(4), rate), cat(u32(7), told), flowsThing},
		{"no lie, an interface of 300 octets", 10, head(2, 1, port(300), rate), cat(make([]byte, 299), []byte{7}, told), flowsThing},
		{"version 9, no lie", 9, head9(4, 4, spec{number: 2, length: 2}, rate), cat(u16(7), told), flowsThing},
		{"version 9, no scope: of the domain", 9, head9(0, 4, rate), told, flowsThing},
	}
}

// message gives a message with the options, and one with a flow that came in by interface 7
// before them.
func (s *lyingScope) messages() [][]byte {
	fields := []spec{{number: 8, length: 4}, {number: 10, length: 4}, {number: 2, length: 4}}
	flow := cat(ip("192.0.2.1"), u32(7), u32(5))
	if s.version == 9 {
		return [][]byte{message9(1, 2, setOf(0, definitionOf(300, fields...)), setOf(300, flow)), message9(1, 2, setOf(1, s.definition), setOf(257, s.data))}
	}
	return [][]byte{messageIPFIX(1, setOf(2, definitionOf(300, fields...)), setOf(300, flow)), messageIPFIX(1, setOf(3, s.definition), setOf(257, s.data))}
}

// TestN10LyingScopes: options that lie about their scope are refused, or are of what they
// say and of nothing else; all their octets are accounted.
func TestN10LyingScopes(t *testing.T) {
	list := lyingScopes()
	lies := 0
	for _, s := range list {
		if s.fate != flowsThing {
			lies++
		}
		t.Run(s.name, func(t *testing.T) {
			d := NewDecoder(Options{})
			messages := s.messages()
			for _, m := range messages {
				d.Survey(Origin{}, m)
			}
			d.Rewind()
			rows, _ := readAll(t, d, Origin{}, messages[0])
			err := d.Begin(Origin{}, 0, false, messages[1])
			var failure *Error
			if refused := errors.As(err, &failure); refused != (s.fate == refusedMessage) {
				t.Fatalf("refused %v: %v", refused, err)
			}
			if more := drain(d); len(more) != 0 {
				t.Errorf("%d rows of options", len(more))
			}
			want := uint64(0)
			if s.fate == flowsThing {
				want = 100
			}
			if len(rows) != 1 || rows[0].Export.Population != want {
				t.Errorf("%d rows, rate %d, want %d", len(rows), rows[0].Export.Population, want)
			}
			if s.fate != refusedMessage {
				s.checkSummary(t, d.Summary())
			}
		})
	}
	t.Logf("assertion N10: %d option templates that lie about their scope", lies)
}

// checkSummary checks that all octets of the data are accounted.
func (s *lyingScope) checkSummary(t *testing.T, got *Summary) {
	t.Helper()
	octets := uint64(len(s.data))
	if got.SetOctets != octets || got.RecordOctets+got.PaddingOctets+got.UndecodableOctets != octets {
		t.Errorf("%d octets of %d: %+v", got.RecordOctets+got.PaddingOctets+got.UndecodableOctets, octets, got)
	}
	bad := got.Remarks[BadTemplate] == 1 && got.UndecodableSets == 1 && got.OptionRecords == 0
	if sound := got.Remarks[BadTemplate] == 0 && got.OptionRecords == 1; bad != (s.fate == refusedTemplate) || bad == sound {
		t.Errorf("refused %v, want %v: %+v", bad, s.fate == refusedTemplate, got)
	}
}
