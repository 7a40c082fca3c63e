package engine

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // zones where the machine has none

	"netstream/aggregate/flow"
	"netstream/aggregate/naive"
)

// TestRecordsOfLocalTime spreads records about the days on which clocks are changed and
// compares with the second implementation. By all methods but uniform, the rows of
// seconds sum to those of wider intervals (M16).
func TestRecordsOfLocalTime(t *testing.T) {
	points := exportPoints(t)
	rng := rand.New(rand.NewPCG(31, 32))
	for _, c := range []struct{ zone, at string }{
		{"Europe/Berlin", "2026-03-28T23:00"}, {"Europe/Berlin", "2026-10-25T23:00"}, {"Australia/Lord_Howe", "2026-04-05T13:30"},
		{"America/Havana", "2026-11-01T05:00"}, {"America/St_Johns", "2006-10-29T02:30"}, {"Pacific/Apia", "2011-12-30T10:00"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		base, err := flow.ParseTimestamp(c.at)
		if err != nil {
			t.Fatal(err)
		}
		for method := flow.DistributionStart; method <= flow.DistributionProportional; method++ {
			records := someRecords(rng, 300)
			for i := range records {
				r := &records[i]
				r.Start, r.End = r.Start+base, min(r.End, r.Start+1_500_000_000_000)+base // at most 1,501 seconds
			}
			config := recordConfig(2, 1<<20, newDrawer(-1), points)
			config.Distribution, config.Meter.Interval = method, time.Second
			fine := tablesOf(t, records, 1, 100, config).intervals
			for unit, calendar := range map[string]flow.Calendar{
				"step": flow.DaySteps(15*time.Minute, zone), "day": flow.Days(zone), "week": flow.Weeks(zone), "month": flow.Months(zone, 1),
			} {
				config.Meter.Calendar = &calendar
				got := tablesOf(t, records, 2, 77, config).intervals
				want := naive.Spread(records, 15*time.Minute, naive.Local{Unit: unit, Zone: zone, MonthStart: 1}, method)
				if !slices.Equal(got, want) {
					t.Errorf("%s, %v, %s: %d interval rows differ from %d of naive", c.zone, method, unit, len(got), len(want))
				}
				if method != flow.DistributionUniform && !slices.Equal(volumes(fine, got), volumes(got, got)) {
					t.Errorf("%s, %v, %s: seconds sum to something else", c.zone, method, unit)
				}
			}
		}
	}
}

// volumes gives what rows amount to in each of the intervals that others have.
func volumes(rows, in []flow.IntervalRecord) []flow.IntervalRecord {
	var sums []flow.IntervalRecord
	for i := range in {
		if i > 0 && in[i].Start == in[i-1].Start {
			continue
		}
		sum := flow.IntervalRecord{Start: in[i].Start}
		for j := range rows {
			if r := &rows[j]; r.Start >= in[i].Start && r.Start < in[i].End {
				sum.Counters.Add(r.Counters)
				sum.FlowsStarted += r.FlowsStarted
				sum.FlowsEnded += r.FlowsEnded
			}
		}
		sums = append(sums, sum)
	}
	return sums
}
