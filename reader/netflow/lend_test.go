package netflow

import (
	"net/netip"
	"testing"

	"netstream/aggregate/flow"
)

func TestBorrow(t *testing.T) {
	a, b := Origin{Exporter: netip.MustParseAddr("192.0.2.1"), Port: 1}, Origin{Exporter: netip.MustParseAddr("192.0.2.2"), Port: 1}
	moved := Origin{Exporter: a.Exporter, Port: 2}
	for _, test := range []struct {
		name     string
		from, to Origin
		same     bool
		rows     int
	}{
		{"same exporter", a, a, true, 1},
		{"same exporter, other port", a, moved, true, 1},
		{"other exporter", a, b, false, 0},
		{"exporters unknown", Origin{}, Origin{}, false, 1},
		{"exporters unknown, same only", Origin{}, Origin{}, true, 0},
		{"one unknown", a, Origin{}, false, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := messageIPFIX(1, setOf(256, plainRecord("192.0.2.1", 1)))
			other, d := NewDecoder(Options{}), NewDecoder(Options{})
			other.Survey(test.from, messageIPFIX(1, setOf(2, definitionOf(256, plain()...))))
			d.Survey(test.to, data)
			other.Rewind()
			d.Rewind()
			d.Borrow(other, test.same)
			rows, s := readAll(t, d, test.to, data)
			if len(rows) != test.rows || s[0].DecodedLate != uint64(test.rows) {
				t.Errorf("got %d rows, want %d; %+v", len(rows), test.rows, s[0])
			}
		})
	}
}

// TestBorrowFromPorts: the own port's definition first, then what all ports of the
// exporter agree on, and for unknown exporters what all streams agree on.
func TestBorrowFromPorts(t *testing.T) {
	exporter, stranger := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	at := func(port uint16) Origin { return Origin{exporter, port} }
	define := messageIPFIX(1, setOf(2, definitionOf(256, spec{number: 8, length: 4}, spec{number: 12, length: 4}, spec{number: 2, length: 4})))
	other := messageIPFIX(1, setOf(2, definitionOf(256, spec{number: 12, length: 4}, spec{number: 8, length: 4}, spec{number: 2, length: 4})))
	data := messageIPFIX(1, setOf(256, ip("192.0.2.9"), ip("198.51.100.9"), u32(5)))
	for _, test := range []struct {
		name    string
		defined map[Origin][]byte
		from    Origin
		same    bool
		source  string // empty if there is no row
	}{
		{"own port before others", map[Origin][]byte{at(1): other, at(2): define, at(3): other}, at(2), true, "192.0.2.9"},
		{"other ports agree", map[Origin][]byte{at(1): define, at(3): define}, at(2), true, "192.0.2.9"},
		{"other ports contradict each other", map[Origin][]byte{at(1): define, at(3): other}, at(2), true, ""},
		{"another exporter", map[Origin][]byte{{stranger, 2}: define}, at(2), false, ""},
		{"an unknown exporter", map[Origin][]byte{{}: define}, at(2), false, "192.0.2.9"},
		{"an unknown exporter, same only", map[Origin][]byte{{}: define}, at(2), true, ""},
		{"for an unknown exporter, all agree", map[Origin][]byte{at(1): define, {stranger, 1}: define}, Origin{}, false, "192.0.2.9"},
		{"for an unknown exporter, contradictions", map[Origin][]byte{at(1): define, {stranger, 1}: other}, Origin{}, false, ""},
		{"for an unknown exporter, an unknown one first", map[Origin][]byte{{}: define, {stranger, 1}: other}, Origin{}, false, "192.0.2.9"},
	} {
		t.Run(test.name, func(t *testing.T) {
			lender, d := NewDecoder(Options{}), NewDecoder(Options{})
			for origin, message := range test.defined {
				lender.Survey(origin, message)
			}
			lender.Rewind()
			d.Rewind()
			d.Borrow(lender, test.same)
			rows, _ := readAll(t, d, test.from, data)
			source := ""
			for i := range rows {
				source = rows[i].Key.SourceAddr().String()
			}
			if source != test.source {
				t.Errorf("source is %q, want %q", source, test.source)
			}
		})
	}
}

