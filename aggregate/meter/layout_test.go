package meter

import (
	"reflect"
	"testing"
)

// TestStateLines: a packet that only counts touches two lines of the cache of 64 octets, whichever State of an array
// it is of, and nothing lies across two lines.
func TestStateLines(t *testing.T) {
	const line = 64
	state, counters := reflect.TypeFor[State](), reflect.TypeFor[side]()
	place := func(name string) (from, end uintptr) {
		member, _ := state.FieldByName(name)
		if inner, ok := counters.FieldByName(name); ok {
			embedded, _ := state.FieldByName(counters.Name())
			member.Offset, member.Type = embedded.Offset+inner.Offset, inner.Type
		}
		return member.Offset, member.Offset + member.Type.Size()
	}
	for _, tt := range []struct {
		first, last string
		want        uintptr
	}{
		{"Key", "until", 0},        // what Continue asks
		{"minTTL", "flagLanes", 1}, // what count changes
		{"vlan", "mplsTop", 2},     // what the end reads
		{"turned", "sliceLast", 5}, // likewise
	} {
		from, _ := place(tt.first)
		if _, end := place(tt.last); from/line != tt.want || (end-1)/line != tt.want {
			t.Errorf("%s to %s lie in octets %d to %d, want line %d", tt.first, tt.last, from, end-1, tt.want)
		}
	}
	if state.Size() != 6*line {
		t.Errorf("a state has %d octets, want %d", state.Size(), 6*line)
	}
}
