package main

import (
	"errors"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"netstream/aggregate/bill"
)

// tariffFile is a tariff as its file has it. Prices and bounds are texts, since numbers
// with a fraction are binary in TOML, and prices are not.
type tariffFile struct {
	Currency string       `toml:"currency"`
	Digits   *int         `toml:"digits"`
	Items    []tariffItem `toml:"item"`
}

type tariffItem struct {
	Name      string            `toml:"name"`
	Match     map[string]string `toml:"match"`
	Unit      string            `toml:"unit"`
	Rate      string            `toml:"rate"`
	Direction string            `toml:"direction"`
	Price     string            `toml:"price"`
	Tiering   string            `toml:"tiering"`
	Tiers     []tariffTier      `toml:"tier"`
	Windows   []tariffWindow    `toml:"window"`
}

type tariffTier struct {
	UpTo  string `toml:"up_to"`
	Price string `toml:"price"`
}

type tariffWindow struct {
	Days string `toml:"days"`
	From string `toml:"from"`
	To   string `toml:"to"`
}

// readTariff reads a tariff. What items do not say is as the options have it.
func readTariff(path string, o *billOptions) (*bill.Tariff, error) {
	text, err := os.ReadFile(path)
	var tariff *bill.Tariff
	if err == nil {
		tariff, err = parseTariff(string(text), o)
	}
	if err != nil {
		return nil, fail(exitUsage, "docs/bills.md has an example", "cannot use tariff %s: %w", path, err)
	}
	return tariff, nil
}

// parseTariff reads the text of a tariff.
func parseTariff(text string, o *billOptions) (*bill.Tariff, error) {
	var file tariffFile
	metadata, err := toml.Decode(text, &file)
	if err != nil {
		return nil, err
	}
	if unknown := metadata.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("there is no key %q", unknown[0])
	}
	tariff := &bill.Tariff{Currency: file.Currency, Digits: 2}
	if file.Digits != nil {
		tariff.Digits = *file.Digits
	}
	switch {
	case file.Currency == "":
		return nil, errors.New("currency is missing")
	case tariff.Digits < 0 || tariff.Digits > 9:
		return nil, fmt.Errorf("digits is %d, must be 0 to 9", tariff.Digits)
	case len(file.Items) == 0:
		return nil, errors.New("it has no item")
	}
	for i := range file.Items {
		item, err := file.Items[i].item(o)
		if err == nil && slices.ContainsFunc(tariff.Items, func(other bill.Item) bool { return other.Name == item.Name }) {
			err = errors.New("the name is there twice")
		}
		if err != nil {
			return nil, fmt.Errorf("item %d, %q: %w", i+1, file.Items[i].Name, err)
		}
		tariff.Items = append(tariff.Items, item)
	}
	return tariff, nil
}

func (t *tariffItem) item(o *billOptions) (bill.Item, error) {
	item := bill.Item{Name: t.Name, Match: t.Match, Rule: o.rule}
	if t.Name == "" || t.Name == totalItem {
		return item, fmt.Errorf("name is empty or %s", totalItem)
	}
	for column := range t.Match {
		if !slices.Contains(o.keys, column) {
			return item, fmt.Errorf("match: column %s is not in --by", column)
		}
	}
	var err error
	if item.Unit, err = bill.ParseUnit(t.Unit, o.packets()); err != nil {
		return item, fmt.Errorf("unit: %w", err)
	}
	if t.Rate != "" {
		if item.Rule.Rate, err = bill.ParseRate(t.Rate); err != nil {
			return item, fmt.Errorf("rate: %w", err)
		}
	}
	if t.Direction != "" {
		if item.Rule.Direction, err = bill.ParseDirection(t.Direction); err != nil {
			return item, fmt.Errorf("direction: %w", err)
		}
	}
	if item.Unit.Of == bill.OfRate && item.Rule.Rate.IsVolume() {
		return item, fmt.Errorf("unit %s is of a rate, and the rate is volume", item.Unit.Name)
	}
	if err := t.prices(&item); err != nil {
		return item, err
	}
	for _, w := range t.Windows {
		window, err := w.window()
		if err != nil {
			return item, err
		}
		item.Windows = append(item.Windows, window)
	}
	return item, nil
}

func (t *tariffItem) prices(item *bill.Item) error {
	switch t.Tiering {
	case "", "graduated":
	case "whole":
		item.Whole = true
	default:
		return fmt.Errorf("tiering is %q, must be graduated or whole", t.Tiering)
	}
	tiers := t.Tiers
	switch {
	case t.Price != "" && len(tiers) > 0:
		return errors.New("it has a price and tiers")
	case t.Price != "":
		tiers = []tariffTier{{Price: t.Price}}
	case len(tiers) == 0:
		return errors.New("it has neither price nor tier")
	}
	for i, tier := range tiers {
		price, err := decimal(tier.Price)
		if err != nil {
			return fmt.Errorf("price: %w", err)
		}
		last := i == len(tiers)-1
		if last != (tier.UpTo == "") {
			return errors.New("each tier but the last must have up_to, and the last must not")
		}
		var bound *big.Rat
		if !last {
			if bound, err = decimal(tier.UpTo); err != nil {
				return fmt.Errorf("up_to: %w", err)
			}
			if bound.Sign() <= 0 || i > 0 && bound.Cmp(item.Tiers[i-1].UpTo) <= 0 {
				return fmt.Errorf("up_to %s does not ascend", tier.UpTo)
			}
		}
		item.Tiers = append(item.Tiers, bill.Tier{UpTo: bound, Price: price})
	}
	return nil
}

// decimal reads a decimal number.
func decimal(text string) (*big.Rat, error) {
	if text == "" || len(text) > 40 || strings.Trim(text, "-.0123456789") != "" {
		return nil, fmt.Errorf("%q is no decimal number in a text, as \"0.25\"", text)
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, fmt.Errorf("%q is no decimal number", text)
	}
	return r, nil
}

// window reads days like mon-fri or sat,sun, and times like 08:00.
func (w *tariffWindow) window() (bill.Window, error) {
	window := bill.Window{To: 24 * 60}
	names := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	days := w.Days
	if days == "" {
		days = "mon-sun"
	}
	for part := range strings.SplitSeq(days, ",") {
		from, to, span := strings.Cut(part, "-")
		if !span {
			to = from
		}
		first, last := slices.Index(names, from), slices.Index(names, to)
		if first < 0 || last < 0 {
			return window, fmt.Errorf("window: days %q are not like mon-fri or sat,sun", w.Days)
		}
		for day := first; ; day = (day + 1) % 7 {
			window.Days[day] = true
			if day == last {
				break
			}
		}
	}
	var err error
	if w.From != "" {
		window.From, err = minuteOf(w.From)
	}
	if w.To != "" && err == nil {
		window.To, err = minuteOf(w.To)
	}
	return window, err
}

func minuteOf(text string) (int, error) {
	if text == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("window: %q is no time like 08:00", text)
	}
	return t.Hour()*60 + t.Minute(), nil
}
