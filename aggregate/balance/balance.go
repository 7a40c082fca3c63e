// Package balance holds the conservation laws: what was read is what was
// accounted plus what was not, and every table sums to what was accounted. The
// program checks them at the end of every run, before anything is committed.
package balance

import (
	"fmt"

	"netstream/aggregate/flow"
)

// Totals are the sums of one side of a law, in 128 bits.
type Totals struct {
	Packets       flow.Sum
	Octets        flow.Sum // IP
	WireOctets    flow.Sum
	PayloadOctets flow.Sum

	Imprint flow.Imprint // by key; only of parts that AddOf has added
}

// Add adds a flow's or an interval's counters.
func (t *Totals) Add(c *flow.Counters) {
	t.Packets.Add(c.Packets)
	t.Octets.Add(c.Octets)
	t.WireOctets.Add(c.WireOctets)
	t.PayloadOctets.Add(c.PayloadOctets)
}

// AddOf adds counters of a key, by its hash in the run.
func (t *Totals) AddOf(hash uint64, c *flow.Counters) {
	t.Add(c)
	t.Imprint.Add(hash, c)
}

// AddTotals adds the sums of another part.
func (t *Totals) AddTotals(other *Totals) {
	t.Packets.AddSum(other.Packets)
	t.Octets.AddSum(other.Octets)
	t.WireOctets.AddSum(other.WireOctets)
	t.PayloadOctets.AddSum(other.PayloadOctets)
	t.Imprint += other.Imprint
}

// Table is what was counted while a table was written and what its finished file
// gave when it was read back.
type Table struct {
	Name    string
	Written Content
	Reread  Content
}

// Content is what a table holds. Sums by column have the table's own columns, in
// their order.
type Content struct {
	Rows    uint64
	Columns []Column
}

// Column is the sum of one column, and how many of its cells are NULL.
type Column struct {
	Name  string
	Nulls uint64
	Sum   string // decimal
}

// Input is one input's side of the laws, in octets and packets.
type Input struct {
	Name string

	Size, Consumed      uint64 // octets of the decompressed content, and where they went
	StoredSize, Decoded uint64 // octets of the file as stored, and of those that were used, trailing or undecoded

	Packets   uint64 // packets read
	Outcomes  uint64 // packets by outcome, all outcomes together
	Lost      uint64 // packets given up because of damage
	Captured  uint64 // captured lengths as framed
	ByOutcome uint64 // captured lengths by outcome
}

// Books are all sides of the laws of a run.
type Books struct {
	Inputs    []Input
	Exports   []Export
	Accounted Totals // by the readers' ledgers: packets metered, and flow records decoded
	Flows     Totals // by the flow records as written
	Intervals Totals // by the interval records as written

	// Subtracted are the running totals that the engine took off because the record
	// before had told them.
	Subtracted Totals

	// Rejected are the counters of the flow records that the flow filter left out of
	// the tables, by the ledger's rows.
	Rejected Totals

	FlowRecords      uint64
	EndReasons       map[flow.EndReason]uint64
	WithoutEndReason uint64 // exported flow records that do not tell why they ended

	ExportedRecords              uint64 // of FlowRecords those of exporters
	RejectedExported             uint64 // exported records that the flow filter left out
	Stitched                     uint64 // records decoded that the engine joined to others
	FlowsScaled, IntervalsScaled ScaledTotals

	FlowsStarted, FlowsEnded  flow.Sum // summed over the interval table
	PacketsRead, PacketsSpent flow.Sum // summed over inputs; by outcome

	// Chained says that the run is one of several that hand over to each other: Taken is
	// what the run before has handed over, Given what goes to the next one.
	Chained      bool
	Taken, Given Carried

	StateTaken, StateGiven StateRows // as the states have them

	Schemes []Scheme // accounting schemes, by their rows as written

	Tables []Table

	// Partitioned are the tables that are split into files: Written is what was counted of
	// the table, Reread the sum over its files.
	Partitioned []Table

	// FlowsAstray and IntervalsAstray are rows whose times contradict each other: flows that
	// end before they begin, intervals with packets outside of them.
	FlowsAstray, IntervalsAstray uint64
}

