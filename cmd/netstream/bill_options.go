package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"netstream/aggregate/bill"
	"netstream/cmd/internal/zone"
)

const billLong = `Works out what customers are billed for a period from the tables of finished runs, without their
inputs: percentiles and other rates of the samples, volumes, and with --tariff the items of a bill.
Each directory is one that netstream run -w has written; samples of several runs are added up.
docs/bills.md has the rules.

EXIT STATUS
  0  the result is written
  3  a run directory is damaged
  4  usage, or the tables do not have what is asked for
  5  the result cannot be written
 10  the file of the result is there already`

// billOptions are the flags of bill.
type billOptions struct {
	by, rate, direction, missing, combine, per string
	zone, period, scheme, counter, tariff      string
	sample                                     duration
	overhead                                   uint32
	result                                     resultOptions

	// What the texts say.
	keys, perKeys []string
	rule          bill.Rule
	calendar      *bill.Calendar
	prices        *bill.Tariff
}

func newBillCommand() *command {
	o := &billOptions{sample: duration(5 * time.Minute)}
	cmd := &command{
		name: "bill", arguments: "OUT... --by COLUMN[,...] --period 2026-01", summary: "Works out percentiles, volumes and bills of finished runs.",
		long: billLong, flags: newFlags("bill"),
	}
	o.addFlags(cmd.flags)
	cmd.run = func(ctx context.Context, c *console, args []string) error {
		if err := o.validate(); err != nil {
			return err
		}
		return newBilling(o).run(ctx, c, args)
	}
	return cmd
}

func (o *billOptions) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.by, "by", "", "columns that tell customers apart, with commas between them, as customer or src_ip,dscp")
	flags.StringVar(&o.period, "period", "", "billing period in local days: a month (2026-01), a day (2026-01-31), a year (2026), or days FROM..TO without TO")
	flags.StringVar(&o.zone, "zone", "UTC", "time zone of the period, as Europe/Berlin")
	flags.Var(&o.sample, "sample", "width of the samples, which must divide a day and be a multiple of the width of the tables' intervals")
	flags.StringVar(&o.rate, "rate", "p95", "what is billed: a percentile by nearest rank (p95, p98, p99.9, ...), mean, max or volume")
	flags.StringVar(&o.direction, "direction", "sum", "in, out, sum (of all directions in each sample), max (the higher one of the rates of in and out) or sample-max (the rate of samples that are the higher one of in and out)")
	flags.StringVar(&o.missing, "missing", "zero", "samples without rows are zero, absent where the customer has none, or with outage absent where nobody has one")
	flags.StringVar(&o.combine, "combine", "sum-first", "rows of a customer: sum-first adds them up in each sample, percentile-first adds up the rates of what --per tells apart")
	flags.StringVar(&o.per, "per", "", "with --combine percentile-first: columns that tell a customer's interfaces apart, as exporter_ip,in_if")
	flags.StringVar(&o.scheme, "scheme", "", "use the table of this accounting scheme, or intervals; without it the one scheme that has all columns, or else intervals")
	flags.StringVar(&o.counter, "counter", "bytes", "what is counted: bytes, wire_bytes, bytes_scaled or packets")
	flags.Uint32Var(&o.overhead, "l2-overhead", 0, "add so many octets for each packet (Ethernet: 14, with FCS 18, with preamble and gap 38)")
	flags.StringVar(&o.tariff, "tariff", "", "work out the items of a bill by this tariff (TOML; docs/bills.md)")
	o.result.addFlags(flags)
}

func (o *billOptions) validate() error {
	if o.by == "" || o.period == "" {
		return fail(exitUsage, "netstream bill OUT --by customer --period 2026-01 --zone Europe/Berlin", "--by and --period are needed")
	}
	if err := o.result.validate(); err != nil {
		return err
	}
	var err error
	if o.keys, err = splitNames(o.by); err != nil {
		return err
	}
	if o.rule.Rate, err = bill.ParseRate(o.rate); err != nil {
		return usageError("cannot use --rate: %w", err)
	}
	if o.rule.Direction, err = bill.ParseDirection(o.direction); err != nil {
		return usageError("cannot use --direction: %w", err)
	}
	if o.rule.Missing, err = bill.ParseMissing(o.missing); err != nil {
		return usageError("cannot use --missing: %w", err)
	}
	if !slices.Contains([]string{"bytes", "wire_bytes", "bytes_scaled", "packets"}, o.counter) {
		return usageError("counter %q is none of bytes, wire_bytes, bytes_scaled and packets", o.counter)
	}
	if o.overhead > 0 && o.counter == "packets" {
		return usageError("--l2-overhead is in octets, and --counter packets counts none")
	}
	if err := o.validateCombine(); err != nil {
		return err
	}
	if err := o.validatePeriod(); err != nil {
		return err
	}
	if o.tariff != "" {
		o.prices, err = readTariff(o.tariff, o)
	}
	return err
}

func (o *billOptions) validateCombine() error {
	switch o.combine {
	case "sum-first":
		if o.per != "" {
			return usageError("--per is for --combine percentile-first")
		}
		return nil
	case "percentile-first":
		if o.per == "" {
			return fail(exitUsage, "--per exporter_ip,in_if are such", "--combine percentile-first needs --per, the columns that tell interfaces apart")
		}
		var err error
		if o.perKeys, err = splitNames(o.per); err != nil {
			return err
		}
		for _, name := range o.perKeys {
			if slices.Contains(o.keys, name) {
				return usageError("column %s is in --by and in --per", name)
			}
		}
		return nil
	}
	return usageError("--combine is %q, must be sum-first or percentile-first", o.combine)
}

func (o *billOptions) validatePeriod() error {
	location, err := zone.Load(o.zone)
	if err != nil {
		hint := "names are those of the IANA time zone database, as Europe/Berlin"
		if name, ok := zone.Suggest(o.zone); ok {
			hint = "did you mean " + name + "?"
		}
		return fail(exitUsage, hint, "cannot use --zone: %w", err)
	}
	period, err := bill.ParsePeriod(o.period, location)
	if err != nil {
		return usageError("cannot use --period: %w", err)
	}
	if o.calendar, err = bill.NewCalendar(period, time.Duration(o.sample)); err != nil {
		return usageError("cannot use --period and --sample: %w", err)
	}
	return nil
}

// packets says whether packets are counted, and no octets.
func (o *billOptions) packets() bool { return o.counter == "packets" }

// directed says whether the direction of rows must be known.
func (o *billOptions) directed() bool {
	if o.rule.Direction != bill.DirectionSum {
		return true
	}
	return o.prices != nil && slices.ContainsFunc(o.prices.Items, func(i bill.Item) bool { return i.Rule.Direction != bill.DirectionSum })
}

// columns gives the columns that a table must have.
func (o *billOptions) columns() []string {
	names := append([]string{"interval_start", "interval_end", o.counter}, o.keys...)
	names = append(names, o.perKeys...)
	if o.directed() {
		names = append(names, "direction")
	}
	if o.overhead > 0 {
		names = append(names, "packets")
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// schemeTable gives the name of the table that a scheme or the interval table has.
func schemeTable(name string) string {
	if name == "intervals" || strings.HasPrefix(name, "accounting/") {
		return name
	}
	return fmt.Sprintf("accounting/%s", name)
}
