package engine

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// TestSweepsForget: after a sweep no state is left that silence has ended, whatever the
// settings are, though sweeps do not look at all of them.
func TestSweepsForget(t *testing.T) {
	settings := map[string]func(*meter.Settings){
		"one timer":    func(*meter.Settings) {},
		"short grace":  func(s *meter.Settings) { s.EndGrace = 50 * time.Millisecond },
		"of protocols": func(s *meter.Settings) { s.Protocols = map[uint8]meter.Timers{17: {Idle: 100 * time.Millisecond}} },
		"cut":          func(s *meter.Settings) { s.CutEvery = 300 * time.Millisecond },
	}
	for name, set := range settings {
		rng := rand.New(rand.NewPCG(31, 32))
		config := testConfig(1, newDrawer(-1))
		set(&config.Meter)
		w := newWorkers(&config)[0]
		clock, sweeps, left := flow.Timestamp(0), 0, 0
		for range 600 {
			var packets []flow.Packet
			for range 50 {
				clock += flow.Timestamp(rng.Int64N(int64(2 * time.Millisecond)))
				p := flow.Packet{Time: clock, Clock: clock, Number: 1, Meta: flow.Meta{Octets: 20}}
				p.Key = flow.Key{Version: 4, Protocol: []uint8{6, 17}[rng.IntN(2)]}
				// Some keys are seen often, many once or twice.
				binary.BigEndian.PutUint32(p.Key.Source[12:], uint32(min(rng.IntN(20), 1)*rng.IntN(20000)))
				if p.Key.Protocol == 6 && rng.IntN(3) == 0 {
					p.Meta.Marks, p.Meta.TCPFlags = flow.MarkTCP, flow.TCPFin
				}
				p.Hash = testHasher.Hash(&p.Key)
				packets = append(packets, p)
			}
			w.meterSome(packets, w.every[:len(packets)])
			if w.since != 0 { // packets came since the last sweep
				continue
			}
			sweeps++
			w.table.each(func(numbers []uint32) {
				left += len(numbers)
				for _, number := range numbers {
					if w.process.Expired(w.openState(number), clock) {
						t.Fatalf("%s: a sweep has left a state that is over", name)
					}
				}
			})
		}
		if sweeps < 10 || left < 1000 {
			t.Errorf("%s: %d sweeps left %d states: the test tests little", name, sweeps, left)
		}
		workers{w}.close()
	}
}
