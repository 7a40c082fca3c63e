package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"netstream/aggregate/flow"
	"netstream/aggregate/meter"
	"netstream/cmd/internal/zone"
)

// intervalOptions are the flags that say what the accounting intervals are
// (docs/metering.md section 5).
type intervalOptions struct {
	width      intervalWidth
	zone       string
	monthStart int

	calendar *flow.Calendar // what they say; nil for multiples of the width
}

// intervalWidth is the value of --interval: a duration, or a unit of the calendar.
type intervalWidth struct {
	duration
	unit string // 1d, 1w, 1mo, or nothing for the duration
}

// units are the widths that have no fixed length.
const (
	unitDay   = "1d"
	unitWeek  = "1w"
	unitMonth = "1mo"
)

const fullDay = 24 * time.Hour

// String gives the value as the flag has it.
func (w *intervalWidth) String() string {
	if w.unit != "" {
		return w.unit
	}
	return w.duration.String()
}

// Set reads the value of the flag.
func (w *intervalWidth) Set(text string) error {
	switch text {
	case unitDay, unitWeek, unitMonth:
		*w = intervalWidth{duration(fullDay), text}
		return nil
	}
	w.unit = ""
	if err := w.duration.Set(text); err != nil {
		return fmt.Errorf("%q is neither a duration like 90s, 5m or 1h nor one of 1d, 1w and 1mo", text)
	}
	return nil
}

func (o *intervalOptions) addFlags(flags *pflag.FlagSet) {
	o.width.duration = duration(5 * time.Minute)
	flags.Var(&o.width, "interval", "width of the accounting intervals: a duration, or 1d, 1w or 1mo for days, weeks from Monday or months of --zone")
	flags.StringVar(&o.zone, "zone", zone.UTC, "time zone that days, weeks and months are of, such as Europe/Berlin; shorter intervals begin with its days")
	flags.IntVar(&o.monthStart, "month-start", 1, "day of the month that months begin with, 1 to 28; with --interval 1mo")
}

// resolve says what the flags mean.
func (o *intervalOptions) resolve(flags *pflag.FlagSet) error {
	location, err := zone.Load(o.zone)
	if err != nil {
		return o.zoneFailure(err)
	}
	width := time.Duration(o.width.duration)
	var calendar flow.Calendar
	switch {
	case o.width.unit == unitMonth:
		calendar = flow.Months(location, o.monthStart)
	case flags.Changed("month-start"):
		return fail(exitUsage, "add --interval 1mo", "--month-start has no say with intervals of %v", &o.width)
	case o.width.unit == unitWeek:
		calendar = flow.Weeks(location)
	case width < time.Microsecond:
		return usageError("interval is %v, must be at least 1us", width)
	case o.zone == zone.UTC: // where days are what multiples of 24 hours are
		o.calendar = nil
		return nil
	case o.width.unit == unitDay:
		calendar = flow.Days(location)
	case width >= fullDay:
		return fail(exitUsage, "--interval 1d is the local day, 1w the week, 1mo the month", "an interval of %v cannot follow the days of %s, some of which are longer or shorter", &o.width, o.zone)
	case fullDay%width != 0:
		return fail(exitUsage, "5m, 15m, 1h and 6h are such; without --zone any width will do", "an interval of %v cannot follow the days of %s: 24h must be a multiple of it", &o.width, o.zone)
	default:
		calendar = flow.DaySteps(width, location)
	}
	if err := calendar.Validate(); err != nil {
		return usageError("%w", err)
	}
	o.calendar = &calendar
	return nil
}

// zoneFailure words what is wrong with the name of a zone.
func (o *intervalOptions) zoneFailure(err error) error {
	if !errors.Is(err, zone.ErrUnknown) {
		return err
	}
	if name, ok := zone.Suggest(o.zone); ok {
		return fail(exitUsage, "--zone "+name+" may be meant", "%w", err)
	}
	return fail(exitUsage, "zones have the names of the IANA time zone database, such as UTC, Europe/Berlin, America/New_York", "%w", err)
}

// set sets the intervals of the metering process.
func (o *intervalOptions) set(settings *meter.Settings) {
	settings.Interval, settings.Calendar = time.Duration(o.width.duration), o.calendar
}

// addParameters adds every effective value. A run in UTC does not depend on the time zone
// database.
func (o *intervalOptions) addParameters(parameters map[string]string) {
	parameters["interval"] = time.Duration(o.width.duration).String()
	if o.width.unit != "" && o.calendar != nil {
		parameters["interval"] = o.width.unit
	}
	parameters["zone"], parameters["month_start"] = o.zone, strconv.Itoa(o.monthStart)
	if o.zone != zone.UTC {
		parameters["zone_database"] = zone.Version
	}
}
