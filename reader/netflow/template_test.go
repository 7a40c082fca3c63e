package netflow

import (
	"net/netip"
	"reflect"
	"slices"
	"testing"

	"netstream/aggregate/flow"
)

func TestBadTemplatesAreRefused(t *testing.T) {
	many := slices.Repeat([]spec{{number: 96, length: 40000}}, 2)
	for _, test := range []struct {
		name string
		set  []byte
	}{
		{"no octets", setOf(2, definitionOf(256, spec{number: 8, length: 0}))},
		{"fields beyond the set", setOf(2, u16(256), u16(65535), u32(0x00080004))},
		{"enterprise beyond the set", setOf(2, u16(256), u16(1), u32(0x80080004))},
		{"record beyond a message", setOf(2, definitionOf(256, many...))},
		{"scope of none", setOf(3, u16(256), u16(1), u16(0), u32(0x00080004))},
		{"scope beyond the fields", setOf(3, u16(256), u16(1), u16(2), u32(0x00080004))},
		{"options cut", setOf(3, u16(256), u16(1))},
	} {
		t.Run(test.name, func(t *testing.T) {
			rows, s := decode(t, Options{}, messageIPFIX(1, test.set, setOf(256, make([]byte, 100))))
			if len(rows) != 0 || s[0].Remarks[BadTemplate] != 1 || s[0].UndecodableSets != 1 || s[0].UndecodableOctets != 100 {
				t.Errorf("got %d rows, %+v", len(rows), s[0])
			}
		})
	}
}

// TestEndOfTemplateSets: zeros are padding, what else is there is remarked.
func TestEndOfTemplateSets(t *testing.T) {
	sound := definitionOf(256, plain()...)
	for _, test := range []struct {
		name                 string
		version              uint16
		id                   uint16
		end                  []byte
		badTemplate, unclean uint64
	}{
		{"nothing", 10, 2, nil, 0, 0},
		{"zeros", 10, 2, make([]byte, 12), 0, 0},
		{"zeros of version 9", 9, 0, make([]byte, 3), 0, 0},
		{"id below 256", 10, 2, definitionOf(255, plain()...), 1, 1},
		{"id below 256, version 9", 9, 0, definitionOf(255, plain()...), 1, 1},
		{"id 0 with fields", 9, 0, definitionOf(0, plain()...), 1, 1},
		{"id below 256 of options", 10, 3, optionsIPFIX(255, spec{number: 10, length: 4}, spec{number: 82, length: 4}), 1, 1},
		{"id below 256 of options of version 9", 9, 1, options9(255, spec{number: 2, length: 4}, spec{number: 82, length: 4}), 1, 1},
		{"padding that is not zero", 10, 2, []byte{0, 7}, 0, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			message := func(sets ...[]byte) []byte {
				if test.version == 9 {
					return message9(1, uint16(len(sets)), sets...)
				}
				return messageIPFIX(1, sets...)
			}
			data := setOf(256, plainRecord("192.0.2.1", 1))
			m := message(setOf(test.id, sound, test.end), data)
			if test.id%2 != 0 { // of options templates
				m = message(setOf(test.id-1, sound), setOf(test.id, test.end), data)
			}
			d := NewDecoder(Options{})
			d.Rewind()
			rows, s := readAll(t, d, Origin{}, m)
			if len(d.stream.templates) != 1 {
				t.Errorf("got %d templates in force", len(d.stream.templates))
			}
			if len(rows) != 1 || s[0].Remarks[BadTemplate] != test.badTemplate || s[0].Remarks[NonZeroPadding] != test.unclean {
				t.Errorf("got %d rows, %d bad templates, %d unclean ends", len(rows), s[0].Remarks[BadTemplate], s[0].Remarks[NonZeroPadding])
			}
		})
	}
}

// TestZerosBehindVersion9: zeros in the place of a FlowSet are no reason to refuse
// the message in front of them.
func TestZerosBehindVersion9(t *testing.T) {
	m := message9(1, 2, setOf(0, definitionOf(256, plain()...)), setOf(256, plainRecord("192.0.2.1", 1)))
	for zeros, remarks := range []uint64{0, 0, 0, 0, 1, 1, 1, 1, 1} {
		rows, s := decode(t, Options{}, cat(m, make([]byte, zeros)))
		if len(rows) != 1 || s[0].Remarks[TrailingOctets] != remarks {
			t.Errorf("%d zeros: got %d rows, %d remarks, want %d", zeros, len(rows), s[0].Remarks[TrailingOctets], remarks)
		}
	}
	d := NewDecoder(Options{})
	d.Rewind()
	if err := d.Begin(Origin{}, 0, false, cat(m, make([]byte, 8), []byte{1})); err == nil {
		t.Error("zeros and another octet are accepted")
	}
}

