package engine

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// rowsOfWhole lays out the rows of flows that a process gives as a whole.
type rowsOfWhole struct {
	discard
	record, slice []byte
}

func (w *rowsOfWhole) Whole(r *flow.Record, interval flow.Timestamp, place uint64) {
	w.record, w.slice = nil, nil
	if isSingle(r, interval, place) {
		w.record, w.slice = appendSingle(nil, r), appendSingleSlice(nil, r, interval, place)
	}
}

// packetOfSingle gives a packet that can begin a single, but for one property in most cases if that is said.
func packetOfSingle(rng *rand.Rand, unusual bool) *flow.Packet {
	p := &flow.Packet{Number: 1 + rng.Uint64N(1<<31-1), Key: flow.Key{Version: 4, Protocol: uint8(rng.Uint32()), ClassOfService: uint8(rng.Uint32()), Point: rng.Uint32N(64)}}
	p.Time = flow.Timestamp(rng.Int64N(int64(400 * 24 * time.Hour)))
	p.Clock = p.Time
	p.Key.Source = flow.MappedIPv4([4]byte{byte(rng.Uint32()), byte(rng.Uint32()), 1, 2})
	p.Key.Destination = flow.MappedIPv4([4]byte{byte(rng.Uint32()), 3, 4, byte(rng.Uint32())})
	if rng.IntN(2) == 0 {
		p.Key.Shape, p.Key.SourcePort, p.Key.DestinationPort = flow.Ports, uint16(rng.Uint32()), uint16(rng.Uint32())
	}
	m := &p.Meta
	m.Octets = 20 + rng.Uint64N(1<<16-20)
	m.WireOctets, m.PayloadOctets = uint32(m.Octets)+rng.Uint32N(256), uint32(m.Octets)-rng.Uint32N(21)
	m.Input, m.TTL = rng.Uint32N(256), uint8(rng.Uint32())
	if rng.IntN(2) == 0 {
		m.Marks, m.TCPFlags = flow.MarkTCP, uint16(rng.Uint32N(1<<flow.TCPFlagCount))
	}
	if !unusual {
		return p
	}
	change := []func(){
		func() { p.Number = 1 << 31 }, func() { p.Clock++ }, func() { p.Key.Version = 6 }, func() { p.Key.Point = 64 }, func() { p.Key.Source[3] = 1 },
		func() { p.Key.Shape |= flow.NoProtocol }, func() { m.Octets += 1 << 16 }, func() { m.WireOctets = uint32(m.Octets) + 256 }, func() { m.PayloadOctets = uint32(m.Octets) + 1 },
		func() { m.Octets, m.WireOctets, m.PayloadOctets = 300, 300, 40 }, func() { m.Input = 256 }, func() { m.Marks |= flow.MarkFragment }, func() { m.Marks |= flow.MarkLate },
		func() { m.Marks |= flow.MarkVLAN }, func() { m.Marks |= flow.MarkSecond }, func() { m.Marks, m.TCPFlags = 0, 1 },
	}
	change[rng.IntN(len(change))]()
	return p
}

