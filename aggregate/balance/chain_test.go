package balance

import (
	"strings"
	"testing"

	"netstream/aggregate/flow"
)

// sums gives totals that are told apart from those of other seeds in every member.
func sums(seed uint64) (t Totals) {
	t.AddOf(seed, &flow.Counters{Packets: seed, Octets: 100 * seed, WireOctets: 120 * seed, PayloadOctets: 60 * seed})
	return t
}

func scaledSums(seed uint64) (t ScaledTotals) {
	t.Add(flow.Scaled{Packets: 10 * seed, Octets: 1000 * seed}, true)
	return t
}

// chained gives books that balance of a run between two others. Everything that is taken over or handed over differs.
func chained() *Books {
	b := balanced()
	b.Chained = true
	b.Taken = Carried{Keys: 5, Open: sums(11), HandedOver: sums(13), HandedOverScaled: scaledSums(13), Slices: sums(17), SlicesScaled: scaledSums(17), SliceCount: 6}
	b.Given = Carried{Keys: 7, Open: sums(19), HandedOver: sums(23), HandedOverScaled: scaledSums(23), Slices: sums(29), SlicesScaled: scaledSums(29), SliceCount: 8}
	b.StateTaken, b.StateGiven = StateRows{5, 6}, StateRows{7, 8}
	add := func(to *Totals, parts ...*Totals) {
		for _, part := range parts {
			to.AddTotals(part)
		}
	}
	add(&b.Flows, &b.Taken.Open, &b.Given.Slices, &b.Taken.HandedOver)
	add(&b.Accounted, &b.Given.Open, &b.Given.Slices, &b.Taken.HandedOver)
	add(&b.Intervals, &b.Taken.Open, &b.Taken.Slices, &b.Given.HandedOver)
	b.FlowsScaled.addScaled(&b.Given.SlicesScaled, &b.Taken.HandedOverScaled)
	b.IntervalsScaled.addScaled(&b.Taken.SlicesScaled, &b.Given.HandedOverScaled)
	b.FlowRecords += 3
	b.EndReasons[flow.EndForced] += 3
	b.Taken.Started.Add(2)
	b.Taken.Ended.Add(5)
	b.Given.Started.Add(3)
	b.Given.Ended.Add(1)
	b.FlowsStarted.Add(2)
	b.FlowsEnded.Add(7)
	for i := range b.Schemes {
		b.Schemes[i] = Scheme{Name: "as", Totals: b.Intervals, Scaled: b.IntervalsScaled, Started: b.FlowsStarted, Ended: b.FlowsEnded}
	}
	return b
}

// TestChainedBooksThatBalance also looks at what the laws say of themselves.
func TestChainedBooksThatBalance(t *testing.T) {
	for _, law := range chained().Check() {
		if !law.Holds || law.Failure != "" {
			t.Errorf("%s fails: %s", law.ID, law.Failure)
		}
		handed := strings.Contains(law.Text, "handed over to the next one")
		switch law.ID {
		case "C5", "C5c", "C6", "C6b", "C6d":
			if !handed {
				t.Errorf("%s does not speak of what runs hand over: %s", law.ID, law.Text)
			}
		case "C7":
			if !strings.Contains(law.Text, "sum of interval records") {
				t.Errorf("C7 does not speak of intervals: %s", law.Text)
			}
		default:
			if handed {
				t.Errorf("%s speaks of what runs hand over: %s", law.ID, law.Text)
			}
		}
	}
	for _, law := range balanced().Check() {
		if strings.Contains(law.Text, "next one") || law.Failure != "" {
			t.Errorf("%s of a run that stands alone: %s, %s", law.ID, law.Text, law.Failure)
		}
	}
}

