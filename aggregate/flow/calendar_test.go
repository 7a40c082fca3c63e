package flow

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
	_ "time/tzdata" // zones where the machine has none
)

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func at(t testing.TB, text string) Timestamp {
	t.Helper()
	stamp, err := ParseTimestamp(text)
	if err != nil {
		t.Fatal(err)
	}
	return stamp
}

// TestCalendarVectors has intervals about the days on which clocks were changed, as
// governments announced them; none of them was computed.
func TestCalendarVectors(t *testing.T) {
	days, weeks := Days, Weeks
	steps := func(width time.Duration) func(*time.Location) Calendar {
		return func(zone *time.Location) Calendar { return DaySteps(width, zone) }
	}
	months := func(start int) func(*time.Location) Calendar {
		return func(zone *time.Location) Calendar { return Months(zone, start) }
	}
	tests := []struct {
		zone           string
		calendar       func(*time.Location) Calendar
		at, start, end string
		length         time.Duration // from start to end
	}{
		// From 2 to 3 o'clock on the last Sunday of March, back on the last one of October.
		{"Europe/Berlin", days, "2026-03-28T22:59:59", "2026-03-27T23:00", "2026-03-28T23:00", 24 * time.Hour},
		{"Europe/Berlin", days, "2026-03-29T01:00", "2026-03-28T23:00", "2026-03-29T22:00", 23 * time.Hour},
		{"Europe/Berlin", days, "2026-10-24T22:00", "2026-10-24T22:00", "2026-10-25T23:00", 25 * time.Hour},
		{"Europe/Berlin", weeks, "2026-03-29T12:00", "2026-03-22T23:00", "2026-03-29T22:00", 167 * time.Hour},
		{"Europe/Berlin", weeks, "2026-10-25T23:00", "2026-10-25T23:00", "2026-11-01T23:00", 168 * time.Hour},
		{"Europe/Berlin", months(1), "2026-03-31T21:59:59", "2026-02-28T23:00", "2026-03-31T22:00", 743 * time.Hour},
		{"Europe/Berlin", months(15), "2026-03-14T22:59:59", "2026-02-14T23:00", "2026-03-14T23:00", 28 * 24 * time.Hour},
		{"Europe/Berlin", months(15), "2026-03-14T23:00", "2026-03-14T23:00", "2026-04-14T22:00", 743 * time.Hour},
		{"Europe/Berlin", months(28), "2026-01-10T00:00", "2025-12-27T23:00", "2026-01-27T23:00", 744 * time.Hour},
		{"Europe/Berlin", steps(time.Hour), "2026-03-29T01:30", "2026-03-29T01:00", "2026-03-29T02:00", time.Hour},
		{"Europe/Berlin", steps(2 * time.Hour), "2026-03-29T21:30", "2026-03-29T21:00", "2026-03-29T22:00", time.Hour},
		{"Europe/Berlin", steps(6 * time.Hour), "2026-10-25T22:30", "2026-10-25T22:00", "2026-10-25T23:00", time.Hour},
		{"Europe/Berlin", steps(6 * time.Hour), "2026-10-25T21:59:59", "2026-10-25T16:00", "2026-10-25T22:00", 6 * time.Hour},
		// Half an hour: back at 2 o'clock on the first Sunday of April, on in October.
		{"Australia/Lord_Howe", days, "2026-04-05T00:00", "2026-04-04T13:00", "2026-04-05T13:30", 24*time.Hour + 30*time.Minute},
		{"Australia/Lord_Howe", days, "2026-10-04T00:00", "2026-10-03T13:30", "2026-10-04T13:00", 23*time.Hour + 30*time.Minute},
		{"Australia/Lord_Howe", steps(time.Hour), "2026-04-05T13:10", "2026-04-05T13:00", "2026-04-05T13:30", 30 * time.Minute},
		{"Australia/Lord_Howe", steps(time.Hour), "2026-10-04T12:40", "2026-10-04T12:30", "2026-10-04T13:00", 30 * time.Minute},
		// From midnight to 1 o'clock: the day begins at 1. Back from midnight to 23 o'clock.
		{"Asia/Beirut", days, "2026-03-28T22:00", "2026-03-28T22:00", "2026-03-29T21:00", 23 * time.Hour},
		{"Asia/Beirut", days, "2026-03-28T21:59:59", "2026-03-27T22:00", "2026-03-28T22:00", 24 * time.Hour},
		{"Asia/Beirut", days, "2026-10-24T21:30", "2026-10-23T21:00", "2026-10-24T22:00", 25 * time.Hour},
		{"America/Havana", days, "2026-03-08T12:00", "2026-03-08T05:00", "2026-03-09T04:00", 23 * time.Hour},
		// Back from 1 o'clock to midnight, which comes twice: the day begins with the first one.
		{"America/Havana", days, "2026-11-01T05:00", "2026-11-01T04:00", "2026-11-02T05:00", 25 * time.Hour},
		{"America/Havana", steps(time.Hour), "2026-11-01T05:00", "2026-11-01T05:00", "2026-11-01T06:00", time.Hour},
		// Back at 00:01 to 23:01 of the day before, which has begun the new day already.
		{"America/St_Johns", days, "2006-10-29T02:29:59", "2006-10-28T02:30", "2006-10-29T02:30", 24 * time.Hour},
		{"America/St_Johns", days, "2006-10-29T02:45", "2006-10-29T02:30", "2006-10-30T03:30", 25 * time.Hour},
		{"America/St_Johns", steps(time.Hour), "2006-10-29T03:00", "2006-10-29T02:30", "2006-10-29T03:30", time.Hour},
		// To the other side of the date line: there was no 30 December 2011.
		{"Pacific/Apia", days, "2011-12-30T09:59:59", "2011-12-29T10:00", "2011-12-30T10:00", 24 * time.Hour},
		{"Pacific/Apia", days, "2011-12-30T10:00", "2011-12-30T10:00", "2011-12-31T10:00", 24 * time.Hour},
		{"Pacific/Apia", months(1), "2011-12-30T10:00", "2011-12-01T10:00", "2011-12-31T10:00", 30 * 24 * time.Hour},
		// The last day of leap years that only a rule describes.
		{"Europe/Berlin", days, "2028-12-31T12:00", "2028-12-30T23:00", "2028-12-31T23:00", 24 * time.Hour},
		{"America/New_York", days, "2040-12-31T12:00", "2040-12-31T05:00", "2041-01-01T05:00", 24 * time.Hour},
		{"Australia/Lord_Howe", days, "2044-12-31T12:00", "2044-12-30T13:00", "2044-12-31T13:00", 24 * time.Hour},
		{"Asia/Kolkata", days, "2026-01-01T00:00", "2025-12-31T18:30", "2026-01-01T18:30", 24 * time.Hour},
		{"UTC", days, "2026-03-29T12:00", "2026-03-29", "2026-03-30", 24 * time.Hour},
		{"UTC", weeks, "1970-01-01", "1969-12-29", "1970-01-05", 168 * time.Hour},
		{"UTC", months(1), "2024-02-29T23:59:59", "2024-02-01", "2024-03-01", 29 * 24 * time.Hour},
		{"UTC", months(2), "1970-01-01", "1969-12-02", "1970-01-02", 31 * 24 * time.Hour},
	}
	for _, tt := range tests {
		c := tt.calendar(zoneOf(t, tt.zone))
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		want := Interval{at(t, tt.start), at(t, tt.end) - 1}
		for _, instant := range []Timestamp{at(t, tt.at), want.Start, want.Last} {
			got := c.Interval(instant)
			if got != want {
				t.Errorf("%s at %v: got %v to %v, want %s to %s", tt.zone, instant.Time(), got.Start.Time(), got.End().Time(), tt.start, tt.end)
			}
		}
		if got := time.Duration(want.End() - want.Start); got != tt.length {
			t.Errorf("%s at %s: the case is wrong: %v, said to be %v", tt.zone, tt.at, got, tt.length)
		}
	}
}