// TestBorrowOptions: the options of the own port first, then of the port of the same
// exporter that told last, and for unknown exporters those that only one has told.
func TestBorrowOptions(t *testing.T) {
	type told struct {
		origin Origin
		domain uint32
		name   string
	}
	exporter, stranger := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	at := func(port uint16) Origin { return Origin{exporter, port} }
	options := setOf(3, optionsIPFIX(300, spec{number: 10, length: 4}, spec{number: 82, length: 4}))
	flows := messageIPFIX(1, setOf(2, definitionOf(256, spec{number: 8, length: 4}, spec{number: 10, length: 4})),
		setOf(256, ip("192.0.2.9"), u32(7)))
	for _, test := range []struct {
		name string
		told []told
		from Origin
		same bool
		want string
	}{
		{"own port", []told{{at(1), 1, "own7"}, {at(2), 1, "new7"}}, at(1), true, "own7"},
		{"latest port", []told{{at(1), 1, "old7"}, {at(2), 1, "new7"}}, at(3), true, "new7"},
		{"latest port again", []told{{at(2), 1, "old7"}, {at(1), 1, "new7"}}, at(3), true, "new7"},
		{"another domain", []told{{at(1), 2, "own7"}}, at(1), true, ""},
		{"another exporter", []told{{Origin{stranger, 1}, 1, "oth7"}}, at(1), false, ""},
		{"unknown exporter", []told{{Origin{}, 1, "unk7"}}, at(1), false, "unk7"},
		{"unknown exporter, same only", []told{{Origin{}, 1, "unk7"}}, at(1), true, ""},
		{"for an unknown exporter", []told{{at(1), 1, "old7"}, {at(2), 1, "new7"}, {Origin{stranger, 1}, 2, "oth7"}}, Origin{}, false, "new7"},
		{"for an unknown exporter, disputed", []told{{at(1), 1, "own7"}, {Origin{stranger, 1}, 1, "oth7"}}, Origin{}, false, ""},
		{"for an unknown exporter, same only", []told{{at(1), 1, "own7"}}, Origin{}, true, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			names := flow.NewNames()
			lender, d := NewDecoder(Options{Names: names}), NewDecoder(Options{Names: names})
			for _, m := range test.told {
				lender.Survey(m.origin, messageIPFIX(m.domain, options, setOf(300, u32(7), []byte(m.name))))
			}
			lender.Rewind()
			d.Rewind()
			d.Borrow(lender, test.same)
			rows, _ := readAll(t, d, test.from, flows)
			if got := names.Name(rows[0].Export.InIfName); got != test.want {
				t.Errorf("interface is %q, want %q", got, test.want)
			}
		})
	}
}

// TestBorrowIsLinear: what a lender of many ports takes in the decoder does not
// depend on how many it has.
func TestBorrowIsLinear(t *testing.T) {
	const ports = 4096
	exporter := netip.MustParseAddr("192.0.2.1")
	define := messageIPFIX(1, setOf(2, definitionOf(256, plain()...)))
	lender, d := NewDecoder(Options{}), NewDecoder(Options{})
	for port := range uint16(ports) {
		lender.Survey(Origin{exporter, port}, define)
	}
	lender.Rewind()
	d.Rewind()
	d.Borrow(lender, true)
	data := messageIPFIX(1, setOf(256, plainRecord("192.0.2.1", 1)))
	grown := heapGrowth(func() {
		for port := range uint16(ports) {
			if rows, _ := readAll(t, d, Origin{exporter, port}, data); len(rows) != 1 {
				t.Fatalf("port %d: got %d rows", port, len(rows))
			}
		}
	})
	// Template, plan, stream and, for 4,096 of them, domain; one pointer to each
	// stream of the lender would be 32 KiB.
	if each := grown / ports; each > 8<<10 {
		t.Errorf("got %d octets for each stream", each)
	}
	if got := len(lender.findings.streams); got != ports || len(lender.findings.siblings()) != 1 {
		t.Errorf("got %d streams", got)
	}
}
