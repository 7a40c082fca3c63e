package flow

import "time"

// Local time is what a clock on the wall shows: an offset to UTC that changes now and
// then. Here it is seconds since 1970-01-01 on that clock, and a local date is a number
// of days since then.

const (
	dayLength = int64(day / time.Second)

	// mostAhead bounds the seconds that any local time is ahead of UTC. (15 h 14 min
	// are the most that the time zone database has.)
	mostAhead = 26 * 3600

	// quarter parts time so that the clock is changed at its multiples only, in the years
	// that are described by a rule.
	quarter = 15 * time.Minute
)

// period gives the seconds at which the local day, week or month begins that holds a
// second, and the next one.
func (c *Calendar) period(second int64) (first, next int64) {
	_, offset := time.Unix(second, 0).In(c.zone).Zone()
	n := c.number(floorDiv(second+int64(offset), dayLength))
	// The clock can have been set back over a midnight that it has shown before, and a
	// day that the calendar leaves out ends where it begins.
	for next = c.begin(n + 1); next <= second; next = c.begin(n + 1) {
		n++
	}
	return c.begin(n), next
}

// number gives the number of the day, week or month that a local date belongs to.
func (c *Calendar) number(date int64) int64 {
	switch c.unit {
	case unitWeek:
		return floorDiv(date+3, 7) // 1970-01-01 was a Thursday
	case unitMonth:
		year, month, day := time.Unix(date*dayLength, 0).UTC().Date()
		n := int64(year)*12 + int64(month) - 1
		if day < c.monthStart {
			n--
		}
		return n
	}
	return date
}

// begin gives the second at which the day, week or month of a number begins.
func (c *Calendar) begin(n int64) int64 {
	switch c.unit {
	case unitWeek:
		n = n*7 - 3
	case unitMonth:
		n = time.Date(int(floorDiv(n, 12)), time.Month(floorMod(n, 12)+1), c.monthStart, 0, 0, 0, 0, time.UTC).Unix() / dayLength
	}
	return beginOf(n, c.zone)
}

// beginOf gives the first second at which the local clock shows a date or a later one.
// That is midnight, but a later hour where the clock is set forward over midnight, and
// the first one where it shows midnight twice.
func beginOf(date int64, zone *time.Location) int64 {
	midnight := date * dayLength
	for at := time.Unix(midnight-mostAhead, 0).In(zone); ; {
		_, offset := at.Zone()
		_, change := at.ZoneBounds()
		if !change.IsZero() && !change.After(at) { // on the last day of leap years, which it takes for common ones
			change = at.Add(quarter)
		}
		first := max(at.Unix(), midnight-int64(offset))
		if change.IsZero() || first < change.Unix() {
			return first
		}
		at = change
	}
}
