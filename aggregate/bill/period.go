package bill

import (
	"fmt"
	"strings"
	"time"
)

// Period is a billing period: the days from First up to End, which does not belong to it
// any more, in the local time of a zone.
type Period struct {
	First, End date
	Zone       *time.Location
}

// date is a day of the calendar.
type date struct {
	year  int
	month time.Month
	day   int
}

func (d date) next(years, months, days int) date {
	t := time.Date(d.year+years, d.month+time.Month(months), d.day+days, 0, 0, 0, 0, time.UTC)
	return date{t.Year(), t.Month(), t.Day()}
}

func (d date) before(other date) bool { return d.String() < other.String() }

// String gives the date as RFC 3339 does.
func (d date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.year, int(d.month), d.day) }

// begin gives the instant at which the day begins in a zone: its midnight, the first
// one where clocks are put back to it, and the moment of the change where they are
// put forward over it.
func (d date) begin(zone *time.Location) time.Time {
	noon := time.Date(d.year, d.month, d.day, 12, 0, 0, 0, zone)
	midnight := noon.Add(-12 * time.Hour)
	change, _ := noon.ZoneBounds()
	if change.IsZero() {
		return midnight
	}
	_, before := change.Add(-1).Zone()
	_, after := noon.Zone()
	earlier := midnight.Add(time.Duration(after-before) * time.Second)
	switch {
	case earlier.Before(change):
		return earlier
	case midnight.Before(change):
		return change
	}
	return midnight
}

// ParsePeriod reads a period: a year (2026), a month (2026-01), a day (2026-01-31), or
// days FROM..TO, of which TO does not belong to it any more.
func ParsePeriod(text string, zone *time.Location) (Period, error) {
	from, to, span := strings.Cut(text, "..")
	if span {
		first, err := parseDate(from)
		if err != nil {
			return Period{}, err
		}
		end, err := parseDate(to)
		if err == nil && !first.before(end) {
			err = fmt.Errorf("%s is not before %s", from, to)
		}
		return Period{first, end, zone}, err
	}
	for _, form := range [...]struct {
		layout              string
		years, months, days int
	}{{"2006", 1, 0, 0}, {"2006-01", 0, 1, 0}, {"2006-01-02", 0, 0, 1}} {
		if t, err := time.Parse(form.layout, text); err == nil {
			first := date{t.Year(), t.Month(), t.Day()}
			return Period{first, first.next(form.years, form.months, form.days), zone}, nil
		}
	}
	return Period{}, fmt.Errorf("%q is no year, month or day, nor days FROM..TO", text)
}

func parseDate(text string) (date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return date{}, fmt.Errorf("%q is no day like 2026-01-31", text)
	}
	return date{t.Year(), t.Month(), t.Day()}, nil
}

// String gives the period as its days.
func (p Period) String() string { return p.First.String() + ".." + p.End.String() }
