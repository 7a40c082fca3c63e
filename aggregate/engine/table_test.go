package engine

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

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
			table := newTable()
			want := make(map[flow.Key]*meter.State)
			for step := range 20000 {
				key := flow.Key{Version: 4}
				binary.BigEndian.PutUint16(key.Source[14:], uint16(rng.IntN(600)))
				hash := h.of(&key)
				table.touch(hash)
				state := table.find(hash, &key)
				if state.Key != key {
					t.Fatalf("step %d: found the state of %v, want %v", step, state.Key, key)
				}
				if known := want[key]; known != nil && known != state {
					t.Fatalf("step %d: key %v has moved", step, key)
				}
				want[key] = state
				if step%1000 == 999 {
					table.sweep(h.of, func(s *meter.State) bool {
						if want[s.Key] != s {
							t.Fatalf("step %d: sweep found a state that is not in use", step)
						}
						forget := s.Key.Source[15]%3 == 0
						if forget {
							delete(want, s.Key)
						}
						return forget
					})
				}
				if table.used != len(want) {
					t.Fatalf("step %d: %d states in use, want %d", step, table.used, len(want))
				}
			}
		})
	}
}