// Scheme is what the rows of an accounting scheme sum to.
type Scheme struct {
	Name           string
	Totals         Totals
	Scaled         ScaledTotals
	Started, Ended flow.Sum // flows
}

// Law is one law and whether it holds.
type Law struct {
	ID      string
	Text    string
	Holds   bool
	Failure string // got and want of the first violation
}

// Check tries all laws. The result has every law, in a fixed order.
func (b *Books) Check() []Law {
	laws := []Law{
		b.perInput("C1", "file size = octets in records, skipped blocks, damaged and trailing octets",
			func(i *Input) (got, want uint64) { return i.Consumed, i.Size }),
		b.perInput("C2", "octets of a compressed file = octets decoded, trailing and undecoded",
			func(i *Input) (got, want uint64) { return i.Decoded, i.StoredSize }),
		b.perInput("C3", "packets read = packets accounted + packets not accounted, by reason",
			func(i *Input) (got, want uint64) { return i.Outcomes + i.Lost, i.Packets }),
		b.perInput("C4", "captured octets framed = captured octets by reason",
			func(i *Input) (got, want uint64) { return i.ByOutcome, i.Captured }),
		b.flows(),
		b.flowKeys(),
		b.state(),
		b.intervals(),
		b.intervalKeys(),
		b.schemes(),
		b.partitions(),
		b.tables(),
		equal("C11", "sum over inputs = total", b.PacketsSpent, b.PacketsRead),
		b.ends(),
		b.times(),
		b.starts(),
		b.wraps(),
	}
	return append(laws, b.exportLaws()...)
}

// flows is law C5. Running totals are accounted as they were decoded, and are in
// the flow table less what was told before. What the flow filter left out was
// accounted, too. Open flows go from run to run.
func (b *Books) flows() Law {
	rows, accounted := b.flowSides()
	rows.PayloadOctets, accounted.PayloadOctets = flow.Sum{}, flow.Sum{} // which ledgers do not keep
	return equal("C5", b.text("sum of flow records + running totals told before + those that the flow filter left out = accounted totals"),
		rows.withoutKeys(), accounted.withoutKeys())
}

func (b *Books) flowSides() (rows, accounted Totals) {
	rows, accounted = b.Flows, b.Accounted
	rows.AddTotals(&b.Subtracted)
	rows.AddTotals(&b.Rejected)
	rows.AddTotals(&b.Given.Open)
	accounted.AddTotals(&b.Taken.Open)
	return rows, accounted
}

// flowKeys belongs to law C5: sums would not tell if a packet went to another flow, nor its
// payload.
func (b *Books) flowKeys() Law {
	rows, accounted := b.flowSides()
	return sameKeys("C5c", b.text("the packets and octets of law C5, each length of its own, are in the flows of their keys"), &rows, &accounted)
}

// withoutKeys leaves out in which flows packets are.
func (t Totals) withoutKeys() Totals {
	t.Imprint = 0
	return t
}

func sameKeys(id, text string, got, want *Totals) Law {
	law := Law{ID: id, Text: text, Holds: got.Imprint == want.Imprint}
	if !law.Holds { // imprints are of no meaning to anybody
		law.Failure = "some are in the flow of another key, or of another length"
	}
	return law
}

func equal[T comparable](id, text string, got, want T) Law {
	law := Law{ID: id, Text: text, Holds: got == want}
	if !law.Holds {
		law.Failure = fmt.Sprintf("got %v, want %v", got, want)
	}
	return law
}

func (b *Books) perInput(id, text string, sides func(*Input) (got, want uint64)) Law {
	for i := range b.Inputs {
		if got, want := sides(&b.Inputs[i]); got != want {
			return Law{ID: id, Text: text, Failure: fmt.Sprintf("%s: got %d, want %d", b.Inputs[i].Name, got, want)}
		}
	}
	return Law{ID: id, Text: text, Holds: true}
}

