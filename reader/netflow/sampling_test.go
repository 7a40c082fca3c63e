package netflow

import (
	"testing"

	"netstream/aggregate/flow"
)

// TestTemplateRate: options can tell a rate for the records of one template, which
// counts before that of the domain.
func TestTemplateRate(t *testing.T) {
	options := setOf(3, optionsIPFIX(300, spec{number: 145, length: 2}, spec{number: 34, length: 4}),
		optionsIPFIX(301, spec{number: 149, length: 4}, spec{number: 34, length: 4}))
	told := cat(setOf(300, u16(256), u32(100)), setOf(301, u32(0), u32(7)))
	fields := []spec{{number: 8, length: 4}, {number: 2, length: 4}}
	m := messageIPFIX(1, options, told, setOf(2, definitionOf(256, fields...), definitionOf(257, fields...)),
		setOf(256, ip("192.0.2.1"), u32(5)), setOf(257, ip("192.0.2.1"), u32(5)))
	rows, _ := decode(t, Options{}, m)
	if len(rows) != 2 {
		t.Fatalf("got %d rows, want 2", len(rows))
	}
	for i, want := range []uint64{100, 7} {
		e := &rows[i].Export
		if e.Has&flow.FieldSampling == 0 || e.Population != want || e.Sample != 1 || e.SamplingSource != flow.SamplingDomain {
			t.Errorf("row %d: rate is %d/%d of %v, want %d of the domain", i, e.Population, e.Sample, e.SamplingSource, want)
		}
	}
}

// TestMasks: prefix lengths are as they are told, unless they do not fit.
func TestMasks(t *testing.T) {
	for _, c := range []struct {
		source string
		length uint16
		value  []byte
		mask   int // -1: not known
	}{
		{"192.0.2.1", 1, []byte{24}, 24},
		{"192.0.2.1", 1, []byte{0}, 0},
		{"192.0.2.1", 1, []byte{32}, 32},
		{"192.0.2.1", 1, []byte{33}, 33},
		{"192.0.2.1", 2, []byte{1, 24}, -1},
	} {
		r := oneOf(t, []spec{{number: 8, length: 4}, {number: 9, length: c.length}}, ip(c.source), c.value)
		mask := -1
		if r.Export.Has&flow.FieldSourceMask != 0 {
			mask = int(r.Export.SourceMask)
		}
		if mask != c.mask {
			t.Errorf("%v of %s: got %d, want %d", c.value, c.source, mask, c.mask)
		}
	}
}