// TestEachChainedLawCanFail changes one side of each law by what is taken over or handed over.
func TestEachChainedLawCanFail(t *testing.T) {
	tests := []struct {
		law    string
		change func(*Books)
	}{
		{"C5", func(b *Books) { b.Given.Open.Packets.Add(1) }},
		{"C5", func(b *Books) { b.Taken.Open.Octets.Add(1) }},
		{"C5c", func(b *Books) { b.Given.Open.Imprint++ }},
		{"C5c", func(b *Books) { b.Taken.Open.Imprint++ }},
		{"C5d", func(b *Books) { b.Taken.Keys++ }},
		{"C5d", func(b *Books) { b.Given.SliceCount++ }},
		{"C6", func(b *Books) { b.Given.Slices.Packets.Add(1) }},
		{"C6", func(b *Books) { b.Taken.Slices.Octets.Add(1) }},
		{"C6", func(b *Books) { b.Given.HandedOver.WireOctets.Add(1) }},
		{"C6", func(b *Books) { b.Taken.HandedOver.PayloadOctets.Add(1) }},
		{"C6b", func(b *Books) { b.Given.Started.Add(1) }},
		{"C6b", func(b *Books) { b.Taken.Ended.Add(1) }},
		{"C6c", func(b *Books) { b.Given.SlicesScaled.Packets.Add(1) }},
		{"C6c", func(b *Books) { b.Taken.SlicesScaled.Octets.Add(1) }},
		{"C6c", func(b *Books) { b.Given.HandedOverScaled.Octets.Add(1) }},
		{"C6c", func(b *Books) { b.Taken.HandedOverScaled.Packets.Add(1) }},
		{"C6d", func(b *Books) { b.Given.Slices.Imprint++ }},
		{"C6d", func(b *Books) { b.Taken.HandedOver.Imprint++ }},
		{"C7", func(b *Books) { b.Schemes[1].Totals.Packets.Add(1) }},
		{"C7", func(b *Books) { b.Schemes[1].Started.Add(1) }},
		{"C7", func(b *Books) { b.Schemes[0].Scaled.Packets.Add(1) }},
	}
	for _, tt := range tests {
		b := chained()
		tt.change(b)
		for _, law := range b.Check() {
			if (law.ID == tt.law) == law.Holds || law.Holds != (law.Failure == "") {
				t.Errorf("change of %s: law %s holds: %v (%s)", tt.law, law.ID, law.Holds, law.Failure)
			}
		}
	}
}

// TestTotals adds members of their own and looks at each.
func TestTotals(t *testing.T) {
	c := &flow.Counters{Packets: 1, Octets: 2, WireOctets: 3, PayloadOctets: 4}
	var imprint flow.Imprint
	imprint.Add(9, c)
	var one, other Totals
	one.AddOf(9, c)
	other.Add(&flow.Counters{Packets: 10, Octets: 20, WireOctets: 30, PayloadOctets: 40})
	if other.Imprint != 0 || one.Imprint != imprint || imprint == 0 {
		t.Errorf("imprints %d and %d, want 0 and %d", other.Imprint, one.Imprint, imprint)
	}
	other.AddTotals(&one)
	other.AddTotals(&one)
	if got := [...]string{other.Packets.String(), other.Octets.String(), other.WireOctets.String(), other.PayloadOctets.String()}; got != [...]string{"12", "24", "36", "48"} {
		t.Errorf("sums are %v", got)
	}
	if other.Imprint != 2*imprint {
		t.Errorf("imprint %d, want %d", other.Imprint, 2*imprint)
	}
}

// TestScaledTotals has rows whose rate is known, and one whose is not.
func TestScaledTotals(t *testing.T) {
	var s ScaledTotals
	s.Add(flow.Scaled{Packets: 3, Octets: 5}, true)
	s.Add(flow.Scaled{Packets: 30, Octets: 50}, false)
	if s.Packets.String() != "3" || s.Octets.String() != "5" || s.Unknown != 1 {
		t.Errorf("sums are %v", s)
	}
}

// TestLargestTotal has a total that a row can just hold, and one that it cannot.
func TestLargestTotal(t *testing.T) {
	for _, more := range []uint64{0, 1} {
		b := &Books{}
		for _, t := range []*Totals{&b.Accounted, &b.Flows, &b.Intervals} {
			t.Octets.Add(1<<63 - 1 + more)
		}
		for _, law := range b.Check() {
			if law.ID == "C13" && law.Holds != (more == 0) {
				t.Errorf("a total of 2^63 - 1 + %d: law C13 holds: %v", more, law.Holds)
			}
		}
	}
}
