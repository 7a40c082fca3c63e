package meter

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/carry"
	"netstream/aggregate/flow"
)

// taken collects what a Process gives, in the form of the model.
type taken struct {
	records  []flow.Record
	reverses []flow.Reverse
	cells    map[cellKey]cell
}

func (c *taken) Record(r *flow.Record) {
	row := *r
	if r.Reverse != nil {
		back := *r.Reverse
		c.reverses, row.Reverse = append(c.reverses, back), nil
	}
	c.records = append(c.records, row)
}

func (c *taken) Slice(s *Slice) {
	k := cellKey{s.FirstNumber, s.FirstInput, s.Start}
	sum, ok := c.cells[k]
	if !ok {
		sum = cell{key: s.Key, first: s.First, last: s.Last}
	}
	sum.first, sum.last = min(sum.first, s.First), max(sum.last, s.Last)
	sum.counters[0].Add(s.Counters)
	sum.counters[1].Add(s.Reverse)
	sum.flags[0] |= s.TCPFlags
	sum.flags[1] |= s.ReverseTCPFlags
	sum.tcp[0] = sum.tcp[0] || s.Marks&flow.MarkTCP != 0
	sum.tcp[1] = sum.tcp[1] || s.ReverseTCP
	sum.started += s.FlowsStarted
	sum.stopped += s.FlowsEnded
	sum.active = sum.active || s.FlowsActive > 0
	c.cells[k] = sum
}

func (c *taken) Whole(r *flow.Record, interval flow.Timestamp, place uint64) {
	c.Slice(&Slice{FirstInput: r.FirstInput, FirstNumber: place, IntervalRecord: flow.IntervalRecord{
		Key: r.Key, Start: interval, First: r.Start, Last: r.End, Counters: r.Counters, TCPFlags: r.TCPFlags, Marks: r.Marks & flow.MarkTCP,
		FlowsActive: 1, FlowsStarted: 1, FlowsEnded: 1,
	}})
	c.Record(r)
}

// history is random packets of one key in the order of their clocks, and settings whose edges they hit.
func history(random *rand.Rand, biflow bool) (Settings, []flow.Packet, flow.Timestamp) {
	some := func(d ...time.Duration) time.Duration { return d[random.IntN(len(d))] * time.Second }
	s := Settings{IdleTimeout: some(3, 5), ActiveTimeout: some(0, 0, 9, 20), EndGrace: some(0, 2, 3), Interval: some(4, 7, 50)}
	s.Fin, s.Rst = EndRule(random.IntN(4)), EndRule(random.IntN(4))
	if random.IntN(3) == 0 {
		s.CutEvery = some(6, 11)
	}
	if random.IntN(3) == 0 {
		s.Protocols = map[uint8]Timers{[]uint8{6, 17}[random.IntN(2)]: {Idle: some(3, 4, 8), Active: some(0, 7)}}
	}
	if random.IntN(4) == 0 {
		s.MaxPackets = uint64(1 + random.IntN(5))
	}
	if random.IntN(4) == 0 {
		s.MaxOctets = uint64(100 + random.IntN(500))
	}
	key := flow.Key{Version: 4, Protocol: []uint8{6, 17}[random.IntN(2)], SourcePort: 80, DestinationPort: 4000}
	key.Source[15], key.Destination[15] = 1, 2
	if random.IntN(8) == 0 {
		key.Destination, key.DestinationPort = key.Source, key.SourcePort
	}
	var packets []flow.Packet
	clock := 1000 * second
	for n := range 1 + random.IntN(25) {
		clock += []flow.Timestamp{0, 0, second, 2 * second, 3 * second, 3*second + 1, 5 * second, 5*second + 1, 9 * second}[random.IntN(9)]
		p := flow.Packet{Time: clock - flow.Timestamp(random.IntN(3)/2)*3*second, Clock: clock, Number: uint64(n + 1), Key: key}
		p.Meta = flow.Meta{Octets: uint64(40 + random.IntN(100)), WireOctets: uint32(60 + random.IntN(100)), PayloadOctets: uint32(random.IntN(40)),
			TTL: uint8(60 + random.IntN(5)), VLAN: uint16(random.IntN(9)), InnerVLAN: uint16(random.IntN(9)), MPLSTop: uint32(random.IntN(9)), Input: uint32(random.IntN(3))}
		p.Meta.SourceMAC[0], p.Meta.DestinationMAC[5] = byte(n), byte(n+1)
		for _, mark := range []flow.Mark{flow.MarkVLAN, flow.MarkInnerVLAN, flow.MarkMPLS, flow.MarkMAC, flow.MarkFragment, flow.MarkLate, flow.MarkSecond} {
			if random.IntN(3) == 0 {
				p.Meta.Marks |= mark
			}
		}
		if key.Protocol == 6 && random.IntN(5) > 0 {
			p.Meta.Marks |= flow.MarkTCP
			p.Meta.HasSegment, p.Meta.Sequence, p.Meta.Acknowledgment, p.Meta.Window = true, uint32(random.IntN(300)), uint32(random.IntN(300)), uint16(random.IntN(3))
			p.Meta.TCPFlags = []uint16{ack, ack, ack, syn, syn | ack, fin | ack, rst, fin | rst}[random.IntN(8)]
		}
		if biflow && random.IntN(2) == 0 {
			p.Meta.Marks |= flow.MarkReversed
		}
		packets = append(packets, p)
	}
	return s, packets, clock + flow.Timestamp(random.IntN(8))*second
}

