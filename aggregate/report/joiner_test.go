package report

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/flow"
)

const second = flow.Timestamp(time.Second)

// record gives a record of one key with packets and octets, from and to in seconds.
func record(from, to flow.Timestamp, packets uint64, changes ...func(*flow.Record)) flow.Record {
	r := flow.Record{
		Start: from * second, End: to * second, Counters: flow.Counters{Packets: packets, Octets: 10 * packets},
		Key: flow.Key{Protocol: 6}, Export: &flow.Export{Has: flow.FieldPackets | flow.FieldOctets},
	}
	for _, change := range changes {
		change(&r)
	}
	return r
}

func total(r *flow.Record) { r.Export.Total = true }

func ended(reason flow.EndReason) func(*flow.Record) {
	return func(r *flow.Record) {
		r.EndReason = reason
		r.Export.Has |= flow.FieldEndReason
	}
}

func flags(bits uint16) func(*flow.Record) {
	return func(r *flow.Record) { r.TCPFlags, r.Marks = bits, flow.MarkTCP }
}

func sampled(population uint64) func(*flow.Record) {
	return func(r *flow.Record) {
		r.Export.Has |= flow.FieldSampling
		r.Export.Population, r.Export.Sample = population, 1
	}
}

func inIf(number uint32) func(*flow.Record) {
	return func(r *flow.Record) {
		r.Export.Has |= flow.FieldInIf
		r.Export.InIf = number
	}
}

func port(number uint16) func(*flow.Record) {
	return func(r *flow.Record) { r.Key.DestinationPort = number }
}

