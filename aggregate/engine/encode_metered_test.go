package engine

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
)

// used gives a record that has everything, so that what a decoder leaves shows.
func used() flow.Record {
	r := flow.Record{
		Export: new(flow.Export), Reverse: new(flow.Reverse), Statistics: new(flow.Statistics), Attributes: new(flow.Attributes),
		Population: 9, VLAN: 1, InnerVLAN: 2, MPLSTop: 3, SourceMAC: [6]byte{1}, DestinationMAC: [6]byte{2}, TCPFlags: 0x1ff,
	}
	for i := range r.TCPFlagCounts {
		r.TCPFlagCounts[i] = 7
	}
	return r
}

// TestRowsInUsedPlaces: what was in the place of a row before does not show, whatever the
// row is, nor does what lies behind the row in memory.
func TestRowsInUsedPlaces(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	for i := range 5000 {
		record, slice := randomRecord(rng), randomSlice(rng)
		if i%2 == 0 {
			record.Reverse = &flow.Reverse{Counters: flow.Counters{Packets: rng.Uint64N(3), Octets: rng.Uint64()}, Marks: flow.MarkTCP}
			slice.Has, slice.Reverse, slice.ReverseTCP = flow.MeteredFields|flow.FieldReverse, record.Reverse.Counters, true
		}
		if i%3 == 0 {
			record.Statistics = &flow.Statistics{HasMoments: true, Active: flow.Periods{Count: rng.Uint64()}}
		}
		room := make([]byte, 0, rng.IntN(2)*1000)
		row := appendRecord(room, &record)
		for at := range row[len(row):cap(row)] {
			row[:cap(row)][len(row)+at] = 0xff
		}
		got := used()
		if err := decodeRecord(row, &got, new(behind)); err != nil || !reflect.DeepEqual(got, record) {
			t.Fatalf("record: got %+v, %v, want %+v", got, err, record)
		}
		for name, code := range map[string]struct {
			append func([]byte, *meter.Slice) []byte
			decode func([]byte, *meter.Slice) error
		}{"sorted": {appendSlice, decodeSlice}, "handed over": {appendAnySlice, decodeAnySlice}} {
			got := meter.Slice{IntervalRecord: flow.IntervalRecord{
				ActiveTime: 5, Reverse: flow.Counters{Packets: 1}, ReverseTCPFlags: 3, ReverseTCP: true, Complete: true, End: 9,
				Scaled: flow.Scaled{Packets: 1}, ReverseScaled: flow.Scaled{Octets: 1}, InIf: 4, OutIf: 5, Direction: 1, InIfName: 2, OutIfName: 3, Attributes: new(flow.Attributes),
			}}
			if err := code.decode(code.append(room, &slice), &got); err != nil || got != slice {
				t.Fatalf("slice %s: got %+v, %v, want %+v", name, got, err, slice)
			}
		}
	}
}

// TestRowsOfWholeFlows: the slice of a flow of one interval is laid out from its record as it is on its own.
func TestRowsOfWholeFlows(t *testing.T) {
	rng := rand.New(rand.NewPCG(27, 28))
	for range 5000 {
		r := randomRecord(rng)
		r.Key.Point = []uint32{0, 0x3f, 0x40, math.MaxUint32}[rng.IntN(4)]
		interval, place := randomTime(rng), rng.Uint64()
		slice := meter.Slice{FirstInput: r.FirstInput, FirstNumber: place, IntervalRecord: flow.IntervalRecord{
			Key: r.Key, Start: interval, First: r.Start, Last: r.End, Counters: r.Counters, TCPFlags: r.TCPFlags, Marks: r.Marks & flow.MarkTCP,
			FlowsActive: 1, FlowsStarted: 1, FlowsEnded: 1,
		}}
		before := []byte("rows before")
		got, want := appendWholeSlice(before, appendMetered(nil, &r), &r, interval, place), appendMeteredSlice(before, &slice)
		if string(got) != string(want) {
			t.Fatalf("got %x, want %x for %+v", got, want, r)
		}
	}
}

// TestHeadsOfSlices: slices begin with the same octets if and only if they are of one row
// of the interval table, shares of exported records as well as those of packets.
func TestHeadsOfSlices(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	same := 0
	for range 20000 {
		of := func() meter.Slice {
			if rng.IntN(2) == 0 {
				s := randomSlice(rng)
				s.Key.Point = 1
				return s
			}
			s := randomSpread(rng)
			s.Key.Point = 2
			return s
		}
		a, b := of(), of()
		if rng.IntN(2) == 0 && isSpread(&a) == isSpread(&b) {
			b.Key, b.Start = a.Key, a.Start
		}
		row := appendSlice(nil, &a)
		var decoded flow.IntervalRecord
		head, input, number, err := decodeInterval(row, &decoded)
		if err != nil || input != a.FirstInput || number != a.FirstNumber || startOf(row) != a.Start {
			t.Fatalf("%+v comes back as of packet %d in %d, %v", a, number, input, err)
		}
		got, want := string(row[:head]) == string(appendSlice(nil, &b)[:head]), sameRow(&decoded, &b)
		if got != want {
			t.Fatalf("one row: got %v, want %v for\n%+v\n%+v", got, want, a, b)
		}
		if got {
			same++
		}
	}
	if same < 100 {
		t.Errorf("only %d pairs were of one row: the test tests little", same)
	}
}

// TestLengthsOfNumbers: lengths that no number has are an error or give any numbers, but
// nothing is read that is not there.
func TestLengthsOfNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	record, slice, points := randomRecord(rng), randomSlice(rng), flow.NewPoints()
	slice.Key = record.Key
	failed := 0
	for range 20000 {
		row, part := appendRecord(nil, &record), appendSlice(nil, &slice)
		for _, damaged := range [][]byte{row, part} {
			at := startOctets + keyLength(damaged[startOctets:]) + 1
			for i := range lengthOctets {
				damaged[at+i] = byte(rng.IntN(256))
			}
		}
		if decodeRecord(row, new(flow.Record), new(behind)) != nil {
			failed++
		}
		if decodeSlice(part, new(meter.Slice)) != nil {
			failed++
		}
		compareKeys(row[startOctets:], part[startOctets:], points, 4, 3)
		recordPrefix(row)
	}
	if failed < 10000 {
		t.Errorf("only %d rows were told to be damaged", failed)
	}
}
