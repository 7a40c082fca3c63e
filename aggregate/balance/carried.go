package balance

import "netstream/aggregate/flow"

// StateRows are how many rows a state has.
type StateRows struct{ Keys, Slices uint64 }

// Carried is what goes from one run to the next one.
type Carried struct {
	Keys             uint64       // of flows: of open ones, and those that remember their last one
	Flows            uint64       // open ones
	Open             Totals       // what they have counted
	HandedOver       Totals       // of it what is in interval slices already
	HandedOverScaled ScaledTotals // the same before sampling; nothing unless all packets were sampled

	Slices         Totals // of intervals that may still grow
	SlicesScaled   ScaledTotals
	SliceCount     uint64
	Started, Ended flow.Sum // flows, by those slices
}

// state belongs to law C5: nothing is lost between the engine and the state.
func (b *Books) state() Law {
	return equal("C5d", "keys and slices taken over and handed over = rows of the states",
		[2]StateRows{{b.Taken.Keys, b.Taken.SliceCount}, {b.Given.Keys, b.Given.SliceCount}}, [2]StateRows{b.StateTaken, b.StateGiven})
}

// intervals is law C6. Slices of intervals that may still grow go from run to run; what
// open flows have handed over in slices is in no flow record yet.
func (b *Books) intervals() Law {
	got, want := b.intervalSides()
	return equal("C6", b.text("sum of interval records = sum of flow records"), got.withoutKeys(), want.withoutKeys())
}

// intervalKeys belongs to law C6.
func (b *Books) intervalKeys() Law {
	got, want := b.intervalSides()
	return sameKeys("C6d", b.text("the packets and octets of law C6 are of the same keys in both tables"), &got, &want)
}

func (b *Books) intervalSides() (got, want Totals) {
	got, want = b.Intervals, b.Flows
	got.AddTotals(&b.Given.Slices)
	got.AddTotals(&b.Taken.HandedOver)
	want.AddTotals(&b.Taken.Slices)
	want.AddTotals(&b.Given.HandedOver)
	return got, want
}

// text gives the text of a law on both sides of which there is what runs hand over.
func (b *Books) text(law string) string {
	if b.Chained {
		return law + ", less what was taken over from the run before and with what is handed over to the next one"
	}
	return law
}
