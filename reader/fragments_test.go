package reader

import (
	"testing"
	"time"

	"netstream/aggregate/flow"
)

// fragmentAt gives a fragment of the datagram with an identification between two
// hosts; a first one has the source port.
func fragmentAt(id uint32, number uint64, clock time.Duration, port uint16) *flow.Packet {
	p := &flow.Packet{
		Clock: flow.Timestamp(clock), Number: number, FragmentID: id,
		Key: flow.Key{
			Source: flow.MappedIPv4([4]byte{10, 0, 0, 1}), Destination: flow.MappedIPv4([4]byte{10, 0, 0, 2}), Protocol: 17, Version: 4,
		},
	}
	if port != 0 {
		p.Key.SourcePort, p.Key.Shape = port, flow.Ports
	}
	return p
}

// TestFirstFragments names a later fragment, number 10 at 100 s, with first fragments
// about it. The reorder window is 1 s.
func TestFirstFragments(t *testing.T) {
	const at = 100 * time.Second
	type first struct {
		number uint64
		clock  time.Duration
		high   time.Duration
		port   uint16
	}
	tests := []struct {
		name   string
		firsts []first
		want   uint16 // 0 for none
	}{
		{"none", nil, 0},
		{"at the same clock, in front in the file", []first{{9, at, at, 1}}, 1},
		{"exactly 30 s before", []first{{1, at - 30*time.Second, at - 30*time.Second, 1}}, 1},
		{"over 30 s before", []first{{1, at - 30*time.Second - 1, at, 1}}, 0},
		{"the nearest before of two", []first{{1, at - 2, at, 1}, {2, at - 1, at, 2}}, 2},
		{"the nearest before of two that came in disorder", []first{{1, at - 1, at, 1}, {2, at - 2, at, 2}}, 1},
		{"behind at the same clock", []first{{11, at, at, 1}}, 1},
		{"behind, in wait exactly", []first{{11, at + time.Second, at + time.Second, 1}}, 1},
		{"behind, not in wait any more", []first{{11, at + 1, at + time.Second + 1, 1}}, 0},
		{"behind in the file, before in time", []first{{11, at - 1, at, 1}}, 1},
		{"behind in time, before in the file", []first{{9, at + 1, at + time.Hour, 1}}, 1},
		{"the nearest behind of two", []first{{11, at + 1, at + 1, 1}, {12, at + 2, at + 2, 2}}, 1},
		{"before goes before behind", []first{{1, at - 29*time.Second, at, 1}, {11, at, at, 2}}, 1},
		{"too old, then behind", []first{{1, at - 31*time.Second, at, 1}, {11, at, at, 2}}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			table := newFirstFragments(time.Second, nil)
			for _, f := range tt.firsts {
				table.remember(fragmentAt(7, f.number, f.clock, f.port), flow.Timestamp(f.high))
			}
			p := fragmentAt(7, 10, at, 0)
			if named := table.name(p); named != (tt.want != 0) || p.Key.SourcePort != tt.want {
				t.Errorf("got port %d (%v), want %d", p.Key.SourcePort, named, tt.want)
			}
		})
	}
}

// TestFragmentsOfOthers: each part of a datagram's identity tells it from others.
func TestFragmentsOfOthers(t *testing.T) {
	for name, change := range map[string]func(*flow.Packet){
		"identification": func(p *flow.Packet) { p.FragmentID++ },
		"source":         func(p *flow.Packet) { p.Key.Source[15]++ },
		"destination":    func(p *flow.Packet) { p.Key.Destination[15]++ },
		"protocol":       func(p *flow.Packet) { p.Key.Protocol++ },
		"version":        func(p *flow.Packet) { p.Key.Version = 6 },
		"point":          func(p *flow.Packet) { p.Key.Point++ },
	} {
		table := newFirstFragments(time.Second, nil)
		table.remember(fragmentAt(7, 1, 0, 1), 0)
		p := fragmentAt(7, 2, 0, 0)
		change(p)
		if table.name(p) {
			t.Errorf("another %s: named", name)
		}
	}
	// In IPv6 the first fragment can have extension headers that the others do not.
	table := newFirstFragments(time.Second, nil)
	first, later := fragmentAt(7, 1, 0, 1), fragmentAt(7, 2, 0, 0)
	first.Key.Version, later.Key.Version, later.Key.Protocol = 6, 6, 60
	table.remember(first, 0)
	if !table.name(later) || later.Key != first.Key {
		t.Errorf("IPv6: got %+v, want %+v", later.Key, first.Key)
	}
}

// TestFragmentFlood begins more datagrams than are remembered, and one of them again
// and again.
func TestFragmentFlood(t *testing.T) {
	table := newFirstFragments(time.Second, nil)
	const extra = 10
	for id := range uint32(MaxFragmented + extra) {
		table.remember(fragmentAt(id, uint64(id)+1, 0, 1), 0)
	}
	linked := 0
	for _, place := range table.chains {
		for ; place > 0; place = table.at(place - 1).behind {
			linked++
		}
	}
	if linked != MaxFragmented || table.count != MaxFragmented || len(table.chunks)*chunkDatagrams != MaxFragmented {
		t.Errorf("%d and %d datagrams are remembered in %d chunks, want %d", linked, table.count, len(table.chunks), MaxFragmented)
	}
	for id := range uint32(MaxFragmented + extra) {
		if got := table.name(fragmentAt(id, 1<<20, 0, 0)); got != (id >= extra) {
			t.Fatalf("datagram %d: named %v", id, got)
		}
	}
	for n := range uint64(100) {
		table.remember(fragmentAt(extra, n+1, time.Duration(n), uint16(n+1)), 0)
	}
	p := fragmentAt(extra, 1<<20, 100, 0)
	if table.name(p); p.Key.SourcePort != 100 || table.count != MaxFragmented {
		t.Errorf("got port %d, %d datagrams", p.Key.SourcePort, table.count)
	}
	first := fragmentAt(extra, 1, 0, 1)
	if n := testing.AllocsPerRun(100, func() { table.remember(first, 0); table.name(p) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}