func TestHeader(t *testing.T) {
	for _, test := range []struct {
		name    string
		message []byte
		version uint16
		domain  uint32
		ok      bool
	}{
		{"version 5", message5(0), 5, 0x0102, true},
		{"version 9", message9(77, 0), 9, 77, true},
		{"IPFIX", messageIPFIX(78), 10, 78, true},
		{"cut", messageIPFIX(78)[:15], 10, 0, false},
		{"of no version", []byte{0, 3, 0, 0}, 3, 0, false},
		{"empty", nil, 0, 0, false},
	} {
		if version, domain, ok := Header(test.message); version != test.version || domain != test.domain || ok != test.ok {
			t.Errorf("%s: got version %d, domain %d, %t", test.name, version, domain, ok)
		}
	}
}

func TestWithdrawal(t *testing.T) {
	define := messageIPFIX(1, setOf(2, definitionOf(256, plain()...)))
	data := messageIPFIX(1, setOf(256, plainRecord("192.0.2.1", 1)))
	for _, test := range []struct {
		name     string
		withdraw []byte
		rows     int
	}{
		{"one", messageIPFIX(1, setOf(2, u16(256), u16(0))), 2},
		{"all", messageIPFIX(1, setOf(2, u16(2), u16(0))), 2},
		{"all options", messageIPFIX(1, setOf(3, u16(3), u16(0))), 3},
		{"of another domain", messageIPFIX(2, setOf(2, u16(2), u16(0))), 3},
		{"another", messageIPFIX(1, setOf(2, u16(257), u16(0))), 3},
	} {
		rows, s := decode(t, Options{}, define, data, test.withdraw, data, define, data)
		if len(rows) != test.rows || s[2].Withdrawals != 1 {
			t.Errorf("%s: got %d rows, want %d; %+v", test.name, len(rows), test.rows, s[2])
		}
	}
}

// TestOrderOfMessages: whatever the order of a template, data, an options
// template and its data, the rows are the same.
func TestOrderOfMessages(t *testing.T) {
	messages := [][]byte{
		message9(1, 1, setOf(0, definitionOf(256, append(plain(), spec{number: 48, length: 1})...))),
		message9(1, 1, setOf(256, plainRecord("192.0.2.1", 1), []byte{5})),
		message9(1, 1, setOf(256, plainRecord("192.0.2.2", 2), []byte{5})),
		message9(1, 1, setOf(1, options9(257, spec{number: 1, length: 4}, spec{number: 48, length: 1}, spec{number: 50, length: 2}))),
		message9(1, 1, setOf(257, u32(0), []byte{5}, u16(100))),
	}
	var want []row
	orders := 0
	permute(messages, func(order [][]byte) {
		orders++
		rows, _ := decode(t, Options{}, order...)
		slices.SortFunc(rows, func(a, b row) int { return int(a.Counters.Packets) - int(b.Counters.Packets) })
		if want == nil {
			want = rows
		}
		if len(rows) != 2 || rows[0].Export.Population != 100 || !reflect.DeepEqual(rows, want) {
			t.Fatalf("order %d: got %+v", orders, rows)
		}
	})
	if orders != 120 {
		t.Fatalf("got %d orders", orders)
	}
}

func permute(list [][]byte, visit func([][]byte)) {
	var step func(int)
	step = func(k int) {
		if k == len(list) {
			visit(list)
			return
		}
		for i := k; i < len(list); i++ {
			list[k], list[i] = list[i], list[k]
			step(k + 1)
			list[k], list[i] = list[i], list[k]
		}
	}
	step(0)
}