// TestSinglesAreStates: a single has the rows that a state with its packet has, and becomes that state.
func TestSinglesAreStates(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	settings := meter.Settings{IdleTimeout: 15 * time.Second, EndGrace: 2 * time.Second, Fin: meter.EndByGrace, Rst: meter.EndIfOpen, Interval: 15 * time.Minute}
	rows := new(rowsOfWhole)
	process := meter.NewProcess(settings, rows)
	process.GiveWhole(rows)
	for n := range 20000 {
		p := packetOfSingle(rng, n%8 == 0)
		var x single
		ok := x.set(p, process.IntervalOf(p.Time))
		if ok != (n%8 != 0) {
			t.Fatalf("packet %+v: single %v", p, ok)
		}
		var want, got meter.State
		want.Reset(&p.Key)
		process.Add(&want, meter.Extension{}, p)
		now := p.Clock + flow.Timestamp(rng.Int64N(int64(40*time.Second)))
		if !ok {
			continue
		}
		if x.open(process, &got); got != want {
			t.Fatalf("single is the state\n%+v, want\n%+v", got, want)
		}
		if !x.is(&p.Key) {
			t.Fatalf("single %+v is not of its key", x)
		}
		other := *packetOfSingle(rng, false)
		if other.Key.Destination = p.Key.Destination; x.is(&other.Key) != (other.Key == p.Key) {
			t.Fatalf("single of %+v takes %+v", p.Key, other.Key)
		}
		if got, want := process.WaitSingle(x.start, x.tcpFlags(), now), process.Wait(&want, now); got != want {
			t.Fatalf("single waits for %v, want %v", got, want)
		}
		process.Flush(&want, meter.Extension{}, now)
		record, slice := x.appendRecord(nil, process.EndSingle(x.start, x.tcpFlags(), now)), x.appendSlice(nil)
		if !bytes.Equal(record, rows.record) || !bytes.Equal(slice, rows.slice) {
			t.Fatalf("rows of a single are\n%x\n%x, want\n%x\n%x", record, slice, rows.record, rows.slice)
		}
	}
}

// TestTableWithSingles: keys with singles and with states are found again, whatever is forgotten or moved.
func TestTableWithSingles(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	w := newWorkers(&Config{Meter: meter.Settings{IdleTimeout: time.Hour, Interval: time.Hour}, Workers: 1, Points: flow.NewPoints(), Hasher: testHasher})[0]
	defer workers{w}.close()
	type known struct {
		packet flow.Packet
		state  bool
	}
	want := make(map[flow.Key]*known)
	for step := range 60000 {
		p := packetOfSingle(rng, false)
		p.Number, p.Time, p.Clock, p.Meta.TCPFlags = uint64(step+1), 0, 0, 0
		p.Key.Protocol, p.Key.ClassOfService, p.Key.Point = 17, 0, 0
		p.Key.Source, p.Key.Destination = flow.MappedIPv4([4]byte{10, 0, 0, byte(step % 7)}), flow.MappedIPv4([4]byte{10, 0, byte(rng.IntN(40)), byte(rng.Uint32())})
		p.Key.Shape, p.Key.SourcePort, p.Key.DestinationPort = 0, 0, 0
		p.Hash = testHasher.Hash(&p.Key)
		before := want[p.Key]
		w.meterMine([]flow.Packet{*p}, w.every[:1])
		i, found := w.table.find(p.Hash, &p.Key)
		if !found {
			t.Fatalf("step %d: key is not in the table", step)
		}
		number := w.table.slots[i].state()
		if isState := !w.table.isSingle(number); before == nil {
			want[p.Key] = &known{*p, isState}
		} else if before.state = true; !isState {
			t.Fatalf("step %d: a single of two packets", step)
		}
		if step%5000 == 4999 {
			part := uint8(step / 5000 % 7)
			w.table.sweep(func(numbers []uint32) []uint32 {
				return slices.DeleteFunc(numbers, func(number uint32) bool {
					key := w.openState(number).Key
					keep := key.Source[15] != part && (step%20000 != 19999 || key.Destination[15] == 1)
					if want[key] == nil {
						t.Fatalf("step %d: sweep gives a key that is not in use", step)
					}
					if !keep {
						delete(want, key)
					}
					return keep
				})
			})
		}
		if w.table.used != len(want) {
			t.Fatalf("step %d: %d in use, want %d", step, w.table.used, len(want))
		}
		for key, k := range want {
			if rng.IntN(50) != 0 {
				break
			}
			i, found := w.table.find(testHasher.Hash(&key), &key)
			if !found || w.table.isSingle(w.table.slots[i].state()) == k.state {
				t.Fatalf("step %d: found %v the key of packet %d", step, found, k.packet.Number)
			}
		}
	}
	if !w.odds.low && w.table.used == 0 {
		t.Error("the test tests little")
	}
}
