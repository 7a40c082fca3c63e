package netflow

import (
	"errors"
	"testing"

	"netstream/aggregate/flow"
	"netstream/reader/element"
)

// The tests of this file are named after the acceptance traps that the design
// lists for decoders of exporter data.

func TestTrap07Version8MaskOrder(t *testing.T) {
	record := func(a, b byte) []byte {
		return cat(u32(1), u32(10), u32(1000), u32(100), u32(200), ip("10.1.0.0"), ip("10.2.3.0"), []byte{a, b, 0, 0},
			u16(1), u16(2), u16(3), u16(4))
	}
	tests := []struct {
		name                string
		order               MaskOrder
		a, b                byte
		source, destination uint8
		contradictions      uint64
	}{
		{"auto, destination first", MaskOrderAuto, 24, 16, 16, 24, 0},
		{"auto, source first", MaskOrderAuto, 16, 24, 16, 24, 0},
		{"auto, even", MaskOrderAuto, 32, 32, 32, 32, 0},
		{"destination first", DestinationFirst, 16, 24, 24, 16, 1},
		{"source first", SourceFirst, 24, 16, 24, 16, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := cat(headerFixed(8, 1, 5000, cat(u32(1), []byte{0, 0, 5, 2})), record(test.a, test.b))
			rows, summaries := decode(t, Options{MaskOrder: test.order}, m)
			e := rows[0].Export
			if e.SourceMask != test.source || e.DestinationMask != test.destination {
				t.Errorf("got masks %d, %d, want %d, %d", e.SourceMask, e.DestinationMask, test.source, test.destination)
			}
			if got := summaries[0].Remarks[MaskContradiction]; got != test.contradictions {
				t.Errorf("got %d contradictions, want %d", got, test.contradictions)
			}
		})
	}
}

func TestTrap08VariableLengthInVersion9(t *testing.T) {
	names := flow.NewNames()
	m := message9(1, 3,
		setOf(0, definitionOf(256, spec{number: 8, length: 4}, spec{number: 96, length: 65535}, spec{number: 2, length: 4})),
		setOf(256, ip("192.0.2.1"), []byte{4}, []byte("http"), u32(7), ip("192.0.2.2"), []byte{255, 0, 3}, []byte("dns"), u32(9)))
	rows, _ := decode(t, Options{Names: names}, m)
	if len(rows) != 2 || rows[0].Counters.Packets != 7 || rows[1].Counters.Packets != 9 {
		t.Fatalf("got %+v", rows)
	}
	if a, b := names.Name(rows[0].Export.ApplicationName), names.Name(rows[1].Export.ApplicationName); a != "http" || b != "dns" {
		t.Errorf("got names %q, %q", a, b)
	}
}

func TestTrap09Version9CountOfFlowSets(t *testing.T) {
	for _, test := range []struct {
		name   string
		count  uint16
		remark uint64
	}{{"records", 4, 0}, {"sets", 2, 0}, {"neither", 9, 1}} {
		m := message9(1, test.count, setOf(0, definitionOf(256, plain()...)),
			setOf(256, plainRecord("192.0.2.1", 1), plainRecord("192.0.2.2", 2), plainRecord("192.0.2.3", 3)))
		rows, summaries := decode(t, Options{}, m)
		if len(rows) != 3 || summaries[0].Remarks[CountMismatch] != test.remark {
			t.Errorf("%s: got %d rows and %d remarks, want 3 and %d", test.name, len(rows), summaries[0].Remarks[CountMismatch], test.remark)
		}
	}
	for count, remark := range map[uint16]uint64{9: 1, 0: 0} {
		d := NewDecoder(Options{})
		d.Rewind()
		_, summaries := readAll(t, d, Origin{}, message9(1, count))
		drain(d) // a message that is done is not checked again
		if got := d.Summary().Remarks[CountMismatch]; got != remark || summaries[0].Remarks[CountMismatch] != remark {
			t.Errorf("no sets, count %d: got %d remarks, want %d", count, got, remark)
		}
	}
}

func TestTrap10SamplingByPopulation(t *testing.T) {
	r := oneOf(t, []spec{{number: 304, length: 2}, {number: 305, length: 4}, {number: 309, length: 4}, {number: 310, length: 4}},
		u16(3), u32(1), u32(1), u32(256))
	if e := r.Export; e.Population != 256 || e.Sample != 1 || e.SamplingSource != flow.SamplingRecord || e.Has&flow.FieldSampling == 0 {
		t.Errorf("got %d in %d, source %v", e.Sample, e.Population, e.SamplingSource)
	}
}

