package bill

import (
	"math/big"
	"math/rand/v2"
	"sort"
	"testing"
	"time"
)

// TestAccount compares accounts of random series with a plain recomputation.
func TestAccount(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	c := hundredMinutes(t)
	rate, err := ParseRate("p95")
	if err != nil {
		t.Fatal(err)
	}
	for range 300 {
		measured := make([]bool, 20)
		all := make([]map[int][3]uint64, 1+random.IntN(3))
		for i := range all {
			all[i] = map[int][3]uint64{}
			for range 1 + random.IntN(20) {
				at := random.IntN(20)
				all[i][at] = [3]uint64{random.Uint64N(1e6), random.Uint64N(1e6), random.Uint64N(1e6)}
				measured[at] = true
			}
		}
		for direction := DirectionSum; direction <= DirectionSampleMax; direction++ {
			for missing := MissingZero; missing <= MissingOutage; missing++ {
				a := NewAccount(c, measured, []Choice{{Rule: Rule{rate, direction, missing}}})
				for _, s := range all {
					for at, counts := range s {
						if err := a.Set(at, counts[0], counts[1], counts[2]); err != nil {
							t.Fatal(err)
						}
					}
					a.EndSeries()
				}
				got, _ := a.Figures()[0].Billed(direction)
				if want := plainAccount(all, measured, direction, missing); got.Cmp(want) != 0 {
					t.Fatalf("%v, %v: %s, want %s", direction, missing, got, want)
				}
			}
		}
	}
}

// plainAccount works out the 95th percentile of each series in octets per second and
// adds them up.
func plainAccount(all []map[int][3]uint64, measured []bool, d Direction, m Missing) *big.Rat {
	percentile := func(of func([3]uint64) uint64) *big.Rat {
		sum := new(big.Rat)
		for _, s := range all {
			var values []float64
			for at := range 20 {
				counts, present := s[at]
				if m == MissingAbsent && !present || m == MissingOutage && !measured[at] {
					continue
				}
				values = append(values, float64(of(counts)))
			}
			sort.Sort(sort.Reverse(sort.Float64Slice(values)))
			sum.Add(sum, big.NewRat(int64(values[len(values)/20]), 300))
		}
		return sum
	}
	in := func(c [3]uint64) uint64 { return c[0] }
	out := func(c [3]uint64) uint64 { return c[1] }
	switch d {
	case DirectionIn:
		return percentile(in)
	case DirectionOut:
		return percentile(out)
	case DirectionMax:
		if a, b := percentile(in), percentile(out); a.Cmp(b) > 0 {
			return a
		}
		return percentile(out)
	case DirectionSampleMax:
		return percentile(func(c [3]uint64) uint64 { return max(c[0], c[1]) })
	}
	return percentile(func(c [3]uint64) uint64 { return c[0] + c[1] + c[2] })
}

func zoneOf(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestCalendar has months with a change of clocks, and days whose midnight is not there
// or is there twice.
func TestCalendar(t *testing.T) {
	for _, c := range []struct {
		zone, period  string
		width         time.Duration
		samples       int
		begin, behind string
	}{
		{"UTC", "2026-01", 5 * time.Minute, 8928, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"},
		{"UTC", "2024", time.Hour, 8784, "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"},
		{"Europe/Berlin", "2026-03", 5 * time.Minute, 8916, "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"},
		{"Europe/Berlin", "2026-10", 5 * time.Minute, 8940, "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z"},
		{"Europe/Berlin", "2026-10-25", time.Hour, 25, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
		{"Europe/Berlin", "2026-03-29", 6 * time.Hour, 4, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
		{"Asia/Kolkata", "2026-01-15..2026-02-15", time.Hour, 744, "2026-01-14T18:30:00Z", "2026-02-14T18:30:00Z"},
		{"America/Sao_Paulo", "2018-11-04", time.Hour, 23, "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"},
		{"America/Havana", "2026-11-01", time.Hour, 25, "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		{"Australia/Lord_Howe", "2026-10-04", time.Hour, 24, "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z"},
	} {
		p, err := ParsePeriod(c.period, zoneOf(t, c.zone))
		if err != nil {
			t.Fatal(err)
		}
		calendar, err := NewCalendar(p, c.width)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Unix(0, calendar.Begin()).UTC().Format(time.RFC3339)
		behind := time.Unix(0, calendar.End()).UTC().Format(time.RFC3339)
		if calendar.Samples() != c.samples || begin != c.begin || behind != c.behind {
			t.Errorf("%s in %s: %d samples from %s to %s, want %d from %s to %s",
				c.period, c.zone, calendar.Samples(), begin, behind, c.samples, c.begin, c.behind)
		}
		for i := range calendar.Samples() {
			start, end := calendar.Start(i), calendar.Start(i)+calendar.Length(i)
			if got, place := calendar.Find(start, end); got != i || place != Inside {
				t.Errorf("sample %d is found as %d, %d", i, got, place)
			}
			if _, place := calendar.Find(start-1, end); place != Across {
				t.Errorf("what begins before sample %d is not across", i)
			}
			if _, place := calendar.Find(start, end+1); place != Across {
				t.Errorf("what ends behind sample %d is not across", i)
			}
		}
		if _, place := calendar.Find(calendar.End(), calendar.End()+1); place != Outside {
			t.Error("what begins with the end is not outside")
		}
	}
}

func TestParsePeriod(t *testing.T) {
	for _, text := range []string{"", "x", "2026-13", "2026-02-30", "2026-1", "2026-01..", "2026-01-02..2026-01-02", "2026-01-02..2026-01-01", "..", "26"} {
		if p, err := ParsePeriod(text, time.UTC); err == nil {
			t.Errorf("%q is taken for %v", text, p)
		}
	}
	p, err := ParsePeriod("2026-01", time.UTC)
	if err != nil || p.String() != "2026-01-01..2026-02-01" {
		t.Errorf("2026-01 is %v, %v", p, err)
	}
	for _, width := range []time.Duration{0, -time.Minute, 7 * time.Minute, 48 * time.Hour, time.Millisecond} {
		if _, err := NewCalendar(p, width); err == nil {
			t.Errorf("samples of %v are taken", width)
		}
	}
}
