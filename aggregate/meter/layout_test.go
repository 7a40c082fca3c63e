package meter

import (
	"testing"
	"unsafe"
)

// TestStateLines: a packet that only counts touches two lines of the cache of 64 octets, whichever State of an array
// it is of, and nothing lies across two lines.
func TestStateLines(t *testing.T) {
	const line = 64
	var s State
	for _, member := range []struct {
		name      string
		from, end uintptr
		want      uintptr
	}{
		{"what Continue asks", unsafe.Offsetof(s.Key), unsafe.Offsetof(s.until) + unsafe.Sizeof(s.until), 0},
		{"what count changes", unsafe.Offsetof(s.side), unsafe.Offsetof(s.flagLanes) + unsafe.Sizeof(s.flagLanes), 1},
		{"tags", unsafe.Offsetof(s.vlan), unsafe.Offsetof(s.tcpFlags), 2},
		{"what the end reads", unsafe.Offsetof(s.turned), unsafe.Offsetof(s.sliceLast) + unsafe.Sizeof(s.sliceLast), 5},
	} {
		if first, last := member.from/line, (member.end-1)/line; first != member.want || last != member.want {
			t.Errorf("%s lies in lines %d to %d, want %d", member.name, first, last, member.want)
		}
	}
	if size := unsafe.Sizeof(s); size != 6*line {
		t.Errorf("a state has %d octets, want %d", size, 6*line)
	}
}