func TestTrap11SamplerOptionsAfterTheData(t *testing.T) {
	data := message9(1, 2, setOf(0, definitionOf(256, spec{number: 48, length: 1}, spec{number: 2, length: 4})),
		setOf(256, []byte{5}, u32(7)))
	options := message9(1, 2, setOf(1, options9(257, spec{number: 1, length: 4}, spec{number: 48, length: 1}, spec{number: 50, length: 2})),
		setOf(257, u32(0), []byte{5}, u16(100)))
	r := one(t, data, options)
	if e := r.Export; e.Population != 100 || e.SamplingSource != flow.SamplingSampler {
		t.Errorf("got 1 in %d, source %v, want 1 in 100 by sampler", e.Population, e.SamplingSource)
	}
}

func TestTrap12DataRecordsOfHuaweiMessages(t *testing.T) {
	m := messageIPFIX(1, setOf(2, definitionOf(256, plain()...)), setOf(256, plainRecord("192.0.2.1", 1), plainRecord("192.0.2.2", 2)))
	_, summaries := decode(t, Options{}, m)
	if s := summaries[0]; s.DataRecords != 2 || s.Templates != 1 || !s.HasSequence || s.Sequence != 1 {
		t.Errorf("got %+v", s)
	}
}

func TestTrap13And14Uptime(t *testing.T) {
	for _, test := range []struct {
		name  string
		first uint32
		want  flow.Timestamp
	}{
		{"uptime has wrapped since", 4294960000, ms(1699999987704)},
		{"later than the header", 5050, ms(1700000000050)},
		{"the same", 5000, ms(1700000000000)},
		{"just within the tolerance", 5000 + 99_999, ms(1700000099999)},
	} {
		r := one(t, message5(0, record5("192.0.2.1", "192.0.2.2", 1, 100, test.first, test.first, 17)))
		if r.Start != test.want || r.End != test.want || r.Export.TimeSource != flow.TimeUptime {
			t.Errorf("%s: got %d, want %d", test.name, r.Start, test.want)
		}
	}
}

func TestTrap15UptimeWithoutBootTime(t *testing.T) {
	fields := []spec{{number: 22, length: 4}, {number: 21, length: 4}}
	r := oneOf(t, fields, u32(1000), u32(2000))
	if r.Export.TimeSource != flow.TimeExport || r.Start != ms(testSeconds*1000) || r.End != r.Start {
		t.Errorf("got source %v, start %d", r.Export.TimeSource, r.Start)
	}
	const boot = testSeconds*1000 - 10_000
	r = oneOf(t, append(fields, spec{number: 160, length: 8}), u32(1000), u32(2000), u64(boot))
	if r.Export.TimeSource != flow.TimeUptime || r.Start != ms(boot+1000) || r.End != ms(boot+2000) {
		t.Errorf("with 160 in the record: got source %v, start %d", r.Export.TimeSource, r.Start)
	}
	r = one(t, messageIPFIX(1, setOf(2, definitionOf(256, fields...)), setOf(256, u32(1000), u32(2000)),
		setOf(3, optionsIPFIX(257, spec{number: 149, length: 4}, spec{number: 160, length: 8})), setOf(257, u32(1), u64(boot))))
	if r.Export.TimeSource != flow.TimeUptime || r.Start != ms(boot+1000) {
		t.Errorf("with 160 in options: got source %v, start %d", r.Export.TimeSource, r.Start)
	}
	r = oneOf(t, append(fields, spec{number: 160, length: 8}), u32(1000), u32(2000), u64(testSeconds*1000-uptimeWrap-5000))
	if want := ms(testSeconds*1000 - 4000); r.Start != want {
		t.Errorf("after a wrap: got start %d, want %d", r.Start, want)
	}
	// The exporter started 2 s before the export, the flow 3 s before that.
	r = oneOf(t, append(fields, spec{number: 160, length: 8}), u32(uptimeWrap-3000), u32(uptimeWrap-1000), u64(testSeconds*1000-2000))
	if want := ms(testSeconds*1000 - 5000); r.Start != want {
		t.Errorf("before the exporter started: got start %d, want %d", r.Start, want)
	}
}

