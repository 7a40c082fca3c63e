package engine

import (
	"bytes"
	"context"
	"io"
	"os"
	"testing"
	"time"

	"netstream/aggregate/carry"
	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/aggregate/runs"
	"netstream/aggregate/statistics"
)

// resumable is a configuration in which states have all that they can have.
func resumable(t testing.TB) Config {
	hasher, err := flow.NewHasher()
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Meter: meter.Settings{IdleTimeout: 30 * time.Second, ActiveTimeout: time.Hour, Interval: time.Minute,
			Statistics: statistics.Settings{Moments: true, Early: 3}},
		Biflows: true, HandOver: true, Points: flow.NewPoints(), Workers: 2, Hasher: hasher,
		Spill: func() (runs.File, error) { return os.CreateTemp(t.TempDir(), "") },
	}
}

// handedOver gives the sections of a run with a few packets.
func handedOver(t testing.TB) (flows, slices []byte) {
	config := resumable(t)
	point, err := config.Points.Number(flow.Point{Interface: "eth0"})
	if err == nil {
		_, err = config.Points.Reversed(point)
	}
	if err != nil {
		t.Fatal(err)
	}
	var packets []flow.Packet
	for i := range 40 {
		p := flow.Packet{Key: flow.Key{SourcePort: uint16(i % 3), Protocol: 6, Version: 4, Point: point, Shape: flow.Ports}}
		p.Time = flow.Timestamp(i) * flow.Timestamp(4*time.Second)
		p.Clock, p.Number = p.Time, uint64(i)
		p.Meta.Octets, p.Meta.TCPFlags, p.Meta.Marks = uint64(40+i), flow.TCPAck, flow.MarkTCP
		if i%2 == 1 {
			p.Meta.Marks |= flow.MarkReversed
		}
		p.Hash = config.Hasher.Hash(&p.Key)
		packets = append(packets, p)
	}
	given := packets
	source := sourceOf(func(dst []flow.Packet) int {
		n := copy(dst, given)
		given = given[n:]
		return n
	})
	result, err := Run(context.Background(), []Input{{Open: func(int) (Source, error) { return source, nil }}}, nil, config)
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	numbers := carry.Numbers{Points: config.Points, Names: flow.NewNames(), Input: func(uint32) carry.Input { return carry.Input{Name: "a"} }}
	var f, s bytes.Buffer
	if err := result.HandOverFlows(carry.NewWriter(&f, numbers)); err != nil {
		t.Fatal(err)
	}
	result.HandOverIntervals(packets[len(packets)-1].Clock, carry.NewWriter(&s, numbers), nil)
	if err := result.Intervals(func(*flow.IntervalRecord) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if result.Given.Flows == 0 || result.Given.SliceCount == 0 {
		t.Fatal("nothing is handed over: the test tests nothing")
	}
	return f.Bytes(), s.Bytes()
}

// sourceOf is a source of packets that are at hand.
type sourceOf func(dst []flow.Packet) int

func (s sourceOf) ReadPackets(dst []flow.Packet) ([]flow.Packet, error) {
	if n := s(dst); n > 0 {
		return dst[:n], nil
	}
	return nil, io.EOF
}

func (s sourceOf) Close() error { return nil }

// TestHandOverTwice: a run without packets hands over what it has taken over, octet by
// octet.
func TestHandOverTwice(t *testing.T) {
	flows, slices := handedOver(t)
	config := resumable(t)
	numbers := carry.Numbers{Points: config.Points, Names: flow.NewNames(), Input: func(uint32) carry.Input { return carry.Input{Name: "a"} }, Reversed: true}
	config.Resume = &Resume{Clock: flow.MinTimestamp, Flows: carry.NewReader(bytes.NewReader(flows), numbers, nil), Slices: carry.NewReader(bytes.NewReader(slices), numbers, nil)}
	result, err := Run(context.Background(), nil, nil, config)
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	var f, s bytes.Buffer
	if err := result.HandOverFlows(carry.NewWriter(&f, numbers)); err != nil {
		t.Fatal(err)
	}
	result.HandOverIntervals(flow.MinTimestamp, carry.NewWriter(&s, numbers), nil)
	if err := result.Intervals(func(*flow.IntervalRecord) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(f.Bytes(), flows) || !bytes.Equal(s.Bytes(), slices) {
		t.Error("other octets are handed over than were taken over")
	}
	if result.Taken != result.Given {
		t.Errorf("taken %+v, given %+v", result.Taken, result.Given)
	}
}

// FuzzResume takes over sections with any content: an error at most comes of it.
func FuzzResume(f *testing.F) {
	flows, slices := handedOver(f)
	f.Add(flows, slices)
	f.Add(slices, flows)
	f.Add(flows[:len(flows)/2], []byte{})
	f.Fuzz(func(t *testing.T, flows, slices []byte) {
		config := resumable(t)
		numbers := carry.Numbers{Points: config.Points, Names: flow.NewNames(), Reversed: true}
		config.Resume = &Resume{Clock: 0, Flows: carry.NewReader(bytes.NewReader(flows), numbers, nil), Slices: carry.NewReader(bytes.NewReader(slices), numbers, nil)}
		config.HandOver = false
		result, err := Run(context.Background(), nil, nil, config)
		if err != nil {
			return
		}
		defer result.Close()
		if err := result.Flows(func(*flow.Record) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if err := result.Intervals(func(*flow.IntervalRecord) error { return nil }); err != nil {
			t.Fatal(err)
		}
	})
}
