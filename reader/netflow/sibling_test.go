package netflow

import (
	"net/netip"
	"testing"

	"netstream/aggregate/flow"
)

// TestSiblings decodes data from a port that never defines its template.
func TestSiblings(t *testing.T) {
	exporter := netip.MustParseAddr("192.0.2.1")
	first, second, third := Origin{exporter, 1000}, Origin{exporter, 2000}, Origin{exporter, 3000}
	stranger := Origin{netip.MustParseAddr("192.0.2.2"), 2000}
	define := messageIPFIX(1, setOf(2, definitionOf(256, spec{number: 8, length: 4}, spec{number: 12, length: 4}, spec{number: 2, length: 4})))
	other := messageIPFIX(1, setOf(2, definitionOf(256, spec{number: 12, length: 4}, spec{number: 8, length: 4}, spec{number: 2, length: 4})))
	data := messageIPFIX(1, setOf(256, ip("192.0.2.9"), ip("198.51.100.9"), u32(5)))
	tests := []struct {
		name    string
		defined map[Origin][]byte
		from    Origin
		source  string // empty if there is no row
	}{
		{"another port defines it", map[Origin][]byte{first: define}, second, "192.0.2.9"},
		{"two ports define it alike", map[Origin][]byte{first: define, third: define}, second, "192.0.2.9"},
		{"two ports contradict each other", map[Origin][]byte{first: define, third: other}, second, ""},
		{"another exporter defines it", map[Origin][]byte{first: define}, stranger, ""},
		{"the own definition counts", map[Origin][]byte{first: other, second: define, third: other}, second, "192.0.2.9"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := NewDecoder(Options{})
			for origin, message := range tt.defined {
				d.Survey(origin, message)
			}
			d.Rewind()
			if err := d.Begin(tt.from, 0, false, data); err != nil {
				t.Fatal(err)
			}
			b := flow.NewBatch()
			d.Read(b)
			source := ""
			for i := range b.Records {
				source = b.Records[i].Key.SourceAddr().String()
			}
			if source != tt.source {
				t.Errorf("source is %q, want %q", source, tt.source)
			}
		})
	}
}

// TestFamilyOptions: what one port says of an interface holds for another port that
// has not said anything of it, up to where it does.
func TestFamilyOptions(t *testing.T) {
	exporter := netip.MustParseAddr("192.0.2.1")
	before, after, third := Origin{exporter, 1000}, Origin{exporter, 2000}, Origin{exporter, 3000}
	options := setOf(3, optionsIPFIX(300, spec{number: 10, length: 4}, spec{number: 82, length: 4}))
	told := func(name string) []byte { return messageIPFIX(1, options, setOf(300, u32(7), []byte(name))) }
	flows := messageIPFIX(1, setOf(2, definitionOf(256, spec{number: 8, length: 4}, spec{number: 10, length: 4})),
		setOf(256, ip("192.0.2.9"), u32(7)))
	history := []struct {
		origin  Origin
		message []byte
		want    string // name of the interface in the rows of the message
	}{
		{before, told("old7"), ""},
		{after, flows, "old7"},
		{after, told("new7"), ""},
		{after, flows, "new7"},
		{before, flows, "old7"},
		{third, flows, "new7"},
		{after, told("nex7"), ""},
		{third, flows, "nex7"},
		{Origin{netip.MustParseAddr("192.0.2.2"), 1000}, flows, ""},
	}
	names := flow.NewNames()
	d := NewDecoder(Options{Names: names})
	for _, h := range history {
		d.Survey(h.origin, h.message)
	}
	d.Rewind()
	for i, h := range history {
		if err := d.Begin(h.origin, 0, false, h.message); err != nil {
			t.Fatal(err)
		}
		b := flow.NewBatch()
		d.Read(b)
		for j := range b.Records {
			if got := names.Name(b.Records[j].Export.InIfName); got != h.want {
				t.Errorf("message %d: interface is %q, want %q", i, got, h.want)
			}
		}
	}
}
