package engine

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

func randomKey(rng *rand.Rand) flow.Key {
	k := flow.Key{
		SourcePort: uint16(rng.IntN(3)), DestinationPort: uint16(rng.IntN(3)), Point: uint32(rng.IntN(3)),
		Protocol: uint8(rng.IntN(3)), ClassOfService: uint8(rng.IntN(2)), Version: 4 + 2*uint8(rng.IntN(2)), Shape: flow.Shape(rng.IntN(2)),
	}
	k.Source = flow.MappedIPv4([4]byte{10, 0, 0, byte(rng.IntN(3))})
	k.Destination = flow.MappedIPv4([4]byte{10, 0, 0, byte(rng.IntN(3))})
	if k.Version == 6 && rng.IntN(2) == 0 {
		k.Source[0] = byte(rng.IntN(3))
		k.Destination[0] = 0xfe
	}
	return k
}

func randomTime(rng *rand.Rand) flow.Timestamp {
	extremes := []flow.Timestamp{flow.MinTimestamp, flow.MaxTimestamp, 0, -1, 1}
	if rng.IntN(4) == 0 {
		return extremes[rng.IntN(len(extremes))]
	}
	return flow.Timestamp(rng.Int64N(5))
}

func randomRecord(rng *rand.Rand) flow.Record {
	r := flow.Record{
		Key: randomKey(rng), Ordinal: uint32(rng.IntN(2)), Start: randomTime(rng), End: randomTime(rng),
		Counters:    flow.Counters{Packets: rng.Uint64(), Octets: math.MaxUint64, WireOctets: 1, PayloadOctets: rng.Uint64()},
		FirstNumber: rng.Uint64N(3), FirstInput: uint32(rng.IntN(2)), Fragments: rng.Uint64(), LatePackets: 3,
		MinOctets: 20, MaxOctets: rng.Uint64(), MinTTL: 1, MaxTTL: 255, EndReason: flow.EndReason(1 + rng.IntN(5)),
	}
	if rng.IntN(2) == 0 {
		r.Marks |= flow.MarkTCP
		r.TCPFlags = uint16(rng.IntN(1 << flow.TCPFlagCount))
		for i := range r.TCPFlagCounts {
			if r.TCPFlags&(1<<i) != 0 {
				r.TCPFlagCounts[i] = 1 + rng.Uint64N(1<<40)
			}
		}
	}
	if rng.IntN(2) == 0 {
		r.Marks |= flow.MarkVLAN | flow.MarkMPLS
		r.VLAN, r.MPLSTop = 4095, 1<<20-1
	}
	if rng.IntN(2) == 0 {
		r.Marks |= flow.MarkMAC
		r.SourceMAC, r.DestinationMAC = [6]byte{1, 2, 3, 4, 5, 6}, [6]byte{6, 5, 4, 3, 2, 1}
	}
	return r
}

func randomSlice(rng *rand.Rand) meter.Slice {
	return meter.Slice{
		IntervalRecord: flow.IntervalRecord{
			Key: randomKey(rng), Start: randomTime(rng), First: randomTime(rng), Last: randomTime(rng),
			Counters:    flow.Counters{Packets: rng.Uint64(), Octets: rng.Uint64(), WireOctets: 7, PayloadOctets: 1},
			FlowsActive: 1, FlowsStarted: rng.Uint64N(2), FlowsEnded: rng.Uint64N(2), TCPFlags: 0x1ff, Marks: flow.MarkTCP,
			Has: flow.MeteredFields, Distribution: flow.DistributionDirect,
		},
		FirstInput: uint32(rng.IntN(2)), FirstNumber: rng.Uint64N(3),
	}
}

func TestRowsSurviveEncoding(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 5000 {
		record, slice := randomRecord(rng), randomSlice(rng)
		var gotRecord flow.Record
		if err := decodeRecord(appendRecord(nil, &record), &gotRecord, new(behind)); err != nil || gotRecord != record {
			t.Fatalf("record: got %+v, %v, want %+v", gotRecord, err, record)
		}
		var gotSlice meter.Slice
		if err := decodeSlice(appendSlice(nil, &slice), &gotSlice); err != nil || gotSlice != slice {
			t.Fatalf("slice: got %+v, %v, want %+v", gotSlice, err, slice)
		}
	}
}

// TestEncodedOrder compares the order of encoded rows with the order that
// docs/metering.md gives, field by field.
func TestEncodedOrder(t *testing.T) {
	points := flow.NewPoints()
	for _, name := range []string{"zebra", "ant"} { // numbers 1, 2: against their order by name
		if _, err := points.Number(flow.Point{Interface: name}); err != nil {
			t.Fatal(err)
		}
	}
	records, slices := recordOrder(points), sliceOrder(points)
	rng := rand.New(rand.NewPCG(5, 6))
	for range 200000 {
		a, b := randomRecord(rng), randomRecord(rng)
		if rng.IntN(2) == 0 {
			b.Key, b.Start, b.End = a.Key, a.Start, a.End
		}
		want := compareFields(
			compare(a.Start, b.Start), compare(a.End, b.End), a.Key.Compare(&b.Key, points), compare(a.Ordinal, b.Ordinal),
			compare(a.FirstInput, b.FirstInput), compare(a.FirstNumber, b.FirstNumber))
		if got := byOrder(records.Prefix, records.Compare, appendRecord(nil, &a), appendRecord(nil, &b)); got != want {
			t.Fatalf("records: got %d, want %d for\n%+v\n%+v", got, want, a, b)
		}

		x, y := randomSlice(rng), randomSlice(rng)
		if rng.IntN(2) == 0 {
			y.Key, y.Start = x.Key, x.Start
		}
		want = compareFields(compare(x.Start, y.Start), x.Key.Compare(&y.Key, points),
			compare(x.FirstInput, y.FirstInput), compare(x.FirstNumber, y.FirstNumber))
		if got := byOrder(slices.Prefix, slices.Compare, appendSlice(nil, &x), appendSlice(nil, &y)); got != want {
			t.Fatalf("slices: got %d, want %d for\n%+v\n%+v", got, want, x, y)
		}
	}
}

func byOrder(prefix func([]byte) (uint64, uint64, uint64), compareRows func(a, b []byte) int, a, b []byte) int {
	p, q, r := prefix(a)
	x, y, z := prefix(b)
	return compareFields(compare(p, x), compare(q, y), compare(r, z), compareRows(a, b))
}

func compare[T ~int64 | ~uint64 | ~uint32](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func compareFields(results ...int) int {
	for _, c := range results {
		if c != 0 {
			return c
		}
	}
	return 0
}

// TestDamagedRows cuts encoded rows at every octet.
func TestDamagedRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	record, slice := randomRecord(rng), randomSlice(rng)
	row := appendRecord(nil, &record)
	for n := range row {
		if err := decodeRecord(row[:n], new(flow.Record), new(behind)); err == nil {
			t.Errorf("record cut to %d of %d octets was decoded", n, len(row))
		}
	}
	if err := decodeRecord(append(bytes.Clone(row), 0), new(flow.Record), new(behind)); err == nil {
		t.Error("record with an octet too many was decoded")
	}
	row = appendSlice(nil, &slice)
	for n := range row {
		if err := decodeSlice(row[:n], new(meter.Slice)); err == nil {
			t.Errorf("slice cut to %d of %d octets was decoded", n, len(row))
		}
	}
}
