package flow

import (
	"fmt"
	"math"
	"time"
)

// Interval is one interval of accounting, both ends included: what begins at Start and
// ends with the nanosecond Last.
type Interval struct{ Start, Last Timestamp }

// Contains says whether t lies in the interval.
func (i Interval) Contains(t Timestamp) bool { return t >= i.Start && t <= i.Last }

// End gives the first instant behind the interval. That of the last interval of the
// representable range saturates at [MaxTimestamp].
func (i Interval) End() Timestamp {
	if i.Last == MaxTimestamp {
		return MaxTimestamp
	}
	return i.Last + 1
}

// Calendar parts time into the intervals of accounting (docs/metering.md section 5):
// every instant lies in exactly one, and each begins where the one before ends. The
// first and the last interval of the representable range may be cut. The zero Calendar
// is none.
//
// A Calendar never changes, and may be used by several goroutines at a time.
type Calendar struct {
	unit       unit
	width      int64          // nanoseconds; of fixed widths and steps of a day
	zone       *time.Location // of all but fixed widths
	monthStart int            // day of the month that months begin with
}

// unit says what the intervals of a Calendar are.
type unit uint8

const (
	unitFixed unit = iota // multiples of a width since the Unix epoch
	unitStep              // steps of a width from the start of a local day
	unitDay               // local days
	unitWeek              // local weeks, from Monday
	unitMonth             // local months, from a day of the month
)

// day is the length of a day on which the clock is not changed.
const day = 24 * time.Hour

// MaxMonthStart is the last day of the month with which months can begin: one that
// all of them have.
const MaxMonthStart = 28

// Fixed gives the calendar of intervals of one width, above 0, aligned to the Unix
// epoch: see [Timestamp.Interval].
func Fixed(width time.Duration) Calendar { return Calendar{unit: unitFixed, width: int64(width)} }

// DaySteps gives the calendar of intervals that part each local day of the zone: from
// the start of the day, one begins whenever width has gone by, and the last of them ends
// with the day. Width is above 0, below 24 hours, and divides them.
func DaySteps(width time.Duration, zone *time.Location) Calendar {
	return Calendar{unit: unitStep, width: int64(width), zone: zone}
}

// Days gives the calendar of the local days of a zone.
func Days(zone *time.Location) Calendar { return Calendar{unit: unitDay, zone: zone} }

// Weeks gives the calendar of the local weeks of a zone, from Monday to Sunday (ISO 8601).
func Weeks(zone *time.Location) Calendar { return Calendar{unit: unitWeek, zone: zone} }

// Months gives the calendar of the local months of a zone that begin with a day of the
// month, from 1 to [MaxMonthStart].
func Months(zone *time.Location, start int) Calendar {
	return Calendar{unit: unitMonth, zone: zone, monthStart: start}
}

// Validate says what is wrong with the calendar, if anything is.
func (c *Calendar) Validate() error {
	switch {
	case c.unit <= unitStep && c.width <= 0:
		return fmt.Errorf("interval is %v, must be greater than 0", time.Duration(c.width))
	case c.unit == unitStep && (c.width >= int64(day) || int64(day)%c.width != 0):
		return fmt.Errorf("interval is %v, must be a part of 24h that they are a multiple of", time.Duration(c.width))
	case c.unit == unitMonth && (c.monthStart < 1 || c.monthStart > MaxMonthStart):
		return fmt.Errorf("months begin with day %d, must be 1 to %d", c.monthStart, MaxMonthStart)
	case c.unit != unitFixed && c.zone == nil:
		return fmt.Errorf("there is no time zone")
	}
	return nil
}

// Interval gives the interval that holds t.
func (c *Calendar) Interval(t Timestamp) Interval {
	if c.unit == unitFixed {
		behind := floorMod(int64(t), c.width)
		return Interval{MinTimestamp, MaxTimestamp}.around(t, behind, c.width-1-behind)
	}
	second, nanosecond := floorDiv(int64(t), perSecond), floorMod(int64(t), perSecond)
	first, next := c.period(second)
	period := Interval{instant(first), MaxTimestamp}
	if end := instant(next); end < MaxTimestamp {
		period.Last = end - 1
	}
	if c.unit != unitStep {
		return period
	}
	behind := ((second-first)*perSecond + nanosecond) % c.width
	return period.around(t, behind, c.width-1-behind)
}

// around cuts from i the interval from so many nanoseconds before t to so many behind it,
// as far as i has them. It holds t.
func (i Interval) around(t Timestamp, behind, ahead int64) Interval {
	if uint64(behind) <= uint64(t)-uint64(i.Start) {
		i.Start = t - Timestamp(behind)
	}
	if uint64(ahead) <= uint64(i.Last)-uint64(t) {
		i.Last = t + Timestamp(ahead)
	}
	return i
}

// After gives the interval behind i, which is one of the calendar and not the last one of
// the representable range.
func (c *Calendar) After(i Interval) Interval {
	if c.unit == unitFixed {
		start := i.Last + 1
		return Interval{start, MaxTimestamp}.around(start, 0, c.width-1)
	}
	return c.Interval(i.Last + 1)
}

// Touched gives how many intervals hold a part of the time from a to b, which is not
// before a; most, which is above 0, if they are more.
func (c *Calendar) Touched(a, b Timestamp, most uint64) uint64 {
	if c.unit == unitFixed {
		// The difference of two interval numbers fits 64 bits, but not always 63.
		n := uint64(floorDiv(int64(b), c.width)) - uint64(floorDiv(int64(a), c.width))
		return min(n, most-1) + 1
	}
	if (uint64(b)-uint64(a))/most >= uint64(c.longest()) {
		return most
	}
	n := uint64(1)
	for i := c.Interval(a); i.Last < b && n < most; n++ {
		i = c.After(i)
	}
	return n
}

// longest gives a length that no interval exceeds. Where a country changes to the other
// side of the date line, a day of the calendar comes twice.
func (c *Calendar) longest() time.Duration {
	switch c.unit {
	case unitDay:
		return 3 * day
	case unitWeek:
		return 9 * day
	case unitMonth:
		return 33 * day
	}
	return time.Duration(c.width)
}

// perSecond are the nanoseconds of a second.
const perSecond = int64(time.Second)

// instant gives a second since the Unix epoch as a time stamp, which saturates.
func instant(second int64) Timestamp {
	const most = math.MaxInt64 / perSecond
	switch {
	case second > most:
		return MaxTimestamp
	case second < -most:
		return MinTimestamp
	}
	return Timestamp(second * perSecond)
}
