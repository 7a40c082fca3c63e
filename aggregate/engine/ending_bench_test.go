package engine

import (
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
)

// BenchmarkEnding meters flows of one packet, most of them, and of a few, and reads both tables. An operation is a flow.
// Times are those of the stages: metering with sweeps, ending what is left, and reading each table.
func BenchmarkEnding(b *testing.B) {
	dir := b.TempDir()
	points := flow.NewPoints()
	config := &Config{
		Meter:   meter.Settings{IdleTimeout: time.Second, ActiveTimeout: time.Hour, EndGrace: time.Second, Interval: 5 * time.Minute},
		Workers: 1, Points: points, Hasher: testHasher,
		Spill: func() (runs.File, error) { return os.CreateTemp(dir, "run-") },
	}
	w := newWorkers(config)[0]
	random := rand.New(rand.NewPCG(1, 2))
	now := flow.Timestamp(time.Hour)
	packets := make([]flow.Packet, flow.BatchPackets)
	var began time.Time
	stage := func(name string) {
		b.ReportMetric(float64(time.Since(began).Nanoseconds())/float64(b.N), name+"-ns/flow")
		began = time.Now()
	}
	metering := time.Duration(0)
	for made := 0; made < b.N; {
		for i := range packets {
			p := &packets[i]
			if i == 0 || i%5 > 0 {
				n, m := random.Uint32N(1<<16), random.Uint32()
				p.Key = flow.Key{Source: flow.MappedIPv4([4]byte{10, 0, byte(n >> 8), byte(n)}), Destination: flow.MappedIPv4([4]byte{byte(m >> 24), byte(m >> 16), byte(m >> 8), byte(m)}),
					SourcePort: uint16(1024 + n), DestinationPort: 443, Protocol: 6 + 11*uint8(m&1), Version: 4, Shape: flow.Ports}
				p.Meta = flow.Meta{Octets: 40 + uint64(m&0x3ff), WireOctets: 54 + m&0x3ff, PayloadOctets: m & 0x3ff, TTL: 64}
				if m&1 == 0 {
					p.Meta.TCPFlags, p.Meta.Marks = flow.TCPSyn, flow.MarkTCP
				}
				p.Hash = testHasher.Hash(&p.Key)
				made++
			} else {
				p.Key, p.Hash, p.Meta = packets[i-1].Key, packets[i-1].Hash, packets[i-1].Meta
			}
			now += 2000
			p.Time, p.Clock, p.Number = now, now, p.Number+1
		}
		before := time.Now()
		w.meterSome(packets, w.every)
		metering += time.Since(before)
	}
	b.ReportMetric(float64(metering.Nanoseconds())/float64(b.N), "meter-ns/flow")
	began = time.Now()
	if err := w.flush(now); err != nil {
		b.Fatal(err)
	}
	if err := w.sort(); err != nil {
		b.Fatal(err)
	}
	stage("end")
	result := &Result{flows: []*runs.Sorter[flow.Record]{w.flows}, slices: []*runs.Sorter[meter.Slice]{w.slices}, calendar: config.Meter.Intervals()}
	rows := 0
	if err := result.Flows(func(*flow.Record) error { rows++; return nil }); err != nil {
		b.Fatal(err)
	}
	stage("flows")
	if err := result.Intervals(func(*flow.IntervalRecord) error { rows++; return nil }); err != nil {
		b.Fatal(err)
	}
	stage("intervals")
	if rows < 2*b.N {
		b.Fatalf("%d rows", rows)
	}
}