func TestTrap16RepeatedElements(t *testing.T) {
	second, err := element.ParseRequest("e0_7_2")
	if err != nil {
		t.Fatal(err)
	}
	fields := []spec{{number: 27, length: 16}, {number: 28, length: 16}, {number: 4, length: 1}, {number: 7, length: 2},
		{number: 8, length: 4}, {number: 12, length: 4}, {number: 4, length: 1}, {number: 7, length: 2}, {number: 2, length: 4}}
	m := messageIPFIX(1, setOf(2, definitionOf(256, fields...)),
		setOf(256, ip("2001:db8::1"), ip("2001:db8::2"), []byte{4}, u16(0), ip("192.0.2.1"), ip("192.0.2.2"), []byte{17}, u16(2222), u32(5)),
		setOf(256, make([]byte, 32), []byte{6}, u16(80), ip("192.0.2.3"), ip("192.0.2.4"), []byte{17}, u16(2222), u32(6)))
	rows, _ := decode(t, Options{Elements: []element.Request{second}}, m)
	if len(rows) != 2 {
		t.Fatalf("got %d rows", len(rows))
	}
	k, e := rows[0].Key, rows[0].Export
	if k.SourceAddr().String() != "192.0.2.1" || k.DestinationAddr().String() != "192.0.2.2" || k.Protocol != 17 || k.SourcePort != 2222 {
		t.Errorf("inner header: got %+v", k)
	}
	if addressOf(e.OuterSource).String() != "2001:db8::1" || addressOf(e.OuterDestination).String() != "2001:db8::2" ||
		e.Has&flow.FieldOuterSource == 0 || e.Has&flow.FieldOuterDestination == 0 {
		t.Errorf("outer header: got %v, %v", e.OuterSource, e.OuterDestination)
	}
	if text, ok := flow.Element(e.Elements, 0); !ok || string(text) != "2222" {
		t.Errorf("second 7: got %q", text)
	}
	if k := rows[1].Key; k.SourceAddr().String() != "192.0.2.3" || k.Protocol != 6 || k.SourcePort != 80 || rows[1].Export.Has&flow.FieldOuterSource != 0 {
		t.Errorf("unused family: got %+v", k)
	}
}

func TestTrap17Padding(t *testing.T) {
	tests := []struct {
		name   string
		fields []spec
		body   []byte
		rows   int
	}{
		{"210 inside", []spec{{number: 2, length: 4}, {number: 210, length: 3}, {number: 4, length: 1}}, cat(u32(1), []byte{9, 9, 9, 6}), 1},
		{"one octet behind", []spec{{number: 2, length: 4}, {number: 4, length: 3}}, make([]byte, 8), 1},
		{"two octets behind", []spec{{number: 2, length: 4}, {number: 7, length: 2}}, make([]byte, 8), 1},
		{"three octets behind", []spec{{number: 2, length: 4}, {number: 4, length: 1}}, make([]byte, 8), 1},
		{"records of one octet", []spec{{number: 4, length: 1}}, []byte{6, 17, 1, 6, 17, 0, 0, 0}, 5},
		{"variable length", []spec{{number: 96, length: 65535}}, []byte{2, 'a', 'b', 1, 'c', 0, 0, 0}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rows, summaries := decode(t, Options{}, messageIPFIX(1, setOf(2, definitionOf(256, test.fields...)), setOf(256, test.body)))
			s := summaries[0]
			if len(rows) != test.rows || s.RecordOctets+s.PaddingOctets != uint64(len(test.body)) {
				t.Errorf("got %d rows, %d + %d octets; want %d rows of %d octets", len(rows), s.RecordOctets, s.PaddingOctets, test.rows, len(test.body))
			}
		})
	}
}

func TestTrap18PostCounters(t *testing.T) {
	r := oneOf(t, []spec{{number: 23, length: 4}, {number: 24, length: 4}}, u32(1000), u32(10))
	e := r.Export
	if r.Counters.Octets != 1000 || r.Counters.Packets != 10 || e.Direction != 1 || e.Has&flow.FieldDirection == 0 || e.Total {
		t.Errorf("got %+v, direction %d", r.Counters, e.Direction)
	}
	r = oneOf(t, []spec{{number: 23, length: 4}, {number: 24, length: 4}, {number: 61, length: 1}, {number: 1, length: 4}},
		u32(1000), u32(10), []byte{0}, u32(900))
	if r.Counters.Octets != 900 || r.Export.Direction != 0 {
		t.Errorf("with 61: got %+v, direction %d", r.Counters, r.Export.Direction)
	}
}

