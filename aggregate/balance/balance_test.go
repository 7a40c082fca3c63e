package balance

import (
	"testing"

	"netstream/aggregate/flow"
)

// balanced gives books that balance: two inputs of packets and one of exports, two
// metered and two exported flows, a table.
func balanced() *Books {
	counters := []flow.Counters{{Packets: 3, Octets: 300, WireOctets: 350, PayloadOctets: 100}, {Packets: 1, Octets: 40, WireOctets: 60}}
	b := &Books{
		Inputs: []Input{
			{Name: "a", Size: 1000, Consumed: 1000, StoredSize: 400, Decoded: 400, Packets: 4, Outcomes: 3, Lost: 1, Captured: 300, ByOutcome: 300},
			{Name: "b", Size: 10, Consumed: 10, Packets: 1, Outcomes: 1, Captured: 60, ByOutcome: 60},
		},
		Exports: []Export{{
			Name: "c", Messages: 3, MessageOutcomes: 3, SetOctets: 500, SetOctetsSpent: 500,
			DataRecords: 6, Accounted: 4, NotAccounted: 2, Rows: 4,
			Sequences: []Sequence{{Name: "192.0.2.1", Span: 1, Counted: 4, Lost: 1<<32 - 3}},
		}},
		FlowRecords:      4,
		ExportedRecords:  2,
		Stitched:         1,
		EndReasons:       map[flow.EndReason]uint64{flow.EndIdleTimeout: 1, flow.EndForced: 1},
		WithoutEndReason: 2,
		Tables: []Table{{
			Name:    "flows",
			Written: Content{Rows: 2, Columns: []Column{{Name: "packets", Sum: "4"}}},
			Reread:  Content{Rows: 2, Columns: []Column{{Name: "packets", Sum: "4"}}},
		}},
	}
	for i, c := range counters {
		b.Flows.AddOf(uint64(i+7), &c)
		b.Intervals.AddOf(uint64(i+7), &c)
	}
	b.Subtracted.AddOf(3, &flow.Counters{Packets: 5, Octets: 500, WireOctets: 570, PayloadOctets: 1})
	b.Rejected.AddOf(4, &flow.Counters{Packets: 9, Octets: 900, WireOctets: 990, PayloadOctets: 8})
	b.Partitioned = []Table{{Name: "flows", Written: Content{Rows: 2}, Reread: Content{Rows: 2}}}
	b.RejectedExported = 1
	b.Accounted = b.Flows
	b.Accounted.PayloadOctets = flow.Sum{}
	b.Accounted.AddTotals(&b.Subtracted)
	b.Accounted.AddTotals(&b.Rejected)
	b.FlowsScaled.Add(flow.Scaled{Packets: 7, Octets: 70}, true)
	b.IntervalsScaled.Add(flow.Scaled{Packets: 3, Octets: 30}, true)
	b.IntervalsScaled.Add(flow.Scaled{Packets: 4, Octets: 40}, true)
	b.FlowsStarted.Add(4)
	b.FlowsEnded.Add(4)
	for _, name := range []string{"as", "prefix"} {
		b.Schemes = append(b.Schemes, Scheme{Name: name, Totals: b.Intervals, Scaled: b.IntervalsScaled, Started: b.FlowsStarted, Ended: b.FlowsEnded})
	}
	b.PacketsRead.Add(5)
	b.PacketsSpent.Add(5)
	return b
}

func TestBooksThatBalance(t *testing.T) {
	for _, law := range balanced().Check() {
		if !law.Holds {
			t.Errorf("%s fails: %s", law.ID, law.Failure)
		}
	}
}

