package engine

import (
	"math"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// floodWorker gives a worker that meters as many packets of a flood as are asked for.
func floodWorker(t *testing.T, config Config) (w *worker, next func(n int)) {
	t.Helper()
	w = newWorkers(&config)[0]
	t.Cleanup(func() { workers{w}.close() })
	f := &flood{left: endless}
	packets := make([]flow.Packet, 100)
	return w, func(n int) {
		for range n / len(packets) {
			got, err := f.ReadPackets(packets)
			if err != nil || len(got) != len(packets) {
				t.Fatalf("got %d packets, %v", len(got), err)
			}
			w.meterSome(packets, w.every[:len(packets)])
		}
	}
}

// TestCacheForgets: a cache has no more flows open than entries, and keeps what it
// knows of a key without an open flow until the key is expired, but no longer.
func TestCacheForgets(t *testing.T) {
	for _, most := range []int{1, 10, 5000} {
		config := testConfig(1, newDrawer(-1))
		config.MaxFlows = most
		w, next := floodWorker(t, config)
		for range 50 {
			next(100)
			if w.cache.open > most {
				t.Fatalf("%d flows are open, want at most %d", w.cache.open, most)
			}
			// One new flow a millisecond, an idle timeout of a second.
			if w.table.used > 1001 {
				t.Fatalf("%d entries: %d states are kept, want those of the last second", most, w.table.used)
			}
		}
		if want := min(most, 1001); w.cache.open != want {
			t.Errorf("%d flows are open, want %d", w.cache.open, want)
		}
		if len(w.cache.lists) > 2 {
			t.Errorf("%d lists for one timer", len(w.cache.lists))
		}
		if err := w.flush(flow.MaxTimestamp); err != nil || w.records != 5000 {
			t.Errorf("%d records, %v, want 5000", w.records, err)
		}
	}
}

// TestCacheIsOneShard: packets of a bounded run all go to one worker, those of any
// other run to all.
func TestCacheIsOneShard(t *testing.T) {
	for _, c := range []struct{ most, want int }{{0, 4}, {7, 1}} {
		config := testConfig(4, newDrawer(-1))
		config.MaxFlows = c.most
		ws := newWorkers(&config)
		if got := len(ws.metering()); got != c.want {
			t.Errorf("with %d entries %d workers meter, want %d", c.most, got, c.want)
		}
		ws.close()
	}
}

// TestSweepPace: flows of a protocol with a short timeout are forgotten though all
// others may last for ever, and sweeps do not go through more states than there are
// packets.
func TestSweepPace(t *testing.T) {
	config := testConfig(1, newDrawer(-1))
	config.Meter = meter.Settings{IdleTimeout: math.MaxInt64, EndGrace: 0, Interval: time.Minute,
		Protocols: map[uint8]meter.Timers{17: {Idle: 10 * time.Millisecond}}}
	w, next := floodWorker(t, config)
	key := flow.Key{Version: 4, Protocol: 6}
	for i := range 3000 { // flows that last
		key.SourcePort = uint16(i)
		w.meterSome([]flow.Packet{{Key: key, Hash: testHasher.Hash(&key)}}, w.every[:1])
	}
	for range 100 {
		next(1000)
		if w.since > w.left+100 {
			t.Fatalf("%d packets without a sweep, which would go through about %d states", w.since, w.left)
		}
	}
	if w.table.used < 3000 || w.table.used > 20_000 {
		t.Errorf("%d states are in use, want 3000 and a few of those that came since", w.table.used)
	}
	if w.since < 100 {
		t.Errorf("the table was swept %d packets ago: the test tests little", w.since)
	}
}