func TestTrap19Widths(t *testing.T) {
	for _, width := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 16} {
		value := cat(make([]byte, width-1), []byte{200})
		r := oneOf(t, []spec{{number: 1, length: uint16(width)}, {number: 4, length: uint16(width)}}, value, value)
		if r.Counters.Octets != 200 || r.Key.Protocol != 200 || r.Export.Has&flow.FieldOctets == 0 {
			t.Errorf("width %d: got %d octets, protocol %d", width, r.Counters.Octets, r.Key.Protocol)
		}
	}
	r := oneOf(t, []spec{{number: 1, length: 9}, {number: 4, length: 2}}, append([]byte{1}, make([]byte, 8)...), u16(256))
	if r.Export.Has&flow.FieldOctets != 0 || r.Key.Shape&flow.NoProtocol == 0 {
		t.Errorf("beyond the range: got %+v", r)
	}
}

func TestTrap20Redefinition(t *testing.T) {
	long := messageIPFIX(1, setOf(2, definitionOf(256, plain()...)))
	data := messageIPFIX(1, setOf(256, plainRecord("192.0.2.1", 7)))
	short := messageIPFIX(1, setOf(2, definitionOf(256, spec{number: 2, length: 2})), setOf(256, u16(1), u16(2)))
	rows, summaries := decode(t, Options{}, data, long, data, long, short)
	if len(rows) != 4 || rows[0].Counters.Packets != 7 || rows[1].Counters.Packets != 7 || rows[2].Counters.Packets != 1 || rows[3].Counters.Packets != 2 {
		t.Fatalf("got %d rows: %+v", len(rows), rows)
	}
	if summaries[0].DecodedLate != 1 || summaries[2].DecodedLate != 0 || summaries[3].Redefinitions != 0 || summaries[4].Redefinitions != 1 {
		t.Errorf("got %+v", summaries)
	}
}

func TestTrap21IndependentTemplates(t *testing.T) {
	d := NewDecoder(Options{})
	one, two := Origin{Exporter: addressOf(flow.MappedIPv4([4]byte{192, 0, 2, 1}))}, Origin{Exporter: addressOf(flow.MappedIPv4([4]byte{192, 0, 2, 2}))}
	d.Rewind()
	readAll(t, d, one, messageIPFIX(1, setOf(2, definitionOf(256, spec{number: 2, length: 2}))))
	readAll(t, d, one, messageIPFIX(2, setOf(2, definitionOf(256, spec{number: 2, length: 4}))))
	readAll(t, d, two, messageIPFIX(1, setOf(2, definitionOf(256, spec{number: 2, length: 1}))))
	for _, test := range []struct {
		origin Origin
		domain uint32
		rows   int
	}{{one, 1, 2}, {one, 2, 1}, {two, 1, 4}, {two, 2, 0}, {Origin{}, 1, 0}} {
		rows, _ := readAll(t, d, test.origin, messageIPFIX(test.domain, setOf(256, u32(0x01010101))))
		if len(rows) != test.rows {
			t.Errorf("%v domain %d: got %d rows, want %d", test.origin, test.domain, len(rows), test.rows)
		}
	}
}

func TestTrap22MalformedMessages(t *testing.T) {
	template := setOf(2, definitionOf(256, spec{number: 96, length: 65535}))
	good := messageIPFIX(1, template)
	tests := []struct {
		name    string
		message []byte
		reason  Reason
	}{
		{"set length 0", messageIPFIX(1, template, cat(u16(256), u16(0), u32(0))), BadSet},
		{"set length 3", messageIPFIX(1, template, cat(u16(256), u16(3), u32(0))), BadSet},
		{"set beyond message", messageIPFIX(1, template, cat(u16(256), u16(9), u32(0))), BadSet},
		{"three octets behind", messageIPFIX(1, template, []byte{0, 0, 0}), BadSet},
		{"length 15", cat(u16(10), u16(15), good[4:]), BadLength},
		{"length beyond", cat(u16(10), u16(uint16(len(good)+1)), good[4:]), ShortMessage},
		{"15 octets", good[:15], ShortMessage},
		{"no octets", nil, ShortMessage},
		{"version 2", cat(u16(2), good[2:]), UnknownVersion},
		{"scheme 15", headerFixed(8, 0, 0, cat(u32(1), []byte{0, 0, 15, 2})), UnknownVersion},
		{"value beyond set", messageIPFIX(1, template, setOf(256, []byte{5, 1, 2})), BadRecord},
		{"long value beyond set", messageIPFIX(1, template, setOf(256, []byte{255, 0})), BadRecord},
		{"version 9, set beyond", message9(1, 1, cat(u16(0), u16(40), u32(0))), BadSet},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := NewDecoder(Options{})
			d.Rewind()
			err := d.Begin(Origin{}, 0, false, test.message)
			var failure *Error
			if !errors.As(err, &failure) || failure.Reason != test.reason {
				t.Fatalf("got %v, want %v", err, test.reason)
			}
			if rows := drain(d); len(rows) != 0 {
				t.Errorf("got %d rows of a refused message", len(rows))
			}
			if rows, s := readAll(t, d, Origin{}, messageIPFIX(1, setOf(256, []byte{1, 'a'}))); len(rows) != 0 || s[0].UndecodableSets != 1 {
				t.Error("a template of a refused message was applied")
			}
		})
	}
}

