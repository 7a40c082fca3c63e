package meter

import (
	"bytes"
	"reflect"
	"testing"

	"netstream/aggregate/carry"
	"netstream/aggregate/flow"
	"netstream/aggregate/statistics"
)

func carried(s *State, x Extension) []byte {
	encoder := carry.NewEncoder(nil)
	s.Carry(encoder, x)
	return encoder.Octets()
}

// TestCarryOfClosed has two keys with the same record before whose last flows were not the same: what they hand over is.
func TestCarryOfClosed(t *testing.T) {
	var got collected
	process := NewProcess(settings, &got)
	var octets [][]byte
	for _, length := range []uint64{40, 4000} {
		s := &State{}
		if s.Remembered() {
			t.Error("a key that was never seen is remembered")
		}
		p := packet(10, ack)
		p.Meta.Octets = length
		process.Add(s, Extension{}, &p)
		if !s.Remembered() {
			t.Error("a key with an open flow is not remembered")
		}
		process.Flush(s, Extension{}, 10*second)
		if !s.Remembered() {
			t.Error("a key with a record before is not remembered")
		}
		octets = append(octets, carried(s, Extension{}))
	}
	if !bytes.Equal(octets[0], octets[1]) {
		t.Errorf("% x and % x are handed over of flows that are no more", octets[0], octets[1])
	}
}

// TestCarryTwice: what is handed over of a flow does not hang on whether it was handed over before, between packets of which
// a later one is the earliest or behind that of another interval.
func TestCarryTwice(t *testing.T) {
	for _, packets := range [][]flow.Packet{
		{stamped(310, 310), stamped(309, 311)},
		{stamped(310, 310), stamped(312, 312), stamped(299, 313), stamped(314, 314)},
		{stamped(310, 310), stamped(330, 311), stamped(311, 311)},
		{stamped(310, 310), stamped(311, 311), packet(312, fin), stamped(305, 312.5)},
	} {
		var got collected
		process := NewProcess(settings, &got)
		once, often := &State{}, &State{}
		for i := range packets {
			process.add(once, &packets[i])
			process.add(often, &packets[i])
			octets := carried(often, Extension{})
			often = &State{}
			decoder := carry.NewDecoder(octets)
			often.Carry(decoder, Extension{})
			if err := decoder.Finish(); err != nil {
				t.Fatal(err)
			}
		}
		if want, got := carried(once, Extension{}), carried(often, Extension{}); !bytes.Equal(got, want) {
			t.Errorf("% x is handed over, want % x", got, want)
		}
	}
}

// add meters a packet as shards do.
func (m *Process) add(s *State, p *flow.Packet) {
	if !m.Continue(s, p) {
		m.Add(s, Extension{}, p)
	}
}

// TestCarryOfStatistics hands a flow over between its packets: its statistics are those of all.
func TestCarryOfStatistics(t *testing.T) {
	kept := with(func(s *Settings) { s.Statistics = statistics.Settings{Moments: true, Early: 4} })
	newExtension := func() Extension {
		return Extension{Statistics: new(statistics.State), Early: make([]flow.EarlyPacket, 4)}
	}
	whole, parts := &described{taken: taken{cells: map[cellKey]cell{}}}, &described{taken: taken{cells: map[cellKey]cell{}}}
	one, other := NewProcess(kept, whole), NewProcess(kept, parts)
	s, x, next, nextExtension := &State{}, newExtension(), &State{}, newExtension()
	for at := range 6 {
		p := packet(float64(at*at), ack)
		p.Meta.Octets += uint64(at)
		one.Add(s, x, &p)
		other.Add(next, nextExtension, &p)
		octets := carried(next, nextExtension)
		next, nextExtension = &State{}, newExtension()
		decoder := carry.NewDecoder(octets)
		next.Carry(decoder, nextExtension)
		if err := decoder.Finish(); err != nil {
			t.Fatal(err)
		}
	}
	one.Flush(s, x, 25*second)
	other.Flush(next, nextExtension, 25*second)
	if len(whole.all) != 1 || !reflect.DeepEqual(whole.all, parts.all) {
		t.Errorf("got\n%+v\nwant\n%+v", parts.all, whole.all)
	}
}

// TestReset makes a state that has had a flow one of another key without any.
func TestReset(t *testing.T) {
	var got collected
	process, s := NewProcess(settings, &got), &State{}
	p := packet(10, ack)
	process.Add(s, Extension{}, &p)
	key := flow.Key{Version: 6, Protocol: 17}
	if s.Reset(&key); s.Key != key || s.Open() || s.Remembered() {
		t.Errorf("got %+v", s)
	}
}

// TestTurnedPoint has a biflow whose initiator is the destination of its key: its row has the reverse of the point.
func TestTurnedPoint(t *testing.T) {
	got := &taken{cells: map[cellKey]cell{}}
	process := NewProcess(settings, got)
	process.MeterBiflows(func(point uint32) uint32 { return 7 - point })
	key := flow.Key{Version: 4, Protocol: 17, Point: 3, SourcePort: 1, DestinationPort: 2}
	s, x := &State{Key: key}, Extension{Pair: new(Pair)}
	p := flow.Packet{Key: key, Meta: flow.Meta{Octets: 100, Marks: flow.MarkReversed}}
	process.Add(s, x, &p)
	process.Flush(s, x, 0)
	if len(got.records) != 1 || got.records[0].Key.Point != 4 || got.records[0].Key.SourcePort != 2 {
		t.Errorf("got %+v", got.records)
	}
}
