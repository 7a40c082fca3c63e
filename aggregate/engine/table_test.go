package engine

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// TestTableAgainstMap inserts, finds and forgets keys at random, with a hash that
// is good and with hashes that collide in every way that matters.
func TestTableAgainstMap(t *testing.T) {
	hashes := []struct {
		name string
		of   func(k *flow.Key) uint64
	}{
		{"keyed", flow.HasherFromSeed([16]byte{1, 2, 3}).Hash},
		{"all equal", func(*flow.Key) uint64 { return 0 }},
		{"equal homes at the end of the slots", func(k *flow.Key) uint64 { return 0xffffffff_00000000 | uint64(k.Source[15]) }},
		{"four homes", func(k *flow.Key) uint64 { return uint64(k.Source[15]%4) << 32 }},
	}
	for _, h := range hashes {
		t.Run(h.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			table := newTable(extensions{})
			process := meter.NewProcess(meter.Settings{IdleTimeout: time.Hour, Interval: time.Hour}, discard{})
			want := make(map[flow.Key]*meter.State)
			shrunk := 0
			for step := range 20000 {
				key := flow.Key{Version: 4}
				binary.BigEndian.PutUint16(key.Source[14:], uint16(rng.IntN(600)))
				hash := h.of(&key)
				table.touch([]flow.Packet{{Hash: hash}}, []uint16{0}, new(nearby), false)
				state := table.state(table.number(hash, &key))
				if state.Key != key {
					t.Fatalf("step %d: found the state of %v, want %v", step, state.Key, key)
				}
				if known := want[key]; known != nil && known != state {
					t.Fatalf("step %d: key %v has moved", step, key)
				}
				want[key] = state
				process.Add(state, meter.Extension{}, &flow.Packet{Number: uint64(step)}) // tells states apart
				if step%1000 == 999 {
					before := table.states
					sweepAgainst(t, table, h.of, want, step%5000 == 4999)
					if table.states < before {
						shrunk++
					}
				}
				if table.used != len(want) {
					t.Fatalf("step %d: %d states in use, want %d", step, table.used, len(want))
				}
			}
			if shrunk != 4 {
				t.Errorf("the table shrank %d times, want 4", shrunk)
			}
		})
	}
}

type discard struct{}

func (discard) Record(*flow.Record) {}
func (discard) Slice(*meter.Slice)  {}

// sweepAgainst forgets a third of the states, or nearly all, and finds the others
// again as they were.
func sweepAgainst(t *testing.T, table *table, hash func(*flow.Key) uint64, want map[flow.Key]*meter.State, nearlyAll bool) {
	t.Helper()
	kept := make(map[flow.Key]meter.State)
	sweepStates(table, func(s *meter.State) bool {
		if want[s.Key] != s {
			t.Fatal("sweep found a state that is not in use")
		}
		delete(want, s.Key)
		forget := s.Key.Source[15]%3 == 0
		if nearlyAll {
			forget = s.Key.Source[15]%16 != 5
		}
		if !forget {
			kept[s.Key] = *s
		}
		return forget
	})
	if len(want) > 0 {
		t.Fatalf("sweep missed %d states", len(want))
	}
	if nearlyAll && len(kept) == 0 {
		t.Fatal("no state was kept: the test tests little")
	}
	for key, state := range kept {
		found := table.state(table.number(hash(&key), &key))
		if *found != state {
			t.Fatalf("found %+v, want %+v", *found, state)
		}
		want[key] = found
	}
}

// sweepStates forgets the states for which done says true.
func sweepStates(table *table, done func(*meter.State) bool) {
	table.sweep(func(numbers []uint32) []uint32 {
		return slices.DeleteFunc(numbers, func(number uint32) bool { return !done(table.state(number)) })
	})
}

// TestTableAfterFlood: what a table holds and goes through follows the flows that
// there are, not those that there were.
func TestTableAfterFlood(t *testing.T) {
	hasher := flow.HasherFromSeed([16]byte{1, 2, 3})
	for _, live := range []int{0, 1, 3000} {
		table := newTable(extensions{})
		fill := func(from, to int) {
			for i := from; i < to; i++ {
				key := flow.Key{Version: 4}
				binary.BigEndian.PutUint32(key.Source[12:], uint32(i))
				table.number(hasher.Hash(&key), &key)
			}
		}
		for round := range 3 {
			fill(0, 40000)
			sweepStates(table, func(s *meter.State) bool {
				return binary.BigEndian.Uint32(s.Key.Source[12:]) >= uint32(live)
			})
			if most := max(firstSlots/2, sparse*live); int(table.states) > most || len(table.chunks) > most/chunkStates+1 {
				t.Errorf("%d flows live, round %d: %d states in %d chunks, want at most %d", live, round, table.states, len(table.chunks), most)
			}
			if most := max(firstSlots, 8*live); len(table.slots) > most {
				t.Errorf("%d flows live, round %d: %d slots, want at most %d", live, round, len(table.slots), most)
			}
			if table.used != live || len(table.free[ofStates]) > int(table.states) {
				t.Errorf("%d flows live, round %d: %d in use, %d free", live, round, table.used, len(table.free[ofStates]))
			}
		}
	}
}

// TestSweepsThatDoNotShrink: a table that is used well enough is left as it is.
func TestSweepsThatDoNotShrink(t *testing.T) {
	hasher := flow.HasherFromSeed([16]byte{4})
	table := newTable(extensions{})
	for i := range uint32(8000) {
		key := flow.Key{Version: 4}
		binary.BigEndian.PutUint32(key.Source[12:], i)
		table.number(hasher.Hash(&key), &key)
	}
	sweepStates(table, func(s *meter.State) bool {
		return binary.BigEndian.Uint32(s.Key.Source[12:]) >= 1024
	})
	if table.states != 8192 || table.used != 1024 {
		t.Errorf("%d states, %d in use, want 8192 and 1024", table.states, table.used)
	}
}