// join gives the rows as "from-to packets" in seconds.
func join(t *testing.T, settings Settings, records ...flow.Record) (rows []string, counts Counts) {
	t.Helper()
	j := NewJoiner(settings, func(r *flow.Record) error {
		if r.Export.Total || r.Counters.Octets != 10*r.Counters.Packets && r.Export.Has&flow.FieldOctets != 0 {
			t.Errorf("got %+v", r)
		}
		rows = append(rows, fmt.Sprintf("%d-%d %d", r.Start/second, r.End/second, r.Counters.Packets))
		return nil
	})
	for i := range records {
		if err := j.Add(&records[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Finish(); err != nil {
		t.Fatal(err)
	}
	return rows, j.Counts()
}

func TestRunningTotals(t *testing.T) {
	withoutOctets := func(r *flow.Record) { r.Export.Has &^= flow.FieldOctets; r.Counters.Octets = 0 }
	tests := []struct {
		name    string
		records []flow.Record
		want    string
	}{
		{"one report", []flow.Record{record(0, 9, 5, total)}, "0-9 5"},
		{"each from the end of the one before", []flow.Record{record(0, 9, 5, total), record(0, 20, 7, total), record(0, 30, 17, total)}, "0-9 5, 9-20 2, 20-30 10"},
		{"nothing new", []flow.Record{record(0, 9, 5, total), record(0, 20, 5, total)}, "0-9 5, 9-20 0"},
		{"a total goes down", []flow.Record{record(0, 9, 5, total), record(0, 20, 3, total), record(0, 30, 4, total)}, "0-9 5, 0-20 3, 20-30 1"},
		{"another flow start", []flow.Record{record(0, 9, 5, total), record(10, 20, 7, total)}, "0-9 5, 10-20 7"},
		{"another key", []flow.Record{record(0, 9, 5, total), record(0, 20, 7, total, port(1))}, "0-9 5, 0-20 7"},
		{"another interface", []flow.Record{record(0, 9, 5, total, inIf(1)), record(0, 20, 7, total, inIf(2))}, "0-9 5, 0-20 7"},
		{"no interface and number 0", []flow.Record{record(0, 9, 5, total), record(0, 20, 7, total, inIf(0))}, "0-9 5, 0-20 7"},
		{"a delta in between", []flow.Record{record(0, 9, 5, total), record(0, 15, 4), record(0, 20, 7, total)}, "0-9 5, 0-15 4, 9-20 2"},
		{"a report leaves a counter out", []flow.Record{record(0, 9, 5, total), record(0, 15, 6, total, withoutOctets), record(0, 20, 7, total)}, "0-9 5, 9-15 1, 15-20 1 (20 octets)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var rows []string
			j := NewJoiner(Settings{}, func(r *flow.Record) error {
				row := fmt.Sprintf("%d-%d %d", r.Start/second, r.End/second, r.Counters.Packets)
				if o := r.Counters.Octets; o != 10*r.Counters.Packets && r.Export.Has&flow.FieldOctets != 0 {
					row += fmt.Sprintf(" (%d octets)", o)
				}
				rows = append(rows, row)
				return nil
			})
			var read, given uint64
			for i := range tt.records {
				read += tt.records[i].Counters.Octets
				if err := j.Add(&tt.records[i]); err != nil {
					t.Fatal(err)
				}
				given += tt.records[i].Counters.Octets
			}
			if got := strings.Join(rows, ", "); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			counts := j.Counts()
			if subtracted, _ := counts.Subtracted.Octets.Uint64(); read != given+subtracted {
				t.Errorf("%d octets read, %d given and %d subtracted", read, given, subtracted)
			}
		})
	}
}

func TestStitching(t *testing.T) {
	const idle = 30
	active, over := ended(flow.EndActiveTimeout), ended(flow.EndOfFlow)
	huge := func(r *flow.Record) {
		r.Counters = flow.Counters{Packets: math.MaxInt64 / 10, Octets: math.MaxInt64 / 10 * 10}
	}
	milliseconds := func(n flow.Timestamp) func(*flow.Record) {
		return func(r *flow.Record) { r.Start += n * flow.Timestamp(time.Millisecond) }
	}
	tests := []struct {
		name    string
		records []flow.Record
		want    string
	}{
		{"cut by the active timeout", []flow.Record{record(0, 60, 1, active), record(60, 120, 2, active), record(121, 130, 3, ended(flow.EndIdleTimeout))}, "0-130 6"},
		{"no reason is told", []flow.Record{record(0, 60, 1), record(61, 120, 2)}, "0-120 3"},
		{"a pause of the idle timeout", []flow.Record{record(0, 60, 1, active), record(60+idle, 100, 2)}, "0-100 3"},
		{"a longer pause", []flow.Record{record(0, 60, 1, active), record(60+idle, 100, 2, milliseconds(1))}, "0-60 1, 90-100 2"},
		{"clocks of whole seconds", []flow.Record{record(0, 60, 1, active), record(59, 100, 2)}, "0-100 3"},
		{"an overlap", []flow.Record{record(0, 60, 1, active), record(59, 100, 2, milliseconds(-1))}, "0-60 1, 58-100 2"},
		{"within another", []flow.Record{record(0, 60, 1, active), record(59, 59, 2)}, "0-60 3"},
		{"the flow had ended", []flow.Record{record(0, 60, 1, over), record(60, 100, 2)}, "0-60 1, 60-100 2"},
		{"the flow fell silent", []flow.Record{record(0, 60, 1, ended(flow.EndIdleTimeout)), record(61, 100, 2)}, "0-60 1, 61-100 2"},
		{"the second one had ended", []flow.Record{record(0, 60, 1, active), record(60, 70, 2, over), record(70, 80, 3)}, "0-70 3, 70-80 3"},
		{"another connection", []flow.Record{record(0, 60, 1, flags(flow.TCPFin|flow.TCPAck)), record(61, 70, 2, flags(flow.TCPSyn))}, "0-60 1, 61-70 2"},
		{"the last ACK", []flow.Record{record(0, 60, 1, flags(flow.TCPFin)), record(61, 70, 2, flags(flow.TCPAck))}, "0-70 3"},
		{"another key", []flow.Record{record(0, 60, 1, active), record(60, 70, 2, port(1))}, "0-60 1, 60-70 2"},
		{"another interface", []flow.Record{record(0, 60, 1, inIf(1)), record(60, 70, 2, inIf(2))}, "0-60 1, 60-70 2"},
		{"the rate is the same", []flow.Record{record(0, 60, 1, sampled(10)), record(60, 70, 2, sampled(10))}, "0-70 3"},
		{"another sampling rate", []flow.Record{record(0, 60, 1, sampled(10)), record(60, 70, 2, sampled(20))}, "0-60 1, 60-70 2"},
		{"a rate in one only", []flow.Record{record(0, 60, 1, sampled(10)), record(60, 70, 2)}, "0-60 1, 60-70 2"},
		{"the sum does not fit", []flow.Record{record(0, 60, 1, huge), record(60, 70, 2)}, "0-60 922337203685477580, 60-70 2"},
		{"running totals", []flow.Record{record(0, 60, 4, total), record(0, 70, 9, total)}, "0-70 9"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows, counts := join(t, Settings{Stitch: true, IdleTimeout: idle * time.Second}, slices.Clone(tt.records)...)
			if got := strings.Join(rows, ", "); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if counts.Stitched != uint64(len(tt.records)-len(rows)) {
				t.Errorf("%d of %d records stitched, %d rows", counts.Stitched, len(tt.records), len(rows))
			}
		})
	}
}

// TestJoinedMembers: what a joined record has of which of the two.
func TestJoinedMembers(t *testing.T) {
	const both = flow.FieldPackets | flow.FieldMinTTL | flow.FieldMaxTTL | flow.FieldMinOctets | flow.FieldMaxOctets | flow.FieldElements
	first := flow.Record{
		Start: 0, End: 5 * second, Counters: flow.Counters{Packets: 1}, MinTTL: 10, MaxTTL: 20, MinOctets: 40, MaxOctets: 100, FirstNumber: 3,
		TCPFlags: flow.TCPSyn, Marks: flow.MarkVLAN, VLAN: 7, EndReason: flow.EndActiveTimeout,
		Export: &flow.Export{Has: both | flow.FieldSourceAS | flow.FieldEndReason, SourceAS: 65001, Elements: []byte("first")},
	}
	second := flow.Record{
		Start: 5 * second, End: 9 * second, Counters: flow.Counters{Packets: 2}, MinTTL: 9, MaxTTL: 12, MinOctets: 41, MaxOctets: 1500, FirstNumber: 9,
		TCPFlags: flow.TCPAck, Marks: flow.MarkTCP,
		Export: &flow.Export{Has: both&^flow.FieldMaxTTL | flow.FieldFlows, Flows: 4, Elements: []byte("later")},
	}
	want := first
	want.End, want.Counters.Packets, want.MinTTL, want.MaxOctets = second.End, 3, 9, 1500
	want.TCPFlags, want.Marks, want.EndReason = flow.TCPSyn|flow.TCPAck, flow.MarkVLAN|flow.MarkTCP, 0
	wantHas := both&^flow.FieldMaxTTL | flow.FieldSourceAS | flow.FieldFlows
	j := NewJoiner(Settings{Stitch: true, IdleTimeout: time.Second}, func(r *flow.Record) error {
		if e := r.Export; e.Has != wantHas || e.Flows != 4 || e.SourceAS != 65001 || string(e.Elements) != "first" {
			t.Errorf("got %+v", e)
		}
		got := *r
		got.Export = want.Export
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		return nil
	})
	for _, r := range []*flow.Record{&first, &second} {
		if err := j.Add(r); err != nil {
			t.Fatal(err)
		}
		clear(r.Export.Elements) // the joiner keeps nothing of it
	}
	if err := j.Finish(); err != nil {
		t.Fatal(err)
	}
}

// TestErrorOfOut: what out gives comes back as it is.
func TestErrorOfOut(t *testing.T) {
	broken := errors.New("broken")
	for _, stitch := range []bool{false, true} {
		j := NewJoiner(Settings{Stitch: stitch}, func(*flow.Record) error { return broken })
		first, other := record(0, 1, 1), record(0, 1, 1, port(1))
		if got := errors.Join(j.Add(&first), j.Add(&other)); !errors.Is(got, broken) {
			t.Errorf("stitch %v: got %v, want %v", stitch, got, broken)
		}
	}
}
