package balance

import (
	"testing"

	"netstream/aggregate/flow"
)

// balanced gives books that balance: two inputs, three flows, two tables.
func balanced() *Books {
	counters := []flow.Counters{{Packets: 3, Octets: 300, WireOctets: 350, PayloadOctets: 100}, {Packets: 1, Octets: 40, WireOctets: 60}}
	b := &Books{
		Inputs: []Input{
			{Name: "a", Size: 1000, Consumed: 1000, StoredSize: 400, Decoded: 400, Packets: 4, Outcomes: 3, Lost: 1, Captured: 300, ByOutcome: 300},
			{Name: "b", Size: 10, Consumed: 10, Packets: 1, Outcomes: 1, Captured: 60, ByOutcome: 60},
		},
		FlowRecords: 2,
		EndReasons:  map[flow.EndReason]uint64{flow.EndIdleTimeout: 1, flow.EndForced: 1},
		Tables: []Table{{
			Name:    "flows",
			Written: Content{Rows: 2, Columns: []Column{{Name: "packets", Sum: "4"}}},
			Reread:  Content{Rows: 2, Columns: []Column{{Name: "packets", Sum: "4"}}},
		}},
	}
	for _, c := range counters {
		b.Flows.Add(&c)
		b.Intervals.Add(&c)
	}
	b.Accounted = b.Flows.withoutPayload()
	b.FlowsStarted.Add(2)
	b.FlowsEnded.Add(2)
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
		{"C6", func(b *Books) { b.Intervals.Packets.Add(1) }},
		{"C6", func(b *Books) { b.Intervals.PayloadOctets.Add(1) }},
		{"C6b", func(b *Books) { b.FlowsStarted.Add(1) }},
		{"C6b", func(b *Books) { b.FlowsEnded.Add(1) }},
		{"C10", func(b *Books) { b.Tables[0].Reread.Rows-- }},
		{"C10", func(b *Books) { b.Tables[0].Reread.Columns[0].Sum = "5" }},
		{"C10", func(b *Books) { b.Tables[0].Reread.Columns[0].Nulls = 1 }},
		{"C10", func(b *Books) { b.Tables[0].Reread.Columns = nil }},
		{"C11", func(b *Books) { b.PacketsSpent.Add(1) }},
		{"C13", func(b *Books) {
			for _, t := range []*Totals{&b.Accounted, &b.Flows, &b.Intervals} {
				t.WireOctets.Add(1 << 63)
			}
		}},
		{"C12", func(b *Books) { b.EndReasons[flow.EndForced]++ }},
	}
	for _, tt := range tests {
		b := balanced()
		tt.change(b)
		for _, law := range b.Check() {
			if (law.ID == tt.law) == law.Holds {
				t.Errorf("change of %s: law %s holds: %v (%s)", tt.law, law.ID, law.Holds, law.Failure)
			}
		}
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
