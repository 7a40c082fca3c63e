package main

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"netstream/aggregate/flow"
	"netstream/aggregate/naive"
	"netstream/cmd/internal/zone"
)

// calendarOf gives the intervals of the reference to the program.
func calendarOf(s *naive.Options) *flow.Calendar {
	var c flow.Calendar
	switch s.Local.Unit {
	case "step":
		c = flow.DaySteps(s.Interval, s.Local.Zone)
	case "day":
		c = flow.Days(s.Local.Zone)
	case "week":
		c = flow.Weeks(s.Local.Zone)
	case "month":
		c = flow.Months(s.Local.Zone, s.Local.MonthStart)
	default:
		return nil
	}
	return &c
}

// turns are moments, in UTC, at which days, weeks or months of a zone end, or its clock
// is changed.
var turns = [...]string{
	"Europe/Berlin 2026-03-28T23:00 2026-03-29T01:00 2026-03-29T22:00 2026-10-24T22:00 2026-10-25T01:00 2026-10-25T23:00 2026-12-31T23:00 2028-02-28T23:00 2028-02-29T23:00",
	"Australia/Lord_Howe 2026-04-04T13:00 2026-04-04T15:00 2026-04-05T13:30 2026-10-03T13:30 2026-10-03T15:30 2026-10-04T13:00",
	"Asia/Beirut 2026-03-28T22:00 2026-03-29T21:00 2026-10-24T21:00 2026-10-24T22:00",
	"America/Havana 2026-03-08T05:00 2026-11-01T04:00 2026-11-01T05:00 2026-11-02T05:00",
	"America/St_Johns 2006-10-29T02:30 2006-10-29T02:31 2006-10-29T03:30 2006-04-02T03:31",
	"Pacific/Apia 2011-12-29T10:00 2011-12-30T10:00 2011-12-31T10:00",
	"America/New_York 2028-12-31T05:00 2029-01-01T05:00 2026-11-01T06:00 2026-06-28T04:00",
	"UTC 2026-01-31T00:00 2026-02-01T00:00 2026-02-02T00:00 2026-02-15T00:00",
}

// localExperiment is an experiment with intervals of local time, moved in time so that
// one of its packets lies where something happens to them.
func localExperiment(t testing.TB, seed uint64) *experiment {
	random := rand.New(rand.NewPCG(seed, 815))
	e := newExperiment(seed)
	words := strings.Fields(turns[random.IntN(len(turns))])
	location, err := zone.Load(words[0])
	if err != nil {
		t.Fatal(err)
	}
	s := &e.settings
	s.Local = naive.Local{Zone: location, MonthStart: []int{1, 1, 15, 28}[random.IntN(4)], Unit: []string{"step", "step", "day", "week", "month"}[random.IntN(5)]}
	s.Interval = []time.Duration{time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour}[random.IntN(6)]
	turn, err := flow.ParseTimestamp(words[1+random.IntN(len(words)-1)])
	if err != nil {
		t.Fatal(err)
	}
	e.move(int64(turn) - e.packets[random.IntN(len(e.packets))].Time)
	return e
}

// move adds d to all times that pcap can say then, too.
func (e *experiment) move(d int64) {
	moved := func(at int64) int64 {
		if at+d < 0 || at+d >= 1<<32*1e9 {
			return at
		}
		return at + d
	}
	for i := range e.packets {
		e.packets[i].Time = moved(e.packets[i].Time)
	}
	for i := range e.layout.edges {
		e.layout.edges[i] += d
	}
	e.settings.Select.From += flow.Timestamp(d)
	e.settings.Select.To += flow.Timestamp(d)
}

// TestReferenceCalendar compares the program with the reference where intervals are those
// of local time. The captures have packets on both sides of ends of intervals, and of
// intervals of every length, and complete and other intervals.
func TestReferenceCalendar(t *testing.T) {
	t.Parallel()
	captures := uint64(1_500)
	if testing.Short() {
		captures = 300
	}
	lengths := make(map[time.Duration]int)
	complete := make(map[bool]int)
	tryAllSeeing(t, captures, func(seed uint64) *experiment { return localExperiment(t, seed) }, func(_ *experiment, result *naive.Result) {
		for i := range result.Intervals {
			row := &result.Intervals[i]
			lengths[time.Duration(row.End-row.Start)]++
			complete[row.Complete]++
		}
	})
	if captures < 500 { // too few to meet all
		return
	}
	const hour, day = time.Hour, 24 * time.Hour
	for _, length := range []time.Duration{time.Second, 5 * time.Minute, hour, 5 * hour, 6 * hour, 23 * hour, 23*hour + hour/2,
		day, day + hour/2, 25 * hour, 7*day - hour, 7 * day, 7*day + hour, 28 * day, 30 * day, 31*day - hour, 31 * day, 31*day + hour} {
		if lengths[length] == 0 {
			t.Errorf("no interval of %v", length)
		}
	}
	if least := int(captures) / 5; complete[true] < least || complete[false] < least {
		t.Errorf("rows by complete: %v", complete)
	}
}
