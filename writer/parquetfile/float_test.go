package parquetfile_test

import (
	"math"
	"testing"

	"netstream/writer/readback"
	"netstream/writer/table"
)

// rate is a row of a number that may be unknown.
type rate struct {
	value float64
	known bool
}

// rates has the ends of the range, numbers that no short decimal fraction is, and
// unknown ones.
func rates() []rate {
	rows := []rate{
		{0, true}, {math.SmallestNonzeroFloat64, true}, {1, true}, {1.0 / 3, true}, {0.1, true}, {1000, true},
		{math.MaxInt64, true}, {math.MaxFloat64, true}, {math.Nextafter(1, 2), true}, {},
	}
	for i := range 20_000 {
		rows = append(rows, rate{float64(i) / 7, i%5 > 0})
	}
	return rows
}

// rateColumns declares the number in all encodings that the writer has.
func rateColumns() []table.Column[rate] {
	column := func(name string, pattern table.Pattern) table.Column[rate] {
		return table.Column[rate]{
			Name: name, Kind: table.Float64, Definition: "A number.", Pattern: pattern,
			Null: func(r *rate) bool { return !r.known },
			Int:  func(r *rate) int64 { return int64(math.Float64bits(r.value)) },
		}
	}
	return []table.Column[rate]{
		column("repetitive", table.Repetitive), column("near", table.Near), column("varied", table.Varied), column("random", table.Random),
	}
}

func TestFloat64(t *testing.T) {
	checkRoundTrip(t, "rates", rateColumns(), rates())
	summary, err := readback.Summarize(save(t, write(t, "rates", rateColumns(), rates()[1:9], 3)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range summary.Columns {
		least, greatest := math.Float64frombits(uint64(c.Min)), math.Float64frombits(uint64(c.Max))
		if !c.Float || c.Integer || least != math.SmallestNonzeroFloat64 || greatest != math.MaxFloat64 {
			t.Errorf("column %s: %+v", c.Name, c)
		}
	}
}