// TestTemplateFlood (N2): templates are bounded, the one that is used stays.
func TestTemplateFlood(t *testing.T) {
	d := NewDecoder(Options{})
	d.Rewind()
	data := messageIPFIX(1, setOf(256, plainRecord("192.0.2.1", 1)))
	readAll(t, d, Origin{}, messageIPFIX(1, setOf(2, definitionOf(256, plain()...))))
	var forgotten uint64
	for domain := range uint32(30) {
		var body []byte
		for id := range uint16(4000) {
			body = append(body, definitionOf(300+id, spec{number: 8, length: 4}, spec{number: 12, length: 4})...)
		}
		_, s := readAll(t, d, Origin{}, messageIPFIX(domain+2, setOf(2, body)))
		forgotten += s[0].Remarks[TemplateLimit]
		if rows, _ := readAll(t, d, Origin{}, data); len(rows) != 1 {
			t.Fatalf("the template in use was forgotten after %d", domain)
		}
	}
	held := 0
	for _, s := range d.streams {
		held += len(s.templates)
	}
	if forgotten == 0 || uint64(held)+forgotten != 120_001 || d.inForce.octets > MaxTemplateOctets || d.inForce.fields > MaxTemplateFields {
		t.Errorf("got %d held and %d forgotten, %d octets, %d fields", held, forgotten, d.inForce.octets, d.inForce.fields)
	}
}

func TestPointOfTheRecord(t *testing.T) {
	points := flow.NewPoints()
	m := messageIPFIX(7, setOf(2, definitionOf(256, spec{number: 403, length: 4}, spec{number: 405, length: 4}), definitionOf(257, spec{number: 130, length: 4}),
		definitionOf(258, spec{number: 2, length: 4})),
		setOf(256, ip("192.0.2.9"), u32(99)), setOf(257, ip("192.0.2.8")), setOf(258, u32(1)))
	rows, _ := decode(t, Options{Points: points}, m)
	want := []flow.Point{
		{Exported: true, Exporter: netip.MustParseAddr("192.0.2.9"), Domain: 99},
		{Exported: true, Exporter: netip.MustParseAddr("192.0.2.8"), Domain: 7},
		{Exported: true, Domain: 7},
	}
	for i, r := range rows {
		if got := points.Point(r.Key.Point); got != want[i] {
			t.Errorf("row %d: got %+v, want %+v", i, got, want[i])
		}
	}
}

func TestNames(t *testing.T) {
	names := flow.NewNames()
	m := messageIPFIX(1,
		setOf(2, definitionOf(256, spec{number: 10, length: 4}, spec{number: 14, length: 4}, spec{number: 95, length: 4}, spec{number: 234, length: 4})),
		setOf(256, u32(3), u32(4), []byte{13, 0, 1, 223}, u32(9)),
		setOf(3, optionsIPFIX(257, spec{number: 10, length: 4}, spec{number: 82, length: 8})), setOf(257, u32(3), []byte("eth3\x00\x00\x00\x00"), u32(4), []byte("eth4    ")),
		setOf(3, optionsIPFIX(258, spec{number: 95, length: 4}, spec{number: 96, length: 4})), setOf(258, []byte{13, 0, 1, 223}, []byte("http")),
		setOf(3, optionsIPFIX(259, spec{number: 234, length: 4}, spec{number: 236, length: 4})), setOf(259, u32(9), []byte("red\x00")))
	rows, _ := decode(t, Options{Names: names}, m)
	e := rows[0].Export
	for i, got := range []uint32{e.InIfName, e.OutIfName, e.ApplicationName, e.IngressVRFName} {
		if want := []string{"eth3", "eth4", "http", "red"}[i]; names.Name(got) != want {
			t.Errorf("got %q, want %q", names.Name(got), want)
		}
	}
	if e.Has&flow.FieldNames == 0 || e.Application != 13<<56|479 {
		t.Errorf("got %+v", e)
	}
}

func TestInspect(t *testing.T) {
	d := NewDecoder(Options{})
	for range 2 {
		d.Survey(Origin{}, messageIPFIX(1, setOf(2, definitionOf(256, plain()...)), setOf(3, optionsIPFIX(300, spec{number: 10, length: 4}, spec{number: 82, length: 4})),
			setOf(300, u32(1), []byte("eth0"))))
	}
	d.Survey(Origin{}, messageIPFIX(1, setOf(2, definitionOf(256, spec{number: 2, length: 4}))))
	d.Rewind()
	list := d.Templates()
	if len(list) != 2 || list[0].ID != 256 || list[0].Defined != 3 || list[0].Redefined != 1 || len(list[0].Fields) != len(plain()) ||
		!list[1].Options || list[1].Scopes != 1 || list[1].First != testSeconds*second {
		t.Errorf("got %+v", list)
	}
	if o := d.OptionData(); len(o) != 1 || len(o[0].Entries) != 1 {
		t.Errorf("got %+v", o)
	}
}