// schemes is law C7: a scheme groups flows and changes no sum.
func (b *Books) schemes() Law {
	law := Law{ID: "C7", Text: "sum of each accounting scheme = sum of flow records, as are flows started and ended", Holds: true}
	type sums struct {
		Totals
		started, ended flow.Sum
		scaled         ScaledTotals
	}
	want := sums{Totals: b.Flows.withoutKeys()}
	want.started.Add(b.FlowRecords)
	want.ended.Add(b.FlowRecords)
	scaled := b.scaledIsTold()
	if scaled {
		want.scaled = b.FlowsScaled
	}
	if b.Chained { // flows of this run are in intervals of the next one, which laws C6 speak of
		law.Text = "sum of each accounting scheme = sum of interval records, as are flows started and ended"
		want.Totals, want.started, want.ended = b.Intervals.withoutKeys(), b.FlowsStarted, b.FlowsEnded
		if scaled {
			want.scaled = b.IntervalsScaled
		}
	}
	for i := range b.Schemes {
		s := &b.Schemes[i]
		got := sums{Totals: s.Totals.withoutKeys(), started: s.Started, ended: s.Ended}
		if scaled {
			got.scaled = s.Scaled
		}
		if got != want {
			law.Holds, law.Failure = false, fmt.Sprintf("%s: got %v, want %v", s.Name, got, want)
			return law
		}
	}
	return law
}

// tables is law C10: what was written is what the finished files hold.
func (b *Books) tables() Law {
	return sameContents("C10", "rows and column sums written = those read back", "read back", b.Tables)
}

// partitions belongs to law C7: a table is the sum of its files.
func (b *Books) partitions() Law {
	return sameContents("C7b", "rows and column sums of each table = sum over the files that it is split into", "in its files", b.Partitioned)
}

// times belongs to law C6: no packet counts in an interval that it is not in.
func (b *Books) times() Law {
	return equal("C6e", "no flow ends before it begins, and no interval holds packets of another time", [2]uint64{b.FlowsAstray, b.IntervalsAstray}, [2]uint64{})
}

func sameContents(id, text, where string, tables []Table) Law {
	law := Law{ID: id, Text: text, Holds: true}
	fail := func(format string, args ...any) Law {
		law.Holds, law.Failure = false, fmt.Sprintf(format, args...)
		return law
	}
	for _, t := range tables {
		if t.Written.Rows != t.Reread.Rows {
			return fail("%s: %d rows %s, %d written", t.Name, t.Reread.Rows, where, t.Written.Rows)
		}
		if len(t.Written.Columns) != len(t.Reread.Columns) {
			return fail("%s: %d columns %s, %d written", t.Name, len(t.Reread.Columns), where, len(t.Written.Columns))
		}
		for i, want := range t.Written.Columns {
			if got := t.Reread.Columns[i]; got != want {
				return fail("%s: %v %s, %v written", t.Name, got, where, want)
			}
		}
	}
	return law
}

// ends is law C12: every record ended for one reason, or its exporter does not
// tell.
func (b *Books) ends() Law {
	sum := b.WithoutEndReason
	for _, n := range b.EndReasons {
		sum += n
	}
	return equal("C12", "flow records = sum of flow records by end reason and without one", sum, b.FlowRecords)
}

// wraps is law C13: if the 128-bit totals are within 63 bits, no counter of a row,
// which is a part of them, can have wrapped.
func (b *Books) wraps() Law {
	law := Law{ID: "C13", Text: "no counter wraps: all totals are below 2^63", Holds: true}
	for _, t := range []Totals{b.Accounted, b.Flows, b.Intervals} {
		for _, sum := range []flow.Sum{t.Packets, t.Octets, t.WireOctets, t.PayloadOctets} {
			if beyond(sum) {
				law.Holds, law.Failure = false, fmt.Sprintf("a total is %v", sum)
			}
		}
	}
	return law
}

// starts belongs to law C6: each flow record starts and ends in one interval.
func (b *Books) starts() Law {
	var records flow.Sum
	records.Add(b.FlowRecords)
	got, want := [2]flow.Sum{b.FlowsStarted, b.FlowsEnded}, [2]flow.Sum{records, records}
	for i, side := range [...]struct{ given, taken flow.Sum }{{b.Given.Started, b.Taken.Started}, {b.Given.Ended, b.Taken.Ended}} {
		got[i].AddSum(side.given)
		want[i].AddSum(side.taken)
	}
	return equal("C6b", b.text("flow records = flows started = flows ended, over the interval table"), got, want)
}
