package bill

import (
	"fmt"
	"math/big"
	"time"
)

// Tariff says what customers pay for.
type Tariff struct {
	Currency string
	Digits   int // of the currency behind the point
	Items    []Item
}

// Item is one position of a tariff.
type Item struct {
	Name    string
	Match   map[string]string // cells of columns that the customer must have, as they are printed; none match everyone
	Rule    Rule
	Unit    Unit
	Windows []Window // samples that start in one of them count; without any, all do
	Tiers   []Tier   // at least one, in ascending order of UpTo

	// Whole says that all units have the price of the tier that the quantity reaches,
	// instead of each the price of its own.
	Whole bool
}

// Tier is the price of units up to a quantity, which belongs to it.
type Tier struct {
	UpTo  *big.Rat // nil for all that is above
	Price *big.Rat
}

// Unit is what a price is for.
type Unit struct {
	Name   string
	Of     Quantity
	Amount *big.Rat // bits or packets per second, octets or packets
}

// Quantity says of what kind a unit is.
type Quantity uint8

// The kinds.
const (
	OfRate   Quantity = iota // of the billed rate
	OfVolume                 // of the volume
	OfPeriod                 // a price for the period, whatever was used
)

// ParseUnit reads the name of a unit. Counts are octets, or packets.
func ParseUnit(name string, packets bool) (Unit, error) {
	units := []struct {
		name   string
		of     Quantity
		amount int64
		packet bool
	}{
		{"bit/s", OfRate, 1, false}, {"kbit/s", OfRate, 1e3, false}, {"Mbit/s", OfRate, 1e6, false}, {"Gbit/s", OfRate, 1e9, false},
		{"B", OfVolume, 1, false}, {"kB", OfVolume, 1e3, false}, {"MB", OfVolume, 1e6, false}, {"GB", OfVolume, 1e9, false}, {"TB", OfVolume, 1e12, false},
		{"KiB", OfVolume, 1 << 10, false}, {"MiB", OfVolume, 1 << 20, false}, {"GiB", OfVolume, 1 << 30, false}, {"TiB", OfVolume, 1 << 40, false},
		{"packet/s", OfRate, 1, true}, {"packet", OfVolume, 1, true},
	}
	if name == "period" {
		return Unit{name, OfPeriod, big.NewRat(1, 1)}, nil
	}
	names := ""
	for _, u := range units {
		if u.packet != packets {
			continue
		}
		if u.name == name {
			return Unit{name, u.of, big.NewRat(u.amount, 1)}, nil
		}
		names += u.name + ", "
	}
	return Unit{}, fmt.Errorf("%q is no unit, which are %speriod", name, names)
}

// Window is a part of the week in local time: of the days those minutes from From up to
// To, which does not belong to it any more. Where From is not before To, it is from From
// to the end of the day and from its begin to To.
type Window struct {
	Days     [7]bool // from Sunday on
	From, To int     // in minutes from 0 to 1440
}

// Holds says whether a local time is in the window.
func (w Window) Holds(t time.Time) bool {
	minute := t.Hour()*60 + t.Minute()
	inside := w.From <= minute && minute < w.To
	if w.From >= w.To {
		inside = w.From <= minute || minute < w.To
	}
	return w.Days[t.Weekday()] && inside
}

// Within gives the test whether a sample counts for the item, nil if all do.
func (i *Item) Within(c *Calendar) func(sample int) bool {
	if len(i.Windows) == 0 {
		return nil
	}
	inside := make([]bool, c.Samples())
	for sample := range inside {
		t := time.Unix(0, c.Start(sample)).In(c.Period.Zone)
		for _, w := range i.Windows {
			inside[sample] = inside[sample] || w.Holds(t)
		}
	}
	return func(sample int) bool { return inside[sample] }
}

// Line is one row of a bill.
type Line struct {
	Item     string
	Tier     int      // from 1, 0 if the item has one tier
	Quantity *big.Rat // in the item's unit
	Unit     string
	Price    *big.Rat
	Amount   *big.Rat // Quantity * Price, rounded half to even at the currency's digits
}

// Lines gives the lines of an item: one, or with several tiers one for each tier that
// the quantity reaches, and the first in any case. packets says that counts are packets,
// whose rates are not in bits.
func (t *Tariff) Lines(i *Item, f *Figure, packets bool) []Line {
	quantity := i.quantity(f, packets)
	var lines []Line
	below := new(big.Rat)
	for n, tier := range i.Tiers {
		reached := tier.UpTo != nil && quantity.Cmp(tier.UpTo) > 0
		part := new(big.Rat).Sub(quantity, below)
		switch {
		case i.Whole && reached:
			continue
		case i.Whole:
			part = quantity
		case reached:
			part = new(big.Rat).Sub(tier.UpTo, below)
		}
		line := Line{Item: i.Name, Quantity: part, Unit: i.Unit.Name, Price: tier.Price}
		line.Amount = Round(new(big.Rat).Mul(part, tier.Price), t.Digits)
		if len(i.Tiers) > 1 {
			line.Tier = n + 1
		}
		lines = append(lines, line)
		if !reached {
			break
		}
		below = tier.UpTo
	}
	return lines
}

// quantity gives how many units a customer has used.
func (i *Item) quantity(f *Figure, packets bool) *big.Rat {
	var used *big.Rat
	switch i.Unit.Of {
	case OfPeriod:
		return big.NewRat(1, 1)
	case OfVolume:
		used = new(big.Rat).SetInt(f.Volume(i.Rule.Direction))
	case OfRate:
		rate, _ := f.Billed(i.Rule.Direction)
		if rate == nil {
			return new(big.Rat)
		}
		used = new(big.Rat).Set(rate)
		if !packets {
			used.Mul(used, big.NewRat(8, 1))
		}
	}
	return used.Quo(used, i.Unit.Amount)
}

// Matches says whether an item is for a customer with those cells, by column.
func (i *Item) Matches(cell func(column string) string) bool {
	for column, want := range i.Match {
		if cell(column) != want {
			return false
		}
	}
	return true
}
