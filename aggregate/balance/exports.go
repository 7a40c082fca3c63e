package balance

import (
	"fmt"
	"math"

	"netstream/aggregate/flow"
)

// Export is the side of the laws of one input of exported records. Members that
// its container does not have are 0.
type Export struct {
	Name string

	Messages, MessageOutcomes uint64 // messages read; by outcome, all outcomes together
	SetOctets, SetOctetsSpent uint64 // octets of the sets of decoded messages; those of records, padding and sets left out

	// DataRecords are the records of all data sets (RFC 7011 section 2), options
	// included. Accounted are those that made rows or told options, NotAccounted the
	// others, by reason, all reasons together.
	DataRecords, Accounted, NotAccounted uint64

	Rows uint64 // flow records given to the engine: a biflow is one data record and up to two of these

	Sequences []Sequence
}

// Sequence is what the sequence numbers of one stream say, in the stream's unit:
// messages or records.
type Sequence struct {
	Name          string
	Span          uint32 // next number - first number, summed over the runs between resets, modulo 2^32
	Counted, Lost uint64
}

// ScaledTotals are the sums of volumes as they were before sampling.
type ScaledTotals struct {
	Packets, Octets flow.Sum
	Unknown         uint64 // rows whose sampling rate is not known
}

// Add adds a row's scaled volumes; known is false if it has none.
func (t *ScaledTotals) Add(s flow.Scaled, known bool) {
	if !known {
		t.Unknown++
		return
	}
	t.Packets.Add(s.Packets)
	t.Octets.Add(s.Octets)
}

// addScaled adds the volumes of others, which are all known.
func (t *ScaledTotals) addScaled(others ...*ScaledTotals) {
	for _, other := range others {
		t.Packets.AddSum(other.Packets)
		t.Octets.AddSum(other.Octets)
	}
}

// exportLaws are those of what exporters have metered.
func (b *Books) exportLaws() []Law {
	return []Law{
		b.exportedRows(),
		b.scaled(),
		b.perExport("C8", "messages = messages by outcome",
			func(e *Export) (got, want uint64) { return e.MessageOutcomes, e.Messages }),
		b.perExport("C8b", "octets of sets = octets of records, padding and sets that were left out",
			func(e *Export) (got, want uint64) { return e.SetOctetsSpent, e.SetOctets }),
		b.perExport("C8c", "data records = records accounted + records not accounted, by reason",
			func(e *Export) (got, want uint64) { return e.Accounted + e.NotAccounted, e.DataRecords }),
		b.sequences(),
	}
}

func (b *Books) perExport(id, text string, sides func(*Export) (got, want uint64)) Law {
	for i := range b.Exports {
		if got, want := sides(&b.Exports[i]); got != want {
			return Law{ID: id, Text: text, Failure: fmt.Sprintf("%s: got %d, want %d", b.Exports[i].Name, got, want)}
		}
	}
	return Law{ID: id, Text: text, Holds: true}
}

// exportedRows belongs to law C5: no exported record is lost between reader and
// table.
func (b *Books) exportedRows() Law {
	var decoded, found flow.Sum
	for i := range b.Exports {
		decoded.Add(b.Exports[i].Rows)
	}
	found.Add(b.ExportedRecords)
	found.Add(b.Stitched)
	found.Add(b.RejectedExported)
	return equal("C5b", "exported flow records + records stitched to others + those that the flow filter left out = flow records decoded", found, decoded)
}

// scaled belongs to law C6. It says something if all flow records tell their
// sampling rate and no sum is beyond what a row of the interval table can hold.
func (b *Books) scaled() Law {
	law := Law{ID: "C6c", Text: "sum of scaled interval records = sum of scaled flow records, if all are known", Holds: true}
	if !b.scaledIsTold() {
		return law
	}
	intervals, flows := b.IntervalsScaled, b.FlowsScaled
	intervals.addScaled(&b.Given.SlicesScaled, &b.Taken.HandedOverScaled)
	flows.addScaled(&b.Taken.SlicesScaled, &b.Given.HandedOverScaled)
	return equal(law.ID, law.Text, intervals, flows)
}

// scaledIsTold says whether all flow records tell their scaled volumes, and no sum is
// beyond what a row can hold.
func (b *Books) scaledIsTold() bool {
	known := b.FlowsScaled.Unknown == 0 && b.Taken.SlicesScaled.Unknown == 0 && b.Given.SlicesScaled.Unknown == 0
	return known && !beyond(b.FlowsScaled.Packets) && !beyond(b.FlowsScaled.Octets)
}

func beyond(s flow.Sum) bool {
	v, ok := s.Uint64()
	return !ok || v > math.MaxInt64
}

// sequences is law C9: a stream's numbers went on by what came and what is missing.
func (b *Books) sequences() Law {
	law := Law{ID: "C9", Text: "span of sequence numbers = units counted + units lost, modulo 2^32", Holds: true}
	for i := range b.Exports {
		for _, s := range b.Exports[i].Sequences {
			if got := uint32(s.Counted + s.Lost); got != s.Span {
				law.Holds, law.Failure = false, fmt.Sprintf("%s, %s: got %d, want %d", b.Exports[i].Name, s.Name, got, s.Span)
				return law
			}
		}
	}
	return law
}
