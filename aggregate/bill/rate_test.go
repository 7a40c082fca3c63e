package bill

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"
	"time"
)

// Samples of five minutes in Mbit/s, as a provider published them with what it bills.
func published() (in, out []string) {
	in = []string{".139", ".653", ".201", ".116", ".084", ".032", ".047", ".185", ".198", ".203",
		".276", ".370", ".971", ".233", ".218", ".182", ".169", ".126", ".131", ".157"}
	out = []string{"1.347", "1.435", "1.229", ".523", ".438", ".231", ".347", ".689", ".940", "1.248",
		"1.385", "1.427", "3.988", "1.265", "1.221", "1.013", ".992", ".874", ".896", "1.002"}
	return in, out
}

// octetsOf gives the octets of five minutes at a rate in Mbit/s.
func octetsOf(t *testing.T, rate string) uint64 {
	t.Helper()
	r, ok := new(big.Rat).SetString(rate)
	if !ok {
		t.Fatal(rate)
	}
	r.Mul(r, big.NewRat(1e6*300, 8))
	if !r.IsInt() {
		t.Fatalf("%s Mbit/s are %s octets", rate, r)
	}
	return r.Num().Uint64()
}

func hundredMinutes(t *testing.T) *Calendar {
	t.Helper()
	p, err := ParsePeriod("2026-01-01", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCalendar(p, 5*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	c.starts = c.starts[:21] // the published samples are 20
	return c
}

func TestPublishedVector(t *testing.T) {
	in, out := published()
	c := hundredMinutes(t)
	for _, want := range []struct {
		direction Direction
		rate      string // in Mbit/s
		of        Direction
	}{
		{DirectionIn, "0.653", DirectionIn}, {DirectionOut, "1.435", DirectionOut}, {DirectionMax, "1.435", DirectionOut},
		{DirectionSampleMax, "1.435", DirectionSampleMax}, {DirectionSum, "2.088", DirectionSum},
	} {
		rate, err := ParseRate("p95")
		if err != nil {
			t.Fatal(err)
		}
		a := NewAccount(c, make([]bool, 20), []Choice{{Rule: Rule{Rate: rate, Direction: want.direction}}})
		for i := range in {
			if err := a.Set(i, octetsOf(t, in[i]), octetsOf(t, out[i]), 0); err != nil {
				t.Fatal(err)
			}
		}
		a.EndSeries()
		f := &a.Figures()[0]
		billed, of := f.Billed(want.direction)
		got := Decimal(new(big.Rat).Mul(billed, big.NewRat(8, 1e6)), 3)
		if got != want.rate || of != want.of || f.Rank != 19 || f.Dropped != 1 {
			t.Errorf("%v: %s Mbit/s of %v, rank %d, %d dropped, want %s of %v, 19, 1", want.direction, got, of, f.Rank, f.Dropped, want.rate, want.of)
		}
	}
}

// TestMonth has the numbers of a month of 30 days.
func TestMonth(t *testing.T) {
	p, err := ParsePeriod("2026-06", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	c, err := NewCalendar(p, 5*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	rate, err := ParseRate("p95")
	if err != nil {
		t.Fatal(err)
	}
	rank, _ := rate.Rank(c.Samples())
	if c.Samples() != 8640 || c.Samples()-rank != 432 {
		t.Errorf("%d samples, %d dropped, want 8640 and 432", c.Samples(), c.Samples()-rank)
	}
}

// TestRates compares with a plain second way: sort in descending order, drop the
// floor(n*(100-p)/100) greatest, take the next.
func TestRates(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		samples := make([]Sample, 1+random.IntN(50))
		var plain []*big.Rat
		count, length := new(big.Rat), new(big.Rat)
		for i := range samples {
			samples[i] = Sample{uint64(random.IntN(6)) << random.IntN(61), 1 + random.Int64N(3)}
			s := samples[i]
			plain = append(plain, new(big.Rat).SetFrac(new(big.Int).SetUint64(s.Count), big.NewInt(s.Length)))
			count.Add(count, new(big.Rat).SetInt(new(big.Int).SetUint64(s.Count)))
			length.Add(length, big.NewRat(s.Length, 1))
		}
		sort.Slice(plain, func(i, j int) bool { return plain[i].Cmp(plain[j]) > 0 })
		tenths := 1 + random.Int64N(1000)
		for text, want := range map[string]*big.Rat{
			fmt.Sprintf("p%d.%d", tenths/10, tenths%10): plain[int64(len(plain))*(1000-tenths)/1000],
			"max":  plain[0],
			"mean": new(big.Rat).Quo(count, length),
		} {
			rate, err := ParseRate(text)
			if err != nil {
				t.Fatal(err)
			}
			got := rate.Of(slices.Clone(samples))
			if want = new(big.Rat).Mul(want, big.NewRat(1e9, 1)); got.Cmp(want) != 0 {
				t.Fatalf("%s of %v is %s, want %s", text, samples, got, want)
			}
		}
	}
}

func TestParseRate(t *testing.T) {
	for _, text := range []string{"", "p", "95", "p0", "p101", "p100.1", "p95.", "p.5", "p-1", "p9x", "P95", "p1.1234567", "median"} {
		if r, err := ParseRate(text); err == nil {
			t.Errorf("%q is taken for %+v", text, r)
		}
	}
	for _, text := range []string{"p95", "p98", "p99.9", "p100", "p0.1", "mean", "max", "volume"} {
		if r, err := ParseRate(text); err != nil || r.Name != text {
			t.Errorf("%q: %+v, %v", text, r, err)
		}
	}
}