// calendars gives some of every kind. Zones change by half an hour, by a whole day, at
// midnight and in times of the calendar that no rule describes.
func calendars(t testing.TB) []Calendar {
	all := []Calendar{Fixed(1), Fixed(7 * time.Second), Fixed(5 * time.Minute), Fixed(1<<62 + 1), Fixed(math.MaxInt64)}
	for _, name := range []string{"UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "America/St_Johns", "Pacific/Apia",
		"Pacific/Kwajalein", "Asia/Manila", "America/Juneau", "Africa/Monrovia", "Antarctica/Troll", "America/Sao_Paulo"} {
		zone := zoneOf(t, name)
		all = append(all, Days(zone), Weeks(zone), Months(zone, 1), Months(zone, 28), DaySteps(time.Hour, zone), DaySteps(7*time.Minute+12*time.Second, zone),
			DaySteps(time.Second, zone))
	}
	return all
}

// TestCalendarParts: every instant lies in one interval, and all instants of an interval
// are in the same one.
func TestCalendarParts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, c := range calendars(t) {
		for range 300 {
			checkCalendar(t, &c, randomTime(rng), rng)
		}
	}
}

func randomTime(rng *rand.Rand) Timestamp {
	switch rng.IntN(4) {
	case 0:
		return Timestamp(rng.Uint64())
	case 1:
		return MinTimestamp + Timestamp(rng.Int64N(int64(70*day)))
	case 2:
		return MaxTimestamp - Timestamp(rng.Int64N(int64(70*day)))
	}
	return Timestamp(rng.Int64N(4e18)) // 1970 to 2096
}

