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
