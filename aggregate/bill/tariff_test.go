package bill

import (
	"math/big"
	"testing"
	"time"
)

func TestDecimal(t *testing.T) {
	for _, c := range []struct {
		number string
		digits int
		want   string
	}{
		{"1/2", 0, "0"}, {"3/2", 0, "2"}, {"5/2", 0, "2"}, {"-1/2", 0, "0"}, {"-3/2", 0, "-2"},
		{"0.005", 2, "0.00"}, {"0.015", 2, "0.02"}, {"0.025", 2, "0.02"}, {"0.0250001", 2, "0.03"}, {"-0.015", 2, "-0.02"},
		{"2/3", 3, "0.667"}, {"1/3", 3, "0.333"}, {"12345678901234567890.125", 2, "12345678901234567890.12"}, {"0.995", 2, "1.00"}, {"0", 2, "0.00"},
	} {
		r, ok := new(big.Rat).SetString(c.number)
		if !ok {
			t.Fatal(c.number)
		}
		if got := Decimal(r, c.digits); got != c.want {
			t.Errorf("%s with %d digits is %s, want %s", c.number, c.digits, got, c.want)
		}
	}
}

func rat(t *testing.T, text string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatal(text)
	}
	return r
}

// TestTiers has the lines of volumes at, below and above the bounds of tiers.
func TestTiers(t *testing.T) {
	tariff := &Tariff{Currency: "EUR", Digits: 2}
	unit, err := ParseUnit("GB", false)
	if err != nil {
		t.Fatal(err)
	}
	type line struct {
		tier             int
		quantity, amount string
	}
	for _, c := range []struct {
		volume string // in octets
		whole  bool
		want   []line
	}{
		{"0", false, []line{{1, "0", "0.00"}}},
		{"10000000000", false, []line{{1, "10", "1.00"}}},
		{"10000000001", false, []line{{1, "10", "1.00"}, {2, "0.000000001", "0.00"}}},
		{"250500000000", false, []line{{1, "10", "1.00"}, {2, "90", "4.50"}, {3, "150.5", "1.50"}}}, // 1.505: half to even
		{"10000000000", true, []line{{1, "10", "1.00"}}},
		{"10000000001", true, []line{{2, "10.000000001", "0.50"}}},
		{"250500000000", true, []line{{3, "250.5", "2.50"}}}, // 2.505
	} {
		item := &Item{Name: "volume", Unit: unit, Whole: c.whole, Tiers: []Tier{
			{rat(t, "10"), rat(t, "0.1")}, {rat(t, "100"), rat(t, "0.05")}, {nil, rat(t, "0.01")}}}
		f := &Figure{VolumeIn: rat(t, c.volume).Num(), VolumeOut: new(big.Int), VolumeOther: new(big.Int)}
		lines := tariff.Lines(item, f, false)
		if len(lines) != len(c.want) {
			t.Fatalf("%s octets: %d lines, want %d", c.volume, len(lines), len(c.want))
		}
		for i, got := range lines {
			want := c.want[i]
			if got.Tier != want.tier || got.Quantity.Cmp(rat(t, want.quantity)) != 0 || Decimal(got.Amount, 2) != want.amount {
				t.Errorf("%s octets, line %d: tier %d, %s, %s, want %+v", c.volume, i, got.Tier, got.Quantity, Decimal(got.Amount, 2), want)
			}
		}
	}
}

func TestWindows(t *testing.T) {
	weekday := [7]bool{false, true, true, true, true, true, false}
	day, night := Window{weekday, 8 * 60, 18 * 60}, Window{weekday, 22 * 60, 6 * 60}
	for _, c := range []struct {
		time       string
		day, night bool
	}{
		{"2026-01-05T07:59:59Z", false, false}, {"2026-01-05T08:00:00Z", true, false}, {"2026-01-05T17:59:59Z", true, false},
		{"2026-01-05T18:00:00Z", false, false}, {"2026-01-05T22:00:00Z", false, true}, {"2026-01-05T05:59:00Z", false, true},
		{"2026-01-05T06:00:00Z", false, false}, {"2026-01-04T12:00:00Z", false, false}, {"2026-01-10T23:00:00Z", false, false},
	} {
		at, err := time.Parse(time.RFC3339, c.time)
		if err != nil {
			t.Fatal(err)
		}
		if got := day.Holds(at); got != c.day {
			t.Errorf("day at %s: %v", c.time, got)
		}
		if got := night.Holds(at); got != c.night {
			t.Errorf("night at %s: %v", c.time, got)
		}
	}
}

func TestUnits(t *testing.T) {
	if _, err := ParseUnit("Mbit/s", true); err == nil {
		t.Error("bits of packets are taken")
	}
	if _, err := ParseUnit("packet", false); err == nil {
		t.Error("packets of octets are taken")
	}
	unit, err := ParseUnit("Mbit/s", false)
	if err != nil {
		t.Fatal(err)
	}
	item := &Item{Unit: unit, Rule: Rule{Direction: DirectionIn}}
	if got := item.quantity(&Figure{In: big.NewRat(125000, 1)}, false); got.Cmp(big.NewRat(1, 1)) != 0 {
		t.Errorf("125,000 octets a second are %s Mbit/s", got)
	}
}