// TestEachLawCanFail changes one side of each law.
func TestEachLawCanFail(t *testing.T) {
	tests := []struct {
		law    string
		change func(*Books)
	}{
		{"C1", func(b *Books) { b.Inputs[1].Consumed++ }},
		{"C2", func(b *Books) { b.Inputs[0].Decoded-- }},
		{"C3", func(b *Books) { b.Inputs[0].Outcomes-- }},
		{"C3", func(b *Books) { b.Inputs[0].Lost++ }},
		{"C4", func(b *Books) { b.Inputs[1].ByOutcome++ }},
		{"C5", func(b *Books) { b.Accounted.Packets.Add(1) }},
		{"C5", func(b *Books) { b.Accounted.Octets.Add(1) }},
		{"C5", func(b *Books) { b.Accounted.WireOctets.Add(1) }},
		{"C5c", func(b *Books) { b.Accounted.Imprint++ }},
		{"C5c", func(b *Books) { b.Rejected.Imprint++ }},
		{"C5d", func(b *Books) { b.Given.Keys++ }},
		{"C5d", func(b *Books) { b.StateTaken.Slices++ }},
		{"C6d", func(b *Books) { b.Intervals.Imprint++ }},
		{"C6e", func(b *Books) { b.FlowsAstray++ }},
		{"C6e", func(b *Books) { b.IntervalsAstray++ }},
		{"C7b", func(b *Books) { b.Partitioned[0].Reread.Rows-- }},
		{"C6", func(b *Books) { b.Intervals.Packets.Add(1) }},
		{"C6", func(b *Books) { b.Intervals.PayloadOctets.Add(1) }},
		{"C6b", func(b *Books) { b.FlowsStarted.Add(1) }},
		{"C6b", func(b *Books) { b.FlowsEnded.Add(1) }},
		{"C7", func(b *Books) { b.Schemes[1].Totals.Packets.Add(1) }},
		{"C7", func(b *Books) { b.Schemes[0].Totals.WireOctets.Add(1) }},
		{"C7", func(b *Books) { b.Schemes[1].Started.Add(1) }},
		{"C7", func(b *Books) { b.Schemes[0].Ended.Add(1) }},
		{"C7", func(b *Books) { b.Schemes[1].Scaled.Octets.Add(1) }},
		{"C7", func(b *Books) { b.Schemes[1].Scaled.Unknown++ }},
		{"C10", func(b *Books) { b.Tables[0].Reread.Rows-- }},
		{"C10", func(b *Books) { b.Tables[0].Reread.Columns[0].Sum = "5" }},
		{"C10", func(b *Books) { b.Tables[0].Reread.Columns[0].Nulls = 1 }},
		{"C10", func(b *Books) { b.Tables[0].Reread.Columns = nil }},
		{"C11", func(b *Books) { b.PacketsSpent.Add(1) }},
		{"C13", func(b *Books) {
			for _, t := range []*Totals{&b.Accounted, &b.Flows, &b.Intervals} {
				t.WireOctets.Add(1 << 63)
			}
			b.Schemes = nil
		}},
		{"C12", func(b *Books) { b.EndReasons[flow.EndForced]++ }},
		{"C12", func(b *Books) { b.WithoutEndReason-- }},
		{"C5", func(b *Books) { b.Subtracted.Octets.Add(1) }},
		{"C5b", func(b *Books) { b.ExportedRecords++ }},
		{"C5b", func(b *Books) { b.Stitched-- }},
		{"C5b", func(b *Books) { b.Exports[0].Rows++ }},
		{"C6c", func(b *Books) { b.IntervalsScaled.Packets.Add(1) }},
		{"C6c", func(b *Books) { b.IntervalsScaled.Octets.Add(1) }},
		{"C6c", func(b *Books) { b.IntervalsScaled.Add(flow.Scaled{}, false) }},
		{"C8", func(b *Books) { b.Exports[0].Messages++ }},
		{"C8b", func(b *Books) { b.Exports[0].SetOctetsSpent-- }},
		{"C8c", func(b *Books) { b.Exports[0].NotAccounted++ }},
		{"C9", func(b *Books) { b.Exports[0].Sequences[0].Span++ }},
	}
	for _, tt := range tests {
		b := balanced()
		tt.change(b)
		for _, law := range b.Check() {
			if (law.ID == tt.law) == law.Holds || law.Holds != (law.Failure == "") {
				t.Errorf("change of %s: law %s holds: %v (%s)", tt.law, law.ID, law.Holds, law.Failure)
			}
		}
	}
}

// TestScaledLawNeedsAllRates: sums are compared only if they are of all flows and
// fit the table.
func TestScaledLawNeedsAllRates(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Books)
	}{
		{"a rate is unknown", func(b *Books) { b.FlowsScaled.Add(flow.Scaled{}, false) }},
		{"a sum does not fit", func(b *Books) { b.FlowsScaled.Octets.Add(1 << 63) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := balanced()
			tt.change(b)
			b.IntervalsScaled.Packets.Add(1)
			for _, law := range b.Check() {
				if !law.Holds {
					t.Errorf("%s fails: %s", law.ID, law.Failure)
				}
			}
		})
	}
}

// TestSumsDoNotWrap adds more than 64 bits hold.
func TestSumsDoNotWrap(t *testing.T) {
	var s, other flow.Sum
	for range 3 {
		s.Add(1<<64 - 1)
	}
	other.AddSum(s)
	if want := "55340232221128654845"; s.String() != want || other.String() != want {
		t.Errorf("got %s and %s, want %s", s, other, want)
	}
	if _, ok := s.Uint64(); ok {
		t.Error("the sum claims to fit into 64 bits")
	}
}
