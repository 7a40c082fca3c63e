package engine

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// randomSingle gives a flow of one packet and its slice. In one of two it has something that the form of such flows has
// no room for, or has just room for.
func randomSingle(rng *rand.Rand) (r flow.Record, s meter.Slice) {
	octets := []uint64{0, 40, 1500, math.MaxUint16}[rng.IntN(4)]
	start := flow.Timestamp(rng.Int64N(3))
	r = flow.Record{
		Key: randomKey(rng), Start: start, End: start, MinOctets: octets, MaxOctets: octets, EndReason: flow.EndReason(1 + rng.IntN(5)),
		Counters:    flow.Counters{Packets: 1, Octets: octets, WireOctets: octets + rng.Uint64N(256), PayloadOctets: octets - min(octets, rng.Uint64N(256))},
		FirstNumber: rng.Uint64N(3), FirstInput: []uint32{0, 1, 255}[rng.IntN(3)],
	}
	r.MinTTL = uint8(rng.IntN(256))
	r.MaxTTL = r.MinTTL
	if rng.IntN(2) == 0 {
		r.Marks, r.TCPFlags = flow.MarkTCP, uint16(rng.IntN(1<<flow.TCPFlagCount))
		for i := range r.TCPFlagCounts {
			r.TCPFlagCounts[i] = uint64(r.TCPFlags >> i & 1)
		}
	}
	interval := start - flow.Timestamp(rng.IntN(2))*(1<<40-1)
	place := 2*r.FirstNumber + rng.Uint64N(2)
	if rng.IntN(2) == 0 {
		c := &r.Counters
		number := func(n uint64) func() { return func() { r.FirstNumber, place = n, 2*n+1 } }
		[]func(){
			func() { c.Packets = 2 }, func() { c.Octets++ }, func() { c.WireOctets = c.Octets - 1 }, func() { c.WireOctets = c.Octets + 256 },
			func() { c.PayloadOctets = c.Octets - 256 }, func() { c.PayloadOctets = c.Octets + 1 }, func() { r.MinOctets-- }, func() { r.MaxOctets++ },
			func() { r.End++ }, func() { interval-- }, func() { r.Fragments = 1 }, func() { r.LatePackets = 1 }, func() { r.Ordinal = 1 },
			func() { r.FirstInput = 256 }, func() { r.Key.Point = 0x40 }, func() { r.MaxTTL++ }, func() { r.Marks |= flow.MarkVLAN; r.VLAN = 7 },
			func() { r.Marks |= flow.MarkMAC; r.SourceMAC[1] = 1 }, number(1<<31 - 1), number(1 << 31), number(1 << 40),
		}[rng.IntN(21)]()
	}
	s = meter.Slice{FirstInput: r.FirstInput, FirstNumber: place, IntervalRecord: flow.IntervalRecord{
		Key: r.Key, Start: interval, First: r.Start, Last: r.End, Counters: r.Counters, TCPFlags: r.TCPFlags, Marks: r.Marks & flow.MarkTCP,
		FlowsActive: 1, FlowsStarted: 1, FlowsEnded: 1, Has: flow.MeteredFields, Distribution: flow.DistributionDirect,
	}}
	return r, s
}

// TestSingleRows: rows of flows of one packet come back, and are in the same order among each other and others as if they
// were laid out as those are.
func TestSingleRows(t *testing.T) {
	points := flow.NewPoints()
	for i := range 0x40 {
		if _, err := points.Number(flow.Point{Interface: string(rune('z' - i%26)), Index: uint32(i), HasIndex: true}); err != nil {
			t.Fatal(err)
		}
	}
	records, parts := recordOrder(points), sliceOrder(points)
	rng := rand.New(rand.NewPCG(31, 32))
	singles := 0
	type rows struct{ record, slice [2][]byte } // laid out as others are, and as it goes
	of := func(like *flow.Record) (rows, flow.Record) {
		r, s := randomSingle(rng)
		if like != nil && rng.IntN(2) == 0 {
			r.Key = like.Key
			s.Key = r.Key
		}
		room := func() []byte { return make([]byte, 0, 400*rng.IntN(2)) }
		all := rows{[2][]byte{appendRecord(room(), &r), appendRecord(room(), &r)}, [2][]byte{appendSlice(room(), &s), appendSlice(room(), &s)}}
		if isSingle(&r, s.Start, s.FirstNumber) {
			singles++
			all.record[1], all.slice[1] = appendSingle(room(), &r), appendSingleSlice(room(), &r, s.Start, s.FirstNumber)
		}
		for form := range 2 {
			got, part := used(), meter.Slice{IntervalRecord: flow.IntervalRecord{
				ActiveTime: 5, Reverse: flow.Counters{Packets: 1}, ReverseTCPFlags: 3, ReverseTCP: true, Complete: true, End: 9,
				Scaled: flow.Scaled{Packets: 1}, InIf: 4, Attributes: new(flow.Attributes),
			}}
			if err := decodeRecord(all.record[form], &got, new(behind)); err != nil || !reflect.DeepEqual(got, r) {
				t.Fatalf("record: got %+v, %v, want %+v", got, err, r)
			}
			if err := decodeSlice(all.slice[form], &part); err != nil || part != s {
				t.Fatalf("slice: got %+v, %v, want %+v", part, err, s)
			}
		}
		return all, r
	}
	for range 50000 {
		a, r := of(nil)
		b, _ := of(&r)
		wantRecord := byOrder(records.Prefix, records.Compare, a.record[0], b.record[0])
		wantSlice := byOrder(parts.Prefix, parts.Compare, a.slice[0], b.slice[0])
		head, _, _, _ := decodeInterval(a.slice[0], new(flow.IntervalRecord))
		wantSame := sameHead(b.slice[0], a.slice[0][:head])
		for _, form := range [][2]int{{0, 1}, {1, 0}, {1, 1}} {
			x, y := form[0], form[1]
			if got := byOrder(records.Prefix, records.Compare, a.record[x], b.record[y]); got != wantRecord {
				t.Fatalf("records in forms %v: order %d, want %d: %x %x", form, got, wantRecord, a.record[x], b.record[y])
			}
			if got := byOrder(parts.Prefix, parts.Compare, a.slice[x], b.slice[y]); got != wantSlice {
				t.Fatalf("slices in forms %v: order %d, want %d: %x %x", form, got, wantSlice, a.slice[x], b.slice[y])
			}
			head, _, _, _ := decodeInterval(a.slice[x], new(flow.IntervalRecord))
			if got := sameHead(b.slice[y], a.slice[x][:head]); got != wantSame {
				t.Fatalf("slices in forms %v: of one row: %v, want %v: %x %x", form, got, wantSame, a.slice[x], b.slice[y])
			}
		}
	}
	if singles < 10000 {
		t.Errorf("only %d rows were of one packet: the test tests little", singles)
	}
	r, s := randomSingle(rng)
	for !isSingle(&r, s.Start, s.FirstNumber) {
		r, s = randomSingle(rng)
	}
	row, part := appendSingle(nil, &r), appendSingleSlice(nil, &r, s.Start, s.FirstNumber)
	for n := range row {
		records.Prefix(row[:n:n])
		if decodeRecord(row[:n:n], new(flow.Record), new(behind)) == nil {
			t.Errorf("a record cut to %d octets was decoded", n)
		}
		singleOrder(row[:n:n], 4)
	}
	for n := range part {
		parts.Prefix(part[:n:n])
		if decodeSlice(part[:n:n], new(meter.Slice)) == nil {
			t.Errorf("a slice cut to %d octets was decoded", n)
		}
		singleOrder(part[:n:n], 2)
	}
}