func checkCalendar(t *testing.T, c *Calendar, t0 Timestamp, rng *rand.Rand) {
	t.Helper()
	i := c.Interval(t0)
	if !i.Contains(t0) {
		t.Fatalf("%+v: %d lies in %+v", c, t0, i)
	}
	inside := i.Start + Timestamp(rng.Uint64N(uint64(i.Last)-uint64(i.Start)|1))
	for _, same := range []Timestamp{i.Start, i.Last, inside} {
		if got := c.Interval(same); got != i {
			t.Fatalf("%+v: %d lies in %+v, %d of it in %+v", c, t0, i, same, got)
		}
	}
	if length := uint64(i.Last) - uint64(i.Start); c.unit != unitFixed && length >= uint64(c.longest()) {
		t.Fatalf("%+v: %+v is %d long", c, i, length)
	}
	if i.Last == MaxTimestamp {
		if i.End() != MaxTimestamp {
			t.Fatalf("%+v: the end of time is %d", c, i.End())
		}
		return
	}
	next := c.Interval(i.Last + 1)
	if next.Start != i.Last+1 || i.End() != next.Start || c.After(i) != next {
		t.Fatalf("%+v: behind %+v there is %+v, and %+v", c, i, next, c.After(i))
	}
}

func TestTouched(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, c := range calendars(t) {
		for range 40 {
			from := randomTime(rng)
			i, n := c.Interval(from), uint64(1)
			for ; n < 12 && i.Last < MaxTimestamp && rng.IntN(12) > 0; n++ {
				i = c.After(i)
			}
			to := max(from, i.Start+Timestamp(rng.Uint64N(uint64(i.Last)-uint64(i.Start)|1)))
			for _, most := range []uint64{1, 2, 11, 12, 2016} {
				if got := c.Touched(from, to, most); got != min(n, most) {
					t.Fatalf("%+v: %d to %d touch %d, at most %d, want %d", c, from, to, got, most, n)
				}
			}
		}
		if got := c.Touched(MinTimestamp, MaxTimestamp, 3); got != 3 && c.width < 1<<62 {
			t.Errorf("%+v: the whole range touches %d", c, got)
		}
	}
}

func TestCalendarValidate(t *testing.T) {
	berlin := zoneOf(t, "Europe/Berlin")
	for _, c := range []Calendar{{}, Fixed(-1), DaySteps(0, berlin), DaySteps(7*time.Second, berlin), DaySteps(day, berlin), DaySteps(time.Hour, nil),
		Days(nil), Weeks(nil), Months(berlin, 0), Months(berlin, 29), Months(nil, 1)} {
		if c.Validate() == nil {
			t.Errorf("%+v is taken for valid", c)
		}
	}
	for _, c := range calendars(t) {
		if err := c.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// TestFixedCalendar: intervals of a fixed width are what they are without a calendar.
func TestFixedCalendar(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 20_000 {
		width, when := time.Duration(1+rng.Int64()>>rng.IntN(63)), randomTime(rng)
		c := Fixed(width)
		i := c.Interval(when)
		if i.Start != when.Interval(width) || i.Last.Interval(width) != i.Start ||
			i.Last < MaxTimestamp && (i.Last+1).Interval(width) != i.Last+1 {
			t.Fatalf("interval of %d by %d: got %+v", when, width, i)
		}
	}
}

func FuzzCalendar(f *testing.F) {
	all := calendars(f)
	f.Add(int64(1774746000e9), uint8(10))
	f.Add(int64(math.MinInt64), uint8(6))
	f.Add(int64(math.MaxInt64), uint8(7))
	f.Fuzz(func(t *testing.T, when int64, which uint8) {
		checkCalendar(t, &all[int(which)%len(all)], Timestamp(when), rand.New(rand.NewPCG(1, uint64(when))))
	})
}

func BenchmarkCalendar(b *testing.B) {
	berlin := zoneOf(b, "Europe/Berlin")
	for name, c := range map[string]Calendar{"fixed": Fixed(5 * time.Minute), "step": DaySteps(5*time.Minute, berlin), "month": Months(berlin, 1)} {
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				c.Interval(Timestamp(i) * 1e15)
			}
		})
	}
}