func TestTrap25HeaderRateTwo(t *testing.T) {
	for _, test := range []struct {
		header     uint16
		population uint64
	}{{0, 0}, {2, 2}, {1<<14 | 2, 2}, {1 << 14, 0}, {1<<14 | 1, 1}, {3<<14 | 16383, 16383}} {
		e := one(t, message5(test.header, record5("192.0.2.1", "192.0.2.2", 1, 1, 1, 1, 6))).Export
		if e.Population != test.population || (e.Has&flow.FieldSampling != 0) != (test.population > 0) {
			t.Errorf("header %#x: got %d, want %d", test.header, e.Population, test.population)
		}
	}
}

func TestTrap26TimeSampling(t *testing.T) {
	fields := []spec{{number: 307, length: 4}, {number: 308, length: 4}}
	if e := oneOf(t, fields, u32(10), u32(90)).Export; e.Has&flow.FieldSampling != 0 {
		t.Errorf("got a rate: %d / %d", e.Population, e.Sample)
	}
	e := oneOf(t, append(fields, spec{number: 318, length: 8}, spec{number: 319, length: 8}), u32(10), u32(90), u64(1000), u64(125)).Export
	if e.Has&flow.FieldSampling == 0 || e.Population != 8*e.Sample {
		t.Errorf("with 318 and 319: got %d / %d", e.Population, e.Sample)
	}
}

// TestTrap26TimeSamplingEndsTheSearch: where the one who is asked first samples by
// time, the rate of another one is not that of the record.
func TestTrap26TimeSamplingEndsTheSearch(t *testing.T) {
	flows := setOf(2, definitionOf(256, spec{number: 302, length: 4}, spec{number: 10, length: 4}, spec{number: 307, length: 4}))
	told := func(id uint16, by, number uint16, value uint32, rate uint32) []byte {
		return cat(setOf(3, optionsIPFIX(id, spec{number: by, length: 4}, spec{number: number, length: 4})), setOf(id, u32(value), u32(rate)))
	}
	domain, timedDomain := told(300, 149, 34, 1, 10), told(300, 149, 307, 1, 10)
	port, timedPort := told(301, 10, 34, 3, 20), told(301, 10, 308, 3, 20)
	sampler, timedSampler := told(302, 302, 34, 7, 30), told(302, 302, 307, 7, 30)
	for _, test := range []struct {
		name       string
		options    []byte
		own        uint32 // 307
		population uint64 // 0: none
	}{
		{"none by time", cat(domain, port, sampler), 0, 30},
		{"record", cat(domain, port, sampler), 5, 0},
		{"sampler", cat(domain, port, timedSampler), 0, 0},
		{"interface", cat(domain, timedPort), 0, 0},
		{"interface, but the sampler is known", cat(domain, timedPort, sampler), 0, 30},
		{"domain", timedDomain, 0, 0},
		{"domain, but the interface is known", cat(timedDomain, port), 0, 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			rows, s := decode(t, Options{}, messageIPFIX(1, flows, test.options, setOf(256, u32(7), u32(3), u32(test.own))))
			remarks := uint64(1)
			if test.population != 0 {
				remarks = 0
			}
			e := rows[0].Export
			if e.Population != test.population || (e.Has&flow.FieldSampling != 0) != (test.population != 0) || s[0].Remarks[TimeSampling] != remarks {
				t.Errorf("got %d / %d, %d remarks; want %d", e.Population, e.Sample, s[0].Remarks[TimeSampling], test.population)
			}
		})
	}
}

func TestTrap27Totals(t *testing.T) {
	r := oneOf(t, []spec{{number: 85, length: 8}, {number: 86, length: 8}}, u64(5000), u64(50))
	if !r.Export.Total || r.Counters.Octets != 5000 || r.Counters.Packets != 50 {
		t.Errorf("got %+v, total %v", r.Counters, r.Export.Total)
	}
	r = oneOf(t, []spec{{number: 85, length: 8}, {number: 1, length: 8}, {number: 2, length: 8}}, u64(5000), u64(100), u64(1))
	if r.Export.Total || r.Counters.Octets != 100 {
		t.Errorf("beside deltas: got %+v, total %v", r.Counters, r.Export.Total)
	}
}