// TestModel has random packets of one key metered in each way that the engine has, and as the model does it: by Add
// alone, by Continue where it will, with states that go from run to run, with expired flows swept out, and with flows of
// one interval given as a whole.
func TestModel(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	histories, records := 6000, 0
	if testing.Short() {
		histories = 3000
	}
	for n := range histories {
		biflow := n%2 == 1
		settings, packets, end := history(random, biflow)
		want := &model{settings: settings, biflow: biflow, cells: map[cellKey]cell{}, oneEnded: packets[0].Key.Reversed() == packets[0].Key}
		for _, p := range packets {
			want.add(p)
		}
		want.end(end)
		records += len(want.records)
		for way := range 5 {
			got := metered(t, way, settings, packets, end, biflow)
			if way == 4 {
				onlyMarked(got.records)
				onlyMarked(want.records) // by no other way behind this one
			}
			if !reflect.DeepEqual(got.records, want.records) || !reflect.DeepEqual(got.reverses, want.reverses) || !reflect.DeepEqual(got.cells, want.cells) {
				t.Fatalf("history %d, way %d, %+v, packets %+v:\ngot  %+v %+v\nwant %+v %+v\n%v\n%v", n, way, settings, packets, got.records, got.reverses, want.records, want.reverses, got.cells, want.cells)
			}
		}
	}
	t.Logf("assertion D8: %d random histories of a key, %d records, metered in five ways as the model does", histories, records)
}

// onlyMarked takes from records what no mark says to be valid.
func onlyMarked(records []flow.Record) {
	for i := range records {
		r := &records[i]
		if r.Marks&flow.MarkVLAN == 0 {
			r.VLAN = 0
		}
		if r.Marks&flow.MarkInnerVLAN == 0 {
			r.InnerVLAN = 0
		}
		if r.Marks&flow.MarkMPLS == 0 {
			r.MPLSTop = 0
		}
		if r.Marks&flow.MarkMAC == 0 {
			r.SourceMAC, r.DestinationMAC = [6]byte{}, [6]byte{}
		}
	}
}

// metered meters packets in one of the ways.
func metered(t *testing.T, way int, settings Settings, packets []flow.Packet, end flow.Timestamp, biflow bool) *taken {
	t.Helper()
	got := &taken{cells: map[cellKey]cell{}}
	process := NewProcess(settings, got)
	newExtension := func() (x Extension) {
		if biflow {
			x.Pair = new(Pair)
		}
		return x
	}
	if biflow {
		process.MeterBiflows(func(point uint32) uint32 { return point })
	}
	if way == 4 && !biflow {
		process.GiveWhole(got)
	}
	s, x := &State{Key: packets[0].Key}, newExtension()
	for i := range packets {
		p := &packets[i]
		switch way {
		case 1:
			if process.Continue(s, p) {
				continue
			}
		case 2:
			encoder := carry.NewEncoder(nil)
			s.Carry(encoder, x)
			next, nextExtension := &State{Key: s.Key}, newExtension()
			decoder := carry.NewDecoder(slices.Clone(encoder.Octets()))
			next.Carry(decoder, nextExtension)
			if err := decoder.Finish(); err != nil || next.Remembered() != s.Remembered() || next.Open() != s.Open() {
				t.Fatalf("a state does not come back: %v", err)
			}
			s, x = next, nextExtension
		case 3, 4:
			if s.Remembered() && process.Expired(s, p.Clock) {
				process.Flush(s, x, p.Clock)
				s.Reset(&packets[0].Key)
			}
		}
		process.Add(s, x, p)
	}
	process.Flush(s, x, end)
	return got
}

// TestPatienceAndCounts asks after each packet how long the flow may be silent, and whether it then is expired a nanosecond later;
// and what the open flow has counted.
func TestPatienceAndCounts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for n := range 500 {
		settings, packets, _ := history(random, n%2 == 1)
		settings.CutEvery = 0
		got := &taken{cells: map[cellKey]cell{}}
		process := NewProcess(settings, got)
		s, x := &State{Key: packets[0].Key}, Extension{}
		if n%2 == 1 {
			x.Pair = new(Pair)
			process.MeterBiflows(func(point uint32) uint32 { return point })
		}
		var all flow.Counters
		for i := range packets {
			process.Add(s, x, &packets[i])
			all.Add(flow.Counters{Packets: 1, Octets: packets[i].Meta.Octets, WireOctets: uint64(packets[i].Meta.WireOctets), PayloadOctets: uint64(packets[i].Meta.PayloadOctets)})
			if !s.Open() {
				continue
			}
			last := packets[i].Clock + flow.Timestamp(process.Patience(s))
			if process.Expired(s, last) || !process.Expired(s, last+1) {
				t.Fatalf("history %d: expired at %v: %v, a nanosecond later: %v", n, last, process.Expired(s, last), process.Expired(s, last+1))
			}
			open, handed := s.Counted(x)
			told := flow.Counters{}
			for _, r := range got.records {
				told.Add(r.Counters)
			}
			for _, r := range got.reverses {
				told.Add(r.Counters)
			}
			sliced := flow.Counters{}
			for _, c := range got.cells {
				sliced.Add(c.counters[0])
				sliced.Add(c.counters[1])
			}
			handed.Add(told)
			told.Add(open)
			if told != all || handed != sliced {
				t.Fatalf("history %d: %+v counted of %+v, %+v handed over of %+v", n, told, all, handed, sliced)
			}
		}
	}
}
