package naive

import (
	"time"

	"netstream/aggregate/flow"
)

// Local says that intervals go by the clock of a place: docs/metering.md, section
// Intervals of local time. The zero Local is intervals of one width.
type Local struct {
	Unit       string // "step", of the width of the intervals, "day", "week", "month"; "" for intervals of one width
	Zone       *time.Location
	MonthStart int // of months
}

// interval gives the interval that holds t: its start and the first instant behind it. It looks at
// one day after the other. Intervals must lie within the range of times whole.
func (l Local) interval(t flow.Timestamp, width time.Duration) (start, end flow.Timestamp) {
	if l.Unit == "" {
		start = intervalOf(t, width)
		return start, plus(start, flow.Timestamp(width))
	}
	year, month, day := time.Unix(0, int64(t)).In(l.Zone).Date()
	before := map[string]int{"week": 9, "month": 33}[l.Unit] + 3
	for date := time.Date(year, month, day-before, 0, 0, 0, 0, time.UTC); ; date = date.AddDate(0, 0, 1) {
		if !l.opens(date) {
			continue
		}
		if at := firstOf(date, l.Zone); at <= t {
			start = at
		} else {
			end = at
			break
		}
	}
	if l.Unit == "step" {
		day := end
		for end = start + flow.Timestamp(width); end <= t; end += flow.Timestamp(width) {
			start = end
		}
		end = min(end, day)
	}
	return start, end
}

// span is an interval: its start and the first instant behind it.
type span struct{ start, end flow.Timestamp }

// spans are the intervals that were asked for, so that each is looked for once.
type spans struct {
	local Local
	width time.Duration
	known []span
}

// of gives the interval that holds t.
func (s *spans) of(t flow.Timestamp) span {
	for _, known := range s.known {
		if known.start <= t && t < known.end {
			return known
		}
	}
	var found span
	found.start, found.end = s.local.interval(t, s.width)
	if s.local.Unit != "" {
		s.known = append(s.known, found)
	}
	return found
}

// opens says whether an interval begins with a date.
func (l Local) opens(date time.Time) bool {
	switch l.Unit {
	case "week":
		return date.Weekday() == time.Monday
	case "month":
		return date.Day() == l.MonthStart
	}
	return true
}

// firstOf gives the first instant at which a clock of the zone shows a date or a later
// one. It looks at the clock again and again: every second in the years in which clocks
// were so many seconds away from UTC, every minute in those in which they were changed
// at 00:01.
func firstOf(date time.Time, zone *time.Location) flow.Timestamp {
	step := 15 * time.Minute
	if date.Year() < 2012 {
		step = time.Minute
	}
	if date.Year() < 1973 {
		step = time.Second
	}
	for at := date.Add(-16 * time.Hour); ; at = at.Add(step) {
		year, month, day := at.In(zone).Date()
		if !time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Before(date) {
			return flow.Timestamp(at.UnixNano())
		}
	}
}
