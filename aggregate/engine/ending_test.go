package engine

import (
	"encoding/binary"
	"os"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
)

// TestRowsTakeMemoryOfStates ends many open flows of two packets with little memory for rows: these take that of the states, and do not
// go to files, unless parts are set aside.
func TestRowsTakeMemoryOfStates(t *testing.T) {
	const flows = 40000
	for _, bound := range []int{0, 4 << 20} {
		files, rows := 0, 0
		config := Config{
			Meter:   meter.Settings{IdleTimeout: time.Minute, EndGrace: time.Second, Interval: 5 * time.Minute},
			Workers: 1, Points: flow.NewPoints(), Hasher: testHasher, FlowMemory: leastShare / 2, SliceMemory: leastShare / 2, CacheMemory: bound,
			Spill: func() (runs.File, error) { files++; return os.CreateTemp(t.TempDir(), "") },
		}
		w := newWorkers(&config)[0]
		for n := range flows {
			p := flow.Packet{Number: uint64(n + 1), Key: flow.Key{Version: 4, Protocol: 17}, Meta: flow.Meta{Octets: 40, WireOctets: 54}}
			p.Key.Source, p.Key.Destination = flow.MappedIPv4([4]byte{}), flow.MappedIPv4([4]byte{1})
			binary.BigEndian.PutUint32(p.Key.Source[12:], uint32(n))
			p.Hash = testHasher.Hash(&p.Key)
			w.meterSome([]flow.Packet{p, p}, w.every[:2])
		}
		aside := w.overflow != nil && w.overflow.aside > 0
		before := files
		if err := w.flush(0); err != nil {
			t.Fatal(err)
		}
		if err := w.sort(); err != nil {
			t.Fatal(err)
		}
		if aside != (bound > 0) {
			t.Fatalf("with a bound of %d octets, parts are set aside: %v", bound, aside)
		}
		if spilled := files - before; aside == (spilled <= 4) {
			t.Errorf("with a bound of %d octets, %d runs went to files", bound, spilled)
		}
		if err := runs.Merge([]*runs.Sorter[flow.Record]{w.shard.flows}, func(*flow.Record) error { rows++; return nil }); err != nil {
			t.Fatal(err)
		}
		if err := runs.Merge([]*runs.Sorter[meter.Slice]{w.slices}, func(*meter.Slice) error { rows++; return nil }); err != nil {
			t.Fatal(err)
		}
		if rows != 2*flows {
			t.Errorf("%d rows of %d flows", rows, flows)
		}
	}
}
