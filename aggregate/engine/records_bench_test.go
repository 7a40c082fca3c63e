package engine

import (
	"context"
	"encoding/binary"
	"io"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
)

// generated is a source of records as a router of version 5 exports them: of
// random keys, a minute long, ordered roughly by end.
type generated struct {
	left   int
	number uint64
	state  uint64
}

func (g *generated) random() uint64 { // splitmix64
	g.state += 0x9e3779b97f4a7c15
	z := g.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (g *generated) ReadRecords(b *flow.Batch) error {
	const has = flow.FieldPackets | flow.FieldOctets | flow.FieldInIf | flow.FieldOutIf | flow.FieldNextHop |
		flow.FieldSourceAS | flow.FieldDestinationAS | flow.FieldSourceMask | flow.FieldDestinationMask | flow.FieldSampling
	if g.left == 0 {
		return io.EOF
	}
	for g.left > 0 && !b.Full() {
		g.left--
		g.number++
		x, y := g.random(), g.random()
		r := b.Next()
		r.Key = flow.Key{Protocol: 6, Version: 4, Shape: flow.Ports, Point: 1, SourcePort: uint16(x), DestinationPort: uint16(x>>16) % 1024}
		r.Key.Source, r.Key.Destination = flow.MappedIPv4([4]byte{10}), flow.MappedIPv4([4]byte{172, 16})
		binary.BigEndian.PutUint16(r.Key.Source[14:], uint16(x>>32))
		binary.BigEndian.PutUint16(r.Key.Destination[14:], uint16(x>>48))
		r.End = flow.Timestamp(g.number)*flow.Timestamp(100*time.Microsecond) + flow.Timestamp(y%uint64(time.Second))
		r.Start = r.End - flow.Timestamp(y>>20%uint64(time.Minute))
		r.Counters = flow.Counters{Packets: 1 + y%100, Octets: 64 + y%100_000}
		r.FirstNumber, r.TCPFlags, r.Marks = g.number, 0x1b, flow.MarkTCP
		e := r.Export
		e.Has, e.InIf, e.OutIf, e.SourceAS, e.DestinationAS = has, uint32(x%8), uint32(y%8), uint32(x%70000), uint32(y%70000)
		e.SourceMask, e.DestinationMask, e.NextHop = 24, 16, flow.MappedIPv4([4]byte{192, 0, 2, 1})
		e.TimeSource, e.SamplingSource, e.Population, e.Sample = flow.TimeUptime, flow.SamplingHeader, 100, 1
	}
	return nil
}

func (g *generated) Close() error { return nil }

// forgotten takes sorted runs and forgets them.
type forgotten struct{}

func (forgotten) Write(p []byte) (int, error)       { return len(p), nil }
func (forgotten) ReadAt([]byte, int64) (int, error) { return 0, io.ErrUnexpectedEOF }
func (forgotten) Close() error                      { return nil }

// BenchmarkRecords takes decoded records to where they are sorted, runs written
// out included, with the limits of the program.
func BenchmarkRecords(b *testing.B) {
	points := flow.NewPoints()
	if _, err := points.Number(flow.Point{Exported: true}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	result, err := Run(context.Background(), nil, []RecordInput{{Open: func() (RecordSource, error) { return &generated{left: b.N}, nil }}}, Config{
		Meter:  meter.Settings{IdleTimeout: 30 * time.Second, ActiveTimeout: 30 * time.Minute, Interval: 5 * time.Minute},
		Points: points, Workers: 1, Hasher: testHasher, Spill: func() (runs.File, error) { return forgotten{}, nil },
	})
	if err != nil {
		b.Fatal(err)
	}
	if result.Records != uint64(b.N) {
		b.Errorf("got %d rows, want %d", result.Records, b.N)
	}
	result.Close()
}

// BenchmarkGenerated is what the source of BenchmarkRecords takes alone.
func BenchmarkGenerated(b *testing.B) {
	source, batch := &generated{left: b.N}, flow.NewBatch()
	for source.ReadRecords(batch) == nil {
		batch.Reset()
	}
}
